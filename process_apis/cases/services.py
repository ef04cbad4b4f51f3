"""Open a case, or count it again; close it with a word on how."""

from datetime import datetime
from uuid import UUID, uuid4

from django.db import connection

from process_apis.cases.models import OWNERS, Case, CaseKind, CaseState
from retail_platform.kernel import correlation

_OPEN = """
INSERT INTO cases_case (id, kind, owner, fingerprint, subject, run_id, correlation_id, title, detail, proposal, state,
                        count, resolved_by, resolution)
VALUES (%(id)s, %(kind)s, %(owner)s, %(fingerprint)s, %(subject)s, %(run_id)s, %(correlation_id)s, %(title)s,
        %(detail)s, %(proposal)s, 'open', 1, '', '')
ON CONFLICT (fingerprint) WHERE state = 'open'
DO UPDATE SET count = cases_case.count + 1, last_seen_at = now(), detail = excluded.detail, title = excluded.title,
              proposal = excluded.proposal
RETURNING id
"""


def open_case(
    *,
    kind: CaseKind,
    fingerprint: str,
    subject: str,
    title: str,
    detail: str = "",
    proposal: str = "",
    run_id: UUID | None = None,
) -> UUID:
    """Put something on the desk, once: an open case with this fingerprint is counted up instead. Returns its id."""
    with connection.cursor() as cursor:
        cursor.execute(
            _OPEN,
            {
                "id": uuid4(),
                "kind": kind,
                "owner": OWNERS[kind],
                "fingerprint": fingerprint[:200],
                "subject": subject[:160],
                "run_id": run_id,
                "correlation_id": correlation.current(),
                "title": _storable(title)[:300],
                "detail": _storable(detail)[:8000],
                "proposal": _storable(proposal)[:2000],
            },
        )
        row: tuple[UUID] = cursor.fetchone()
    return row[0]


def resolve_for_run(*, run_id: UUID, by: str, resolution: str, now: datetime) -> int:
    """Close the open case of a run. Returns how many were open: at most one."""
    return Case.objects.filter(run_id=run_id, state=CaseState.OPEN).update(
        state=CaseState.RESOLVED, resolved_at=now, resolved_by=by, resolution=resolution
    )


def resolve(*, case_id: UUID, by: str, resolution: str, now: datetime) -> bool:
    """Close one case. False when somebody else has done so already."""
    return bool(
        Case.objects.filter(id=case_id, state=CaseState.OPEN).update(
            state=CaseState.RESOLVED, resolved_at=now, resolved_by=by, resolution=resolution
        )
    )


def _storable(text: str) -> str:
    """PostgreSQL keeps every character but NUL; vendors have sent that too."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
