"""Logs: JSON lines on standard error, whoever writes them."""

from settings.env import env

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": "retail_platform.kernel.logs.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"handlers": ["stderr"], "level": env.str("RETAIL_LOG_LEVEL", default="INFO")},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.request": {"level": "ERROR"},  # a 404 is in the access line already
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "urllib3": {"level": "WARNING"},
        "kombu": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},  # a task is a wake-up; what came of it stands in the run's rows
        "celery.app.trace": {"level": "WARNING"},
        "oauthlib": {"level": "WARNING"},
        "oauth2_provider": {"level": "WARNING"},
    },
}
