"""Pickups that the documentation's examples are about: one for each act there is, at one store."""

from process_apis.pickups.services import pickup_id_of

STORE = "STORE-001"
# The order behind each, by what its example does with the pickup.
ORDERS = {
    "show": "DEMO-2001",
    "pick": "DEMO-2002",
    "ready": "DEMO-2003",
    "arrived": "DEMO-2004",
    "handover": "DEMO-2005",
    "reject": "DEMO-2006",
}
REJECTED = "DEMO-2007"
IDS = {act: str(pickup_id_of(order_number=number, node=STORE, attempt=1)) for act, number in ORDERS.items()}
