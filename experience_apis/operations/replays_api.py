"""Operations: tell again what came in, or what a failing listener held up."""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from experience_apis.operations import examples, services
from experience_apis.operations.serializers import DayReplayIn, ReplayIn, ReplaysOut, StuckFactsIn
from process_apis.engine.replay import Replayed
from retail_platform.kernel import clock
from retail_platform.kernel.idempotency.views import IdempotentPost
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.schema import example
from retail_platform.kernel.views import ApiView

_TAGS = ["operations"]


class ReplaysView(IdempotentPost, ApiView):
    required_scopes = {"POST": "operations.write"}
    every_channel = True

    @extend_schema(
        operation_id="replay_messages",
        summary="Read messages of the inbox again",
        description="What a message has started before is not started again: each item says what comes of it. A topic "
        "that was unknown when it came is read by today's rules. 422 names ids that the inbox does not hold.",
        request=ReplayIn,
        responses={200: ReplaysOut},
        examples=[example("try one message", examples.REPLAY), example("a no-op", examples.REPLAYED, status=200)],
        tags=_TAGS,
    )
    def post(self, request: Request) -> HttpResponse:
        def work(body: dict[str, Any]) -> Response:
            told = services.messages(body["inbox_ids"], dry_run=body["dry_run"])
            return _answer(told, dry_run=body["dry_run"])

        return self.once(request, body=ReplayIn, work=work)


class DayReplaysView(IdempotentPost, ApiView):
    required_scopes = {"POST": "operations.write"}
    every_channel = True

    @extend_schema(
        operation_id="replay_day",
        summary="Read all messages of a day again, a part at a time",
        description="After a mended mistake of ours. Go on with `next` as `after` until it is null; `manage.py replay` "
        "takes a whole day at once.",
        request=DayReplayIn,
        responses={200: ReplaysOut},
        examples=[example("try a day", examples.DAY), example("the first part", examples.DAY_REPLAYED, status=200)],
        tags=_TAGS,
    )
    def post(self, request: Request) -> HttpResponse:
        def work(body: dict[str, Any]) -> Response:
            told, following = services.day(
                body["day"], after=body.get("after"), limit=body["limit"], dry_run=body["dry_run"]
            )
            return _answer(told, dry_run=body["dry_run"], following=following)

        return self.once(request, body=DayReplayIn, work=work)


class StuckFactsView(IdempotentPost, ApiView):
    required_scopes = {"POST": "operations.write"}
    every_channel = True

    @extend_schema(
        operation_id="replay_stuck_facts",
        summary="Tell facts again whose listener failed until they were set aside",
        description="The earliest first, at most 200 at a time; their cases close. One that fails again is set aside "
        "again.",
        request=StuckFactsIn,
        responses={200: ReplaysOut},
        examples=[example("try it", examples.STUCK), example("one fact", examples.DELIVERED, status=200)],
        tags=_TAGS,
    )
    def post(self, request: Request) -> HttpResponse:
        def work(body: dict[str, Any]) -> Response:
            by = cast(Principal, request.user).client
            told = services.stuck_facts(dry_run=body["dry_run"], by=by, now=clock.now())
            return _answer(told, dry_run=body["dry_run"])

        return self.once(request, body=StuckFactsIn, work=work)


def _answer(told: Sequence[Replayed], *, dry_run: bool, following: UUID | None = None) -> Response:
    return Response(ReplaysOut({"dry_run": dry_run, "items": told, "next": following}).data)
