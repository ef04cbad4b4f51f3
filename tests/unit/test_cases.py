"""The exception desk: one open case for one trouble, counted, owned, and closed with a word on how."""

from uuid import UUID, uuid4

import pytest

from process_apis.cases import services
from process_apis.cases.models import Case, CaseKind
from retail_platform.kernel import clock, correlation

pytestmark = pytest.mark.django_db


def a_case(*, fingerprint: str = "f", kind: CaseKind = CaseKind.CONTRACT, **changes: object) -> UUID:
    return services.open_case(kind=kind, fingerprint=fingerprint, subject="W-1", title="trouble", **changes)  # type: ignore[arg-type]


def test_the_same_trouble_again_is_counted_with_the_latest_words() -> None:
    first = a_case(detail="once")
    assert a_case(detail="twice") == first
    case = Case.objects.get()
    assert (case.count, case.detail, case.last_seen_at >= case.opened_at) == (2, "twice", True)


def test_trouble_after_its_case_was_closed_is_a_new_case() -> None:
    services.resolve(case_id=a_case(), by="ada", resolution="done", now=clock.now())
    a_case()
    assert sorted(Case.objects.values_list("state", flat=True)) == ["open", "resolved"]


@pytest.mark.parametrize(("kind", "owner"), [(CaseKind.MAPPING, "master-data"), (CaseKind.SECURITY, "security")])
def test_the_kind_of_trouble_decides_who_owns_it(kind: CaseKind, owner: str) -> None:
    a_case(kind=kind)
    assert Case.objects.get().owner == owner


def test_a_case_knows_what_request_it_came_from() -> None:
    with correlation.use("4bf92f3577b34da6a3ce929d0e0e4736"):
        a_case()
    assert Case.objects.get().correlation_id == "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.parametrize("words", ["a\x00b", "x" * 100_000, "\ud800"])
def test_whatever_a_vendor_said_fits_into_a_case(words: str) -> None:
    services.open_case(kind=CaseKind.CONTRACT, fingerprint="f", subject="W-1", title=words, detail=words)
    assert Case.objects.count() == 1


def test_a_case_is_closed_by_one_person() -> None:
    case_id = a_case()
    services.close(case_id=case_id, by="ada", resolution="done", now=clock.now())
    with pytest.raises(services.AlreadyClosed, match="ada"):
        services.close(case_id=case_id, by="ben", resolution="done", now=clock.now())
    assert Case.objects.get().resolved_by == "ada"


def test_the_case_of_a_parked_run_is_closed_with_the_run_only() -> None:
    run_id = uuid4()
    case_id = a_case(run_id=run_id)
    with pytest.raises(services.BelongsToRun):
        services.close(case_id=case_id, by="ada", resolution="done", now=clock.now())
    assert not services.resolve(case_id=case_id, by="ada", resolution="done", now=clock.now())
    assert services.resolve_for_run(run_id=run_id, by="ada", resolution="resumed", now=clock.now()) == 1
