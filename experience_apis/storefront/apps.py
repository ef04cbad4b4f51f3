from django.apps import AppConfig


class StorefrontConfig(AppConfig):
    name = "experience_apis.storefront"
