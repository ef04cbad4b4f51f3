from django.apps import AppConfig


class ConnectionsConfig(AppConfig):
    name = "system_apis.connections"

    def ready(self) -> None:
        from system_apis.connections import problems  # noqa: PLC0415 - models must be loaded first

        problems.register()
