from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "process_apis.cases"
