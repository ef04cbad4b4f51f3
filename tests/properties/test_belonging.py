"""However the goods of an order leave or are cancelled, unit by unit, its services are billed or cancelled once."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from process_apis.orders.belonging import Line, to_bill, to_cancel

GOODS = ("1", "2", "3")


@st.composite
def fates(draw: st.DrawFn) -> tuple[dict[str, int], dict[str, tuple[str, int]], list[tuple[str, str]]]:
    """Goods with their units; services with what they are for and their units; what becomes of each unit, in turn."""
    goods = {name: draw(st.integers(1, 5)) for name in GOODS[: draw(st.integers(1, 3))]}
    services = {
        f"s{at}": (draw(st.sampled_from(["", *goods])), draw(st.integers(1, 6)))
        for at in range(draw(st.integers(1, 3)))
    }
    units = draw(st.permutations([name for name, count in goods.items() for _ in range(count)]))
    return goods, services, [(name, draw(st.sampled_from(["shipped", "cancelled"]))) for name in units]


def played(
    goods: dict[str, int], services: dict[str, tuple[str, int]], fate: list[tuple[str, str]]
) -> dict[str, Counter[str]]:
    """Units by line of what was shipped (or billed), and of what was cancelled."""
    done: dict[str, Counter[str]] = {"shipped": Counter(), "cancelled": Counter()}

    def lines() -> list[Line]:
        found = [Line(name, name, "", False, count, done["shipped"][name], done["cancelled"][name])
                 for name, count in goods.items()]  # fmt: skip
        return found + [
            Line(name, name, belongs_to, True, count, done["shipped"][name], done["cancelled"][name])
            for name, (belongs_to, count) in services.items()
        ]

    for name, way in fate:
        with_it = (to_bill if way == "shipped" else to_cancel)(lines(), {name: 1})
        assert all(count > 0 for count in with_it.values())
        done[way].update({name: 1, **with_it})
    return done


@given(fates())
def test_each_unit_of_a_service_is_billed_or_cancelled_once(
    story: tuple[dict[str, int], dict[str, tuple[str, int]], list[tuple[str, str]]],
) -> None:
    goods, services, fate = story
    done = played(goods, services, fate)
    for name, (_, count) in services.items():
        assert done["shipped"][name] + done["cancelled"][name] == count


@given(fates())
def test_a_service_is_billed_as_soon_as_a_unit_it_is_for_has_left_and_only_then(
    story: tuple[dict[str, int], dict[str, tuple[str, int]], list[tuple[str, str]]],
) -> None:
    goods, services, fate = story
    done = played(goods, services, fate)
    for name, (belongs_to, _) in services.items():
        sent = done["shipped"][belongs_to] if belongs_to else sum(done["shipped"][each] for each in goods)
        assert bool(done["shipped"][name]) == bool(sent)
