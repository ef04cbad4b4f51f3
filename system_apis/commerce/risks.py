"""What shops say of the risk of an order: Shopify by "orders/risk_assessment_changed", and the pretend shop."""

from canonical.order import Risk
from system_apis.commerce.port import RiskReport
from system_apis.errors import ContractBroken
from system_apis.transport.shape import Shape, read_raw

_LEVELS = {"high": Risk.HIGH, "medium": Risk.MEDIUM, "low": Risk.LOW, "none": Risk.LOW, "pending": Risk.LOW}


class _Assessment(Shape):
    order_id: int
    risk_level: str


def read_risk(raw: bytes) -> RiskReport:
    """Which order, and how likely a fraud. Raises ContractBroken for a level nobody knows."""
    said = read_raw(_Assessment, raw)
    level = _LEVELS.get(said.risk_level.lower())
    if level is None:
        raise ContractBroken(f"risk_level: {said.risk_level[:40]!r} is none of {', '.join(_LEVELS)}")
    return RiskReport(str(said.order_id), level)
