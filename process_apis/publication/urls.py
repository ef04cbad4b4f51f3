"""/api/process/publication/v1/…"""

from django.urls import path

from process_apis.publication.api import ChannelsView, LevelsView

urlpatterns = [
    path("channels", ChannelsView.as_view(), name="publication-channels"),
    path("levels", LevelsView.as_view(), name="publication-levels"),
]
