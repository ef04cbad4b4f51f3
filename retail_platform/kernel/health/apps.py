from django.apps import AppConfig

from retail_platform.kernel import logs
from retail_platform.kernel.health import checks
from retail_platform.kernel.health.registry import check


class HealthConfig(AppConfig):
    name = "retail_platform.kernel.health"

    def ready(self) -> None:
        logs.configure()
        check("broker", checks.broker)
        check("outbox", checks.outbox)
