from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "process_apis.ledger"
