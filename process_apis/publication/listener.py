"""Stock or policies changed: channels are to hear of it. Called by the relay, in the transaction of the delivery."""

from process_apis.publication import bell
from process_apis.publication.models import ChangeNoted
from retail_platform.kernel.outbox.models import Fact


def on_changed(fact: Fact) -> None:
    """Note the skus of the fact, or all of them where it names none; `publisher` works out what that means."""
    ChangeNoted.objects.create(skus=list(fact.data.get("skus") or []), at=fact.created_at)
    bell.noted()
