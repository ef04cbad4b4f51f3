from django.apps import AppConfig


class StoredValueConfig(AppConfig):
    name = "process_apis.stored_value"
    verbose_name = "Stored value"
