"""Whatever is cancelled and shipped in whatever order: sums of units and money come out."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from process_apis.order_to_cash import cancelling
from process_apis.order_to_cash.cancelling import Kept, Promise
from process_apis.order_to_cash.decisions import amounts


@settings(suppress_health_check=[HealthCheck.too_slow])  # a busy machine draws slowly
@given(
    quantity=st.integers(1, 12), price=st.integers(0, 50_000), tax_percent=st.integers(0, 25), data=st.data(),
    included=st.booleans(),
)  # fmt: skip
def test_parcels_of_what_remains_bill_exactly_what_is_due_for_it(
    quantity: int, price: int, tax_percent: int, data: st.DataObject, included: bool
) -> None:
    net = price * quantity
    discount = data.draw(st.integers(0, net))
    tax = (net - discount) * tax_percent // (100 + tax_percent if included else 100)
    shipped = cancelled = billed = 0
    whole = amounts.line_money(price_minor=net, discount_minor=discount, tax_minor=tax, taxes_included=included)
    while quantity > shipped + cancelled:
        units = data.draw(st.integers(1, quantity - shipped - cancelled))
        if data.draw(st.booleans()):
            part = amounts.part_of(whole, of=quantity, before=shipped, now=units)
            billed += part.net_minor - part.discount_minor + part.tax_minor
            shipped += units
        else:
            cancelled += units
    kept = Kept(price_minor=net, discount_minor=discount, tax_minor=tax, quantity=quantity, kept=quantity - cancelled)
    assert shipped + cancelled == quantity
    assert billed == cancelling.due([kept], taxes_included=included, shipping_minor=0)


@given(
    amounts=st.lists(st.tuples(st.integers(1, 9999), st.booleans()), min_size=1, max_size=5), share=st.integers(0, 100)
)
def test_what_is_given_back_leaves_exactly_what_is_due_of_money_taken(
    amounts: list[tuple[int, bool]], share: int
) -> None:
    total = sum(amount for amount, _ in amounts)
    due = total * share // 100
    tenders = [(number, amount, amount if taken else 0) for number, (amount, taken) in enumerate(amounts)]
    back = cancelling.too_much(due, tenders=tenders)
    kept = sum(amount - back.get(number, 0) for number, amount, taken in tenders if taken)
    assert all(0 < minor <= amounts[number][0] for number, minor in back.items())
    if all(taken for _, taken in amounts):
        assert kept == due


@given(
    left=st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=4), asked=st.integers(1, 20)
)  # fmt: skip
def test_no_more_is_cancelled_than_can_be_stopped(left: list[tuple[int, bool]], asked: int) -> None:
    promises = [Promise("1", "SKU", f"N{at}", units, units, free) for at, (units, free) in enumerate(left)]
    ordered = sum(units for units, _ in left)
    granted, parts = cancelling.grant(
        {"1": asked}, open_units={"1": ordered}, ordered={"1": max(ordered, 1)}, promises=promises
    )
    free = sum(units for units, can in left if can)
    expected = min(asked, ordered, free) if ordered else 0
    assert granted.get("1", 0) == expected == sum(units for _, _, _, units in parts)


@given(bundles=st.integers(1, 6), parts=st.lists(st.integers(1, 4), min_size=1, max_size=3), asked=st.integers(1, 6))
def test_bundles_are_cancelled_whole(bundles: int, parts: list[int], asked: int) -> None:
    promises = [Promise("1", f"P{at}", "WH", bundles * each, bundles * each, True) for at, each in enumerate(parts)]
    granted, given_up = cancelling.grant(
        {"1": asked}, open_units={"1": bundles}, ordered={"1": bundles}, promises=promises
    )
    units = granted["1"]
    assert units == min(asked, bundles)
    assert sorted(given_up) == [("1", f"P{at}", "WH", units * each) for at, each in enumerate(parts)]
