from django.apps import AppConfig


class ReturnToRefundConfig(AppConfig):
    name = "process_apis.return_to_refund"
