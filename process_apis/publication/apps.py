from django.apps import AppConfig


class PublicationConfig(AppConfig):
    name = "process_apis.publication"

    def ready(self) -> None:
        from process_apis.publication import watch  # noqa: PLC0415 - models must be loaded first

        watch.register()
