"""Whatever an order is made of and however it is paid, its parts come to the whole: tenders, invoices, journals agree.

An order is walked through the journey's own decisions: shipped in parcels, some lines cancelled for good, every tender
drawn in its order, and booked with the account it is cleared through.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from canonical.money import Money
from process_apis.catalog.tenders import STANDARD
from process_apis.order_to_cash import decisions

ROLES = {code: (role, draw_order, capture_at == "order") for code, _, _, role, draw_order, capture_at, _, _ in STANDARD}
CLEARED = {"PSP", "CHAN", "COD", "GC", "SC", "LOY"}


class Line(NamedTuple):
    """An order line in smallest units: `sent` are its units by parcel, `cancelled` those that never leave."""

    price: int
    discount: int
    tax: int
    sent: list[int]
    cancelled: int

    @property
    def units(self) -> int:
        return sum(self.sent) + self.cancelled


class Tender(NamedTuple):
    kind: str
    amount: int

    @property
    def role(self) -> str:
        return ROLES[self.kind][0]

    @property
    def beforehand(self) -> bool:
        return ROLES[self.kind][2]


class Sale(NamedTuple):
    lines: list[Line]
    taxes_included: bool
    shipping: int
    shipping_tax: int
    tenders: list[Tender]

    @property
    def total(self) -> int:
        goods = sum(line.price - line.discount + (0 if self.taxes_included else line.tax) for line in self.lines)
        return goods + self.shipping + (0 if self.taxes_included else self.shipping_tax)


class Billed(NamedTuple):
    """What the parcels of an order came to."""

    invoices: list[int]
    taxes: int
    drawn: dict[int, int]
    journal: list[tuple[str, int]]


def _split(draw: st.DrawFn, whole: int, parts: int) -> list[int]:
    cuts = sorted(draw(st.lists(st.integers(0, whole), min_size=parts - 1, max_size=parts - 1)))
    return [after - before for before, after in zip([0, *cuts], [*cuts, whole], strict=True)]


@st.composite
def sales(draw: st.DrawFn, *, cancels: bool = True) -> Sale:
    """Up to four lines in up to four parcels, free ones among them, paid with up to four tenders of any kind."""
    included, parcels = draw(st.booleans()), draw(st.integers(1, 4))
    lines = []
    for _ in range(draw(st.integers(1, 4))):
        *sent, cancelled = _split(draw, draw(st.integers(1, 12)), parcels + 1)
        if not cancels:
            sent[0], cancelled = sent[0] + cancelled, 0
        price = draw(st.integers(0, 10**6)) * (sum(sent) + cancelled)
        discount = draw(st.one_of(st.just(price), st.integers(0, price)))
        tax = draw(st.integers(0, (price - discount) // 2))
        lines.append(Line(price, discount, tax, sent, cancelled))
    shipping = draw(st.integers(0, 5000))
    sale = Sale(lines, included, shipping, draw(st.integers(0, shipping)), [])
    amounts = _split(draw, sale.total, draw(st.integers(1, 4)))
    kinds = draw(st.lists(st.sampled_from(sorted(ROLES)), min_size=len(amounts), max_size=len(amounts)))
    tenders = sorted(map(Tender, kinds, amounts), key=lambda tender: ROLES[tender.kind][1])
    return sale._replace(tenders=tenders)


def bill(sale: Sale) -> Billed:
    """Ship an order parcel after parcel, as the journey does, and book each."""
    deposit = [(tender.role, tender.amount) for tender in sale.tenders if tender.beforehand]
    journal = decisions.deposit_legs(taken=deposit)
    invoices: list[int] = []
    taxes = 0
    left = {position: tender.amount for position, tender in enumerate(sale.tenders)}
    for number in range(len(sale.lines[0].sent)):
        if not any(line.sent[number] for line in sale.lines):
            continue
        net, discount, tax = map(sum, zip(*(_share(sale, line, number) for line in sale.lines), strict=True))
        shipping = 0 if invoices else sale.shipping - (sale.shipping_tax if sale.taxes_included else 0)
        tax += 0 if invoices else sale.shipping_tax
        invoices.append(net - discount + tax + shipping)
        taxes += tax
        drawn = decisions.draw(invoices[-1], tenders=list(left.items()))
        left = {tender: minor - drawn.get(tender, 0) for tender, minor in left.items()}
        journal += decisions.sale_legs(
            net=net,
            discount=discount,
            shipping=shipping,
            tax=tax,
            from_deposit=sum(minor for at, minor in drawn.items() if sale.tenders[at].beforehand),
            taken=[(sale.tenders[at].role, minor) for at, minor in drawn.items() if not sale.tenders[at].beforehand],
        )
    used = {position: tender.amount - left[position] for position, tender in enumerate(sale.tenders)}
    return Billed(invoices, taxes, used, journal)


def _share(sale: Sale, line: Line, number: int) -> tuple[int, int, int]:
    money = decisions.line_money(
        price_minor=line.price, discount_minor=line.discount, tax_minor=line.tax, taxes_included=sale.taxes_included
    )
    before, now = sum(line.sent[:number]), line.sent[number]
    part = decisions.part_of(money, of=line.units, before=before, now=now)
    return part.net_minor, part.discount_minor, part.tax_minor


def balance(journal: Iterable[tuple[str, int]], *roles: str) -> int:
    return sum(minor for role, minor in journal if role in roles)


@given(sales())
def test_tenders_pay_exactly_what_was_invoiced(sale: Sale) -> None:
    billed = bill(sale)
    assert sum(billed.drawn.values()) == sum(billed.invoices)


@given(sales(cancels=False))
def test_the_invoices_of_an_order_that_leaves_whole_come_to_its_total(sale: Sale) -> None:
    assert sum(bill(sale).invoices) == sale.total


@given(sales())
def test_no_tender_gives_more_than_it_holds_and_a_later_one_nothing_before_an_earlier_is_used_up(sale: Sale) -> None:
    drawn = bill(sale).drawn
    assert all(0 <= drawn[at] <= tender.amount for at, tender in enumerate(sale.tenders))
    used_up = [drawn[at] == tender.amount for at, tender in enumerate(sale.tenders)]
    assert all(drawn[at] == 0 or all(used_up[:at]) for at in drawn)


@given(sales())
def test_the_whole_journal_of_an_order_balances(sale: Sale) -> None:
    assert sum(minor for _, minor in bill(sale).journal) == 0


@given(sales())
def test_revenue_shipping_and_tax_less_discount_are_what_was_invoiced(sale: Sale) -> None:
    billed = bill(sale)
    assert -balance(billed.journal, "REV", "SHIPREV", "TAX", "DISC") == sum(billed.invoices)
    assert -balance(billed.journal, "TAX") == billed.taxes


@given(sales())
def test_each_account_is_debited_with_what_its_tenders_gave_or_hold_as_a_deposit(sale: Sale) -> None:
    billed = bill(sale)
    for role in CLEARED:
        mine = [(at, tender) for at, tender in enumerate(sale.tenders) if tender.role == role]
        assert balance(billed.journal, role) == sum(
            tender.amount if tender.beforehand else billed.drawn[at] for at, tender in mine
        )


@given(sales())
def test_the_deposit_left_over_is_what_no_parcel_has_used(sale: Sale) -> None:
    billed = bill(sale)
    unused = sum(tender.amount - billed.drawn[at] for at, tender in enumerate(sale.tenders) if tender.beforehand)
    assert -balance(billed.journal, "DEP") == unused


@given(sales())
def test_customers_owe_us_only_what_they_pay_on_invoice(sale: Sale) -> None:
    billed = bill(sale)
    owed = sum(billed.drawn[at] for at, tender in enumerate(sale.tenders) if tender.kind == "invoice_terms")
    assert balance(billed.journal, decisions.CLAIM) == owed


@given(st.integers(-(10**9), 10**9), st.decimals("0.001", "1000", places=6))
def test_an_amount_in_another_currency_is_off_by_half_a_unit_at_most(minor: int, rate: Decimal) -> None:
    there = Money(minor=minor, currency="JPY").converted("EUR", rate=rate)
    assert abs(Decimal(there.minor) - Decimal(minor) * rate * 100) <= Decimal("0.5")
