"""Django's PostgreSQL, which need not ask before each request whether its session is still there.

A server that ended a session has said so: something lies in its socket. Only a session cut off without a word (a
firewall that forgot it) is silent, and that happens to sessions that lay unused, so those are asked as before.
"""

import select
import time
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

_ASKED_AFTER_S = 5.0


class DatabaseWrapper(base.DatabaseWrapper):
    """The ENGINE of settings/databases.py."""

    _heard_at = 0.0

    def is_usable(self) -> bool:
        """Django's SELECT 1 (CONN_HEALTH_CHECKS), unless the session answered a moment ago and is silent since."""
        now = time.monotonic()
        if self.connection is not None and now - self._heard_at < _ASKED_AFTER_S and _is_silent(self.connection):
            return True
        usable = super().is_usable()
        self._heard_at = now if usable else 0.0
        return usable


def _is_silent(session: psycopg.Connection[Any]) -> bool:
    """Whether the session is open, in no transaction, and the server has sent nothing, not even the end of it."""
    if session.closed or session.info.transaction_status != TransactionStatus.IDLE:
        return False
    asked = select.poll()
    asked.register(session.fileno(), select.POLLIN)
    return not asked.poll(0)
