"""Keep what was told and could not be applied: as it came, with a case that says what is wrong and what to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from process_apis.cases import services as cases
from process_apis.cases.models import CaseKind
from process_apis.stock.incoming.told import Outcome
from process_apis.stock.models import SetAside

CASES_AT_ONCE = 100  # more different troubles than this in one go are one trouble: its source
KINDS = {
    "unknown-sku": CaseKind.MAPPING,
    "unknown-node": CaseKind.MAPPING,
    "bad-field": CaseKind.CONTRACT,
    "missing-field": CaseKind.CONTRACT,
    "columns": CaseKind.CONTRACT,
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was told, under a name of its own where it has no key, and why it was not applied."""

    name: str
    told: dict[str, str]
    why: Outcome


def keep(refusals: Sequence[Refusal], *, of: str) -> None:
    """Set aside, each with a case; the same trouble shares one. `of` names the file or message they came in."""
    groups: dict[str, list[Refusal]] = {}
    for refusal in refusals:
        groups.setdefault(_fingerprint(refusal), []).append(refusal)
    if len(groups) > CASES_AT_ONCE:
        groups = {}
        for refusal in refusals:
            groups.setdefault(f"stock.set_aside:{refusal.why.rule}:{of}", []).append(refusal)
    rows: dict[tuple[str, str], SetAside] = {}
    for fingerprint, group in groups.items():
        case_id = _open(fingerprint, group, of=of)
        for each in group:
            row = _row(each, case_id)
            rows[row.key, row.rule] = row
    SetAside.objects.bulk_create(
        rows.values(), update_conflicts=True, unique_fields=["key", "rule"],
        update_fields=["source", "why", "told", "case_id", "settled_at", "settled_by", "settled_because"],
        batch_size=1000,
    )  # fmt: skip


def _fingerprint(refusal: Refusal) -> str:
    told = refusal.told
    return f"stock.set_aside:{refusal.why.rule}:{told['source']}:{told['node']}:{told['sku']}"[:200]


def _open(fingerprint: str, group: Sequence[Refusal], *, of: str) -> UUID:
    first = group[0]
    more = f" And {len(group) - 1} more like it." if len(group) > 1 else ""
    came = f" It came in {of}." if of else ""
    source = first.told["source"] or "nobody named"
    return cases.open_case(
        kind=KINDS.get(first.why.rule, CaseKind.BUSINESS),
        fingerprint=fingerprint,
        subject=f"{first.told['sku']}@{first.told['node']}",
        title=f"a movement told by {source[:64]} was not applied: {first.why.rule}",
        detail=f"{first.name}: {first.why.detail}{more}{came}",
        proposal="Put right what it names, then let the source tell it again; it is kept as it came.",
    )


def _row(refusal: Refusal, case_id: UUID) -> SetAside:
    clean = {name: value.replace("\x00", "\ufffd")[:500] for name, value in refusal.told.items()}
    name = refusal.name.replace("\x00", "\ufffd")
    return SetAside(
        key=name[:200], rule=refusal.why.rule, source=clean["source"][:64], why=refusal.why.detail[:500], told=clean,
        case_id=case_id,
    )  # fmt: skip
