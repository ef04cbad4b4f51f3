"""/api/experience/store_tools/v1/…"""

from django.urls import path

from experience_apis.store_tools.api import PickupOptionsView, StoreAvailabilityView

urlpatterns = [
    path("stores/<str:node>/availability", StoreAvailabilityView.as_view(), name="store-availability"),
    path("pickup-options", PickupOptionsView.as_view(), name="pickup-options"),
]
