from django.apps import AppConfig


class OrderStatusConfig(AppConfig):
    name = "experience_apis.order_status"
