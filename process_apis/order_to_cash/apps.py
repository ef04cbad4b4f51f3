from django.apps import AppConfig


class OrderToCashConfig(AppConfig):
    name = "process_apis.order_to_cash"
