from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "retail_platform.kernel.outbox"
