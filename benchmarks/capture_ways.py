"""What taking an order is compared with, as granian serves it: `benchmarks.capture_ways:plain`."""

from wsgiref.types import WSGIApplication

from django.conf import settings
from django.core.wsgi import get_wsgi_application

settings.ROOT_URLCONF = "benchmarks.capture_plain"  # read when the first request comes
plain: WSGIApplication = get_wsgi_application()
