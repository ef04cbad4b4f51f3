"""Send one notice by e-mail.

It leaves once. Where nobody knows whether it left (killed or cut off in the middle of handing it over) the setting
NOTICE_AFTER_UNKNOWN decides: "again" under the same Message-ID, since a second copy does less harm than a code to
collect goods that never comes; or "leave" it to a person.
"""

from functools import partial

from django.conf import settings

from process_apis.engine.process import Done, StepContext
from process_apis.notices import letters, post, queries, services
from process_apis.notices.models import NoticeState
from system_apis.errors import NotAllowed, Refused, Unavailable


def send_notice(ctx: StepContext) -> Done:
    notice = queries.notice(ctx.subject)
    if notice.state != NoticeState.PENDING:
        return Done(sent=False)
    if ctx.facts.get("handing_over") and settings.NOTICE_AFTER_UNKNOWN == "leave":
        why = "nobody knows whether it left; ask the customer, and have it sent anew if it did not come"
        return Done(sent=False, then=[partial(services.failed, notice_id=notice.id, why=why)])
    try:
        letter = letters.letter(notice)
    except letters.Over as over:
        return Done(sent=False, then=[partial(services.suppressed, notice_id=notice.id, why=str(over))])
    message_id = f"<{notice.id.hex}@{settings.NOTICE_DOMAIN}>"
    try:
        post.hand_over(letter, message_id=message_id, before_text=partial(ctx.keep, handing_over=True))
    except (NotAllowed, Unavailable):
        ctx.keep(handing_over=False)  # it said so: nothing has left
        raise
    except Refused as no:  # an address that does not exist is nothing to undo, and nobody here can mend it
        return Done(sent=False, then=[partial(services.failed, notice_id=notice.id, why=str(no))])
    return Done(sent=True, then=[partial(services.sent, notice_id=notice.id, now=ctx.now)])
