"""/api/experience/operations/v1/…"""

from django.urls import path

from experience_apis.operations.api import RunsView, RunView, TraceView
from experience_apis.operations.cases_api import CasesView, CaseView, ResolveCaseView
from experience_apis.operations.replays_api import DayReplaysView, ReplaysView, StuckFactsView

urlpatterns = [
    path("runs", RunsView.as_view(), name="operations-runs"),
    path("runs/<uuid:run_id>", RunView.as_view(), name="operations-run"),
    path("trace/<str:correlation_id>", TraceView.as_view(), name="operations-trace"),
    path("cases", CasesView.as_view(), name="operations-cases"),
    path("cases/<uuid:case_id>", CaseView.as_view(), name="operations-case"),
    path("cases/<uuid:case_id>/resolve", ResolveCaseView.as_view(), name="operations-resolve-case"),
    path("replays", ReplaysView.as_view(), name="operations-replays"),
    path("replays/days", DayReplaysView.as_view(), name="operations-replays-of-a-day"),
    path("replays/stuck-facts", StuckFactsView.as_view(), name="operations-stuck-facts"),
]
