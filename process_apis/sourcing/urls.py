"""/api/process/sourcing/v1/…"""

from django.urls import path

from process_apis.sourcing.api import DecisionView

urlpatterns = [path("decisions/<str:order_number>", DecisionView.as_view(), name="sourcing-decision")]
