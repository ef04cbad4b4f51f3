"""The ledger, read only: entries with what caused them, and the sums of all accounts."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from process_apis.ledger import queries
from process_apis.ledger.serializers import (
    EntriesOut,
    EntriesQuery,
    EntryOut,
    EntryRowOut,
    OurTrialBalanceOut,
    TrialBalanceQuery,
)
from retail_platform.kernel.pages import page
from retail_platform.kernel.schema import ProblemOut, example
from retail_platform.kernel.views import ApiView

_ROW = {
    "reference": "SALE-INV-DEMO-1001-1",
    "entity": "RETAIL-1",
    "purpose": "sale",
    "source_event": "parcel:SHP-1",
    "booked_on": "2026-03-01",
    "currency": "EUR",
    "order_number": "DEMO-1001",
    "reverses": None,
    "correlation_id": "4bf92f3577b34da6a3ce929d0e0e4736",
    "created_at": "2026-03-01T09:30:00Z",
}


def _line(account: str, name: str, role: str, amount: str) -> dict[str, object]:
    money = {"amount": amount, "currency": "EUR"}
    return {"account": account, "name": name, "role": role, "amount": money, "memo": "Invoice INV-DEMO-1001-1"}


_ENTRY = {
    **_ROW,
    "lines": [
        _line("1200", "Customer receivables", "AR", "119.00"),
        _line("4000", "Goods revenue", "REV", "-100.00"),
        _line("2200", "Tax payable", "TAX", "-19.00"),
        _line("1000", "Payment clearing", "PSP", "119.00"),
        _line("1200", "Customer receivables", "AR", "-119.00"),
    ],
}
_BALANCES = {
    "entity": "RETAIL-1",
    "accounts": [
        {"account": "1000", "balance": {"amount": "119.00", "currency": "EUR"}},
        {"account": "2200", "balance": {"amount": "-19.00", "currency": "EUR"}},
        {"account": "4000", "balance": {"amount": "-100.00", "currency": "EUR"}},
    ],
}


class EntriesView(ApiView):
    required_scopes = {"GET": "process.read"}
    every_channel = True
    query_serializer = EntriesQuery

    @extend_schema(
        operation_id="journal_entries",
        summary="Journal entries, the latest business day first",
        description="All of a legal entity, or those of one order or day. An entry is never changed, only reversed.",
        responses={200: EntriesOut},
        examples=[example("one entry", {"items": [_ROW], "next": None}, status=200)],
        tags=["ledger"],
    )
    def get(self, request: Request) -> Response:
        rows = queries.entries(
            entity=self.query["entity"], order_number=self.query.get("order"), day=self.query.get("day")
        )
        order = ["-booked_on", "-id"]
        return Response(page(rows, order=order, query=self.query, show=lambda row: EntryRowOut(row).data))


class EntryView(ApiView):
    required_scopes = {"GET": "process.read"}
    every_channel = True
    path_examples = {"reference": "SALE-INV-DEMO-1001-1"}

    @extend_schema(
        operation_id="journal_entry",
        summary="One journal entry with its lines",
        responses={200: EntryOut, 404: ProblemOut},
        examples=[example("the sale of a parcel", _ENTRY, status=200)],
        tags=["ledger"],
    )
    def get(self, request: Request, reference: str) -> Response:
        return Response(EntryOut(queries.in_full(reference)).data)


class TrialBalanceView(ApiView):
    required_scopes = {"GET": "process.read"}
    every_channel = True
    query_serializer = TrialBalanceQuery

    @extend_schema(
        operation_id="trial_balance",
        summary="The sum of every account in our own ledger",
        description="Together they come to nothing. The ERP's own is in the System API, to compare.",
        responses={200: OurTrialBalanceOut},
        examples=[example("trial balance", _BALANCES, status=200)],
        tags=["ledger"],
    )
    def get(self, request: Request) -> Response:
        entity = self.query["entity"]
        accounts = queries.trial_balance(entity=entity)
        return Response(OurTrialBalanceOut({"entity": entity, "accounts": accounts}).data)
