"""The door for a web server: the hottest question is answered ahead of Django, everything else by Django."""

from wsgiref.types import WSGIApplication

from django.conf import settings
from django.core.wsgi import get_wsgi_application

application: WSGIApplication = get_wsgi_application()  # first: models cannot be imported before
if settings.AVAILABILITY_FRONT != "off" and "experience" in settings.LAYERS:
    from experience_apis.storefront.front import Front

    application = Front(application, mode=settings.AVAILABILITY_FRONT)
