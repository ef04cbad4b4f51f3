from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "experience_apis.operations"
