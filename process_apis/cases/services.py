"""Open a case, or count it again; close it with a word on how."""

from datetime import datetime
from uuid import UUID, uuid4

from django.db import connection

from process_apis.cases import queries
from process_apis.cases.models import OWNERS, Case, CaseKind, CaseState
from retail_platform.kernel import correlation
from retail_platform.kernel.problem import DomainError


class AlreadyClosed(DomainError):
    """Somebody has closed this case before."""

    kind = "case-closed"
    title = "This case is closed already"


class BelongsToRun(DomainError):
    """A parked run waits for this case: closing it alone would leave the run forgotten. Act on the run."""

    kind = "case-of-run"
    title = "A parked run waits for this"


_OPEN = """
INSERT INTO cases_case (id, kind, owner, fingerprint, subject, run_id, correlation_id, title, detail, proposal, state,
                        count, resolved_by, resolution)
VALUES (%(id)s, %(kind)s, %(owner)s, %(fingerprint)s, %(subject)s, %(run_id)s, %(correlation_id)s, %(title)s,
        %(detail)s, %(proposal)s, 'open', 1, '', '')
ON CONFLICT (fingerprint) WHERE state = 'open'
DO UPDATE SET count = cases_case.count + 1, last_seen_at = clock_timestamp(), detail = excluded.detail,
              title = excluded.title, proposal = excluded.proposal
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
    case_id: UUID | None = None,
) -> UUID:
    """Put something on the desk, once: an open case with this fingerprint is counted up instead. Returns its id."""
    with connection.cursor() as cursor:
        cursor.execute(
            _OPEN,
            {
                "id": case_id or uuid4(),
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


def close(*, case_id: UUID, by: str, resolution: str, now: datetime) -> None:
    """Close one case by hand. Raises NoSuchCase, BelongsToRun, and AlreadyClosed."""
    standing = queries.case(case_id)
    if standing.run_id is not None and standing.state == CaseState.OPEN:
        raise BelongsToRun(f"run {standing.run_id} is parked; resume, skip, compensate or send it as new instead")
    if not resolve(case_id=case_id, by=by, resolution=resolution, now=now):
        raise AlreadyClosed(f"{standing.resolved_by or 'somebody'} has closed it; read its resolution")


def resolve(*, case_id: UUID, by: str, resolution: str, now: datetime) -> bool:
    """Close one case that no run waits for. False when somebody else has done so already, or a run does wait."""
    return bool(
        Case.objects.filter(id=case_id, state=CaseState.OPEN, run_id=None).update(
            state=CaseState.RESOLVED, resolved_at=now, resolved_by=by, resolution=resolution
        )
    )


def _storable(text: str) -> str:
    """PostgreSQL keeps every character but NUL; vendors have sent that too."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
