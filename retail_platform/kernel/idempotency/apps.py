from django.apps import AppConfig


class IdempotencyConfig(AppConfig):
    name = "retail_platform.kernel.idempotency"
