from django.apps import AppConfig


class ConnectionsConfig(AppConfig):
    name = "system_apis.connections"
