from django.apps import AppConfig


class SourcingConfig(AppConfig):
    name = "process_apis.sourcing"
