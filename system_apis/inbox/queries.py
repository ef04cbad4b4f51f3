"""Read again what came in."""

from uuid import UUID

from retail_platform.kernel.problem import NotFound
from system_apis.inbox.models import InboxMessage


def message(inbox_id: str | UUID) -> InboxMessage:
    """One delivery with its connection; `bytes(message.raw)` is the body as it came. Raises NotFound."""
    found = InboxMessage.objects.select_related("connection").filter(pk=inbox_id).first()
    if found is None:
        raise NotFound(f"the inbox holds no message {inbox_id}")
    return found
