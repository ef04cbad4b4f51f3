from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "process_apis.catalog"
