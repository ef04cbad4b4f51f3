"""Make and close policies. A policy is never edited, so what was in force at any moment stays known."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F, QuerySet

from process_apis.catalog.models import Channel, Node, Product
from process_apis.stock_policy import watch
from process_apis.stock_policy.models import PolicyKind, StockPolicy
from process_apis.stock_policy.rules import CHANNEL_FREE, NODE_KINDS, Rule
from retail_platform.kernel.problem import Unprocessable

_LOCK = 7_231_002  # one policy is entered at a time: who looks for overlaps sees all there are
AT_MOST_PERCENT = (PolicyKind.SHARE, PolicyKind.CONFIDENCE, PolicyKind.ACCURACY_FLOOR)


class PolicyRefused(Unprocessable):
    """The policy cannot be in force as it is; `errors` names each part to change."""

    kind, title = "policy-refused", "This policy cannot be taken"


@dataclass(frozen=True, slots=True)
class Draft:
    """A policy somebody wants. `since` None: at once. `replaces`: one that stands for the same scope ends there."""

    rule: Rule
    since: datetime | None = None
    until: datetime | None = None
    replaces: bool = False


@transaction.atomic
def make(draft: Draft, *, reason: str, by: str, now: datetime) -> StockPolicy:
    """Put a policy in force, now or later. Raises PolicyRefused."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    if errors := complaints(draft, now=now):
        raise PolicyRefused("Correct what is named in errors, then send it again.", errors=errors)
    since, rule = draft.since or now, draft.rule
    _overlapping(draft, now=now).update(effective_until=since, closed_by=by)  # complaints let pass only replaced ones
    scope = {"sku": rule.sku, "node": rule.node, "node_kind": rule.node_kind, "channel": rule.channel}
    made = StockPolicy.objects.create(
        kind=rule.kind, value=rule.value, effective_from=since, effective_until=draft.until, reason=reason, made_by=by,
        **scope,
    )  # fmt: skip
    if since <= now:
        watch.rule_changed(made, cause=f"policy {made.id} made by {by}")
    return made


@transaction.atomic
def close(policy_id: int, *, by: str, now: datetime) -> bool:
    """End a policy now; one that is not in force yet never will be. False if it has ended before."""
    policy = StockPolicy.objects.select_for_update().get(id=policy_id)
    if policy.effective_until is not None and policy.effective_until <= now:
        return False
    policy.effective_until, policy.closed_by = max(now, policy.effective_from), by
    policy.save(update_fields=["effective_until", "closed_by"])
    if policy.effective_from <= now:
        watch.rule_changed(policy, cause=f"policy {policy.id} closed by {by}")
    return True


def complaints(draft: Draft, *, now: datetime) -> list[dict[str, str]]:
    """Everything that keeps a policy from being taken, as problem errors."""
    rule, since = draft.rule, draft.since or now
    found: list[tuple[str, str]] = _about_scope(rule)
    if rule.value < 0:
        found.append(("value", "This is not below zero."))
    if (rule.kind in AT_MOST_PERCENT and rule.value > 100) or (rule.kind == PolicyKind.ELIGIBILITY and rule.value > 1):
        found.append(("value", f"At most {1 if rule.kind == PolicyKind.ELIGIBILITY else 100}."))
    if since < now:
        found.append(("effective_from", "What was in force is not rewritten: leave this empty, or name a later time."))
    if draft.until is not None and draft.until <= since:
        found.append(("effective_until", "It has to end after it begins."))
    for other in _overlapping(draft, now=now):
        if not (draft.replaces and other.effective_from < since):
            until = f" until {other.effective_until:%Y-%m-%d %H:%M} UTC" if other.effective_until else ""
            what = f"Policy {other.id} says {other.value} from {other.effective_from:%Y-%m-%d %H:%M} UTC{until}. "
            found.append(("effective_from", what + "Close it first, or replace it."))
    return [{"pointer": f"/{name}", "detail": detail} for name, detail in found]


def _about_scope(rule: Rule) -> list[tuple[str, str]]:
    found = []
    if rule.node and rule.node_kind:
        found.append(("node_kind", "Name a node or a kind of node, not both."))
    if rule.kind not in NODE_KINDS and (rule.node or rule.node_kind):
        found.append(("node", f"A {rule.kind} holds for all nodes together: leave node and kind of node empty."))
    if rule.kind in CHANNEL_FREE and rule.channel:
        found.append(("channel", f"A {rule.kind} holds whoever sells: leave the channel empty, or make a buffer."))
    known: list[tuple[str, str, QuerySet]] = [
        ("sku", rule.sku, Product.objects.filter(sku=rule.sku)),
        ("node", rule.node, Node.objects.filter(code=rule.node)),
        ("channel", rule.channel, Channel.objects.filter(code=rule.channel)),
    ]
    found += [(name, f"There is no {name} {code}.") for name, code, rows in known if code and not rows.exists()]
    return found


def _overlapping(draft: Draft, *, now: datetime) -> QuerySet[StockPolicy]:
    """Policies for the same scope that are in force at some moment of the draft's."""
    rule, since = draft.rule, draft.since or now
    same = (
        StockPolicy.objects.filter(
            kind=rule.kind, sku=rule.sku, node=rule.node, node_kind=rule.node_kind, channel=rule.channel
        )
        .exclude(effective_until__lte=since)
        .exclude(effective_until__lte=F("effective_from"))  # closed before it began
    )
    return same.filter(effective_from__lt=draft.until) if draft.until else same
