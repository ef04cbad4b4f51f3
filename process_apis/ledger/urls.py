"""/api/process/ledger/v1/…"""

from django.urls import path

from process_apis.ledger.api import EntriesView, EntryView, TrialBalanceView

urlpatterns = [
    path("entries", EntriesView.as_view(), name="journal-entries"),
    path("entries/<str:reference>", EntryView.as_view(), name="journal-entry"),
    path("trial-balance", TrialBalanceView.as_view(), name="trial-balance"),
]
