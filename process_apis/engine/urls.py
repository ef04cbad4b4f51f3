"""/api/process/order_to_cash/v1/runs…"""

from django.urls import path

from process_apis.engine.api import (
    CompensateRunView,
    ResumeRunView,
    RunsView,
    RunView,
    SendRunAsNewView,
    SkipStepView,
)

urlpatterns = [
    path("runs", RunsView.as_view(), name="runs"),
    path("runs/<uuid:run_id>", RunView.as_view(), name="run"),
    path("runs/<uuid:run_id>/resume", ResumeRunView.as_view(), name="resume-run"),
    path("runs/<uuid:run_id>/skip", SkipStepView.as_view(), name="skip-step"),
    path("runs/<uuid:run_id>/compensate", CompensateRunView.as_view(), name="compensate-run"),
    path("runs/<uuid:run_id>/send-as-new", SendRunAsNewView.as_view(), name="send-run-as-new"),
]
