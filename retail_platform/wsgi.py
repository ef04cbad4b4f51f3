"""The door for a web server: the hottest question is answered ahead of Django, everything else by Django."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from experience_apis.storefront.front import Application, Front

application: Application = get_wsgi_application()
if settings.AVAILABILITY_FRONT != "off" and "experience" in settings.LAYERS:
    application = Front(application, mode=settings.AVAILABILITY_FRONT)
