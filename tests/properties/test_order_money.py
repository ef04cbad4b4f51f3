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
from canonical.order import LineKind
from process_apis.catalog.tenders import STANDARD
from process_apis.order_to_cash import lines as lines_rules
from process_apis.order_to_cash.decisions import amounts, entries

ROLES = {code: (role, draw_order, capture_at == "order") for code, _, _, role, draw_order, capture_at, _, _ in STANDARD}
REVENUE = ("REV", "WRAPREV", "FEEREV")
CLEARED = {"PSP", "CHAN", "COD", "GC", "SC", "LOY", "TILL"}


class Line(NamedTuple):
    """An order line in smallest units: `sent` are its units by parcel, `cancelled` those that never leave.

    `earns` says by weight which accounts its revenue is for: of a bundle those of its parts. A service has no parcel
    of its own: it is billed with the first one.
    """

    price: int
    discount: int
    tax: int
    sent: list[int]
    cancelled: int
    earns: dict[str, int]
    kind: LineKind

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


def _line(draw: st.DrawFn, kind: LineKind, sent: list[int], cancelled: int) -> Line:
    price = draw(st.integers(0, 10**6)) * (sum(sent) + cancelled)
    discount = price if kind == LineKind.FREE_GIFT else draw(st.one_of(st.just(price), st.integers(0, price)))
    tax = draw(st.integers(0, (price - discount) // 2))
    parts = draw(st.lists(st.tuples(st.sampled_from(REVENUE), st.integers(0, 10**6)), max_size=4))
    return Line(
        price, discount, tax, sent, cancelled, lines_rules.revenue_of(draw(st.sampled_from(REVENUE)), parts), kind
    )


@st.composite
def sales(draw: st.DrawFn, *, cancels: bool = True) -> Sale:
    """Up to four lines of any kind in up to four parcels, and services with them, paid with up to four tenders."""
    included, parcels = draw(st.booleans()), draw(st.integers(1, 4))
    lines = []
    for _ in range(draw(st.integers(1, 4))):
        *sent, cancelled = _split(draw, draw(st.integers(1, 12)), parcels + 1)
        if not cancels:
            sent[0], cancelled = sent[0] + cancelled, 0
        kind = draw(st.sampled_from([LineKind.GOODS, LineKind.FREE_GIFT, LineKind.PRE_ORDER]))
        lines.append(_line(draw, kind, sent, cancelled))
    first = next((at for at in range(parcels) if any(line.sent[at] for line in lines)), None)
    for _ in range(draw(st.integers(0, 2))):
        units = draw(st.integers(1, 3))
        sent = [units if at == first else 0 for at in range(parcels)]
        kind = draw(st.sampled_from([LineKind.GIFT_WRAP, LineKind.FEE]))
        lines.append(_line(draw, kind, sent, 0 if first is not None else units))
    shipping = draw(st.integers(0, 5000))
    sale = Sale(lines, included, shipping, draw(st.integers(0, shipping)), [])
    amounts = _split(draw, sale.total, draw(st.integers(1, 4)))
    kinds = draw(st.lists(st.sampled_from(sorted(ROLES)), min_size=len(amounts), max_size=len(amounts)))
    tenders = sorted(map(Tender, kinds, amounts), key=lambda tender: ROLES[tender.kind][1])
    return sale._replace(tenders=tenders)


def bill(sale: Sale) -> Billed:
    """Ship an order parcel after parcel, as the journey does, and book each."""
    deposit = [(tender.role, tender.amount) for tender in sale.tenders if tender.beforehand]
    journal = entries.deposit_legs(taken=deposit)
    invoices: list[int] = []
    taxes = 0
    left = {position: tender.amount for position, tender in enumerate(sale.tenders)}
    for number in range(len(sale.lines[0].sent)):
        if not any(line.sent[number] for line in sale.lines):
            continue
        shares = [_share(sale, line, number) for line in sale.lines]
        net, discount, tax = map(sum, zip(*shares, strict=True))
        earned = lines_rules.earned(
            [(share[0], line.earns) for share, line in zip(shares, sale.lines, strict=True)], currency="EUR"
        )
        shipping = 0 if invoices else sale.shipping - (sale.shipping_tax if sale.taxes_included else 0)
        tax += 0 if invoices else sale.shipping_tax
        invoices.append(net - discount + tax + shipping)
        taxes += tax
        drawn = amounts.draw(invoices[-1], tenders=list(left.items()))
        left = {tender: minor - drawn.get(tender, 0) for tender, minor in left.items()}
        journal += entries.sale_legs(
            net=earned,
            discount=discount,
            shipping=shipping,
            tax=tax,
            from_deposit=sum(minor for at, minor in drawn.items() if sale.tenders[at].beforehand),
            taken=[(sale.tenders[at].role, minor) for at, minor in drawn.items() if not sale.tenders[at].beforehand],
        )
    used = {position: tender.amount - left[position] for position, tender in enumerate(sale.tenders)}
    return Billed(invoices, taxes, used, journal)


def _share(sale: Sale, line: Line, number: int) -> tuple[int, int, int]:
    money = amounts.line_money(
        price_minor=line.price, discount_minor=line.discount, tax_minor=line.tax, taxes_included=sale.taxes_included
    )
    before, now = sum(line.sent[:number]), line.sent[number]
    part = amounts.part_of(money, of=line.units, before=before, now=now)
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
    assert -balance(billed.journal, *REVENUE, "SHIPREV", "TAX", "DISC") == sum(billed.invoices)
    assert -balance(billed.journal, "TAX") == billed.taxes


@given(sales())
def test_an_account_earns_nothing_of_lines_that_are_not_for_it(sale: Sale) -> None:
    journal = bill(sale).journal
    for role in REVENUE:
        if not any(line.earns.get(role) for line in sale.lines):
            assert balance(journal, role) == 0


@given(sales())
def test_a_free_gift_adds_nothing_to_what_is_invoiced(sale: Sale) -> None:
    paid = [line for line in sale.lines if line.kind != LineKind.FREE_GIFT]
    shares = [_share(sale, line, at) for at in range(len(sale.lines[0].sent)) for line in paid]
    goods = sum(net - discount + tax for net, discount, tax in shares)
    billed = bill(sale)
    net_shipping = sale.shipping + (0 if sale.taxes_included else sale.shipping_tax)
    assert sum(billed.invoices) == goods + (net_shipping if billed.invoices else 0)


@given(st.integers(0, 10**9), st.lists(st.tuples(st.sampled_from(REVENUE), st.integers(0, 10**6)), max_size=6))
def test_sharing_revenue_over_accounts_loses_nothing(net: int, parts: list[tuple[str, int]]) -> None:
    shared = lines_rules.earned([(net, lines_rules.revenue_of("REV", parts))], currency="EUR")
    assert sum(shared.values()) == net


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
    assert balance(billed.journal, entries.CLAIM) == owed


@given(st.integers(-(10**9), 10**9), st.decimals("0.001", "1000", places=6))
def test_an_amount_in_another_currency_is_off_by_half_a_unit_at_most(minor: int, rate: Decimal) -> None:
    there = Money(minor=minor, currency="JPY").converted("EUR", rate=rate)
    assert abs(Decimal(there.minor) - Decimal(minor) * rate * 100) <= Decimal("0.5")
