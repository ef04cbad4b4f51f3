from django.apps import AppConfig


class PickupsConfig(AppConfig):
    name = "process_apis.pickups"
