from django.apps import AppConfig


class EngineConfig(AppConfig):
    name = "process_apis.engine"
