from django.apps import AppConfig


class StockPolicyConfig(AppConfig):
    name = "process_apis.stock_policy"
    verbose_name = "Stock policies"
