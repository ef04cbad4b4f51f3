"""The admin's first page: figures and charts of the last day, each shown only to those who may open what is behind it.

A handful of aggregate queries (dashboard_figures) become cards and charts here; nothing is decided.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from process_apis.orders.models import OrderState
from process_apis.pickups.models import RejectReason
from process_apis.returns.models import ReturnState
from retail_platform import dashboard_figures as figures
from retail_platform.dashboard_parts import card, chart, panel
from retail_platform.kernel import clock
from retail_platform.kernel.admin_pages import duration, list_link

COLOURS = {
    "received": "#94a3b8", "accepted": "#7dd3fc", "reserved": "#38bdf8", "released": "#6366f1",
    "part_shipped": "#f59e0b", "shipped": "#14b8a6", "closed": "#22c55e", "cancelled": "#ef4444",
    "p50": "#14b8a6", "p95": "#f59e0b",
}  # fmt: skip
AGES = {"hour": ("under an hour", "#7dd3fc"), "day": ("under a day", "#f59e0b"), "older": ("older", "#ef4444")}


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What templates/admin/index.html shows (unfold's DASHBOARD_CALLBACK)."""
    now = clock.now()
    cards: list[dict[str, Any]] = []
    panels: list[dict[str, Any]] = []
    for permission, part in PARTS:
        if request.user.has_perm(permission):
            some_cards, some_panels = part(now)
            cards += some_cards
            panels += some_panels
    return {**context, "title": "Today", "cards": cards, "panels": panels, "as_of": now}


Part = tuple[list[dict[str, Any]], list[dict[str, Any]]]


def _orders(now: Any) -> Part:
    hours = figures.orders_by_hour(now)
    totals = {state: sum(hour.get(state, 0) for hour in hours.values()) for state in OrderState.values}
    present = [state for state in OrderState.values if totals[state]]
    names = [state.replace("_", " ") for state in present]
    by_state = chart(names, [("orders", [totals[state] for state in present], [COLOURS[s] for s in present])])
    by_hour = chart(
        [f"{hour:%H}:00" for hour in hours],
        [(state.replace("_", " "), [hour.get(state, 0) for hour in hours.values()], COLOURS[state])
         for state in present], stacked=True,
    )  # fmt: skip
    under_way = sum(totals.values()) - totals["closed"] - totals["cancelled"]
    cards = [
        card("Orders, last 24 h", sum(totals.values()), f"{totals['closed']} closed", "orders_order"),
        card("Under way", under_way, "of the last 24 h", "orders_order"),
        card("Cancelled", totals["cancelled"], "last 24 h", "orders_order", state__exact="cancelled"),
    ]
    return cards, [
        panel("Orders by hour", "UTC, by the state they are in now", by_hour, empty=not present, wide=True),
        panel("Orders by state", "taken in during the last 24 hours", by_state, empty=not present),
    ]


def _runs(now: Any) -> Part:
    counts, latency = figures.open_runs(), figures.run_latency(now)
    bars = chart(
        [f"{row.process.replace('_', ' ')} ({row.runs})" for row in latency],
        [("half are faster than", [round(row.p50_s, 3) for row in latency], COLOURS["p50"]),
         ("19 of 20 are faster than", [round(row.p95_s, 3) for row in latency], COLOURS["p95"])],
        whole=False, sideways=True,
    )  # fmt: skip
    parked = counts.get("parked", 0)
    cards = [
        card("Parked runs", parked, "wait for a person", "engine_processrun", alarm="danger" if parked else "",
              state__exact="parked"),
        card("Moving runs", sum(counts.values()) - parked, f"{counts.get('waiting', 0)} wait for a fact",
              "engine_processrun"),
    ]  # fmt: skip
    note = "seconds from start to end, of those finished within 24 hours"
    return cards, [panel("How long runs take", note, bars, empty=not latency, tall=True)]


def _cases(now: Any) -> Part:
    open_cases = figures.open_cases(now)
    owners = sorted(open_cases)
    bars = chart(
        owners,
        [(name, [open_cases[owner].get(age, 0) for owner in owners], colour) for age, (name, colour) in AGES.items()],
        stacked=True,
    )
    total = sum(sum(ages.values()) for ages in open_cases.values())
    alarm = "warning" if total else ""
    cards = [card("Open cases", total, f"{len(owners)} owners", "cases_case", alarm=alarm, state__exact="open")]
    return cards, [panel("Open cases by owner and age", "the exception desk", bars, empty=not total)]


def _stock(now: Any) -> Part:
    alerts = figures.stock_alerts()
    rows = [(list_link("stock_stockposition", sku, q=sku), on_hand, reserved, on_hand - reserved)
            for sku, on_hand, reserved in alerts[:8]]  # fmt: skip
    count = f"{len(alerts)}+" if len(alerts) == figures.MOST_ALERTS else len(alerts)
    cards = [card("Stock alerts", count, f"skus with {figures.FEW} or fewer free anywhere", "stock_stockposition",
                   alarm="warning" if alerts else "", free="few")]  # fmt: skip
    table = {"headers": ("sku", "on hand", "reserved", "free"), "rows": rows}
    return cards, [panel("Nearly sold out", "all nodes together, fewest first", None, table=table, empty=not rows)]


def _pickups(now: Any) -> Part:
    waiting, reasons = figures.pickups_open(), figures.pickup_rejections(now)
    labels = [RejectReason(reason).label for reason in reasons]
    bars = chart(labels, [("rejected", list(reasons.values()), "#ef4444")])
    cards = [card("Pickups to hand over", sum(waiting.values()), f"{waiting.get('ready', 0)} ready", "pickups_pickup")]
    note = "by reason, within 30 days"
    return cards, [panel("Pickups that stores rejected", note, bars, empty=not reasons)]


def _returns(now: Any) -> Part:
    counts = figures.returns_by_state(now)
    over = ("closed", "rejected", "expired")
    under_way = sum(count for state, count in counts.items() if state not in over)
    present = [state for state in ReturnState if counts.get(state)]
    colours = [
        {"closed": "#22c55e", "rejected": "#ef4444", "expired": "#94a3b8"}.get(state, "#6366f1") for state in present
    ]
    bars = chart(
        [str(state.label).lower() for state in present], [("returns", [counts[state] for state in present], colours)]
    )
    foot = f"{counts.get('held', 0)} held, {counts.get('refund_failed', 0)} with a refund that failed"
    cards = [card("Returns under way", under_way, foot, "returns_return")]
    return cards, [panel("Returns by state", "requested within 30 days", bars, empty=not present)]


def _facts(now: Any) -> Part:
    pending, oldest = figures.outbox_lag()
    lag = duration(now - oldest) if oldest else "none"
    late = "danger" if oldest and (now - oldest).total_seconds() > figures.LATE_S else ""
    return [card("Outbox lag", lag, f"{pending} facts to tell", "outbox_fact", alarm=late, state__exact="pending")], []


def _ledger(now: Any) -> Part:
    entries, booked = figures.booked_today()
    foot = "; ".join(str(amount) for amount in booked) or "nothing booked yet"
    return [card("Journal today", entries, foot, "ledger_journalentry")], []


def _connections(now: Any) -> Part:
    total, broken = figures.breakers()
    foot = f"of {total}, with an open breaker"
    return [card("Cut off", broken, foot, "connections_connection", alarm="danger" if broken else "")], []


PARTS: tuple[tuple[str, Callable[[Any], Part]], ...] = (
    ("orders.view_order", _orders),
    ("engine.view_processrun", _runs),
    ("cases.view_case", _cases),
    ("stock.view_stockposition", _stock),
    ("pickups.view_pickup", _pickups),
    ("returns.view_return", _returns),
    ("outbox.view_fact", _facts),
    ("ledger.view_journalentry", _ledger),
    ("connections.view_connection", _connections),
)
