"""Returns at the counter over HTTP: looked up, taken back with or without a receipt, paid, and booked."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client as Browser

from canonical.ids import receipt_number
from canonical.order import Tender, TenderState
from experience_apis.store_tools import receipts
from experience_apis.store_tools.models import ReceiptLookup, StoreStaff
from process_apis.catalog.models import Node
from process_apis.orders.models import Order
from process_apis.return_to_refund import opening
from process_apis.return_to_refund.decisions.allowed import Asked
from process_apis.returns.models import IdentityReturn, ReceiptLine, Return, ReturnPolicy, ReturnState
from process_apis.stock.models import StockPosition
from process_apis.stored_value import services as stored_value
from process_apis.stored_value.models import ValueAccount
from retail_platform import staff
from retail_platform.kernel import clock
from tests.callers import Caller, a_key, problem
from tests.factories import a_catalog, a_line, an_order, eur
from tests.playing import Play, books, money, playing
from tests.returning import NUMBER, sent
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db
TOOLS, STORE = "/api/experience/store_tools/v1", "STORE-001"
BOOT: dict[str, Any] = {"sku": "BOOT-42", "units": 1, "line_id": "1", "disposition": "restock"}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as process:
        yield process


@pytest.fixture
def play(sandbox: SandboxProcess) -> Iterator[Play]:
    with playing(sandbox) as shop:
        yield shop


@pytest.fixture
def till(play: Play) -> Caller:
    return Caller(a_key(name="till-1", scopes=["stores.read", "stores.write"], stores=[STORE]))


def a_return(**changes: Any) -> dict[str, Any]:
    return {"node": STORE, "staff": "kim", "order_number": NUMBER, "lines": [BOOT], **changes}


def no_receipt(**changes: Any) -> dict[str, Any]:
    lines = [{"sku": "BOOT-42", "units": 1, "disposition": "restock"}]
    return {"node": STORE, "staff": "kim", "document": "L01X00T47", "lines": lines, **changes}


def taken_back(till: Caller, play: Play, body: dict[str, Any]) -> Return:
    answer = till.post(f"{TOOLS}/returns", body)
    assert answer.status_code == 202, answer.content
    play.go()
    return Return.objects.get(number=answer.json()["number"])


def test_a_receipt_says_what_can_come_back_and_for_how_much(play: Play, till: Caller) -> None:
    sent(play)

    shown = till.get(f"{TOOLS}/receipts/{NUMBER}").json()

    assert shown["lines"][0]["can_return"] == 1
    assert shown["lines"][0]["paid_for_one"] == {"amount": "119.00", "currency": "EUR"}


def test_a_receipt_masks_who_bought(play: Play, till: Caller) -> None:
    sent(play)

    assert "Winter" not in till.get(f"{TOOLS}/receipts/{NUMBER}").content.decode()


@pytest.mark.parametrize(
    ("by", "value"), [("order", NUMBER), ("email", "ADA@example.com"), ("card", "tok_visa"), ("invoice", "")]
)
def test_a_sale_is_found_in_many_ways(play: Play, till: Caller, by: str, value: str) -> None:
    payment = sent(play)
    value = value or payment.order.parcels.get().invoice_number

    found = till.post(f"{TOOLS}/receipt-lookups", {"by": by, "value": value, "staff": "kim"}).json()

    assert [sale["order_number"] for sale in found["items"]] == [NUMBER]


def test_a_sale_is_found_by_its_receipt(play: Play, till: Caller) -> None:
    sent(play)
    receipt = till.get(f"{TOOLS}/receipts/{NUMBER}").json()["receipt_number"]

    assert till.get(f"{TOOLS}/receipts/{receipt}").json()["order_number"] == NUMBER


@pytest.mark.parametrize("by", ["order", "invoice"])
def test_a_receipt_that_fails_its_check_is_refused_by_field(play: Play, till: Caller, by: str) -> None:
    receipt = receipt_number(NUMBER)
    wrong = receipt[:-1] + ("A" if receipt[-1] != "A" else "B")

    told = problem(till.post(f"{TOOLS}/receipt-lookups", {"by": by, "value": wrong, "staff": "kim"}))

    assert (told["status"], told["errors"][0]["pointer"]) == (422, "/value")
    assert "receipt-check-failed" in told["type"]


def test_a_mistyped_receipt_in_the_address_is_no_missing_sale(play: Play, till: Caller) -> None:
    number, check = receipt_number(NUMBER).split("*")
    mistyped = f"{number[:-1]}{(int(number[-1]) + 1) % 10}*{check}"

    assert problem(till.get(f"{TOOLS}/receipts/{mistyped}"))["status"] == 422


def test_each_search_is_kept_with_who_looked_but_not_with_what_for(play: Play, till: Caller) -> None:
    sent(play)
    till.post(f"{TOOLS}/receipt-lookups", {"by": "email", "value": "ada@example.com", "staff": "kim"})

    kept = ReceiptLookup.objects.values("staff", "by", "found").get()
    assert kept == {"staff": "kim", "by": "email", "found": 1}


def test_searches_are_limited(play: Play, till: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipts, "A_MINUTE", 0)

    assert problem(till.get(f"{TOOLS}/receipts/{NUMBER}"))["status"] == 429


def test_a_return_at_the_store_pays_back_the_card_and_puts_the_goods_on_the_shelf(play: Play, till: Caller) -> None:
    sent(play)

    parent = taken_back(till, play, a_return())

    assert parent.state == ReturnState.CLOSED
    assert money(NUMBER)[1] == 11900
    assert StockPosition.objects.get(sku="BOOT-42", node=STORE).quarantine == 0


def test_after_a_return_the_books_hold_returns_and_no_liability(play: Play, till: Caller) -> None:
    sent(play)

    taken_back(till, play, a_return())

    assert "RFL" not in books(NUMBER)
    assert books(NUMBER)["RET"] == 10000


def test_goods_somebody_is_to_look_at_are_not_paid_for_yet(play: Play, till: Caller) -> None:
    sent(play)

    parent = taken_back(till, play, a_return(lines=[{**BOOT, "disposition": "quarantine"}]))

    assert StockPosition.objects.get(sku="BOOT-42", node=STORE).quarantine == 1
    assert parent.receipts.count() == 1


def test_the_same_request_twice_takes_back_once(play: Play, till: Caller) -> None:
    sent(play)
    first = till.post(f"{TOOLS}/returns", a_return(), key="k1").json()
    second = till.post(f"{TOOLS}/returns", a_return(), key="k1").json()

    assert first == second


def test_a_unit_comes_back_once(play: Play, till: Caller) -> None:
    sent(play)
    taken_back(till, play, a_return())

    assert problem(till.post(f"{TOOLS}/returns", a_return()))["status"] in (409, 422)


def announced(**changes: Any) -> str:
    """A return of one boot that the customer opened online, to be sent to the warehouse."""
    asked = {"number": NUMBER, "key": "online", "lines": [Asked("1", 1)], "now": clock.now(), **changes}
    return opening.open_return(**asked).number


def test_what_was_announced_online_for_the_warehouse_is_taken_in_at_a_store(play: Play, till: Caller) -> None:
    sent(play)
    number = announced()
    play.go()
    shown = till.get(f"{TOOLS}/receipts/{NUMBER}").json()

    goods = {"node": STORE, "staff": "kim", "return_number": number, "lines": [{**BOOT, "line_id": ""}]}
    parent = taken_back(till, play, goods)

    assert [each["number"] for each in shown["announced"]] == [number]
    assert (parent.number, parent.state, Return.objects.count()) == (number, ReturnState.CLOSED, 1)
    assert StockPosition.objects.get(sku="BOOT-42", node=STORE).on_hand == 1
    assert (money(NUMBER)[1], till.get(f"{TOOLS}/receipts/{NUMBER}").json()["announced"]) == (11900, [])


@pytest.mark.parametrize("wrong", [{"order_number": NUMBER}, {"refund": "cash"}, {"document": "L01"}])
def test_what_was_agreed_when_it_was_announced_is_not_agreed_anew(
    play: Play, till: Caller, wrong: dict[str, str]
) -> None:
    sent(play)
    goods = {"node": STORE, "staff": "kim", "return_number": announced(), "lines": [BOOT], **wrong}

    refused = problem(till.post(f"{TOOLS}/returns", goods))

    assert (refused["status"], refused["errors"][0]["pointer"]) == (422, f"/{next(iter(wrong))}")


def test_other_goods_than_were_announced_are_pointed_at(play: Play, till: Caller) -> None:
    sent(play)
    a_catalog(skus=("COAT-1",))
    coat = {"sku": "COAT-1", "units": 1}
    goods = {"node": STORE, "staff": "kim", "return_number": announced(), "lines": [coat]}

    refused = problem(till.post(f"{TOOLS}/returns", goods))

    assert (refused["status"], refused["errors"][0]["pointer"]) == (422, "/lines/0")


def test_an_announced_return_nobody_knows_is_not_found(play: Play, till: Caller) -> None:
    goods = {"node": STORE, "staff": "kim", "return_number": "R-NONE", "lines": [BOOT]}

    assert problem(till.post(f"{TOOLS}/returns", goods))["status"] == 404


def test_another_store_answers_404(play: Play, till: Caller) -> None:
    sent(play)

    assert problem(till.post(f"{TOOLS}/returns", a_return(node="WH-1")))["status"] == 404


def test_the_customer_may_take_store_credit_instead(play: Play, till: Caller) -> None:
    sent(play)

    taken_back(till, play, a_return(refund="store_credit"))

    assert ValueAccount.objects.get(kind="store_credit").balance_minor == 11900


def test_cash_comes_out_of_the_till(play: Play, till: Caller) -> None:
    sent(play)

    taken_back(till, play, a_return(refund="cash"))

    assert books(NUMBER)["TILL"] == -11900


def test_without_a_receipt_the_lowest_price_of_late_becomes_store_credit(play: Play, till: Caller) -> None:
    sent(play, an_order(lines=(a_line(discount=eur(1900), tax=eur(1597)),)))

    parent = taken_back(till, play, no_receipt())

    assert parent.total_minor == 10000
    assert ValueAccount.objects.get(kind="store_credit").balance_minor == 10000


def test_without_a_receipt_the_document_is_kept_as_a_hash_only(play: Play, till: Caller) -> None:
    sent(play)
    taken_back(till, play, no_receipt())

    kept = IdentityReturn.objects.get()
    assert "L01X00T47" not in kept.identity_hash
    assert kept.total_minor == 11900


def test_without_a_receipt_a_document_is_needed(play: Play, till: Caller) -> None:
    sent(play)

    assert problem(till.post(f"{TOOLS}/returns", no_receipt(document="")))["status"] == 400


def test_one_identity_comes_back_so_often_without_receipts(play: Play, till: Caller, settings: Any) -> None:
    settings.NO_RECEIPT_TIMES = 1
    sent(play)
    taken_back(till, play, no_receipt())

    refused = problem(till.post(f"{TOOLS}/returns", no_receipt(document="l01x-00t47")))

    assert refused["type"].endswith("identity-limit")


def test_a_month_later_the_identity_may_come_again(play: Play, till: Caller, settings: Any) -> None:
    settings.NO_RECEIPT_TIMES = 1
    sent(play)
    taken_back(till, play, no_receipt())
    IdentityReturn.objects.update(at=clock.now() - timedelta(days=31))

    assert till.post(f"{TOOLS}/returns", no_receipt()).status_code == 202


def test_what_was_never_sold_has_no_price_without_a_receipt(play: Play, till: Caller) -> None:
    refused = problem(till.post(f"{TOOLS}/returns", no_receipt()))

    assert refused["type"].endswith("no-price")


def test_what_the_marketplace_sold_the_marketplace_pays_back(play: Play, till: Caller) -> None:
    paid = Tender(kind="card", amount=eur(11900), state=TenderState.CAPTURED, reference="55")
    bought = play.sandbox.place_order(
        lines=[{"sku": "BOOT-42", "quantity": 1, "price": "119.00"}],
        address={"country_code": "DE", "city": "Berlin", "zip": "10115"},
        financial_status="paid",
    )
    line = a_line(line_id=str(bought["line_items"][0]["id"]))
    sent(play, an_order(channel="shop", channel_order_id=str(bought["id"]), lines=(line,), tenders=(paid,)))

    taken_back(till, play, a_return(refund="cash", lines=[{**BOOT, "line_id": line.line_id}]))

    assert "TILL" not in books(NUMBER)
    assert play.sandbox.effects(system="payments", operation="refund") == []
    assert [each["amount"] for each in play.sandbox.effects(system="commerce", operation="refund")] == ["119.00"]


def test_a_gift_card_says_what_it_holds_and_not_its_number(play: Play, till: Caller) -> None:
    card = stored_value.open_account(kind="gift_card", number="6006 4910 1111", currency="EUR", pin="4711")
    stored_value.load(card, minor=2500, key="load", of="test")

    shown = till.get(f"{TOOLS}/gift-cards/600649101111", Gift_Card_Pin="4711").json()

    assert shown == {"number": "•••• 1111", "balance": {"amount": "25.00", "currency": "EUR"}, "expires_on": None}


def test_a_gift_card_with_the_wrong_pin_is_not_there(play: Play, till: Caller) -> None:
    stored_value.open_account(kind="gift_card", number="6006 4910 1111", currency="EUR", pin="4711")

    assert problem(till.get(f"{TOOLS}/gift-cards/600649101111", Gift_Card_Pin="1"))["status"] == 404


def test_a_gift_card_can_be_asked_for_ten_times_a_minute(play: Play, till: Caller) -> None:
    number = f"7{clock.now():%H%M%S%f}"
    answers = [till.get(f"{TOOLS}/gift-cards/{number}").status_code for _ in range(11)]

    assert answers == [404] * 10 + [429]


def test_nothing_of_an_order_is_returned_that_was_not_sent(play: Play, till: Caller) -> None:
    play.place(an_order())
    play.go()

    assert Order.objects.get().number == NUMBER
    assert problem(till.post(f"{TOOLS}/returns", a_return()))["status"] == 422
    assert not ReceiptLine.objects.exists()


@pytest.fixture
def phone(play: Play) -> Browser:
    staff.make_groups()
    Node.objects.filter(code=STORE).update(offers_pickup=True)
    user = User.objects.create_user("kim", is_staff=True)
    user.groups.add(Group.objects.get(name="store-staff"))
    StoreStaff.objects.create(user=user, stores=[STORE])
    browser = Browser()
    browser.force_login(user)
    return browser


def press(phone: Browser, button: str, **typed: Any) -> str:
    return phone.post(f"/store/{STORE}/returns/{button}", typed, follow=True).content.decode()


def test_the_page_finds_a_sale_and_takes_it_back(play: Play, phone: Browser) -> None:
    sent(play)
    found = press(phone, "lookup", by="order", value=NUMBER)
    key = found.split('name="key" value="')[1].split('"')[0]
    typed = {"units-1": "1", "condition-1": "new", "disposition-1": "restock"}

    said = press(phone, "take", order_number=NUMBER, key=key, refund="original", **typed)
    play.go()

    assert "The customer gets 119.00 EUR" in said
    assert money(NUMBER)[1] == 11900


def test_the_button_pressed_twice_takes_back_once(play: Play, phone: Browser) -> None:
    sent(play)
    typed = {"order_number": NUMBER, "key": "0b6f7b1e-6f0e-4b57-9d9b-0f3f5d3b2a11", "refund": "original"}
    lines = {"units-1": "1", "condition-1": "new"}
    for _ in range(2):
        press(phone, "take", **typed, **lines)

    assert Return.objects.count() == 1


def test_the_page_finds_a_sale_by_its_announced_return_and_takes_it_in(play: Play, phone: Browser) -> None:
    sent(play)
    number = announced()
    play.go()
    found = press(phone, "lookup", by="return", value=number)
    key = found.split('name="key" value="')[1].split('"')[0]
    typed = {"units-1": "1", "condition-1": "new", "disposition-1": "restock"}

    said = press(phone, "announced", order_number=NUMBER, return_number=number, refund="original", key=key, **typed)
    play.go()

    again = press(phone, "announced", order_number=NUMBER, return_number=number, refund="original", key=key, **typed)
    assert (f"Announced: {number}" in found, f"Taken back as {number}" in said) == (True, True)
    assert "Nothing of return" in again
    assert (Return.objects.get().state, money(NUMBER)[1]) == (ReturnState.CLOSED, 11900)


def test_the_page_says_when_no_sale_is_found(play: Play, phone: Browser) -> None:
    assert "No sale is found" in press(phone, "lookup", by="email", value="nobody@example.com")


def test_the_page_says_that_nothing_was_typed(play: Play, phone: Browser) -> None:
    sent(play)
    key = "0b6f7b1e-6f0e-4b57-9d9b-0f3f5d3b2a11"

    said = press(phone, "take", order_number=NUMBER, key=key, refund="original", **{"condition-1": "new"})

    assert "Say how many came back" in said


def test_the_page_takes_back_without_a_receipt(play: Play, phone: Browser) -> None:
    sent(play)
    typed = {"key": "0b6f7b1e-6f0e-4b57-9d9b-0f3f5d3b2a11", "sku": "BOOT-42", "units": "1", "document": "L01X"}

    assert "store credit" in press(phone, "no-receipt", **typed, condition="new", disposition="restock")


def test_the_page_pays_nothing_out_for_an_empty_box(play: Play, phone: Browser) -> None:
    sent(play)
    typed = {"order_number": NUMBER, "key": "0b6f7b1e-6f0e-4b57-9d9b-0f3f5d3b2a11", "refund": "cash"}
    lines = {"units-1": "1", "condition-1": "new", "disposition-1": "suspect:empty_box"}

    said = press(phone, "take", **typed, **lines)
    play.go()

    assert "Pay nothing out" in said
    assert (ReceiptLine.objects.get().suspect, money(NUMBER)[1]) == ("empty_box", 0)


def test_the_page_pays_nothing_out_before_a_second_person_has_agreed(play: Play, phone: Browser) -> None:
    ReturnPolicy.objects.create(channel="", approval_above_minor=10000)
    sent(play)
    typed = {"order_number": NUMBER, "key": "0b6f7b1e-6f0e-4b57-9d9b-0f3f5d3b2a11", "refund": "cash"}

    said = press(phone, "take", **typed, **{"units-1": "1", "condition-1": "new", "disposition-1": "restock"})

    assert "Pay nothing out yet" in said
    assert "take it from the till" not in said


def test_what_cannot_be_taken_back_leaves_the_sale_on_the_page(play: Play, phone: Browser) -> None:
    sent(play)
    typed = {"order_number": NUMBER, "key": "0b6f7b1e-6f0e-4b57-9d9b-0f3f5d3b2a11", "refund": "original"}

    said = press(phone, "take", **typed, **{"units-1": "2", "condition-1": "new"})

    assert ("cannot come back" in said, 'name="units-1"' in said) == (True, True)


def test_another_stores_returns_are_not_there(play: Play, phone: Browser) -> None:
    assert phone.get("/store/WH-1/returns/").status_code == 404
