"""Stock or a policy changed: show it. Called by the relay, in the transaction that marks the facts delivered."""

from collections.abc import Sequence

from experience_apis.availability import projection
from retail_platform.kernel import clock
from retail_platform.kernel.outbox.models import Fact

_OF_STOCK = ("stock.changed", "stock_policy.changed")


def on_facts(facts: Sequence[Fact]) -> None:
    """Work out the skus of all such facts at once; every other is somebody else's."""
    skus = {sku for fact in facts if fact.name in _OF_STOCK for sku in fact.data["skus"]}
    if skus:
        projection.refresh(skus, now=clock.now())
