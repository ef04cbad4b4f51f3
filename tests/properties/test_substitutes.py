"""Units sent as another product: with what remains of the line they come to what was agreed, or to less."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from process_apis.fulfilment.decisions import instead
from process_apis.order_to_cash.decisions import amounts


@settings(suppress_health_check=[HealthCheck.too_slow])  # a busy machine draws slowly
@given(
    quantity=st.integers(1, 12), price=st.integers(0, 50_000), off=st.integers(0, 100), tax_percent=st.integers(0, 25),
    cheaper=st.integers(0, 50_000), units=st.data(),
)  # fmt: skip
def test_both_lines_together_never_cost_more_than_the_one_that_was_sold(
    quantity: int, price: int, off: int, tax_percent: int, cheaper: int, units: st.DataObject
) -> None:
    count = units.draw(st.integers(1, quantity))
    discount = price * quantity * off // 100
    paid = price * quantity - discount
    tax = paid * tax_percent // (100 + tax_percent)
    other_price = max(0, price - cheaper)
    whole = amounts.line_money(
        price_minor=price * quantity, discount_minor=discount, tax_minor=tax, taxes_included=True
    )
    kept = amounts.part_of(whole, of=quantity, before=0, now=quantity - count)
    kept_paid = kept.net_minor - kept.discount_minor + kept.tax_minor
    terms = instead(
        unit_price_minor=price, discount_minor=discount, tax_minor=tax, taxes_included=True, quantity=quantity,
        before=quantity - count, units=count, substitute_price_minor=other_price,
    )  # fmt: skip
    sent = terms.unit_price_minor * count - terms.discount_minor
    assert 0 <= terms.tax_minor <= sent or sent == 0
    assert kept_paid + sent <= paid
    if other_price == price:
        assert (kept_paid + sent, kept.tax_minor + terms.tax_minor) == (paid, tax)
