"""Which applications a process loads. Only a web process needs pages; the others stay small."""

from settings.env import ROLE

_PAGES = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.import_export",
    "import_export",
    "django.contrib.admin",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

_OURS = [
    "retail_platform",
    "retail_platform.kernel.health",
    "retail_platform.kernel.outbox",
    "retail_platform.kernel.idempotency",
    "retail_platform.kernel.identity",
    "system_apis.connections",
    "system_apis.inbox",
    "system_apis.crosswalk",
    "process_apis.cases",
    "process_apis.engine",
    "process_apis.catalog",
    "process_apis.orders",
    "process_apis.stock",
    "process_apis.stock_policy",
    "process_apis.ledger",
    "process_apis.pickups",
    "process_apis.returns",
    "process_apis.stored_value",
    "process_apis.fulfilment",
    "process_apis.sourcing",
    "process_apis.order_to_cash",
    "process_apis.return_to_refund",
    "process_apis.publication",
    "process_apis.notices",
    "experience_apis.availability",
    "experience_apis.order_status",
    "experience_apis.storefront",
    "experience_apis.store_tools",
    "experience_apis.partners",
    "experience_apis.operations",
    "experience_apis.analytics",
]

INSTALLED_APPS = [
    *(_PAGES if ROLE == "web" else []),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "oauth2_provider",
    "pgtrigger",
    "pghistory",
    *_OURS,
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
