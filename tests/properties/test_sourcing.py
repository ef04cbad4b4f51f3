"""Whatever is free where, a basket is covered exactly or not at all, and no better combination was there."""

from collections.abc import Sequence
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from process_apis.sourcing.decisions import source
from process_apis.sourcing.rules import Place, Weighted

skus, nodes = st.sampled_from(["A", "B", "C"]), ["N1", "N2", "N3", "N4", "N5"]
baskets = st.lists(st.tuples(skus, st.integers(1, 6)), min_size=1, max_size=5)
shelves = st.dictionaries(skus, st.dictionaries(st.sampled_from(nodes), st.integers(0, 6), max_size=5), max_size=3)


@given(baskets, shelves)
def test_sourcing_covers_the_basket_exactly_from_what_is_free_or_not_at_all(
    basket: Sequence[tuple[str, int]], free: dict[str, dict[str, int]]
) -> None:
    demand = [(str(number), sku, units) for number, (sku, units) in enumerate(basket)]
    parts = source(demand, free=free, places=[Place(code, rank) for rank, code in enumerate(nodes)]).parts
    wanted = {sku: sum(units for other, units in basket if other == sku) for sku, _ in basket}
    enough = all(sum(free.get(sku, {}).values()) >= units for sku, units in wanted.items())
    assert (parts is not None) == enough
    for line_id, _, units in demand if parts else []:
        assert sum(taken for line, _, _, taken in parts or [] if line == line_id) == units
    for sku in wanted:
        for node in nodes:
            taken = sum(units for _, other, at, units in parts or [] if (other, at) == (sku, node))
            assert taken <= free.get(sku, {}).get(node, 0)
    assert all(units > 0 for *_, units in parts or [])


@given(baskets)
def test_a_basket_that_one_node_can_send_is_not_split(basket: Sequence[tuple[str, int]]) -> None:
    demand = [(str(number), sku, units) for number, (sku, units) in enumerate(basket)]
    free = {sku: {"N1": 1, "N4": 100, "N5": 100} for sku in "ABC"}
    parts = source(demand, free=free, places=[Place(code, rank) for rank, code in enumerate(nodes)]).parts
    assert len({node for _, _, node, _ in parts or []}) == 1


@given(baskets, shelves, st.lists(st.integers(0, 9), min_size=5, max_size=5))
def test_no_combination_of_up_to_three_nodes_that_has_everything_is_better_than_the_chosen_one(
    basket: Sequence[tuple[str, int]], free: dict[str, dict[str, int]], costs: list[int]
) -> None:
    demand = [(str(number), sku, units) for number, (sku, units) in enumerate(basket)]
    wanted = {sku: sum(units for other, units in basket if other == sku) for sku, _ in basket}
    cost = dict(zip(nodes, costs, strict=True))
    places = [Place(code, rank, cost_minor=cost[code]) for rank, code in enumerate(nodes)]
    rules = [Weighted("split", order=1), Weighted("cost", order=2)]

    chosen = {node for _, _, node, _ in source(demand, free=free, places=places, rules=rules).parts or []}

    able = [
        (size, sum(cost[node] for node in picked))
        for size in (1, 2, 3)
        for picked in combinations(nodes, size)
        if all(sum(free.get(sku, {}).get(node, 0) for node in picked) >= units for sku, units in wanted.items())
    ]
    if able:
        assert (len(chosen), sum(cost[node] for node in chosen)) == min(able)
