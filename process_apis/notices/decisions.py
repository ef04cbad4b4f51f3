"""Which fact is told to customers, with which template and in which language. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# Fact → template. A name without an entry is told to nobody.
TEMPLATES: Mapping[str, str] = {
    "order.accepted": "order_confirmed",
    "order.cancelled": "order_cancelled",
    "order.part_cancelled": "order_part_cancelled",
    "order.backordered": "backordered",
    "order.line_substituted": "substituted",
    "shipment.dispatched": "shipped",
    "pickup.ready": "ready_to_collect",
    "pickup.reminder": "pickup_reminder",
    "pickup.handed_over": "collected",
    "pickup.expired": "pickup_expired",
    "pickup.moved": "pickup_moved",
    "return.authorised": "return_authorised",
    "return.rejected": "return_rejected",
    "return.refunded": "refunded",
}
LANGUAGES = ("en", "de")
OF_A_COUNTER = "PU-"  # a parcel handed over at a store; its buyer has it in hand
_ABOUT = ("shipment_id", "pickup_id", "return_number")


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who bought: what decides about language and address."""

    email: str
    country: str


@dataclass(frozen=True, slots=True)
class Policy:
    """How a channel's customers are told."""

    tells_customers: bool = True
    language: str = ""
    silent: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Due:
    """A message that is due. `suppressed` says why it is not sent; empty: it is."""

    template: str
    language: str
    about: dict[str, Any]
    suppressed: str = ""


def due(
    fact: str,
    data: Mapping[str, Any],
    *,
    to: Addressee,
    policy: Policy,
    language_of: Mapping[str, str],
    otherwise: str,
) -> Due | None:
    """The message a fact calls for, if any. `language_of` gives a country's language, `otherwise` that of the rest."""
    template = TEMPLATES.get(fact)
    if template is None or str(data.get("shipment_id", "")).startswith(OF_A_COUNTER):
        return None
    wanted = policy.language or language_of.get(to.country, otherwise)
    return Due(
        template=template,
        language=wanted if wanted in LANGUAGES else "en",
        about={name: data[name] for name in _ABOUT if name in data},
        suppressed=_suppressed(template, to=to, policy=policy),
    )


def _suppressed(template: str, *, to: Addressee, policy: Policy) -> str:
    if not policy.tells_customers:
        return "the channel writes to its customers by itself"
    if template in policy.silent:
        return "the channel's policy leaves it out"
    return "" if to.email else "the order has no e-mail address"
