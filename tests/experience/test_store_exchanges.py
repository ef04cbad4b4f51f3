"""Exchanges on the store's pages: what it comes to, agreed and booked, and what became of a till's ticket."""

import itertools
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client as Browser

from experience_apis.store_tools.models import StoreStaff
from process_apis.catalog.models import Node, Product
from process_apis.catalog.tender_models import SettledBy
from process_apis.orders.models import Order, Payment
from process_apis.return_to_refund import tickets
from process_apis.return_to_refund.models import Exchange
from process_apis.return_to_refund.tickets import Ticket, TicketLine
from process_apis.returns.models import Return, ReturnPolicy
from retail_platform import staff
from retail_platform.kernel import clock
from tests.factories import NOON, a_catalog, eur, on_hand
from tests.playing import Play, books, desk, playing
from tests.sandbox_process import SandboxProcess
from tests.taking_back import at, owed, shipped, sums_up

pytestmark = pytest.mark.django_db
STORE, KEY = "STORE-001", "0b6f7b1e-6f0e-4b57-9d9b-0f3f5d3b2a11"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as process:
        yield process


@pytest.fixture
def play(sandbox: SandboxProcess) -> Iterator[Play]:
    with playing(sandbox) as shop:
        yield shop


@pytest.fixture
def phone(play: Play) -> Browser:
    """A member of staff at a counter that has socks on the shelf."""
    Node.objects.filter(code=STORE).update(offers_pickup=True)
    on_hand({"SOCK-1": 5}, node=STORE)
    staff.make_groups()
    user = User.objects.create_user("kim", is_staff=True)
    user.groups.add(Group.objects.get(name="store-staff"))
    StoreStaff.objects.create(user=user, stores=[STORE])
    browser = Browser()
    browser.force_login(user)
    return browser


def a_coat_for_socks(order: Order, **changes: str) -> dict[str, str]:
    """What is typed into the form of a sale whose second line is a coat at 119.00."""
    typed = {
        "order_number": order.number, "key": KEY, "refund": "original", "units-2": "1", "condition-1": "new",
        "condition-2": "new", "wanted-1": "sock-1", "pieces-1": "",
    }  # fmt: skip
    return {**typed, **changes}


def press(phone: Browser, path: str, typed: dict[str, str]) -> str:
    return phone.post(f"/store/{STORE}/{path}", typed, follow=True).content.decode()


def reviewed(phone: Browser, typed: dict[str, str]) -> tuple[str, dict[str, str]]:
    """The page that says what it comes to, and the fields of its form."""
    page = press(phone, "returns/exchange", typed)
    form = page[page.find("exchanges/take") :]
    return page, dict(re.findall(r'<input type="hidden" name="((?!csrf)[^"]+)" value="([^"]*)"', form))


def exchanged(phone: Browser, play: Play, typed: dict[str, str], **agreed: str) -> str:
    """Reviewed, agreed, and carried to its end; the page of the exchange."""
    _, fields = reviewed(phone, typed)
    press(phone, "exchanges/take", {**fields, **agreed})
    play.go()
    return phone.get(f"/store/{STORE}/exchanges/{Return.objects.get().number}/").content.decode()


def the_new_order() -> Order:
    return Order.objects.get(number=Exchange.objects.get().order_number)


def test_an_even_exchange_at_the_counter_moves_goods_and_no_money(play: Play, phone: Browser) -> None:
    order = shipped(play)

    page = exchanged(phone, play, a_coat_for_socks(order))

    assert "Return and sale are booked." in page
    assert (at("COAT-1", STORE), at("SOCK-1", STORE)) == ((1, 0), (4, 0))
    assert play.sandbox.effects(system="payments", operation="refund") == []
    assert (owed(order.number), books(order.number).get("TILL", 0)) == (0, 0)
    sums_up(play)


def test_what_dearer_goods_cost_more_is_said_before_anything_is_done(play: Play, phone: Browser) -> None:
    order = shipped(play)
    Product.objects.filter(sku="SOCK-1").update(price_minor=15000)

    page, _ = reviewed(phone, a_coat_for_socks(order))

    assert "The customer pays<br><strong>31.00 EUR</strong>" in page
    assert not Return.objects.exists()


def test_what_the_till_took_on_top_pays_the_dearer_goods(play: Play, phone: Browser) -> None:
    order = shipped(play)
    Product.objects.filter(sku="SOCK-1").update(price_minor=15000)

    page = exchanged(phone, play, a_coat_for_socks(order), taken_with="till_cash", receipt="8812")

    assert ("Taken at the till, receipt 8812" in page, '"amount">31.00 EUR' in page) == (True, True)
    assert {paid.kind: paid.captured_minor for paid in the_new_order().payments.all()} == {
        "store_credit": 11900, "till_cash": 3100,
    }  # fmt: skip
    assert owed(order.number) == 0
    sums_up(play)


@pytest.mark.parametrize(
    ("way", "said", "till", "card"),
    [("original", "as it was paid", 0, 7900), ("cash", "in cash from the till", -7900, 0)],
)
def test_what_cheaper_goods_leave_over_goes_back_as_staff_said(
    play: Play, phone: Browser, way: str, said: str, till: int, card: int
) -> None:
    order = shipped(play)
    Product.objects.filter(sku="SOCK-1").update(price_minor=4000)
    typed = a_coat_for_socks(order, refund=way)

    page, _ = reviewed(phone, typed)
    done = exchanged(phone, play, typed)

    assert ("The customer gets<br><strong>79.00 EUR</strong>" in page, said in page, "79.00 EUR" in done) == (
        True,
        True,
        True,
    )
    assert books(order.number).get("TILL", 0) == till
    refunds = play.sandbox.effects(system="payments", operation="refund")
    assert sum(each["amount"] for each in refunds if each["subject"] == order.number) == card
    sums_up(play)


def test_the_exchange_pressed_twice_is_made_once(play: Play, phone: Browser) -> None:
    _, fields = reviewed(phone, a_coat_for_socks(shipped(play)))
    pages = [press(phone, "exchanges/take", fields) for _ in range(2)]

    assert (Exchange.objects.count(), all("Exchanged as" in page for page in pages)) == (1, True)


def test_a_price_that_changed_meanwhile_is_shown_anew(play: Play, phone: Browser) -> None:
    _, fields = reviewed(phone, a_coat_for_socks(shipped(play)))
    Product.objects.filter(sku="SOCK-1").update(price_minor=15000)

    said = press(phone, "exchanges/take", {**fields, "taken_with": "till_cash", "receipt": "8812"})

    assert "the customer pays 31.00 EUR" in said
    assert not Return.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"wanted-1": ""}, "Say what the customer takes instead"),
        ({"wanted-1": "GHOST-1"}, "there is no product"),
        ({"units-2": "0"}, "Say how many came back"),
        ({"units-2": "2"}, "cannot come back"),
        ({"disposition-2": "suspect:empty_box"}, "somebody looks into first"),
        ({"order_number": "W-0"}, "there is no order"),
    ],
)
def test_what_cannot_be_exchanged_is_said_and_changes_nothing(
    play: Play, phone: Browser, wrong: dict[str, str], said: str
) -> None:
    page, _ = reviewed(phone, {**a_coat_for_socks(shipped(play)), **wrong})

    assert said in page
    assert not Return.objects.exists()


def test_what_is_to_be_paid_on_top_needs_its_tender(play: Play, phone: Browser) -> None:
    order = shipped(play)
    Product.objects.filter(sku="SOCK-1").update(price_minor=15000)
    _, fields = reviewed(phone, a_coat_for_socks(order))

    assert "say what the till took the 31.00 EUR with" in press(phone, "exchanges/take", {**fields, "receipt": "8812"})
    assert not Return.objects.exists()


def test_an_exchange_that_a_second_person_has_to_agree_to_is_the_desks(play: Play, phone: Browser) -> None:
    ReturnPolicy.objects.create(channel="", approval_above_minor=10000)

    page, fields = reviewed(phone, a_coat_for_socks(shipped(play)))

    assert ("ask the service desk" in page, fields) == (True, {})


def test_what_was_sold_on_invoice_is_exchanged_at_the_desk_alone(play: Play, phone: Browser) -> None:
    order = shipped(play)
    Payment.objects.update(settled_by=SettledBy.TERMS)

    page, fields = reviewed(phone, a_coat_for_socks(order))

    assert ("sold on invoice" in page, fields) == (True, {})


def test_goods_our_book_does_not_have_here_are_warned_of_and_become_a_case(play: Play, phone: Browser) -> None:
    a_catalog(skus=("NONE-1",))
    typed = a_coat_for_socks(shipped(play), **{"wanted-1": "NONE-1"})

    page, _ = reviewed(phone, typed)
    done = exchanged(phone, play, typed)

    assert ("Our book has not so many here" in page, "count them" in done) == (True, True)
    assert any("cannot be had" in title for title in desk())


def test_goods_paid_on_top_that_our_book_does_not_have_wait_for_the_desk(play: Play, phone: Browser) -> None:
    a_catalog(skus=("NONE-1",))
    Product.objects.filter(sku="NONE-1").update(price_minor=15000)
    typed = a_coat_for_socks(shipped(play), **{"wanted-1": "NONE-1"})

    done = exchanged(phone, play, typed, taken_with="till_card", receipt="8812")

    assert ("Somebody looks into order" in done, 'class="state late"' in done) == (True, True)


def a_ticket(**changes: Any) -> Ticket:
    lines = (TicketLine("COAT-1", -1, eur(11900), line_id="2"), TicketLine("SOCK-1", 1, eur(15000)))
    fields: dict[str, Any] = {
        "store": STORE, "till": "1", "number": "4711", "business_date": NOON.date(), "sale": "W-1001",
        "lines": lines, "net": eur(3100), "paid_with": "till_cash",
    }  # fmt: skip
    return Ticket(**{**fields, **changes})


def test_a_ticket_rung_up_offline_is_found_by_its_number_with_what_became_of_it(play: Play, phone: Browser) -> None:
    shipped(play)
    parent = tickets.take(a_ticket(), staff="lee", now=clock.now())
    waiting = phone.get(f"/store/{STORE}/exchanges/?ticket=4711").content.decode()
    play.go()

    done = phone.get(f"/store/{STORE}/exchanges/{parent.number}/").content.decode()

    assert ("Ticket 4711, till 1" in waiting, "being booked" in waiting) == (True, True)
    assert ("Return and sale are booked." in done, "receipt 4711" in done, "lee" in done) == (True, True, True)


def test_odd_things_typed_are_answered_and_exchange_nothing(play: Play, phone: Browser) -> None:
    _, fields = reviewed(phone, a_coat_for_socks(shipped(play)))
    paths = ("returns/exchange", "exchanges/take", "returns/take", "returns/announced")
    for odd, name in itertools.product(("\x00", "'", "x" * 5000), (*fields, "taken_with", "receipt")):
        for path in paths:
            answer = phone.post(f"/store/{STORE}/{path}", {**fields, "pays": "1.00 EUR", name: odd})
            assert answer.status_code in (200, 302), (path, name)
        assert phone.get(f"/store/{STORE}/exchanges/", {"ticket": odd}).status_code == 200
        assert phone.get(f"/store/{STORE}/exchanges/{quote(odd)}/").status_code == 404
    assert not Exchange.objects.exists()


def test_a_ticket_that_has_not_arrived_is_said_to_be_missing(phone: Browser) -> None:
    assert "No ticket 99 has arrived" in phone.get(f"/store/{STORE}/exchanges/?ticket=99").content.decode()


def test_another_stores_exchange_is_not_there(play: Play, phone: Browser) -> None:
    shipped(play)
    Node.objects.update_or_create(code="STORE-002", defaults={"name": "Two", "kind": "store", "offers_pickup": True})
    parent = tickets.take(a_ticket(store="STORE-002"), staff="lee", now=clock.now())

    assert phone.get(f"/store/{STORE}/exchanges/{parent.number}/").status_code == 404
    assert parent.number not in phone.get(f"/store/{STORE}/exchanges/").content.decode()


def test_the_pages_run_no_inline_script_and_allow_none(play: Play, phone: Browser) -> None:
    shipped(play)
    parent = tickets.take(a_ticket(), staff="lee", now=clock.now())
    for path in ("exchanges/", f"exchanges/{parent.number}/", "returns/"):
        answer = phone.get(f"/store/{STORE}/{path}")
        assert "unsafe" not in answer["Content-Security-Policy"]
        assert not re.search(r"<script(?![^>]*src=)| style=| on\w+=", answer.content.decode())


def test_every_form_is_guarded_against_other_sites(phone: Browser) -> None:
    strict = Browser(enforce_csrf_checks=True)
    strict.cookies = phone.cookies
    for path in ("returns/exchange", "exchanges/take"):
        assert strict.post(f"/store/{STORE}/{path}").status_code == 403
