"""Who listens to which fact. A lower layer never names a higher one: it writes a fact, and this table carries it up.

Each listener is "module:function" and is called by the relay inside the transaction that marks the fact delivered.
"*" hears everything.
"""

from settings.env import env

FACT_LISTENERS = {
    "*": [
        "experience_apis.order_status.listener:on_fact",
        "process_apis.notices.listener:on_fact",
        "experience_apis.partners.listener:on_fact",
    ],
    "parcel.settled": ["process_apis.return_to_refund.listener:on_parcel_settled"],
    "return.refund_replaced": ["process_apis.return_to_refund.listener:on_refund_replaced"],
    "pickup.requested": ["process_apis.return_to_refund.listener:on_pickup_requested"],
    "order.cancelled": ["process_apis.return_to_refund.listener:on_order_cancelled"],
    "inbox.unrecognized": ["process_apis.cases.listener:on_unrecognized"],
    "inbox.conflict": ["process_apis.cases.listener:on_conflict"],
    "stock.changed": ["process_apis.publication.listener:on_changed"],
    "stock_policy.changed": ["process_apis.publication.listener:on_changed"],
}
# Who listens to all facts of a round at once: for work that costs as much for a hundred as for one.
FACTS_TOGETHER = ["experience_apis.availability.listener:on_facts", "process_apis.engine.listener:on_facts"]
FACT_STUCK_LISTENER = "process_apis.cases.listener:on_stuck"
# What a relay calls after each round, with `delivered`, the number of facts: copies outside the database follow here.
RELAY_ALSO = [
    "experience_apis.availability.keeper:tend",
    "process_apis.publication.bell:after_facts",
    "experience_apis.partners.bell:after_facts",
    "experience_apis.analytics.horizon:advance",
]
# Modules that declare journeys; the engine imports them to know its processes.
PROCESS_MODULES = [
    "process_apis.order_to_cash.process",
    "process_apis.return_to_refund.process",
    "process_apis.return_to_refund.troubles",
    "process_apis.stock.process",
    "process_apis.stock_accounting.process",
    "process_apis.notices.process",
]
RUN_LEASE_S = 12  # longer than the slowest single call to a vendor (transport's total deadline is 8 s)
SWEEP_INTERVAL_S = 1.0
PARCEL_LOOK_S = env.int("PARCEL_LOOK_S", default=6 * 3600)  # how long before an order asks whether a parcel was missed
LEGAL_ENTITY = "RETAIL-1"
# What the sweeper calls on each of its rounds.
SWEEP_ALSO = [
    "process_apis.engine.outages.sweep",
    "process_apis.stock.reserving.holds.expire",
    "process_apis.stock.reserving.pre_orders.keep_limits",
    "process_apis.stock_policy.watch.sweep",
    "process_apis.publication.bell.sweep",
    "process_apis.stock.files.drop_folder.look",
    "process_apis.stock.checking.snapshots.ask_due",
    "process_apis.stock.checking.audit.go_on",
    "process_apis.pickups.expiry.sweep",
    "process_apis.order_to_cash.expiry.tell",
    "process_apis.order_to_cash.tasks.sweep",
    "process_apis.fulfilment.watch.sweep",
    "experience_apis.partners.bell.sweep",
    "process_apis.return_to_refund.turning_away.sweep",
]
