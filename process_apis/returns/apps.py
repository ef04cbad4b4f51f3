from django.apps import AppConfig


class ReturnsConfig(AppConfig):
    name = "process_apis.returns"
