"""Whatever the goods and the policies: a channel never sees more than the formula gives, and every figure adds up."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from process_apis.stock_policy import decisions
from process_apis.stock_policy.decisions import Goods, Incoming, Lot, Place
from process_apis.stock_policy.models import PolicyKind
from process_apis.stock_policy.offers import Book, offer
from process_apis.stock_policy.rules import DEFAULTS, Rule, Rules

TODAY = date(2026, 3, 2)
CODES = ("WH-1", "STORE-1", "STORE-2")
few = st.integers(0, 50)
goods = st.builds(Goods, st.integers(-20, 200), few, few, few, few, few, few)
arrivals = st.builds(
    Incoming, st.sampled_from(["in transit", "on order"]), few,
    st.integers(-3, 30).map(lambda days: TODAY + timedelta(days)), st.integers(0, 100),
)  # fmt: skip
lots = st.builds(Lot, few, st.integers(-3, 30).map(lambda days: TODAY + timedelta(days)))
rules = st.lists(
    st.tuples(
        st.sampled_from(PolicyKind.values), st.sampled_from(["", "X"]), st.sampled_from(["", *CODES]),
        st.booleans(), few,
    )
).map(
    lambda rows: Rules(
        Rule(kind, sku, node, "", "web" if ours else "", min(value, 1) if kind == "eligibility" else value)
        for kind, sku, node, ours, value in rows
    )
)  # fmt: skip
places = st.fixed_dictionaries(
    {
        code: st.builds(
            Place, st.just(code), stale=st.booleans(), closed=st.sampled_from(["", "", "it is offline"]),
            accuracy=st.none() | st.integers(0, 100),
        )
        for code in CODES
    }
)  # fmt: skip
books = st.builds(
    Book,
    places,
    rules,
    st.fixed_dictionaries({sku: st.dictionaries(st.sampled_from(CODES), goods) for sku in ("X", "Y")}),
    st.fixed_dictionaries({"X": st.dictionaries(st.sampled_from(CODES), st.lists(arrivals, max_size=4))}),
    st.dictionaries(st.just("KIT"), st.fixed_dictionaries({"X": st.integers(1, 3), "Y": st.integers(1, 3)})),
    st.fixed_dictionaries({"X": st.dictionaries(st.sampled_from(CODES), st.lists(lots, max_size=3))}),
)


def free(goods: Goods) -> int:
    """What the stock book has free without any policy, and without what may be ordered beyond it."""
    on_shelf = max(0, goods.on_hand - goods.quarantine - goods.damaged - goods.display)
    return max(0, on_shelf - goods.reserved - goods.allocated)


@given(goods, few, few, few)
def test_a_node_has_no_more_to_sell_than_the_book_has_free(there: Goods, safety: int, buffer: int, short: int) -> None:
    assert 0 <= decisions.ats(there, safety=safety, buffer=buffer, short=short).units <= free(there)


@given(goods, few, few, few)
def test_a_nodes_figure_is_the_sum_of_its_terms_or_nothing(there: Goods, safety: int, buffer: int, short: int) -> None:
    figure = decisions.ats(there, safety=safety, buffer=buffer, short=short)
    assert figure.units == max(0, sum(units for _, units in figure.terms))


@given(goods, few, st.lists(arrivals, max_size=5), st.integers(0, 20))
def test_waiting_longer_never_promises_less(there: Goods, safety: int, coming: list[Incoming], days: int) -> None:
    by = TODAY + timedelta(days)
    sooner = decisions.atp(there, safety=safety, buffer=0, incoming=coming, by=by)
    later = decisions.atp(there, safety=safety, buffer=0, incoming=coming, by=by + timedelta(1))
    assert sooner.units <= later.units


@given(st.integers(0, 10**6), st.integers(0, 100), few)
def test_a_channels_figure_adds_up_and_is_within_its_share(network: int, share: int, threshold: int) -> None:
    figure = decisions.channel_figure(network, share=share, threshold=threshold)
    assert figure.units == sum(units for _, units in figure.terms)
    assert figure.units * 100 <= network * share
    assert figure.units == 0 or figure.units >= threshold


@given(books)
def test_no_policies_ever_show_more_than_the_book_has_free(book: Book) -> None:
    shown = offer("X", book=book, channel="web", today=TODAY)
    open_nodes = [code for code, place in book.places.items() if not place.closed]
    assert 0 <= shown.available <= sum(free(book.goods["X"].get(code, Goods())) for code in open_nodes)


@given(books)
def test_no_policies_let_more_be_ordered_than_the_book_would_promise(book: Book) -> None:
    shown = offer("X", book=book, channel="web", today=TODAY)
    would = [max(0, each.backorder_limit) for each in book.goods["X"].values()]
    assert 0 <= shown.on_backorder <= sum(would)


@given(books)
def test_no_rule_at_all_shows_all_that_is_free(book: Book) -> None:
    plain = Book({code: Place(code) for code in CODES}, Rules([]), book.goods)
    shown = offer("X", book=plain, channel="web", today=TODAY)
    assert shown.available == sum(free(each) for each in book.goods["X"].values())


@given(books)
def test_a_bundle_never_needs_more_of_a_part_than_the_channel_sees(book: Book) -> None:
    kit = offer("KIT", book=book, channel="web", today=TODAY)
    for part, units in book.bundles.get("KIT", {}).items():
        assert kit.available * units <= offer(part, book=book, channel="web", today=TODAY).available


@given(books)
def test_a_promise_is_for_today_or_later_and_there_is_one_for_whatever_can_be_sold(book: Book) -> None:
    shown = offer("X", book=book, channel="web", today=TODAY)
    assert shown.promise is None or shown.promise.day >= TODAY
    assert shown.promise is not None or not (shown.available or shown.on_backorder)


@given(books)
def test_an_excluded_node_gives_nothing(book: Book) -> None:
    for sku in ("X", "KIT"):
        for node in offer(sku, book=book, channel="web", today=TODAY).nodes:
            assert not (node.excluded_because and (node.units or node.may_ship or node.may_pick_up))


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 4000), st.integers(0, 50))
def test_a_score_lies_between_nothing_and_a_hundred(positions: int, counted: int, age: int, variances: int) -> None:
    score = decisions.accuracy_score(
        positions=positions, counted=min(counted, positions), mean_age_days=age, variances=variances
    )
    assert 0 <= score.units <= 100


@given(rules)
def test_what_a_rule_replaces_gives_way_and_comes_back(standing: Rules) -> None:
    rule = Rule("safety", "X", "WH-1", "", "web", 7)
    assert standing.with_rule(rule).value("safety", sku="X", node="WH-1", channel="web") == 7
    assert standing.with_rule(rule).without(rule).rows == standing.without(rule).rows


def test_every_kind_has_a_default() -> None:
    assert set(DEFAULTS) == set(PolicyKind.values)
