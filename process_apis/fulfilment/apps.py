from django.apps import AppConfig


class FulfilmentConfig(AppConfig):
    name = "process_apis.fulfilment"
