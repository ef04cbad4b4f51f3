"""POST /hooks/<connection>: what gets in, what does not, and how often."""

import base64
import hashlib
import hmac
import json
import os
import threading
import time
from typing import Any

import pytest
from django.db import close_old_connections, connections
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retail_platform.kernel import clock
from retail_platform.kernel.outbox.models import Fact
from system_apis.connections import services
from system_apis.inbox.models import InboxMessage

SECRET, OLDER = "shpss_new_secret", "shpss_old_secret"
BODY = json.dumps({"id": 1, "name": "#1", "note": "Größe XL — ship today"}, ensure_ascii=False).encode()
PATH = "/hooks/shop"


@pytest.fixture
def shop(db: None) -> None:
    make_shop()


def make_shop(**secrets: str) -> None:
    secrets = secrets or {"webhook_secret": SECRET, "webhook_secret_previous": OLDER}
    services.connect(
        code="shop", kind="commerce", vendor="shopify", base_url="https://shop.example", channel="web",
        secrets=secrets, now=clock.now(),
    )  # fmt: skip


def make_warehouse() -> None:
    services.connect(
        code="wms", kind="wms", vendor="sandbox", base_url="http://127.0.0.1:9", secrets={"webhook_secret": SECRET},
        now=clock.now(),
    )  # fmt: skip


def signed(raw: bytes, *, secret: str = SECRET, event: str = "evt-1", topic: str = "orders/create") -> dict[str, str]:
    digest = hmac.new(secret.encode(), raw, hashlib.sha256).digest()
    return {
        "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
        "X-Shopify-Event-Id": event,
        "X-Shopify-Topic": topic,
    }


def from_the_warehouse(raw: bytes, *, at: float) -> dict[str, str]:
    moment = str(int(at))
    signature = hmac.new(SECRET.encode(), f"{moment}.".encode() + raw, hashlib.sha256).hexdigest()
    return {
        "X-Wms-Timestamp": moment,
        "X-Wms-Signature": signature,
        "X-Wms-Event-Id": "p-1",
        "X-Wms-Topic": "parcel.dispatched",
    }


def post(raw: bytes, headers: dict[str, str], path: str = PATH) -> Any:
    return Client(raise_request_exception=False).post(path, raw, content_type="application/json", headers=headers)


def without_id(body: bytes) -> dict[str, Any]:
    return {name: value for name, value in json.loads(body).items() if name != "correlation_id"}


def test_a_signed_order_becomes_one_row_and_one_fact(shop: None) -> None:
    answer = post(BODY, signed(BODY))
    assert answer.status_code == 200
    row, fact = InboxMessage.objects.get(), Fact.objects.get()
    assert bytes(row.raw) == BODY
    assert (fact.name, fact.data) == ("commerce.order_received", {"inbox_id": str(row.pk), "connection": "shop"})


def test_the_row_and_its_fact_carry_the_callers_trace(shop: None) -> None:
    post(BODY, {**signed(BODY), "traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"})
    assert InboxMessage.objects.get().correlation_id == Fact.objects.get().correlation_id == "ab" * 16


def test_the_previous_secret_is_good_during_a_rotation(shop: None) -> None:
    assert post(BODY, signed(BODY, secret=OLDER)).status_code == 200


def test_the_signature_is_not_kept(shop: None) -> None:
    post(BODY, signed(BODY))
    assert not [name for name in InboxMessage.objects.get().headers if "hmac" in name.lower()]


def test_the_same_event_again_is_taken_and_changes_nothing(shop: None) -> None:
    answers = [post(BODY, signed(BODY)) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert [answer.json()["new"] for answer in answers] == [True, False, False]
    assert (InboxMessage.objects.count(), Fact.objects.count()) == (1, 1)


def test_another_body_under_a_known_event_is_kept_for_a_person(shop: None) -> None:
    other = BODY.replace(b"#1", b"#2")
    post(BODY, signed(BODY))
    for _ in range(2):
        assert post(other, signed(other)).status_code == 200
    assert list(Fact.objects.order_by("id").values_list("name", flat=True)) == [
        "commerce.order_received",
        "inbox.conflict",
    ]
    assert InboxMessage.objects.count() == 2


def test_an_event_without_a_name_is_named_by_its_body(shop: None) -> None:
    for _ in range(2):
        post(BODY, signed(BODY, event=""))
    assert InboxMessage.objects.get().event_id == f"sha256:{hashlib.sha256(BODY).hexdigest()}"


def test_a_topic_nobody_knows_is_kept_and_told(shop: None) -> None:
    assert post(BODY, signed(BODY, topic="carts/eaten")).status_code == 200
    assert Fact.objects.get().name == "inbox.unrecognized"


def test_every_untrusted_delivery_gets_the_same_answer_and_leaves_no_row(shop: None) -> None:
    services.connect(code="asleep", active=False, kind="erp", vendor="sandbox", base_url="http://x", now=clock.now())
    make_warehouse()
    good = signed(BODY)
    refused = [
        post(BODY, {}),
        post(BODY, signed(BODY, secret="wrong")),
        post(BODY + b" ", good),
        post(BODY, {**good, "X-Shopify-Hmac-Sha256": "é"}),
        post(BODY, good, "/hooks/nobody"),
        post(BODY, good, "/hooks/%00"),
        post(BODY, good, "/hooks/" + "x" * 300),
        post(BODY, good, "/hooks/asleep"),
        post(BODY, good, "/hooks/wms"),
        post(BODY, from_the_warehouse(BODY, at=time.time() - 301), "/hooks/wms"),
        post(BODY, from_the_warehouse(BODY, at=time.time() + 400), "/hooks/wms"),
    ]
    assert {answer.status_code for answer in refused} == {401}
    assert all(without_id(answer.content) == without_id(refused[0].content) for answer in refused)
    assert {tuple(sorted(set(answer.headers) - {"X-Request-ID"})) for answer in refused} == {
        tuple(sorted(set(refused[0].headers) - {"X-Request-ID"}))
    }
    assert InboxMessage.objects.count() == Fact.objects.count() == 0


def test_a_connection_without_a_secret_trusts_nobody(db: None) -> None:
    make_shop(token="only-for-calls")
    assert post(BODY, signed(BODY, secret="")).status_code == 401


def test_a_fresh_parcel_from_the_warehouse_is_taken(db: None) -> None:
    make_warehouse()
    assert post(BODY, from_the_warehouse(BODY, at=time.time()), "/hooks/wms").status_code == 200
    assert Fact.objects.get().name == "wms.shipment_reported"


def test_a_provider_signs_in_stripes_manner(db: None) -> None:
    services.connect(
        code="psp", kind="payments", vendor="sandbox", base_url="http://127.0.0.1:9",
        secrets={"webhook_secret": SECRET}, now=clock.now(),
    )  # fmt: skip
    raw, moment = b'{"id": "evt_1", "type": "capture.succeeded"}', int(time.time())
    signature = hmac.new(SECRET.encode(), f"{moment}.".encode() + raw, hashlib.sha256).hexdigest()
    header = {"Stripe-Signature": f"t={moment},v1={'0' * 64},v1={signature}"}
    assert post(raw, header, "/hooks/psp").status_code == 200
    assert InboxMessage.objects.get().event_id == "evt_1"


def test_a_megabyte_is_the_most_anybody_may_send(shop: None) -> None:
    large = b"x" * (1024 * 1024 + 1)
    assert post(large, signed(large)).status_code == 413


def test_only_post_is_answered(shop: None) -> None:
    answer = Client().get(PATH)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")


def test_the_database_refuses_to_change_what_came_in(shop: None) -> None:
    post(BODY, signed(BODY))
    with pytest.raises(Exception, match="Cannot update or delete"):
        InboxMessage.objects.update(raw=b"forged")


@pytest.mark.django_db(transaction=True)
def test_ten_deliveries_at_once_make_one_row_and_one_fact() -> None:
    make_shop()
    statuses: list[int] = []
    ready = threading.Barrier(10)

    def deliver() -> None:
        ready.wait()
        try:
            statuses.append(post(BODY, signed(BODY)).status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=deliver) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    close_old_connections()
    assert statuses == [200] * 10
    assert (InboxMessage.objects.count(), Fact.objects.count()) == (1, 1)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=400), event=st.text(max_size=300), topic=st.text(max_size=150))
def test_any_signed_bytes_are_kept_as_they_came(shop: None, raw: bytes, event: str, topic: str) -> None:
    headers = signed(raw, event=latin(event), topic=latin(topic))
    answer = post(raw, headers)
    assert answer.status_code == 200
    kept = InboxMessage.objects.get(pk=answer.json()["inbox_id"])
    assert bytes(kept.raw) == raw or not answer.json()["new"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=200), signature=st.text(max_size=80))
def test_no_guess_is_ever_genuine(shop: None, raw: bytes, signature: str) -> None:
    answer = post(raw, {"X-Shopify-Hmac-Sha256": latin(signature), "X-Shopify-Event-Id": os.urandom(4).hex()})
    assert answer.status_code == 401


def latin(text: str) -> str:
    """What a header may carry: a server hands bytes over as Latin-1."""
    return text.encode("latin-1", "ignore").decode("latin-1").replace("\r", "").replace("\n", "")
