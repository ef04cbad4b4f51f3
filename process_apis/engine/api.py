"""Runs and their steps, and the four things a person may tell a parked run."""

from collections.abc import Callable
from typing import Any, ClassVar, cast
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from process_apis.engine import queries, services
from process_apis.engine.process import run_id_of
from process_apis.engine.serializers import ReasonIn, RunOut, RunRowOut, RunsOut, RunsQuery
from retail_platform.kernel import clock
from retail_platform.kernel.idempotency.views import IdempotentPost
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.pages import page
from retail_platform.kernel.schema import ProblemOut, example
from retail_platform.kernel.views import ApiView

_EXAMPLE_RUN = str(run_id_of(process="order_to_cash", subject="DEMO-1001"))
_ROW = {
    "id": _EXAMPLE_RUN,
    "process": "order_to_cash",
    "subject": "DEMO-1001",
    "state": "parked",
    "direction": "forward",
    "step": "create_erp_order",
    "waiting_for": "",
    "error": "order_to_cash DEMO-1001: Refused: the period is closed",
    "generation": 0,
    "created_at": "2026-03-01T09:30:00Z",
    "updated_at": "2026-03-01T09:30:04Z",
    "next_wake_at": None,
    "deadline_at": "2026-03-15T09:30:00Z",
    "finished_at": None,
    "correlation_id": "4bf92f3577b34da6a3ce929d0e0e4736",
}
_STEP = {
    "name": "create_erp_order",
    "direction": "forward",
    "state": "parked",
    "attempts": 1,
    "maybe_sent": False,
    "key": "1f0c2a7b9d3e4f5061728394a5b6c7d8",
    "result": {},
    "error": "Refused: the period is closed",
    "started_at": "2026-03-01T09:30:03Z",
    "last_tried_at": "2026-03-01T09:30:03Z",
    "finished_at": None,
}
_RUN = {**_ROW, "facts": {"tax_minor": 1900}, "steps": [_STEP]}
_MOVING: dict[str, Any] = {**_RUN, "state": "ready", "error": "", "next_wake_at": "2026-03-01T10:00:05Z"}


class RunsView(ApiView):
    required_scopes = {"GET": "process.read"}
    query_serializer = RunsQuery

    @extend_schema(
        operation_id="runs",
        summary="Passages through the journeys, the latest first",
        responses={200: RunsOut},
        examples=[example("one run", {"items": [_ROW], "next": None}, status=200)],
        tags=["runs"],
    )
    def get(self, request: Request) -> Response:
        rows = queries.recent(state=self.query.get("state"), process=self.query.get("process"))
        order = ["-created_at", "-id"]
        return Response(page(rows, order=order, query=self.query, show=lambda row: RunRowOut(row).data))


class RunView(ApiView):
    required_scopes = {"GET": "process.read"}
    path_examples = {"run_id": _EXAMPLE_RUN}

    @extend_schema(
        operation_id="run",
        summary="One run with each of its steps",
        responses={200: RunOut, 404: ProblemOut},
        examples=[example("a parked run", _RUN, status=200)],
        tags=["runs"],
    )
    def get(self, request: Request, run_id: UUID) -> Response:
        return Response(RunOut(queries.run(run_id)).data)


class _ActView(IdempotentPost, ApiView):
    """Tell a parked run what to do, with a reason that stays."""

    required_scopes = {"POST": "process.write"}
    path_examples = {"run_id": _EXAMPLE_RUN}
    act: ClassVar[Callable[..., None]]

    def post(self, request: Request, run_id: UUID) -> Any:
        def work(body: dict[str, Any]) -> Response:
            by = cast(Principal, request.user).client
            type(self).act(run_id=run_id, by=by, reason=body["reason"], now=clock.now())
            return Response(RunOut(queries.run(run_id)).data)

        return self.once(request, body=ReasonIn, work=work)


def _told(operation_id: str, summary: str, description: str, *, reason: str) -> Any:
    examples: list[OpenApiExample] = [
        example("with a reason", {"reason": reason}),
        example("the run goes on", _MOVING, status=200),
    ]
    return extend_schema_view(
        post=extend_schema(
            operation_id=operation_id, summary=summary, description=description, request=ReasonIn, examples=examples,
            responses={200: RunOut, 404: ProblemOut, 409: ProblemOut}, tags=["runs"],
        )
    )  # fmt: skip


@_told(
    "resume_run",
    "Try the step again where the run stopped",
    "What was missing is there now. The step keeps its key, so whatever reached the vendor before is found there.",
    reason="the period was opened again",
)
class ResumeRunView(_ActView):
    act = staticmethod(services.resume)


@_told(
    "skip_step",
    "Go on behind the step",
    "A person has done by hand what the step would do.",
    reason="entered in the ERP by hand as SO-4711",
)
class SkipStepView(_ActView):
    act = staticmethod(services.skip)


@_told(
    "compensate_run",
    "Take back everything the run has done",
    "Its undo steps run from the last to the first.",
    reason="the customer no longer wants it",
)
class CompensateRunView(_ActView):
    act = staticmethod(services.compensate)


@_told(
    "send_run_as_new",
    "Try the step again under a new key",
    "Only when somebody has made sure that nothing of the old attempt exists at the vendor.",
    reason="the vendor has deleted the document",
)
class SendRunAsNewView(_ActView):
    act = staticmethod(services.send_as_new)
