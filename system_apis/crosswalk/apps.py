from django.apps import AppConfig


class CrosswalkConfig(AppConfig):
    name = "system_apis.crosswalk"
