"""Read the exception desk."""

from uuid import UUID

from django.db.models import QuerySet

from process_apis.cases.models import Case, CaseState
from retail_platform.kernel.problem import NotFound


class NoSuchCase(NotFound):
    """No case has this id."""

    kind = "no-such-case"
    title = "There is no such case"


def desk(*, state: str | None = None, owner: str | None = None) -> QuerySet[Case]:
    """Cases to page through."""
    wanted = {"state": state, "owner": owner}
    return Case.objects.filter(**{name: value for name, value in wanted.items() if value})


def case(case_id: UUID) -> Case:
    """One case. Raises NoSuchCase."""
    found = Case.objects.filter(id=case_id).first()
    if found is None:
        raise NoSuchCase(f"there is no case {case_id}; take the id from the list of cases")
    return found


def open_by_fingerprint(fingerprint: str) -> Case | None:
    """The open case of one trouble."""
    return Case.objects.filter(fingerprint=fingerprint, state=CaseState.OPEN).first()
