"""/api/process/cases/v1/…"""

from django.urls import path

from process_apis.cases.api import CasesView, CaseView, ResolveCaseView

urlpatterns = [
    path("cases", CasesView.as_view(), name="cases"),
    path("cases/<uuid:case_id>", CaseView.as_view(), name="case"),
    path("cases/<uuid:case_id>/resolve", ResolveCaseView.as_view(), name="resolve-case"),
]
