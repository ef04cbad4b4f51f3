"""The ERP's general ledger and stock count, and where the ERP's paths lead."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from system_apis.sandbox import erp
from system_apis.sandbox.asked import Asked, Reply, need
from system_apis.sandbox.routes import Route
from system_apis.sandbox.stock import counts
from system_apis.sandbox.world import World

Balances = dict[tuple[str, str, str], Decimal]  # by company, account and currency; debits are positive


def post_journal(world: World, asked: Asked) -> Reply:
    body = asked.body()
    need(body, "company", str, erp.wrong)
    debits = credits = Decimal(0)
    for line in need(body, "lines", list, erp.wrong):
        need(line, "accountNumber", str, erp.wrong)
        debits += erp.decimal(line.get("debitAmount"), "debitAmount")
        credits += erp.decimal(line.get("creditAmount"), "creditAmount")
    if debits != credits:
        raise erp.refuse(422, "unbalanced", f"Debits of {debits} do not equal credits of {credits}.")
    erp.open_period(world, body.get("postingDate"))
    return erp.create(
        world,
        asked,
        kind="journals",
        prefix="JE",
        operation="post_journal",
        body=body,
        subject=need(body, "documentNumber", str, erp.wrong),
        amount=str(debits),
    )


def balances(world: World) -> Balances:
    """The sum of all posted journal lines."""
    found: Balances = defaultdict(Decimal)
    for journal in world.store.all("erp.journals").values():
        for line in journal["lines"]:
            account = (journal["company"], line["accountNumber"], journal["currency"])
            found[account] += Decimal(line["debitAmount"]) - Decimal(line["creditAmount"])
    return found


def trial_balance(world: World, asked: Asked) -> Reply:
    company = asked.query.get("entity", "")
    rows: list[dict[str, Any]] = [
        {"accountNumber": account, "currency": currency, "balance": str(balance)}
        for (entity, account, currency), balance in sorted(balances(world).items())
        if entity == company
    ]
    return Reply(200, {"company": company, "value": rows})


def stock(world: World, asked: Asked) -> Reply:
    """The ERP repeats what its warehouses count."""
    seen = counts(world, asked.query.get("node", ""))
    if seen is None:
        raise erp.refuse(404, "notFound", f"There is no location {asked.query.get('node')!r}.")
    rows = [{"itemNumber": sku, "quantityOnHand": units} for sku, units in sorted(seen.levels.items())]
    return Reply(
        200, {"location": seen.node, "entryNumber": seen.watermark, "takenAt": world.now().isoformat(), "value": rows}
    )


ROUTES = [
    Route("POST", "/erp/salesOrders", "create_sales_order", erp.create_sales_order),
    Route("GET", "/erp/salesOrders", "find_salesOrders", erp.search),
    Route("GET", "/erp/salesOrders/{id}", "get_sales_order", erp.get_sales_order),
    Route("POST", "/erp/salesOrders/{id}/cancel", "cancel_sales_order", erp.cancel_sales_order),
    Route("POST", "/erp/salesOrders/{id}/quantities", "reduce_sales_order", erp.set_quantities),
    Route("POST", "/erp/invoices", "create_invoice", erp.create_invoice),
    Route("GET", "/erp/invoices", "find_invoices", erp.search),
    Route("POST", "/erp/creditMemos", "create_credit_memo", erp.create_credit_memo),
    Route("GET", "/erp/creditMemos", "find_creditMemos", erp.search),
    Route("POST", "/erp/journals", "post_journal", post_journal),
    Route("GET", "/erp/journals", "find_journals", erp.search),
    Route("GET", "/erp/trial-balance", "trial_balance", trial_balance),
    Route("GET", "/erp/stock", "stock_snapshot", stock),
]
