"""Hand a letter to the mail server, and say in our four words what came of it.

SMTP knows no keys and cannot be asked. What fails before the text is handed over took nothing; what fails after may
have left. Note [Same Message-ID]: a mail sent again carries the Message-ID of the first, so mailboxes that compare
them show one.
"""

import smtplib
import ssl
from collections.abc import Callable

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from process_apis.notices.letters import Letter
from system_apis.errors import NotAllowed, OutcomeUnknown, Refused, Unavailable

_LATER = range(400, 500)


def hand_over(letter: Letter, *, message_id: str, before_text: Callable[[], None]) -> None:
    """Send one letter. `before_text` is called when the server listens, just before it gets the text.

    Raises Unavailable (nothing taken), Refused (it will not take this one), NotAllowed (it does not take ours), and
    OutcomeUnknown (it heard all or some of it, and did not answer).
    """
    connection = get_connection(timeout=settings.EMAIL_TIMEOUT)
    mail = EmailMultiAlternatives(
        subject=letter.subject,
        body=letter.text,
        from_email=letter.sender or settings.DEFAULT_FROM_EMAIL,
        to=[letter.to],
        reply_to=[letter.reply_to] if letter.reply_to else None,
        headers={"Message-ID": message_id, "Auto-Submitted": "auto-generated"},
        connection=connection,
    )
    mail.attach_alternative(letter.html, "text/html")
    try:
        connection.open()
    except smtplib.SMTPAuthenticationError as no:
        raise NotAllowed(f"the mail server does not accept our login ({no.smtp_code})") from no
    except (smtplib.SMTPException, ssl.SSLError, OSError) as away:
        raise Unavailable(f"the mail server cannot be reached: {type(away).__name__}") from away
    before_text()
    try:
        connection.send_messages([mail])
    except smtplib.SMTPRecipientsRefused as no:
        raise _answered(min(code for code, _ in no.recipients.values())) from no
    except smtplib.SMTPResponseException as no:
        raise _answered(no.smtp_code) from no
    except (smtplib.SMTPException, ssl.SSLError, OSError) as cut:
        raise OutcomeUnknown(f"the mail server did not answer: {type(cut).__name__}") from cut
    finally:
        _close(connection)


def _answered(code: int) -> Exception:
    """The server's text is not kept: it repeats the address."""
    if code in _LATER:
        return Unavailable(f"the mail server does not take it now ({code})")
    return Refused(f"the mail server refuses it ({code})", code=str(code))


def _close(connection: object) -> None:
    try:
        connection.close()  # type: ignore[attr-defined]
    except (smtplib.SMTPException, OSError):
        return
