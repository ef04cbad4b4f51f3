"""Following an order: by when, what was given back, without an account, and as soon as it changes."""

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from canonical.ids import receipt_number
from experience_apis.order_status import due, projection, waiting
from experience_apis.order_status.models import OrderStatus, ShopperState
from process_apis.orders import cancellations, guest_links, services
from process_apis.orders.models import AskedBy, Order, OrderState, Payment
from retail_platform.kernel import clock, throttle
from tests.callers import problem
from tests.experience.carrying import carry_facts
from tests.experience.shopping import ORDERS, a_shop
from tests.factories import NOON, a_catalog, an_order

FRIDAY = datetime(2026, 3, 6, 12, 0, tzinfo=UTC)
HERE = f"{ORDERS}/W-1001"


def by(shown: ShopperState, **changes: Any) -> datetime | None:
    usual: dict[str, Any] = {
        "placed_at": FRIDAY, "ready_by": None, "kept_until": None, "cancelled_at": None, "owed": False,
        "dispatch_days": 2, "refund_days": 5,
    }  # fmt: skip
    return due.next_by(shown, **{**usual, **changes})


def test_goods_leave_within_working_days() -> None:
    assert by(ShopperState.PREPARING) == FRIDAY + timedelta(days=4)


def test_a_pickup_is_ready_when_its_store_said() -> None:
    assert by(ShopperState.PREPARING, ready_by=FRIDAY + timedelta(hours=2)) == FRIDAY + timedelta(hours=2)


def test_what_is_ready_is_kept_until_a_day() -> None:
    assert by(ShopperState.READY_TO_COLLECT, kept_until=FRIDAY + timedelta(days=7)) == FRIDAY + timedelta(days=7)


def test_money_owed_has_a_date() -> None:
    cancelled = by(ShopperState.CANCELLED, cancelled_at=FRIDAY, owed=True)
    assert cancelled == FRIDAY + timedelta(days=5)


@pytest.mark.parametrize("shown", [ShopperState.SHIPPED, ShopperState.COMPLETED, ShopperState.NEEDS_ATTENTION])
def test_where_nobody_can_say_there_is_no_date(shown: ShopperState) -> None:
    assert by(shown) is None


@pytest.fixture(autouse=True)
def _no_guess_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test counts its own tries."""
    tries: dict[str, int] = {}

    def may_guess(*, address: str, limit: int) -> bool:
        tries[address] = tries.get(address, 0) + 1
        return tries[address] <= limit

    monkeypatch.setattr("experience_apis.order_status.guests.may_guess", may_guess)


@pytest.fixture
def order(db: None) -> Order:
    a_catalog()
    row, _ = services.place(an_order())
    carry_facts()
    return row


def test_a_cancellation_is_shown_without_who_asked(order: Order) -> None:
    cancellations.request(
        number="W-1001", key="k", asked_by=AskedBy.SERVICE, by="ines@retail", reason="inner words", units=None,
        now=clock.now(),
    )  # fmt: skip
    carry_facts()
    shown = a_shop().get(HERE)
    assert shown.json()["cancellations"][0]["lines"][0]["units"] == 1
    assert [word for word in ("ines@", "inner words") if word in shown.content.decode()] == []


def test_a_refund_is_shown_with_the_way_it_goes_back(order: Order) -> None:
    payment = Payment.objects.get()
    Payment.objects.update(captured_minor=11900, refunded_minor=500)
    payment.movements.create(key="x", kind="refund", amount_minor=500, currency="EUR", provider_reference="re_1")
    projection.refresh("W-1001", now=NOON)
    refund = a_shop().get(HERE).json()["refunds"][0]
    assert (refund["tender"], refund["amount"]) == ("card", {"amount": "5.00", "currency": "EUR"})


def test_a_link_shows_its_order_and_no_other(order: Order) -> None:
    shop, token = a_shop(), guest_links.token("W-1001")
    services.place(an_order(number="W-1002", channel_order_id="W-1002"))
    carry_facts()
    assert shop.get(f"{HERE}?token={token}").status_code == 200
    assert shop.get(f"{ORDERS}/W-1002?token={token}").status_code == 404


def test_a_wrong_address_and_an_unknown_order_answer_alike(order: Order) -> None:
    shop = a_shop()

    def told(path: str) -> tuple[int, str]:
        said = problem(shop.get(f"{path}?email=other@example.com"))
        return said["status"], said["detail"]

    assert told(HERE) == told(f"{ORDERS}/W-9999")


def test_addresses_cannot_be_tried_for_long(order: Order) -> None:
    shop = a_shop()
    answers = [shop.get(f"{HERE}?email=a{n}@example.com").status_code for n in range(31)]
    assert (answers[29], answers[30]) == (404, 429)


def test_after_too_many_tries_the_right_address_opens_nothing_either(order: Order) -> None:
    shop = a_shop()
    for n in range(30):
        shop.get(f"{HERE}?email=a{n}@example.com")
    assert shop.get(f"{HERE}?email=ada@example.com").status_code == 429


@pytest.mark.django_db(transaction=True)
def test_who_waits_is_answered_with_the_next_change(order: Order) -> None:
    before = OrderStatus.objects.get().version

    def change() -> None:
        time.sleep(0.7)
        services.move_on(order, to=OrderState.RESERVED, since=list(OrderState))
        projection.refresh("W-1001", now=clock.now())
        connection.close()

    later = threading.Thread(target=change)
    later.start()
    began = time.monotonic()
    answer = a_shop().get(f"{HERE}?wait=10&after={before}").json()
    later.join()
    assert (answer["version"], answer["state"]) == (before + 1, "confirmed")
    assert 0.5 < time.monotonic() - began < 5


def test_who_knows_less_is_answered_at_once(order: Order) -> None:
    began = time.monotonic()
    assert a_shop().get(f"{HERE}?wait=25&after=0").status_code == 200
    assert time.monotonic() - began < 2


def test_a_wait_ends_when_its_time_is_over(order: Order) -> None:
    version = OrderStatus.objects.get().version
    assert a_shop().get(f"{HERE}?wait=1&after={version}").json()["version"] == version


def test_where_too_many_wait_one_more_is_answered_at_once(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "_seats", threading.BoundedSemaphore(1))
    waiting._seats.acquire()
    version = OrderStatus.objects.get().version
    began = time.monotonic()
    assert a_shop().get(f"{HERE}?wait=25&after={version}")["Retry-After"] == "2"
    assert time.monotonic() - began < 2


def test_an_order_that_has_not_changed_is_not_sent_again(order: Order) -> None:
    shop = a_shop()
    first = shop.get(HERE)
    assert shop.get(HERE, If_None_Match=first["ETag"]).status_code == 304


def test_a_wait_of_minutes_is_refused(order: Order) -> None:
    assert a_shop().get(f"{HERE}?wait=600").status_code == 400


def test_a_buyer_finds_the_page_of_an_order_by_number_and_address(order: Order) -> None:
    answer = Client().post("/track/", {"number": "W-1001", "email": "Ada@Example.com"}, follow=True)
    assert answer.status_code == 200
    assert "We have your order." in answer.content.decode()


def test_the_form_is_taken_from_a_browser_which_says_where_it_comes_from_as_the_page_lets_it(order: Order) -> None:
    browser = Client(enforce_csrf_checks=True)
    page = browser.get("/track/")
    told = "null" if page["Referrer-Policy"] == "no-referrer" else "http://testserver"  # the fetch standard's Origin
    wish = {"number": "W-1001", "email": "ada@example.com", "csrfmiddlewaretoken": page.context["csrf_token"]}
    assert browser.post("/track/", wish, headers={"Origin": told}).status_code == 302


def test_a_buyer_finds_the_order_by_the_number_of_a_receipt(order: Order) -> None:
    wish = {"number": receipt_number("W-1001"), "email": "ada@example.com"}
    assert Client().post("/track/", wish).status_code == 302


def test_a_receipt_typed_wrongly_is_said_to_be(order: Order) -> None:
    answer = Client().post("/track/", {"number": f"{receipt_number('W-1001')}X", "email": "ada@example.com"})
    assert (answer.status_code, "typed wrongly" in answer.content.decode()) == (400, True)


def test_the_page_says_the_same_for_a_wrong_address_and_an_unknown_order(order: Order) -> None:
    browser = Client()
    wrong = browser.post("/track/", {"number": "W-1001", "email": "other@example.com"})
    unknown = browser.post("/track/", {"number": "W-9999", "email": "ada@example.com"})
    assert (wrong.status_code, unknown.status_code) == (404, 404)
    assert "There is no order of this number" in wrong.content.decode()


def test_the_page_of_an_order_names_no_person(order: Order) -> None:
    page = Client().get(f"/track/{guest_links.token('W-1001')}").content.decode()
    assert [word for word in ("Ada", "Hauptstr", "10115", "ada@") if word in page] == []


def test_the_page_tells_its_address_to_nobody(order: Order) -> None:
    page = Client().get(f"/track/{guest_links.token('W-1001')}")
    assert (page["Referrer-Policy"], "no-store" in page["Cache-Control"]) == ("no-referrer", True)


def test_a_link_that_is_over_shows_nothing(order: Order, settings: Any) -> None:
    settings.ORDER_LINK_DAYS = -1
    assert Client().get(f"/track/{guest_links.token('W-1001')}").status_code == 404


def test_the_page_hears_of_a_change(order: Order) -> None:
    answer = Client().get(f"/track/{guest_links.token('W-1001')}/version?after=0")
    assert answer.json()["version"] == 1


def test_tries_from_one_address_are_counted_over_orders(order: Order) -> None:
    browser = Client()
    answers = [browser.post("/track/", {"number": f"W-{n}", "email": "ada@example.com"}).status_code for n in range(31)]
    assert answers[-1] == 429


def test_guesses_are_counted_for_real(order: Order) -> None:
    address = f"guest:test:{clock.now().timestamp()}"
    assert [throttle.may_guess(address=address, limit=2) for _ in range(3)] == [True, True, False]
