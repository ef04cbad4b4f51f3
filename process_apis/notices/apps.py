from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "process_apis.notices"
