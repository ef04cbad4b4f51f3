"""Stock changed: show it. Called by the relay, in the transaction that marks the fact delivered."""

from experience_apis.availability import projection
from retail_platform.kernel import clock
from retail_platform.kernel.outbox.models import Fact


def on_fact(fact: Fact) -> None:
    """Work out the skus of a `stock.changed`; every other fact is somebody else's."""
    if fact.name == "stock.changed":
        projection.refresh(fact.data["skus"], now=clock.now())
