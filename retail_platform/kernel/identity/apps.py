from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "retail_platform.kernel.identity"
