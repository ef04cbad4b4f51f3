"""The door for a web server: the hottest question is answered ahead of Django, everything else by Django."""

from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

application: Any = get_wsgi_application()

from experience_apis.storefront.front import Front  # noqa: E402  # models are there only from here on

if settings.AVAILABILITY_FRONT != "off" and "experience" in settings.LAYERS:
    application = Front(application, mode=settings.AVAILABILITY_FRONT)
