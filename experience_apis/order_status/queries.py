"""Read one order's status: the row, and nothing behind it."""

from collections.abc import Callable

from experience_apis.order_status.models import OrderStatus
from experience_apis.order_status.projection import digest
from process_apis.orders import guest_links
from process_apis.orders.queries import NoSuchOrder

_CHANGED_AT_MOST = 20
NOT_SHOWN = "There is no order of this number that you may see; check the number, and the e-mail or link if given."


def status(number: str, *, may_see: Callable[[str], bool], email: str = "", token: str = "") -> OrderStatus:
    """One order's status. `may_see` says whether a channel is the caller's.

    `email`, if given, must be the buyer's; `token`, if given, that of a link to this order.

    An order that its channel has changed into another is shown as that one: there is one status, whichever of their
    numbers is asked for.

    Raises NoSuchOrder, in the same words for an order that is not there and one that is somebody else's.
    """
    found = OrderStatus.objects.filter(number=number).first()
    known = found is not None and may_see(found.channel)
    wrong = (email and found and digest(email) != found.email_digest) or (
        token and guest_links.number_of(token) != number
    )
    if found is None or not known or wrong:
        raise NoSuchOrder(NOT_SHOWN)
    for _ in range(_CHANGED_AT_MOST):
        later = OrderStatus.objects.filter(number=found.goes_on_as).first() if found.goes_on_as else None
        if later is None:
            break
        found = later
    return found
