from django.apps import AppConfig


class AvailabilityConfig(AppConfig):
    name = "experience_apis.availability"
