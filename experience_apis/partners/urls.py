"""/api/experience/partners/v1/…"""

from django.urls import path

from experience_apis.partners.api import (
    DeliveriesView,
    DeliveryView,
    EndpointsView,
    EndpointView,
    RedeliverView,
    SecretView,
)

urlpatterns = [
    path("endpoints", EndpointsView.as_view(), name="partners-endpoints"),
    path("endpoints/<uuid:endpoint_id>", EndpointView.as_view(), name="partners-endpoint"),
    path("endpoints/<uuid:endpoint_id>/secret", SecretView.as_view(), name="partners-secret"),
    path("deliveries", DeliveriesView.as_view(), name="partners-deliveries"),
    path("deliveries/<uuid:delivery_id>", DeliveryView.as_view(), name="partners-delivery"),
    path("deliveries/<uuid:delivery_id>/redeliver", RedeliverView.as_view(), name="partners-redeliver"),
]
