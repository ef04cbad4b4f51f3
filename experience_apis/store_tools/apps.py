from django.apps import AppConfig


class StoreToolsConfig(AppConfig):
    name = "experience_apis.store_tools"
    verbose_name = "Store tools"
