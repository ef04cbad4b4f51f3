"""What shops say of the risk of an order: Shopify by "orders/risk_assessment_changed", and the pretend shop.

Shopify's Admin API has any number of assessments of an order (`Order.risk: OrderRiskSummary`), one from each provider:
Shopify itself, which the webhook names by null, and apps. The webhook tells of one of them, with its level out of
RiskAssessmentResult, and names the order by number, as text, or by its global id, each of which may be null.
"""

from canonical.order import Risk
from system_apis.commerce.port import RiskReport
from system_apis.errors import ContractBroken
from system_apis.transport.shape import Shape, read_raw

SHOPIFY = "Shopify"
_PENDING = "pending"  # it has not come to an end yet
_LEVELS = {"high": Risk.HIGH, "medium": Risk.MEDIUM, "low": Risk.LOW, "none": None}  # none: it will not say
_ORDER = "gid://shopify/Order/"


class _Assessment(Shape):
    risk_level: str
    order_id: int | str | None = None
    admin_graphql_api_order_id: str | None = None
    provider_id: int | str | None = None
    provider_title: str | None = None


def read_risk(raw: bytes) -> RiskReport:
    """Which order, who thinks so, and how likely a fraud. Raises ContractBroken for a level nobody knows."""
    said = read_raw(_Assessment, raw)
    level = said.risk_level.lower()
    if level != _PENDING and level not in _LEVELS:
        raise ContractBroken(f"risk_level: {said.risk_level[:40]!r} is none of {', '.join([*_LEVELS, _PENDING])}")
    provider = said.provider_title or (SHOPIFY if said.provider_id is None else str(said.provider_id))
    return RiskReport(_order_of(said), _LEVELS.get(level), provider=provider[:120], pending=level == _PENDING)


def _order_of(said: _Assessment) -> str:
    number = str(said.order_id or (said.admin_graphql_api_order_id or "").removeprefix(_ORDER)).partition("?")[0]
    if not number.isascii() or not number.isdigit():
        raise ContractBroken("order_id: neither it nor admin_graphql_api_order_id names an order")
    return number
