"""Which node sends what: the rules decide in their order, nothing is split without need, each loser knows why."""

from typing import Any

from process_apis.sourcing.decisions import MOST_NODES, Decision, exploded, short_of, source
from process_apis.sourcing.rules import RULES, Place, Weighted


def chosen(demand: list[tuple[str, int]], free: dict[str, dict[str, int]], *places: Place, **more: Any) -> Decision:
    lines = [(str(number), sku, units) for number, (sku, units) in enumerate(demand, start=1)]
    return source(lines, free=free, places=places, **more)


def nodes_of(decision: Decision) -> set[str]:
    return {node for _, _, node, _ in decision.parts or []}


def by(*rules: str) -> list[Weighted]:
    """Rules that decide one after the other."""
    return [Weighted(rule, order=order) for order, rule in enumerate(rules, start=1)]


def test_one_node_that_has_everything_goes_before_two_better_ranked() -> None:
    free = {"A": {"N1": 1, "N3": 1}, "B": {"N2": 1, "N3": 1}}
    assert nodes_of(chosen([("A", 1), ("B", 1)], free, Place("N1", 1), Place("N2", 2), Place("N3", 3))) == {"N3"}


def test_of_nodes_that_have_everything_the_best_ranked_sends() -> None:
    assert nodes_of(chosen([("A", 1)], {"A": {"N1": 1, "N2": 1}}, Place("N2", 1), Place("N1", 2))) == {"N2"}


def test_the_nearest_node_sends_where_distance_decides() -> None:
    places = Place("N1", 1, distance_m=90_000), Place("N2", 2, distance_m=4_000), Place("N3", 3)
    free = {"A": {"N1": 1, "N2": 1, "N3": 1}}
    assert nodes_of(chosen([("A", 1)], free, *places, rules=by("distance", "rank"))) == {"N2"}


def test_the_cheapest_node_sends_where_cost_decides() -> None:
    places = Place("N1", 1, cost_minor=590), Place("N2", 2, cost_minor=390)
    assert nodes_of(chosen([("A", 1)], {"A": {"N1": 1, "N2": 1}}, *places, rules=by("cost"))) == {"N2"}


def test_the_last_unit_of_a_store_stays_there_where_depth_decides() -> None:
    free = {"A": {"N1": 1, "N2": 40}}
    assert nodes_of(chosen([("A", 1)], free, Place("N1", 1), Place("N2", 2), rules=by("stock_depth"))) == {"N2"}


def test_the_least_busy_store_sends_where_capacity_decides() -> None:
    places = Place("N1", 1, orders_a_day=10, orders_today=9), Place("N2", 2, orders_a_day=10, orders_today=1)
    assert nodes_of(chosen([("A", 1)], {"A": {"N1": 1, "N2": 1}}, *places, rules=by("capacity", "rank"))) == {"N2"}


def test_rules_of_one_order_are_added_up_by_weight() -> None:
    places = Place("N1", distance_m=10_000, cost_minor=500), Place("N2", distance_m=90_000, cost_minor=450)
    free = {"A": {"N1": 1, "N2": 1}}
    assert nodes_of(chosen([("A", 1)], free, *places, rules=[Weighted("distance"), Weighted("cost")])) == {"N1"}
    heavy = [Weighted("distance"), Weighted("cost", weight=2)]
    assert nodes_of(chosen([("A", 1)], free, *places, rules=heavy)) == {"N2"}


def test_two_cheap_parcels_beat_a_dear_one_where_only_cost_decides() -> None:
    places = Place("N1", cost_minor=300), Place("N2", cost_minor=300), Place("N3", cost_minor=900)
    free = {"A": {"N1": 1, "N3": 2}, "B": {"N2": 1, "N3": 2}}
    assert nodes_of(chosen([("A", 1), ("B", 1)], free, *places, rules=by("cost"))) == {"N1", "N2"}


def test_a_node_that_can_be_spared_sends_nothing() -> None:
    free = {"A": {"N1": 1, "N2": 2, "N3": 2}}
    assert chosen([("A", 2)], free, Place("N1", 1), Place("N2", 2), Place("N3", 3)).parts == [("1", "A", "N2", 2)]


def test_more_than_three_nodes_send_where_three_do_not_suffice() -> None:
    free = {"A": {f"N{n}": 1 for n in range(1, 7)}}
    assert nodes_of(chosen([("A", 5)], free, *(Place(f"N{n}", n) for n in range(1, 7)))) == {
        "N1",
        "N2",
        "N3",
        "N4",
        "N5",
    }


def test_what_lies_beyond_the_nodes_tried_in_combination_is_found_all_the_same() -> None:
    free = {"A": {f"N{n:02}": 1 for n in range(MOST_NODES + 6)}, "B": {f"N{MOST_NODES + 5}": 1}}
    places = [Place(f"N{n:02}", n) for n in range(MOST_NODES + 6)]
    assert nodes_of(chosen([("A", 1), ("B", 1)], free, *places)) == {f"N{MOST_NODES + 5}"}


def test_two_lines_of_one_sku_count_together() -> None:
    assert chosen([("A", 2), ("A", 2)], {"A": {"N1": 3}}, Place("N1")).parts is None


def test_what_is_not_there_is_told_in_words() -> None:
    assert short_of([("1", "A", 2), ("2", "A", 2)], free={"A": {"N1": 3}}) == ["4 of A wanted, 3 free"]


def test_an_order_of_which_nothing_is_left_takes_nothing() -> None:
    assert chosen([("A", 0)], {"A": {"N1": 3}}, Place("N1")).parts == []


def test_bundles_are_wanted_as_their_parts() -> None:
    assert exploded([("1", "SET", 2), ("2", "A", 1)], bundles={"SET": {"A": 2, "B": 1}}) == [
        ("1", "A", 4), ("1", "B", 2), ("2", "A", 1),
    ]  # fmt: skip


def test_the_explanation_begins_with_what_was_chosen_and_says_why_others_lost() -> None:
    free = {"A": {"N1": 1, "N2": 1, "N3": 1}, "B": {"N1": 1, "N2": 1}}
    told = chosen([("A", 1), ("B", 1)], free, Place("N1", 10), Place("N2", 20), Place("N3", 1)).candidates
    assert [(each.nodes, each.lost) for each in told] == [
        (("N1",), ""),
        (("N2",), "rank: 20 points against 10"),
        (("N3",), "has not everything: lacks 1 of B"),
    ]


def test_a_rule_that_is_added_to_the_registry_decides(monkeypatch: Any) -> None:
    odd_last = RULES["rank"].__class__(lambda place, wanted, there: int(place.code[-1]) % 2, "odd ones last")
    monkeypatch.setitem(RULES, "odd_last", odd_last)
    free = {"A": {"N1": 1, "N2": 1}}
    assert nodes_of(chosen([("A", 1)], free, Place("N1", 1), Place("N2", 2), rules=by("odd_last"))) == {"N2"}
