from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "experience_apis.partners"
