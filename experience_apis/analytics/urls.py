"""/api/experience/analytics/v1/…"""

from django.urls import path

from experience_apis.analytics.api import ChangesView

urlpatterns = [path("changes", ChangesView.as_view(), name="analytics-changes")]
