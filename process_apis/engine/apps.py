from django.apps import AppConfig

from process_apis.engine import watch
from retail_platform.kernel.health.registry import check


class EngineConfig(AppConfig):
    name = "process_apis.engine"

    def ready(self) -> None:
        check("runs", watch.runs)
