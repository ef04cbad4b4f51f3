from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "experience_apis.analytics"
