"""The exception desk: what waits for a person, and closing it with a word on how."""

from typing import Any, cast
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from process_apis.cases import examples, queries, services
from process_apis.cases.serializers import CaseOut, CasesOut, CasesQuery, ResolveIn
from retail_platform.kernel import clock
from retail_platform.kernel.idempotency.views import IdempotentPost
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.pages import page
from retail_platform.kernel.schema import ProblemOut, example
from retail_platform.kernel.views import ApiView


class CasesView(ApiView):
    required_scopes = {"GET": "process.read"}
    every_channel = True
    query_serializer = CasesQuery

    @extend_schema(
        operation_id="cases",
        summary="What waits for a person",
        description="Open cases unless another state is asked for, the latest seen first.",
        responses={200: CasesOut},
        examples=[example("one case", {"items": [examples.CASE], "next": None}, status=200)],
        tags=["cases"],
    )
    def get(self, request: Request) -> Response:
        rows = queries.desk(state=self.query["state"], owner=self.query.get("owner"))
        order = ["-last_seen_at", "-id"]
        return Response(page(rows, order=order, query=self.query, show=lambda row: CaseOut(row).data))


class CaseView(ApiView):
    required_scopes = {"GET": "process.read"}
    every_channel = True
    path_examples = {"case_id": str(examples.EXAMPLE)}

    @extend_schema(
        operation_id="case",
        summary="One case",
        responses={200: CaseOut, 404: ProblemOut},
        examples=[example("a case", examples.CASE, status=200)],
        tags=["cases"],
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        return Response(CaseOut(queries.case(case_id)).data)


class ResolveCaseView(IdempotentPost, ApiView):
    required_scopes = {"POST": "process.write"}
    every_channel = True
    path_examples = {"case_id": str(examples.EXAMPLE)}

    @extend_schema(
        operation_id="resolve_case",
        summary="Close a case, saying how it was solved",
        description="A case that a parked run waits for is closed by acting on the run: resume, skip, compensate.",
        request=ResolveIn,
        responses={200: CaseOut, 404: ProblemOut, 409: ProblemOut},
        examples=[
            example("solved", {"reason": "unsubscribed at the vendor"}),
            example("a closed case", examples.RESOLVED, status=200),
        ],
        tags=["cases"],
    )
    def post(self, request: Request, case_id: UUID) -> Any:
        def work(body: dict[str, Any]) -> Response:
            by = cast(Principal, request.user).client
            services.close(case_id=case_id, by=by, resolution=body["reason"], now=clock.now())
            return Response(CaseOut(queries.case(case_id)).data)

        return self.once(request, body=ResolveIn, work=work)
