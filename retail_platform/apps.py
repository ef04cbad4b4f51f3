from django.apps import AppConfig

from retail_platform.celery import app as celery_app

__all__ = ["RetailPlatformConfig", "celery_app"]  # importing it here makes it everybody's Celery


class RetailPlatformConfig(AppConfig):
    name = "retail_platform"
