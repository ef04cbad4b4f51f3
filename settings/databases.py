"""PostgreSQL, the truth. Time-outs so that nothing waits for ever (reliability D25)."""

from settings.env import ROLE, env

DATABASES = {"default": env.db_url("DATABASE_URL")}
DATABASES["default"].update(
    ENGINE="retail_platform.kernel.postgres",
    CONN_MAX_AGE=600,
    CONN_HEALTH_CHECKS=True,
    OPTIONS={
        "connect_timeout": 3,
        "prepare_threshold": 3,
        "application_name": f"retail-{ROLE}",
        "options": "-c statement_timeout=30000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000",
    },
)
if ROLE in ("worker", "relay", "beat"):
    # The same statements over and over: prepared once a session they cost the server a third less. Not in web
    # processes, where the audit's context travels in front of a statement, and a prepared one takes no company; there
    # only who asks for it has its statement prepared.
    DATABASES["default"]["OPTIONS"] |= {"server_side_binding": True}
if ROLE == "worker":
    DATABASES["default"]["CONN_MAX_AGE"] = 10  # a session that has seen every table and step holds much memory
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
# The application's role may add to these and read them, nothing else (manage.py grant_app_role).
APPEND_ONLY_TABLES = (
    "inbox_inboxmessage",
    "ledger_journalentry",
    "ledger_journalline",
    "orders_orderevent",
    "stock_stockmovement",
)
