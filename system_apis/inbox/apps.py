from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "system_apis.inbox"
