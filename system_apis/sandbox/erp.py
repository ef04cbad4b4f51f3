"""The ERP: sales orders and invoices in camelCase, amounts as decimal text. It knows no idempotency keys.

A document created twice is two documents, with two numbers and two effects; `externalRef` is a field to search by.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from system_apis.sandbox.asked import Asked, Refusal, Reply, need
from system_apis.sandbox.world import World


def refuse(status: int, code: str, message: str) -> Refusal:
    return Refusal(status, {"error": {"code": code, "message": message}})


def wrong(name: str) -> Refusal:
    return refuse(400, "invalidField", f"{name} is missing or is not what it should be.")


def decimal(value: Any, name: str) -> Decimal:
    """An amount like "19.99". Raises Refusal for anything else, a JSON number too."""
    try:
        found = Decimal(value) if isinstance(value, str) else None
    except InvalidOperation:
        found = None
    if found is None or not found.is_finite():
        raise wrong(name)
    return found


def create_sales_order(world: World, asked: Asked) -> Reply:
    body = asked.body()
    number, total = need(body, "orderNumber", str, wrong), decimal(body.get("totalAmount"), "totalAmount")
    lines = need(body, "lines", list, wrong)
    parts = decimal(body.get("shippingAmount"), "shippingAmount")
    for line in lines:
        parts += decimal(line.get("unitPrice"), "unitPrice") * int(line.get("quantity") or 0)
        parts -= decimal(line.get("discountAmount"), "discountAmount")
        if not body.get("pricesIncludeTax"):
            parts += decimal(line.get("taxAmount") or "0", "taxAmount")
    if not body.get("pricesIncludeTax"):
        parts += decimal(body.get("shippingTaxAmount") or "0", "shippingTaxAmount")
    if parts != total:
        raise refuse(422, "totalsDiffer", f"The lines come to {parts}, totalAmount says {total}.")
    return create(
        world,
        asked,
        kind="salesOrders",
        prefix="SO",
        operation="create_sales_order",
        subject=number,
        body={**body, "status": "open"},
        amount=body["totalAmount"],
    )


def cancel_sales_order(world: World, asked: Asked) -> Reply:
    order = document(world, "salesOrders", asked)
    if order["status"] != "open":
        raise refuse(409, "alreadyCancelled", f"Sales order {order['id']} is {order['status']}.")
    order = {**order, "status": "cancelled"}
    world.store.put("erp.salesOrders", order["id"], order)
    world.effect(
        asked,
        system="erp",
        operation="cancel_sales_order",
        key=str(asked.body().get("externalRef", "")),
        reference=order["id"],
        subject=order["orderNumber"],
    )
    return Reply(200, order)


def set_quantities(world: World, asked: Asked) -> Reply:
    """Fewer of some lines; a quantity that is so already is no change."""
    order, body = document(world, "salesOrders", asked), asked.body()
    if order["status"] != "open":
        raise refuse(409, "notOpen", f"Sales order {order['id']} is {order['status']}.")
    wanted = {
        need(line, "lineId", str, wrong): need(line, "quantity", int, wrong)
        for line in need(body, "lines", list, wrong)
    }
    before = {line["lineId"]: int(line["quantity"]) for line in order["lines"]}
    if any(name not in before or not 0 <= quantity <= before[name] for name, quantity in wanted.items()):
        raise wrong("lines")
    changed = {name: quantity for name, quantity in wanted.items() if quantity != before[name]}
    if changed:
        lines = [{**line, "quantity": wanted.get(line["lineId"], line["quantity"])} for line in order["lines"]]
        order = {**order, "lines": lines}
        world.store.put("erp.salesOrders", order["id"], order)
        world.effect(
            asked,
            system="erp",
            operation="reduce_sales_order",
            key=str(body.get("externalRef", "")),
            reference=order["id"],
            subject=order["orderNumber"],
            lines=changed,
        )
    return Reply(200, order)


def create_invoice(world: World, asked: Asked) -> Reply:
    body = asked.body()
    need(body, "invoiceNumber", str, wrong)
    _adds_up(body, kept=Decimal(0))
    open_period(world, body.get("postingDate"))
    return create(
        world,
        asked,
        kind="invoices",
        prefix="INV",
        operation="create_invoice",
        body=body,
        subject=need(body, "orderNumber", str, wrong),
        amount=body["totalAmount"],
    )


def create_credit_memo(world: World, asked: Asked) -> Reply:
    body = asked.body()
    need(body, "creditMemoNumber", str, wrong)
    _adds_up(body, kept=decimal(body.get("keptAmount"), "keptAmount"))
    open_period(world, body.get("postingDate"))
    return create(
        world,
        asked,
        kind="creditMemos",
        prefix="CM",
        operation="create_credit_memo",
        body=body,
        subject=str(
            body.get("orderNumber") or body["creditMemoNumber"]
        ),  # of goods without a receipt there is no order
        amount=body["totalAmount"],
    )


def _adds_up(body: dict[str, Any], *, kept: Decimal) -> None:
    """Raises Refusal unless lines and shipping, less what is kept, come to the total."""
    lines, total = need(body, "lines", list, wrong), decimal(body.get("totalAmount"), "totalAmount")
    parts = decimal(body.get("shippingNetAmount"), "shippingNetAmount") - kept
    parts += decimal(body.get("shippingTaxAmount"), "shippingTaxAmount")
    parts += sum((decimal(line.get("netAmount"), "netAmount") for line in lines), Decimal(0))
    parts += sum((decimal(line.get("taxAmount"), "taxAmount") for line in lines), Decimal(0))
    if parts != total:
        raise refuse(422, "totalsDiffer", f"The lines come to {parts}, totalAmount says {total}.")


def get_sales_order(world: World, asked: Asked) -> Reply:
    return Reply(200, document(world, "salesOrders", asked))


def search(world: World, asked: Asked) -> Reply:
    """Documents of one kind by `externalRef` or `orderNumber`; without: all, as real ones answer unknown filters."""
    kind = asked.path.rsplit("/", 1)[1]
    reference, number = asked.query.get("externalRef"), asked.query.get("orderNumber")
    names = world.store.all(f"erp.{kind}") if reference is None else world.store.get(f"erp.{kind}.refs", reference)
    found = [world.store.get(f"erp.{kind}", name) for name in names or ()]
    found = [one for one in found if number is None or one.get("orderNumber") == number]
    lag = world.faults.pick("erp", f"find_{kind}", frozenset({"search_lag"}))
    if lag:
        newest = (world.now() - timedelta(seconds=lag.seconds)).isoformat()
        found = [one for one in found if one["createdAt"] <= newest]
    return Reply(200, {"value": found[:200]})


def document(world: World, kind: str, asked: Asked) -> dict[str, Any]:
    found = world.store.get(f"erp.{kind}", asked.named["id"])
    if found is None:
        raise refuse(404, "notFound", f"There is no {asked.named['id']} among the {kind}.")
    return dict(found)


def open_period(world: World, day: Any) -> None:
    """Raises Refusal when the books of that day are closed, or when it is no day."""
    try:
        datetime.fromisoformat(str(day)).replace(tzinfo=UTC)
    except ValueError:
        raise wrong("postingDate") from None
    closed = world.setting("erp_closed_before", "")
    if closed and str(day) < closed:
        raise refuse(422, "periodClosed", f"The period of {day} is closed; the first open day is {closed}.")


def create(
    world: World,
    asked: Asked,
    *,
    kind: str,
    prefix: str,
    operation: str,
    body: dict[str, Any],
    subject: str,
    amount: str,
) -> Reply:
    """One more document under the next number, whatever its externalRef."""
    reference, currency = need(body, "externalRef", str, wrong), need(body, "currency", str, wrong)
    name = f"{prefix}-{world.store.next_number('erp.' + kind):07d}"
    made = {**body, "id": name, "createdAt": world.now().isoformat()}
    world.store.put(f"erp.{kind}", name, made)
    world.store.put(f"erp.{kind}.refs", reference, [*(world.store.get(f"erp.{kind}.refs", reference) or ()), name])
    world.effect(
        asked,
        system="erp",
        operation=operation,
        key=reference,
        reference=name,
        subject=subject,
        amount=amount,
        currency=currency,
        lines=len(body["lines"]),
    )
    return Reply(201, made)
