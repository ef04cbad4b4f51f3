"""Operations: runs, and the story of everything that carries one correlation id."""

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from experience_apis.operations import examples
from experience_apis.operations.serializers import IdTraceOut, SomeRunsQuery, TraceQuery
from process_apis.engine import api as engine
from process_apis.engine import examples as runs
from process_apis.engine import queries
from process_apis.engine.serializers import RunRowOut, RunsOut
from process_apis.order_to_cash import trace
from retail_platform.kernel.pages import page
from retail_platform.kernel.schema import ProblemOut, example
from retail_platform.kernel.views import ApiView

_TAGS = ["operations"]


class RunsView(ApiView):
    required_scopes = {"GET": "operations.read"}
    every_channel = True
    query_serializer = SomeRunsQuery

    @extend_schema(
        operation_id="operations_runs",
        summary="Runs, the latest first",
        description="What is parked waits for a person; what is retrying goes on without one.",
        responses={200: RunsOut},
        examples=[example("one run", {"items": [runs.ROW], "next": None}, status=200)],
        tags=_TAGS,
    )
    def get(self, request: Request) -> Response:
        wanted = {name: self.query.get(name) for name in ("state", "process", "subject")}
        order = ["-created_at", "-id"]
        return Response(
            page(queries.recent(**wanted), order=order, query=self.query, show=lambda row: RunRowOut(row).data)
        )


@extend_schema_view(get=extend_schema(operation_id="operations_run", tags=_TAGS))
class RunView(engine.RunView):
    required_scopes = {"GET": "operations.read"}
    path_examples = {"run_id": examples.RUN_ID}


class TraceView(ApiView):
    required_scopes = {"GET": "operations.read"}
    every_channel = True
    query_serializer = TraceQuery
    path_examples = {"correlation_id": examples.ORDER_CORRELATION}

    @extend_schema(
        operation_id="operations_trace",
        summary="Everything that carries one correlation id, in time order, through all systems",
        description="Messages that came in, facts, runs and their steps (one with `vendor_refs` is a call that another "
        "system answered), goods, money, journal entries with the ERP's numbers, cases, mails to customers and "
        "webhooks to partners. An order's later parcels and webhooks have ids of their own: unless `only_this_id` says "
        "otherwise, up to five of the orders it was about are told whole. Every answer of ours has such an id, in "
        "X-Correlation-ID and in each problem; a caller's own `traceparent` gives the same one.",
        responses={200: IdTraceOut, 404: ProblemOut},
        examples=[example("two events of it", examples.TRACE, status=200)],
        tags=_TAGS,
    )
    def get(self, request: Request, correlation_id: str) -> Response:
        found = trace.of_id(correlation_id.lower(), only_this_id=self.query["only_this_id"])
        return Response(IdTraceOut(found).data)
