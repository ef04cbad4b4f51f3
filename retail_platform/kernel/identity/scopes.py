"""What a caller may be allowed to do: one scope for each layer and action, with the sentence shown in the docs."""

SCOPES: dict[str, str] = {
    "storefront.read": "Read availability, prices, and the orders of the client's own channels.",
    "storefront.orders": "Place orders, cancel them and announce returns.",
    "stores.read": "Read stock, pickups and receipts of the client's own stores.",
    "stores.write": "Handle pickups, sales and returns in the client's own stores.",
    "partners.read": "Read the client's own webhook endpoints and what they were told.",
    "partners.write": "Add and delete the client's own webhook endpoints, and be told again.",
    "operations.read": "Read runs, traces, cases and the state of the platform in detail.",
    "operations.write": "Resolve cases, resume runs and replay what came in.",
    "analytics.read": "Read the stream of facts and bulk exports.",
    "process.read": "Read orders, stock and journals as the books hold them.",
    "process.write": "Act on the journeys: place, cancel, adjust, resume.",
    "system.read": "Read what the connected systems say: stock, shipments, trial balance, connection health.",
    "system.write": "Act on the connected systems directly.",
}
