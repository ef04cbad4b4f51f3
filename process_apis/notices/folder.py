"""A mail server for demonstrations: a folder with one file for each Message-ID; the same mail again finds it there.

The log names the file and no more: what is in a mail is the customer's.
"""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

log = structlog.get_logger(__name__)


class FolderBackend(BaseEmailBackend):
    """Writes into settings.EMAIL_FILE_PATH, readable by its owner alone."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return sum(self._keep(folder, mail) for mail in email_messages)

    def _keep(self, folder: Path, mail: EmailMessage) -> bool:
        name = sha256(str(mail.extra_headers.get("Message-ID", mail.message().as_bytes())).encode()).hexdigest()[:24]
        file, draft = folder / f"{name}.eml", folder / f".{name}.part"
        if not file.exists():
            draft.touch(mode=0o600)
            draft.write_bytes(mail.message().as_bytes())
            draft.replace(file)  # whole or not at all
        log.info("mail kept in a folder", file=str(file))
        return True
