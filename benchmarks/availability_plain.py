"""The plain way to show availability: a DRF view, a serializer, the data in Django's cache on Valkey."""

from django.conf import settings
from django.core.cache.backends.redis import RedisCache
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from experience_apis.storefront.front import PATH
from experience_apis.storefront.offer_serializers import AvailabilityOut, SkusQuery
from retail_platform.kernel import clock
from retail_platform.kernel.views import ApiView

CACHE = RedisCache(settings.VALKEY_URL, {"KEY_PREFIX": f"{settings.AVAILABILITY_PREFIX}:plain"})


class PlainAvailability(ApiView):
    """With the same authentication and throttle as ours."""

    required_scopes = {"GET": "storefront.read"}
    query_serializer = SkusQuery

    def get(self, request: Request) -> Response:
        channel = self.query["channel"]
        found = CACHE.get_many([f"{channel}:{sku}" for sku in self.query["sku"]])
        answer = {"channel": channel, "as_of": clock.now(), "age_ms": 0, "items": found.values()}
        return Response(AvailabilityOut(answer).data)


urlpatterns = [path(PATH.lstrip("/"), PlainAvailability.as_view())]
