from django.apps import AppConfig

from retail_platform.kernel import trace


class PartnersConfig(AppConfig):
    name = "experience_apis.partners"

    def ready(self) -> None:
        from experience_apis.partners.trace import of_facts  # noqa: PLC0415 - models must be loaded first

        trace.teller("delivery", of_facts)
