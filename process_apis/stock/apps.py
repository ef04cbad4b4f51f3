from django.apps import AppConfig


class StockConfig(AppConfig):
    name = "process_apis.stock"
