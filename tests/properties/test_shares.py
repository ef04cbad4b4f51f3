"""Whatever parcels an order leaves in, their shares come to the order and every entry balances to nothing."""

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from process_apis.order_to_cash.decisions import amounts, entries


class Line(NamedTuple):
    """An order line in smallest units; `parcels` are the units of it that each parcel holds."""

    price: int
    discount: int
    tax: int
    parcels: list[int]


class Sale(NamedTuple):
    """An order with what its tenders hold; `paid` adds up to it."""

    lines: list[Line]
    taxes_included: bool
    shipping: int
    shipping_tax: int
    paid: list[int]


def _split(draw: st.DrawFn, whole: int, parts: int) -> list[int]:
    cuts = sorted(draw(st.lists(st.integers(0, whole), min_size=parts - 1, max_size=parts - 1)))
    return [after - before for before, after in zip([0, *cuts], [*cuts, whole], strict=True)]


@st.composite
def sales(draw: st.DrawFn) -> Sale:
    """Orders of up to five lines in up to four parcels, paid with up to three tenders."""
    included, parcels = draw(st.booleans()), draw(st.integers(1, 4))
    lines = []
    for _ in range(draw(st.integers(1, 5))):
        quantity = draw(st.integers(1, 20))
        price = draw(st.integers(0, 10**6)) * quantity
        discount = draw(st.integers(0, price))
        tax = draw(st.integers(0, (price - discount) // 2))
        lines.append(Line(price, discount, tax, _split(draw, quantity, parcels)))
    shipping = draw(st.integers(0, 5000))
    shipping_tax = draw(st.integers(0, shipping))
    whole = sum(line.price - line.discount + (0 if included else line.tax) for line in lines)
    whole += shipping + (0 if included else shipping_tax)
    return Sale(lines, included, shipping, shipping_tax, _split(draw, whole, draw(st.integers(1, 3))))


class Parcel(NamedTuple):
    net: int
    discount: int
    tax: int
    shipping: int
    drawn: dict[int, int]

    @property
    def total(self) -> int:
        return self.net - self.discount + self.tax + self.shipping


def parcels_of(sale: Sale) -> list[Parcel]:
    """Ship an order parcel after parcel, as the journey does; parcels without goods do not exist."""
    left, found = dict(enumerate(sale.paid)), []
    for number in range(len(sale.lines[0].parcels)):
        net = discount = tax = 0
        if not any(line.parcels[number] for line in sale.lines):
            continue
        for line in sale.lines:
            money = amounts.line_money(
                price_minor=line.price, discount_minor=line.discount, tax_minor=line.tax,
                taxes_included=sale.taxes_included,
            )  # fmt: skip
            of, before, now = sum(line.parcels), sum(line.parcels[:number]), line.parcels[number]
            part = amounts.part_of(money, of=of, before=before, now=now)
            net, discount, tax = net + part.net_minor, discount + part.discount_minor, tax + part.tax_minor
        shipping = 0 if found else sale.shipping - (sale.shipping_tax if sale.taxes_included else 0)
        tax += 0 if found else sale.shipping_tax
        drawn = amounts.draw(net - discount + tax + shipping, tenders=list(left.items()))
        left = {tender: minor - drawn.get(tender, 0) for tender, minor in left.items()}
        found.append(Parcel(net, discount, tax, shipping, drawn))
    return found


@given(st.integers(0, 10**12), st.lists(st.integers(0, 50), min_size=1, max_size=12).filter(any))
def test_the_shares_of_an_amount_add_up_to_it(amount: int, units: list[int]) -> None:
    shares = [
        amounts.share(amount, of=sum(units), before=sum(units[:number]), now=now) for number, now in enumerate(units)
    ]
    assert sum(shares) == amount
    assert min(shares) >= 0


@given(st.integers(1, 10**6), st.integers(1, 30), st.integers(0, 25), st.data())
def test_units_without_discount_come_to_their_price_wherever_the_rest_stays(
    price: int, quantity: int, rate: int, data: st.DataObject
) -> None:
    whole, sent = price * quantity, data.draw(st.integers(0, quantity))
    money = amounts.line_money(
        price_minor=whole, discount_minor=0, tax_minor=whole * rate // (100 + rate), taxes_included=True
    )
    part = amounts.part_of(money, of=quantity, before=0, now=sent)
    assert part.net_minor + part.tax_minor == price * sent


@given(sales())
def test_the_parcels_of_an_order_come_to_the_order(sale: Sale) -> None:
    assert sum(parcel.total for parcel in parcels_of(sale)) == sum(sale.paid)


@given(sales())
def test_the_parcels_of_an_order_carry_its_whole_tax(sale: Sale) -> None:
    assert sum(parcel.tax for parcel in parcels_of(sale)) == sum(line.tax for line in sale.lines) + sale.shipping_tax


@given(sales())
def test_every_tender_is_used_up_by_the_parcels_and_none_gives_more_than_it_has(sale: Sale) -> None:
    used = dict.fromkeys(range(len(sale.paid)), 0)
    for parcel in parcels_of(sale):
        for tender, minor in parcel.drawn.items():
            used[tender] += minor
    assert list(used.values()) == sale.paid


@given(sales(), st.data())
def test_the_entry_of_every_parcel_balances(sale: Sale, data: st.DataObject) -> None:
    for parcel in parcels_of(sale):
        from_deposit = data.draw(st.integers(0, parcel.total))
        legs = entries.sale_legs(
            net=parcel.net, discount=parcel.discount, shipping=parcel.shipping, tax=parcel.tax,
            from_deposit=from_deposit, taken=[("PSP", parcel.total - from_deposit)],
        )  # fmt: skip
        assert sum(minor for _, minor in legs) == 0


@given(st.integers(0, 10**12))
def test_cost_and_deposit_entries_balance(minor: int) -> None:
    for legs in (entries.cost_legs(cost=minor), entries.deposit_legs(taken=[("PSP", minor)])):
        assert sum(amount for _, amount in legs) == 0


@given(sales())
def test_taking_the_tax_out_of_a_line_leaves_what_the_customer_pays(sale: Sale) -> None:
    for line in sale.lines:
        money = amounts.line_money(
            price_minor=line.price, discount_minor=line.discount, tax_minor=line.tax, taxes_included=True
        )
        assert money.net_minor - money.discount_minor + money.tax_minor == line.price - line.discount
        assert money.net_minor >= money.discount_minor >= 0
