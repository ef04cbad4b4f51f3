from django.apps import AppConfig

from retail_platform.kernel import trace


class NoticesConfig(AppConfig):
    name = "process_apis.notices"

    def ready(self) -> None:
        from process_apis.notices.trace import of_facts  # noqa: PLC0415 - models must be loaded first

        trace.teller("notice", of_facts)
