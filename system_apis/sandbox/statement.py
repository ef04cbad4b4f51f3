"""What the pretend world believes happened, summed up from its own books; nothing here was told by the platform."""

from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any

from system_apis.sandbox.erp_books import balances
from system_apis.sandbox.world import World


def doubled(world: World) -> list[dict[str, Any]]:
    """Effects that happened more than once under one key: there should be none."""
    seen = Counter((one["system"], one["operation"], one["key"]) for one in world.effects())
    return [{"system": system, "operation": operation, "key": key, "times": times}
            for (system, operation, key), times in seen.items() if times > 1]  # fmt: skip


def statement(world: World) -> dict[str, Any]:
    """All sums, ready to be compared with the platform's."""
    return {
        "payments": _payments(world),
        "erp": _erp(world),
        "trial_balance": _trial_balance(world),
        "warehouse": _warehouse(world),
        "tax": _tax(world),
        "commerce": _commerce(world),
        "effects": int(world.store.get("numbers", "effects") or 0),
        "doubled": doubled(world),
        "webhooks": world.webhooks.state(),
    }  # fmt: skip


def _commerce(world: World) -> dict[str, int]:
    adopted = len(world.store.all("commerce.adopted"))
    return {
        "orders": len(world.store.all("commerce.orders")) - adopted, "adopted": adopted,
        "fulfillments": len(world.store.all("commerce.fulfillments")),
    }  # fmt: skip


def _payments(world: World) -> dict[str, dict[str, int]]:
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for hold in world.store.all("payments.authorizations").values():
        sums[hold["currency"]]["authorized"] += hold["amount"]
    for movement in world.store.all("payments.movements").values():
        sums[movement["currency"]][movement["object"]] += movement["amount"]
    return {
        currency: {"authorized": found["authorized"], "captured": found["capture"], "voided": found["void"],
                   "refunded": found["refund"] - found["refund_failure"],
                   "disputed": found["dispute"] - found["dispute_reversal"], "dispute_fees": found["dispute_fee"],
                   "net": _net(found),
                   "held": found["authorized"] - found["capture"] - found["void"]}
        for currency, found in sums.items()
    }  # fmt: skip


def _net(found: Counter[str]) -> int:
    came = found["capture"] + found["refund_failure"] + found["dispute_reversal"]
    return came - found["refund"] - found["dispute"] - found["dispute_fee"]


def _erp(world: World) -> dict[str, Any]:
    invoiced: dict[str, Decimal] = defaultdict(Decimal)
    for invoice in world.store.all("erp.invoices").values():
        invoiced[invoice["currency"]] += Decimal(invoice["totalAmount"])
    orders = Counter(order["status"] for order in world.store.all("erp.salesOrders").values())
    return {
        "sales_orders": orders.total(), "cancelled": orders["cancelled"],
        "invoices": len(world.store.all("erp.invoices")), "journals": len(world.store.all("erp.journals")),
        "invoiced": {currency: str(amount) for currency, amount in invoiced.items()},
    }  # fmt: skip


def _trial_balance(world: World) -> dict[str, dict[str, dict[str, str]]]:
    found: dict[str, dict[str, dict[str, str]]] = {}
    for (entity, account, currency), balance in sorted(balances(world).items()):
        found.setdefault(entity, {}).setdefault(currency, {})[account] = str(balance)
    return found


def _warehouse(world: World) -> dict[str, Any]:
    states = Counter(made["state"] for made in world.store.all("wms.releases").values())
    units: dict[str, Counter[str]] = defaultdict(Counter)
    parcels_of: Counter[str] = Counter()
    for parcel in world.store.all("wms.parcels").values():
        parcels_of[parcel["order_no"]] += 1
        for line in parcel["lines"]:
            units[parcel["node"]][line["sku"]] += line["qty"]
    return {
        "releases": states.total(), "states": dict(states), "parcels": parcels_of.total(),
        "orders_by_parcels": {str(count): orders for count, orders in sorted(Counter(parcels_of.values()).items())},
        "units_shipped": sum(found.total() for found in units.values()),
        "units": {node: dict(found) for node, found in units.items()}, "on_hand": dict(world.store.all("stock")),
    }  # fmt: skip


def _tax(world: World) -> dict[str, Any]:
    sums: Counter[str] = Counter()
    states: Counter[str] = Counter()
    for kept in world.store.all("tax.documents").values():
        states[kept["answer"]["status"]] += 1
        if kept["answer"]["status"] == "Committed":
            sums[kept["answer"]["currencyCode"]] += kept["answer"]["totalTax"]
    return {"documents": dict(states), "committed": dict(sums)}
