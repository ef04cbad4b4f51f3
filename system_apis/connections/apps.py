from django.apps import AppConfig

from retail_platform.kernel.health.registry import check
from system_apis.connections import watch


class ConnectionsConfig(AppConfig):
    name = "system_apis.connections"

    def ready(self) -> None:
        from system_apis.connections import problems  # noqa: PLC0415 - models must be loaded first

        problems.register()
        check("connections", watch.connections)
