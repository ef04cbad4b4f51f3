"""Runs and their steps, and the four things a person may tell a parked run."""

from collections.abc import Callable
from typing import Any, ClassVar, cast
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from process_apis.engine import examples, queries, services
from process_apis.engine.serializers import ReasonIn, RunOut, RunRowOut, RunsOut, RunsQuery
from retail_platform.kernel import clock
from retail_platform.kernel.idempotency.views import IdempotentPost
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.pages import page
from retail_platform.kernel.schema import ProblemOut, example
from retail_platform.kernel.views import ApiView


class RunsView(ApiView):
    required_scopes = {"GET": "process.read"}
    every_channel = True
    query_serializer = RunsQuery

    @extend_schema(
        operation_id="runs",
        summary="Passages through the journeys, the latest first",
        responses={200: RunsOut},
        examples=[example("one run", {"items": [examples.ROW], "next": None}, status=200)],
        tags=["runs"],
    )
    def get(self, request: Request) -> Response:
        rows = queries.recent(state=self.query.get("state"), process=self.query.get("process"))
        order = ["-created_at", "-id"]
        return Response(page(rows, order=order, query=self.query, show=lambda row: RunRowOut(row).data))


class RunView(ApiView):
    required_scopes = {"GET": "process.read"}
    every_channel = True
    path_examples = {"run_id": examples.ORDER_RUN}

    @extend_schema(
        operation_id="run",
        summary="One run with each of its steps",
        responses={200: RunOut, 404: ProblemOut},
        examples=[example("a parked run", examples.RUN, status=200)],
        tags=["runs"],
    )
    def get(self, request: Request, run_id: UUID) -> Response:
        return Response(RunOut(queries.run(run_id)).data)


class _ActView(IdempotentPost, ApiView):
    """Tell a parked run what to do, with a reason that stays."""

    required_scopes = {"POST": "process.write"}
    every_channel = True
    act: ClassVar[Callable[..., None]]

    def post(self, request: Request, run_id: UUID) -> Any:
        def work(body: dict[str, Any]) -> Response:
            by = cast(Principal, request.user).client
            type(self).act(run_id=run_id, by=by, reason=body["reason"], now=clock.now())
            return Response(RunOut(queries.run(run_id)).data)

        return self.once(request, body=ReasonIn, work=work)


def _told(operation_id: str, summary: str, description: str, *, reason: str) -> Any:
    shown: list[OpenApiExample] = [
        example("with a reason", {"reason": reason}),
        example("the run goes on", examples.MOVING, status=200),
    ]
    return extend_schema_view(
        post=extend_schema(
            operation_id=operation_id, summary=summary, description=description, request=ReasonIn, examples=shown,
            responses={200: RunOut, 404: ProblemOut, 409: ProblemOut}, tags=["runs"],
        )
    )  # fmt: skip


@_told(
    "resume_run",
    "Try the step again where the run stopped",
    "What was missing is there now. The step keeps its key, so whatever reached the vendor before is found there.",
    reason="the shop has given the product its sku",
)
class ResumeRunView(_ActView):
    act = staticmethod(services.resume)
    path_examples = {"run_id": examples.PARKED_RUNS["resume"]}


@_told(
    "skip_step",
    "Go on behind the step",
    "A person has done by hand what the step would do.",
    reason="entered by hand as order W2K7Q9DNXFB",
)
class SkipStepView(_ActView):
    act = staticmethod(services.skip)
    path_examples = {"run_id": examples.PARKED_RUNS["skip"]}


@_told(
    "compensate_run",
    "Take back everything the run has done",
    "Its undo steps run from the last to the first.",
    reason="the customer no longer wants it",
)
class CompensateRunView(_ActView):
    act = staticmethod(services.compensate)
    path_examples = {"run_id": examples.PARKED_RUNS["compensate"]}


@_told(
    "send_run_as_new",
    "Try the step again under a new key",
    "Only when somebody has made sure that nothing of the old attempt exists at the vendor.",
    reason="nothing of it is at the vendor",
)
class SendRunAsNewView(_ActView):
    act = staticmethod(services.send_as_new)
    path_examples = {"run_id": examples.PARKED_RUNS["send_as_new"]}
