from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "process_apis.orders"
