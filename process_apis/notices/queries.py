"""Read notices and how channels tell their customers."""

from uuid import UUID

from process_apis.notices.decisions import Policy
from process_apis.notices.models import Notice, NoticePolicy
from retail_platform.kernel.problem import NotFound


class NoSuchNotice(NotFound):
    """There is no notice of this id."""

    title = "There is no such notice"


def notice(notice_id: UUID | str) -> Notice:
    """One notice. Raises NoSuchNotice."""
    found = Notice.objects.filter(id=notice_id).first()
    if found is None:
        raise NoSuchNotice("take the id from the list of notices")
    return found


def policy(channel: str) -> Policy:
    """How a channel's customers are told; the usual way where nobody has said anything."""
    row = NoticePolicy.objects.filter(channel=channel).first()
    if row is None:
        return Policy()
    return Policy(tells_customers=row.tells_customers, language=row.language, silent=frozenset(row.silent))


def sender(channel: str) -> tuple[str, str]:
    """Who a channel's mails are from, and where answers go; empty: as usual."""
    row = NoticePolicy.objects.filter(channel=channel).first()
    return (row.sender, row.reply_to) if row else ("", "")
