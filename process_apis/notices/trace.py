"""What customers were told because of a fact, for whoever follows an order."""

from collections.abc import Collection, Iterator
from uuid import UUID

from process_apis.notices.models import Notice
from retail_platform.kernel.trace import TraceEvent

_MOST = 500


def of_facts(event_ids: Collection[UUID]) -> Iterator[TraceEvent]:
    """Each message to a customer because of these facts; neither its text nor its address."""
    for notice in Notice.objects.filter(event_id__in=event_ids)[:_MOST]:
        yield TraceEvent(
            at=notice.sent_at or notice.created_at,
            kind="notice",
            name=notice.template,
            subject=notice.order_number,
            state=notice.state,
            detail={"key": str(notice.id), "language": notice.language, "why": notice.why},
            correlation_id=notice.correlation_id,
        )
