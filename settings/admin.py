"""The admin's face (django-unfold): its name, its dashboard, and the way through it."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse, reverse_lazy


def _may_view(label: str, model: str) -> Callable[[HttpRequest], bool]:
    return lambda request: any(request.user.has_perm(f"{label}.{verb}_{model}") for verb in ("view", "change"))


def _item(title: str, icon: str, label: str, model: str, *, page: str = "", query: str = "") -> dict[str, Any]:
    name = f"admin:{page or f'{label}_{model}_changelist'}"
    return {
        "title": title,
        "icon": icon,
        "link": (lambda request: f"{reverse(name)}?{query}") if query else reverse_lazy(name),
        "permission": _may_view(label, model),
    }


_NAVIGATION = [
    {"title": "", "items": [{"title": "Dashboard", "icon": "dashboard", "link": reverse_lazy("admin:index")}]},
    {
        "title": "Orders",
        "items": [
            _item("Orders", "shopping_bag", "orders", "order"),
            _item("Parcels", "package_2", "orders", "parcel"),
            _item("Pickups", "storefront", "pickups", "pickup"),
            _item("Returns", "assignment_return", "returns", "return"),
            _item("Receipts of returns", "move_to_inbox", "returns", "receipt"),
            _item("Customers", "contacts", "orders", "customer"),
            _item("Notices", "mail", "notices", "notice"),
            _item("Notice policies", "forward_to_inbox", "notices", "noticepolicy"),
        ],
    },
    {
        "title": "Goods",
        "items": [
            _item("Products", "sell", "catalog", "product"),
            _item("Nodes", "warehouse", "catalog", "node"),
            _item("Positions", "inventory_2", "stock", "stockposition"),
            _item("Reservations", "bookmark", "stock", "reservation"),
            _item("Movements", "swap_horiz", "stock", "stockmovement"),
            _item("Variances", "difference", "stock", "variance", query="state__exact=open"),
            _item("Transfers", "local_shipping", "stock", "transfer"),
            _item("Expected", "event_upcoming", "stock", "supply"),
            _item("Lots", "tag", "stock", "lot"),
            _item("Packs", "package", "stock", "packunit"),
            _item("Set aside", "front_hand", "stock", "setaside"),
            _item("Files of movements", "upload_file", "stock", "stockfile"),
            _item("Snapshots", "photo_camera", "stock", "snapshottaken"),
            _item("Repairs", "healing", "stock", "repair"),
            _item("Owners of states", "assignment_ind", "stock", "stockowner"),
        ],
    },
    {
        "title": "Promises",
        "items": [
            _item("Stock policies", "rule", "stock_policy", "stockpolicy"),
            _item("Accuracy of nodes", "target", "stock_policy", "nodeaccuracy"),
            _item("Channels told", "campaign", "publication", "channelshop"),
            _item("Levels told", "storefront", "publication", "channellevel"),
            _item("Sourcing rules", "alt_route", "sourcing", "sourcingrule"),
            _item("Sourcing decisions", "fork_right", "sourcing", "sourcingdecision"),
            _item("Requests to send", "outbound", "fulfilment", "sendrequest"),
            _item("Sent later", "schedule_send", "fulfilment", "sentlater"),
            _item("Handling rules", "rule_settings", "fulfilment", "handlingrule"),
            _item("Substitutes", "swap_calls", "fulfilment", "substitute"),
        ],
    },
    {
        "title": "Money",
        "items": [
            _item("Journal", "menu_book", "ledger", "journalentry"),
            _item("Trial balance", "balance", "ledger", "journalentry", page="ledger_trial_balance"),
            _item("Credit memos", "receipt_long", "returns", "creditmemo"),
            _item("Refunds", "currency_exchange", "returns", "refund"),
            _item("Debit notes", "outbox", "returns", "debitnote"),
            _item("Disputes", "gavel", "returns", "dispute", query="state__exact=open"),
            _item("Gift cards and credit", "redeem", "stored_value", "valueaccount"),
            _item("Return policies", "policy", "returns", "returnpolicy"),
            _item("Promotions", "sell", "catalog", "promotion"),
            _item("Ways to pay", "payments", "catalog", "tenderkind"),
            _item("Exchange rates", "trending_up", "catalog", "fxrate"),
            _item("Accounts", "account_tree", "ledger", "account"),
            _item("Periods", "event_available", "ledger", "period"),
        ],
    },
    {
        "title": "Desk",
        "items": [
            _item("Cases", "support", "cases", "case", query="state__exact=open"),
            _item("Runs", "conversion_path", "engine", "processrun"),
        ],
    },
    {
        "title": "Integration",
        "items": [
            _item("Connections", "cable", "connections", "connection"),
            _item("Inbox", "inbox", "inbox", "inboxmessage"),
            _item("Facts", "campaign", "outbox", "fact"),
            _item("Partner endpoints", "webhook", "partners", "endpoint"),
            _item("Partner deliveries", "outgoing_mail", "partners", "delivery"),
            _item("Crosswalk", "sync_alt", "crosswalk", "link"),
            _item("Channels", "storefront", "catalog", "channel"),
            _item("Countries", "public", "catalog", "jurisdiction"),
        ],
    },
    {
        "title": "Access",
        "items": [
            _item("API clients", "key", "identity", "client"),
            _item("API keys", "password", "identity", "apikey"),
            _item("People", "person", "auth", "user"),
            _item("Store staff", "badge", "store_tools", "storestaff"),
            _item("Groups", "groups", "auth", "group"),
            _item("Who did what", "history", "admin", "logentry"),
        ],
    },
]

# Files of master data are for those who may change it.
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "change"
FORMAT_MODULE_PATH = ["settings.formats"]

UNFOLD = {
    "SITE_TITLE": "Retail Platform",
    "SITE_HEADER": "Retail Platform",
    "SITE_SUBHEADER": "from the ticket to the ledger",
    "SITE_SYMBOL": "hub",
    "SITE_URL": "/docs/",
    "SHOW_BACK_BUTTON": True,
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "retail_platform.dashboard.fill",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("desk/favicon.svg")},
    ],
    "STYLES": [lambda request: static("desk/desk.css")],
    "SIDEBAR": {"show_search": False, "navigation": _NAVIGATION},
    "COLORS": {
        "primary": {
            "50": "oklch(97.5% .015 195)",
            "100": "oklch(94.5% .035 195)",
            "200": "oklch(89.5% .065 195)",
            "300": "oklch(82% .095 195)",
            "400": "oklch(72% .11 196)",
            "500": "oklch(62% .105 197)",
            "600": "oklch(52% .09 198)",
            "700": "oklch(45% .077 199)",
            "800": "oklch(39% .064 200)",
            "900": "oklch(34% .053 201)",
            "950": "oklch(25% .042 202)",
        }
    },
}
