"""Partners hear of facts: signed, once in their list, again while they fail, and nobody waits for a slow one."""

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook

from experience_apis.partners import deliverer, services
from experience_apis.partners.models import Delivery, DeliveryState, Endpoint
from process_apis.cases.models import Case
from process_apis.orders import services as orders
from retail_platform.kernel import clock
from tests.callers import Caller, a_key, problem
from tests.experience.carrying import carry_facts
from tests.factories import a_catalog, an_order
from tests.partner import Partner, a_partner

pytestmark = pytest.mark.django_db(transaction=True)
BASE = "/api/experience/partners/v1"
SCOPES = ("partners.read", "partners.write")


@pytest.fixture(autouse=True)
def _here(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PARTNER_LOOPBACK = settings.PARTNER_PLAIN_HTTP = True
    monkeypatch.setattr("experience_apis.partners.bell.ring", lambda: None)
    a_catalog()


@pytest.fixture
def partner() -> Iterator[Partner]:
    with a_partner() as here:
        yield here


@pytest.fixture
def caller() -> Caller:
    return Caller(a_key(name="partner", scopes=SCOPES))


def listening(caller: Caller, url: str, **changes: Any) -> dict[str, Any]:
    body = {"url": url, "events": ["order.placed"], **changes}
    answer = caller.post(f"{BASE}/endpoints", body)
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def happen(number: str = "W-1001", **changes: Any) -> None:
    orders.place(an_order(number=number, channel_order_id=number, **changes))
    carry_facts()


def time_passes() -> None:
    """Whatever is to be tried later may be tried now."""
    Delivery.objects.update(due_at=clock.now() - timedelta(seconds=1))
    Endpoint.objects.update(quiet_until=None)


def test_a_fact_arrives_in_its_envelope_with_a_right_signature(caller: Caller, partner: Partner) -> None:
    endpoint = listening(caller, partner.url)
    secret = caller.get(f"{BASE}/endpoints/{endpoint['id']}/secret").json()["secret"]
    happen()
    deliverer.deliver()
    headers, body = partner.heard[0]
    event = Webhook(secret).verify(body, headers)
    assert (event["type"], event["data"]["order_number"], event["id"]) == (
        "order.placed", "W-1001", headers["webhook-id"],
    )  # fmt: skip


def test_the_secret_is_nowhere_but_at_its_own_address(caller: Caller, partner: Partner) -> None:
    endpoint = listening(caller, partner.url)
    secret = caller.get(f"{BASE}/endpoints/{endpoint['id']}/secret").json()["secret"]
    shown = caller.get(f"{BASE}/endpoints").content.decode() + str(Endpoint.objects.values().get())
    assert (secret in shown, secret in json.dumps(endpoint)) == (False, False)


def test_what_was_not_asked_for_is_not_told(caller: Caller, partner: Partner) -> None:
    listening(caller, partner.url, events=["order.closed"])
    happen()
    assert not Delivery.objects.exists()


def test_another_channels_facts_are_not_told(partner: Partner) -> None:
    listening(Caller(a_key(name="app", scopes=SCOPES, channels=["app"])), partner.url)
    happen()
    assert not Delivery.objects.exists()


def test_a_client_cannot_ask_for_a_channel_that_is_not_its_own(partner: Partner) -> None:
    app = Caller(a_key(name="app", scopes=SCOPES, channels=["app"]))
    answer = app.post(f"{BASE}/endpoints", {"url": partner.url, "events": ["*"], "channels": ["web"]})
    assert problem(answer)["errors"][0]["pointer"] == "/channels"


def test_a_failing_receiver_is_tried_again_with_the_same_id(caller: Caller, partner: Partner) -> None:
    partner.answers = [500, 503]
    listening(caller, partner.url)
    happen()
    for _ in range(3):
        deliverer.deliver()
        time_passes()
    assert len({headers["webhook-id"] for headers, _ in partner.heard}) == 1
    assert [each["status"] for each in Delivery.objects.get().tries] == [500, 503, 204]


def test_a_failure_is_shown_with_what_was_answered(caller: Caller, partner: Partner) -> None:
    partner.answers = [500]
    listening(caller, partner.url)
    happen()
    deliverer.deliver()
    shown = caller.get(f"{BASE}/deliveries?state=pending").json()["items"][0]
    assert (shown["attempts"], shown["tries"][0]["error"]) == (1, "it answered 500")


def test_a_failed_address_is_spared_for_a_while(caller: Caller, partner: Partner) -> None:
    partner.answers = [500]
    listening(caller, partner.url)
    happen()
    happen("W-1002")
    deliverer.deliver()
    deliverer.deliver()
    assert len(partner.heard) == 1


def test_after_the_last_pause_a_delivery_has_failed(caller: Caller, partner: Partner, settings: Any) -> None:
    settings.PARTNER_RETRY_S = [1]
    partner.answers = [500, 500]
    listening(caller, partner.url)
    happen()
    for _ in range(3):
        deliverer.deliver()
        time_passes()
    assert (Delivery.objects.get().state, len(partner.heard)) == (DeliveryState.FAILED, 2)


def test_what_was_told_can_be_told_again_under_its_id(caller: Caller, partner: Partner) -> None:
    listening(caller, partner.url)
    happen()
    deliverer.deliver()
    assert caller.post(f"{BASE}/deliveries/{Delivery.objects.get().id}/redeliver", {}).status_code == 202
    deliverer.deliver()
    first, second = partner.heard
    assert (first[0]["webhook-id"], first[1]) == (second[0]["webhook-id"], second[1])


def test_a_slow_endpoint_does_not_hold_up_a_fast_one(caller: Caller, settings: Any) -> None:
    settings.PARTNER_TIMEOUT_S = 3.0
    with a_partner() as slow, a_partner() as fast:
        slow.slow_s = 2.5
        listening(caller, slow.url)
        listening(caller, fast.url)
        for number in range(5):
            happen(f"W-{number}")
        began = time.monotonic()
        settings.PARTNER_ROUND_S = 2.0
        deliverer.deliver()
        assert (len(fast.heard), len(slow.heard)) == (5, 1)
        assert time.monotonic() - began < 4.5


def test_an_endpoint_in_a_workers_hands_is_left_to_it(caller: Caller, partner: Partner) -> None:
    listening(caller, partner.url)
    happen()
    Endpoint.objects.update(lease_until=clock.now() + timedelta(seconds=30))
    assert deliverer.deliver() == 0


def test_what_a_killed_worker_held_is_told_once_its_lease_is_over(caller: Caller, partner: Partner) -> None:
    listening(caller, partner.url)
    happen()
    Endpoint.objects.update(lease_until=clock.now() - timedelta(seconds=1))
    assert deliverer.deliver() == 1


def test_an_address_that_only_fails_is_switched_off_with_a_case(
    caller: Caller, partner: Partner, settings: Any
) -> None:
    settings.PARTNER_GIVE_UP_S = 3600
    partner.answers = [500]
    listening(caller, partner.url)
    Endpoint.objects.update(failing_since=clock.now() - timedelta(hours=2))
    happen()
    deliverer.deliver()
    assert (Endpoint.objects.get().active, Case.objects.get().title) == (
        False, "the webhooks of partner are switched off",
    )  # fmt: skip


def test_an_address_that_says_it_is_gone_is_not_called_again(caller: Caller, partner: Partner) -> None:
    partner.answers = [410]
    listening(caller, partner.url)
    happen()
    deliverer.deliver()
    time_passes()
    deliverer.deliver()
    assert (len(partner.heard), Endpoint.objects.get().off_because) == (1, "it says it is gone (410)")


def test_what_was_due_follows_when_an_endpoint_is_switched_on(caller: Caller, partner: Partner) -> None:
    partner.answers = [410]
    listening(caller, partner.url)
    happen()
    deliverer.deliver()
    services.switch_on(endpoint_id=Endpoint.objects.get().id, now=clock.now())
    time_passes()
    deliverer.deliver()
    assert Delivery.objects.get().state == DeliveryState.DELIVERED


def test_a_redirection_is_not_followed(caller: Caller, partner: Partner) -> None:
    partner.answers, partner.location = [302], "http://127.0.0.1:1/secret"
    listening(caller, partner.url)
    happen()
    deliverer.deliver()
    assert Delivery.objects.get().tries[0]["status"] in (0, 302)
    assert Delivery.objects.get().state == DeliveryState.PENDING


def test_a_name_that_leads_inside_is_not_called(caller: Caller, partner: Partner, settings: Any) -> None:
    listening(caller, partner.url)
    settings.PARTNER_LOOPBACK = False
    happen()
    deliverer.deliver()
    assert (partner.heard, Delivery.objects.get().tries[0]["error"]) == ([], "its name leads to a private address")


@pytest.mark.parametrize(
    "url",
    [
        "http://partner.example/hooks", "https://10.0.0.7/hooks", "https://169.254.169.254/latest", "https://[::1]/x",
        "https://user:pass@partner.example/", "https://intranet/hooks", "ftp://partner.example/", "https://[::1",
        "https://0.0.0.0/", "https://[::ffff:10.0.0.1]/", "not an address",
    ],
)  # fmt: skip
def test_an_address_that_we_must_not_call_is_refused(caller: Caller, settings: Any, url: str) -> None:
    settings.PARTNER_LOOPBACK = settings.PARTNER_PLAIN_HTTP = False
    answer = caller.post(f"{BASE}/endpoints", {"url": url, "events": ["*"]})
    assert (answer.status_code, problem(answer)["errors"][0]["pointer"]) == (422, "/url")


def test_an_event_that_is_not_offered_is_refused_by_name(caller: Caller) -> None:
    answer = caller.post(f"{BASE}/endpoints", {"url": "https://partner.example/", "events": ["journal.booked"]})
    assert "journal.booked" in problem(answer)["errors"][0]["detail"]


def test_another_clients_endpoint_is_like_none(caller: Caller, partner: Partner) -> None:
    endpoint = listening(caller, partner.url)
    stranger = Caller(a_key(name="stranger", scopes=SCOPES))
    assert stranger.get(f"{BASE}/endpoints/{endpoint['id']}").status_code == 404
    assert stranger.delete(f"{BASE}/endpoints/{endpoint['id']}").status_code == 404


def test_a_deleted_endpoint_hears_nothing_more(caller: Caller, partner: Partner) -> None:
    endpoint = listening(caller, partner.url)
    assert caller.delete(f"{BASE}/endpoints/{endpoint['id']}").status_code == 204
    happen()
    deliverer.deliver()
    assert partner.heard == []
