"""What shoppers do in each variant of the race for the last units, and how a round is judged."""

from random import Random
from typing import TYPE_CHECKING

from django.db.models import F, Sum

from process_apis.stock import queries, services
from process_apis.stock.models import Reservation, StockPosition
from process_apis.stock.reserving import holds
from process_apis.stock.services import Demand, OutOfStock
from retail_platform.kernel.problem import DomainError
from tests.factories import a_movement, on_hand

if TYPE_CHECKING:
    from tests.load.last_unit import Tally

PROMISED = ["held", "open", "allocated"]


class Rounds:
    """One variant: `begin` puts goods on the shelf, `shop` is one shopper, `end` judges."""

    def __init__(self, variant: str, tally: "Tally", *, units: int) -> None:
        self.variant, self.tally, self.units = variant, tally, units

    def skus(self, number: int) -> list[str]:
        return [f"{self.variant.replace(' ', '-')}-{number}-{letter}" for letter in "ABCD"]

    def begin(self, number: int) -> None:
        units = dict.fromkeys(self.skus(number), self.units * (2 if self.variant == "two lines" else 1))
        on_hand(units)
        if self.variant == "two nodes":
            on_hand(units, node="STORE-001")

    def shop(self, number: int, name: int, choose: Random) -> bool:
        """Whether this shopper has something in the end. A plain no is none; anything else is raised."""
        order, skus = f"{self.variant}-{number}-{name}", self.skus(number)
        try:
            match self.variant:
                case "two lines":
                    demands = [Demand(line, skus[0], "WH-1", 1) for line in ("1", "2")]
                case "four skus":
                    demands = [Demand(sku, sku, "WH-1", 1) for sku in choose.sample(skus, 4)]
                case "two nodes":
                    demands = [Demand("1", skus[0], node, 1) for node in choose.sample(["WH-1", "STORE-001"], 2)]
                case _:
                    demands = [Demand("1", skus[0], "WH-1", 1)]
            return self._act(order, demands, name)
        except DomainError:
            return False

    def _act(self, order: str, demands: list[Demand], name: int) -> bool:
        if self.variant == "expiry":
            if name % 5 == 0:
                holds.expire()
                return False
            holds.hold(hold=order, holder=order, demands=demands, hold_s=name % 2 * 60)
            holds.confirm(hold=order, order_number=f"{order}-C")
            return True
        if self.variant == "correction" and name % 10 == 0:
            services.move([a_movement(key=order, sku=demands[0].sku, units=-1)])
            return False
        holds.reserve_now(order_number=order, demands=demands)
        if self.variant == "cancel" and name % 2:
            services.release(order_number=order)
            return False
        return True

    def end(self, number: int) -> None:
        """Let what was held run out, sell what is left one by one, and compare."""
        while holds.expire():
            pass
        for position in StockPosition.objects.filter(sku__in=self.skus(number)).annotate(free=queries.FREE):
            place = f"{self.variant} {number}: {position.sku} at {position.node}"
            if self.variant in ("one sku", "two lines", "four skus", "two nodes") and self._wanted(position):
                self._say(position.free == 0, f"{place}: {position.free} left though fifty wanted it")
            self._say(position.free >= -position.shortage, f"{place}: free {position.free} below the formula")
            for unit in range(max(position.free, 0)):
                demand = Demand("1", position.sku, position.node, 1)
                services.reserve(order_number=f"rest-{position.id}-{unit}", demands=[demand])
            self._say(self._sold_out(position), f"{place}: one more was sold than there was")
            position.refresh_from_db()
            rows = Reservation.objects.filter(sku=position.sku, node=position.node, state__in=PROMISED)
            sold = rows.aggregate(sum=Sum(F("units") - F("consumed")))["sum"] or 0
            there = max(position.on_hand, 0)
            self._say(
                position.reserved == sold and sold - position.shortage == there,
                f"{place}: {there} there, {sold} sold, {position.reserved} reserved, {position.shortage} short",
            )

    def _wanted(self, position: StockPosition) -> bool:
        return position.sku.endswith("-A") or self.variant == "four skus"

    def _sold_out(self, position: StockPosition) -> bool:
        try:
            demand = Demand("1", position.sku, position.node, 1)
            services.reserve(order_number=f"more-{position.id}", demands=[demand])
        except OutOfStock:
            return True
        return False

    def _say(self, fine: bool, otherwise: str) -> None:
        if not fine:
            self.tally.wrong.append(otherwise)
