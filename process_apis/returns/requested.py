"""A return is written down when it is asked for, once for its key."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from process_apis.returns.models import Return, ReturnKind, ReturnLine
from process_apis.returns.services import tell
from retail_platform.kernel import correlation

_NUMBER_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True)
class LineGiven:
    """Units that come back, and what the customer gets for them."""

    line_id: str
    sku: str
    units: int
    condition: str = "new"
    serial: str = ""
    net_minor: int = 0
    tax_minor: int = 0
    fee_minor: int = 0
    unit_cost_minor: int = 0
    cost_currency: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """What is written down of a return when it is asked for. `money` are amount columns of the return by name."""

    key: str
    channel: str
    currency: str
    lines: Sequence[LineGiven]
    kind: ReturnKind = ReturnKind.RETURN
    order_number: str = ""
    node: str = ""
    reason: str = ""
    note: str = ""
    customer_reference: str = ""
    customer_hash: str = ""
    requested_by: str = ""
    total_minor: int = 0
    money: Mapping[str, int] = field(default_factory=dict)
    arithmetic: Sequence[tuple[str, int]] = ()
    expires_at: datetime | None = None
    label: str = ""
    settled_as: str = ""


def new_number() -> str:
    """A return number nobody can guess the next one of: "R" and ten characters."""
    return "R" + "".join(secrets.choice(_NUMBER_LETTERS) for _ in range(10))


@transaction.atomic
def open_return(given: Opened, *, now: datetime) -> tuple[Return, bool]:
    """Write a return down and tell of it. The same key again is found, not made: (its row, False)."""
    row, new = write(given, number=new_number(), now=now)
    if new:
        tell(row, "return.requested", by=given.requested_by, kind=given.kind, total_minor=given.total_minor)
    return row, new


@transaction.atomic
def write(given: Opened, *, number: str, now: datetime) -> tuple[Return, bool]:
    """Write a return down and tell nobody, so that no journey begins."""
    row = Return(
        number=number,
        key=given.key,
        kind=given.kind,
        channel=given.channel,
        order_number=given.order_number,
        node=given.node,
        currency=given.currency,
        reason=given.reason[:40],
        note=given.note[:500],
        customer_reference=given.customer_reference,
        customer_hash=given.customer_hash,
        requested_by=given.requested_by[:160],
        arithmetic=[list(term) for term in given.arithmetic],
        total_minor=given.total_minor,
        **given.money,
        correlation_id=correlation.current(),
        requested_at=now,
        expires_at=given.expires_at,
        label=given.label,
        settled_as=given.settled_as,
    )
    Return.objects.bulk_create([row], ignore_conflicts=True)
    standing = Return.objects.get(key=given.key)
    if standing.id != row.id:
        return standing, False
    ReturnLine.objects.bulk_create(
        ReturnLine(
            parent=row, line_id=line.line_id, sku=line.sku, units=line.units, condition=line.condition,
            serial=line.serial, net_minor=line.net_minor, tax_minor=line.tax_minor, fee_minor=line.fee_minor,
            unit_cost_minor=line.unit_cost_minor, cost_currency=line.cost_currency,
        )
        for line in given.lines
    )  # fmt: skip
    return row, True
