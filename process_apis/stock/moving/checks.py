"""What must be so before goods are planned to move, or leave."""

from collections.abc import Collection, Mapping

from django.db import connection

from process_apis.catalog import queries as catalog
from process_apis.stock import services
from process_apis.stock.book import promises
from process_apis.stock.services import OutOfStock
from retail_platform.kernel.problem import Unprocessable


def check(from_node: str, to_node: str, units: Mapping[str, int]) -> None:
    """Refuse a plan that names what is not there. Raises Unprocessable."""
    nodes, products = catalog.nodes(), catalog.products(units.keys())
    errors = [
        {"pointer": f"/{name}", "detail": f"There is no active node {node}."}
        for name, node in (("from_node", from_node), ("to_node", to_node))
        if node not in nodes
    ]
    errors += [
        {"pointer": f"/lines/{n}/sku", "detail": f"There is no active product {sku}."}
        for n, sku in enumerate(units)
        if sku not in products
    ]
    if from_node == to_node:
        errors.append({"pointer": "/to_node", "detail": "Goods move from one node to another one."})
    if errors:
        raise Unprocessable("Correct the fields named in errors; nothing was written.", errors=errors)


def refuse_more(units: Mapping[str, int], planned: Mapping[str, int], what: str) -> None:
    """Refuse to ship more than was planned. Raises Unprocessable."""
    errors = [
        {"pointer": f"/lines/{n}/units", "detail": f"{count} of {sku}, but {planned.get(sku, 0)} {what}."}
        for n, (sku, count) in enumerate(units.items())
        if count > planned.get(sku, 0)
    ]
    if errors:
        raise Unprocessable("No more can leave than the transfer is for; plan another one.", errors=errors)


def refuse_others(units: Mapping[str, int], known: Collection[str], of: str) -> None:
    """Refuse skus that are not part of it. Raises Unprocessable."""
    errors = [
        {"pointer": f"/lines/{n}/sku", "detail": f"{sku} is not part of {of}; receive it as a movement."}
        for n, sku in enumerate(units)
        if sku not in known
    ]
    if errors:
        raise Unprocessable("Correct the fields named in errors; nothing was written.", errors=errors)


def keep_promises(units: Mapping[str, int], *, node: str) -> None:
    """Lock what is to leave; only what nobody was promised may. Raises OutOfStock."""
    demands = [services.Demand("", sku, node, count) for sku, count in units.items() if count]
    places = {"sku": [demand.sku for demand in demands], "node": [node] * len(demands), "order_number": []}
    with connection.cursor() as cursor:
        cursor.execute(promises.LOCK_FREE, places)
        free = {sku: count for kind, sku, _, count in cursor.fetchall() if kind == "free"}
    missing = [
        f"{each.sku}: {each.units} to leave, {max(free.get(each.sku, 0), 0)} free"
        for each in demands
        if free.get(each.sku, 0) < each.units
    ]
    if missing:
        raise OutOfStock(f"{node} has not so much that is not promised: {'; '.join(missing)}")
