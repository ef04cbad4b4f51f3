"""Read one order's status: the row, and nothing behind it."""

from collections.abc import Callable

from experience_apis.order_status.models import OrderStatus
from experience_apis.order_status.projection import digest
from process_apis.orders.queries import NoSuchOrder


def status(number: str, *, may_see: Callable[[str], bool], email: str = "") -> OrderStatus:
    """One order's status. `may_see` says whether a channel is the caller's; `email`, if given, must be the buyer's.

    Raises NoSuchOrder, in the same words for an order that is not there and one that is somebody else's.
    """
    found = OrderStatus.objects.filter(number=number).first()
    if found is None or not may_see(found.channel) or (email and digest(email) != found.email_digest):
        raise NoSuchOrder(
            "There is no order of this number that you may see; check the number, and the e-mail if given."
        )
    return found
