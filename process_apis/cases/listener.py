"""Facts that are trouble by themselves become cases."""

from process_apis.cases import services
from process_apis.cases.models import CaseKind
from retail_platform.kernel.outbox.models import Fact


def on_unrecognized(fact: Fact) -> None:
    """A webhook whose topic nobody knows: its bytes are kept, and someone decides."""
    topic, connection = fact.data.get("topic", "?"), fact.data.get("connection", "?")
    services.open_case(
        kind=CaseKind.CONTRACT,
        fingerprint=f"inbox.unrecognized:{connection}:{topic}",
        subject=fact.aggregate,
        title=f"{connection} sent a webhook of unknown topic {topic!r}",
        detail=f"The payload is kept as inbox message {fact.data.get('inbox_id')}.",
        proposal="Unsubscribe from the topic at the vendor, or add it to the vendor's webhooks and replay it.",
    )


def on_conflict(fact: Fact) -> None:
    """One event id, two bodies: somebody reuses ids or changes what was said."""
    connection, first = fact.data.get("connection", "?"), fact.data.get("first_inbox_id", "?")
    services.open_case(
        kind=CaseKind.SECURITY,
        fingerprint=f"inbox.conflict:{first}",
        subject=fact.aggregate,
        title=f"{connection} sent one event twice with different content",
        detail=f"The first, inbox message {first}, stands. The second is kept as {fact.data.get('inbox_id')}.",
        proposal="Ask the vendor which one is right.",
    )


def on_stuck(fact: Fact) -> None:
    """A fact whose listener fails again and again is set aside so that later ones can pass."""
    services.open_case(
        kind=CaseKind.TECHNICAL,
        fingerprint=f"fact.stuck:{fact.name}:{fact.error[:80]}",
        subject=fact.aggregate,
        title=f"the fact {fact.name} of {fact.aggregate} could not be delivered",
        detail=fact.error,
        proposal="Mend the listener, then set the fact back to pending: manage.py replay --facts.",
    )
