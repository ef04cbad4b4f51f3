"""Stock or a policy changed: show it. Called by the relay, in the transaction that marks the fact delivered."""

from experience_apis.availability import projection
from retail_platform.kernel import clock
from retail_platform.kernel.outbox.models import Fact


def on_fact(fact: Fact) -> None:
    """Work out the skus of such a fact; every other is somebody else's."""
    if fact.name in ("stock.changed", "stock_policy.changed"):
        projection.refresh(fact.data["skus"], now=clock.now())
