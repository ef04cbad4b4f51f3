"""/api/system/connections/v1/…"""

from django.urls import path

from system_apis.connections.api import ConnectionsView

urlpatterns = [path("connections", ConnectionsView.as_view(), name="connections")]
