"""Operations: the exception desk, and closing a case."""

from typing import Any, cast
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from experience_apis.operations import examples
from process_apis.cases import examples as shown
from process_apis.cases import queries, services
from process_apis.cases.serializers import CaseOut, CasesOut, CasesQuery, ResolveIn
from retail_platform.kernel import clock
from retail_platform.kernel.idempotency.views import IdempotentPost
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.pages import page
from retail_platform.kernel.schema import ProblemOut, example
from retail_platform.kernel.views import ApiView

_TAGS = ["operations"]


class CasesView(ApiView):
    required_scopes = {"GET": "operations.read"}
    every_channel = True
    query_serializer = CasesQuery

    @extend_schema(
        operation_id="operations_cases",
        summary="What waits for a person",
        description="Open cases unless another state is asked for, the latest seen first.",
        responses={200: CasesOut},
        examples=[example("one case", {"items": [shown.CASE], "next": None}, status=200)],
        tags=_TAGS,
    )
    def get(self, request: Request) -> Response:
        rows = queries.desk(state=self.query["state"], owner=self.query.get("owner"))
        order = ["-last_seen_at", "-id"]
        return Response(page(rows, order=order, query=self.query, show=lambda row: CaseOut(row).data))


class CaseView(ApiView):
    required_scopes = {"GET": "operations.read"}
    every_channel = True
    path_examples = {"case_id": str(examples.CASE_ID)}

    @extend_schema(
        operation_id="operations_case",
        summary="One case",
        responses={200: CaseOut, 404: ProblemOut},
        examples=[example("a case", shown.CASE, status=200)],
        tags=_TAGS,
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        return Response(CaseOut(queries.case(case_id)).data)


class ResolveCaseView(IdempotentPost, ApiView):
    required_scopes = {"POST": "operations.write"}
    every_channel = True
    path_examples = {"case_id": str(examples.CASE_ID)}

    @extend_schema(
        operation_id="operations_resolve_case",
        summary="Close a case, saying how it was solved",
        description="A case that a parked run waits for is closed by acting on the run: resume, skip, compensate "
        "(process API, runs).",
        request=ResolveIn,
        responses={200: CaseOut, 404: ProblemOut, 409: ProblemOut},
        examples=[
            example("solved", {"reason": "unsubscribed at the vendor"}),
            example("a closed case", shown.RESOLVED, status=200),
        ],
        tags=_TAGS,
    )
    def post(self, request: Request, case_id: UUID) -> Any:
        def work(body: dict[str, Any]) -> Response:
            by = cast(Principal, request.user).client
            services.close(case_id=case_id, by=by, resolution=body["reason"], now=clock.now())
            return Response(CaseOut(queries.case(case_id)).data)

        return self.once(request, body=ResolveIn, work=work)
