"""People without an account: they show an order's number with the buyer's e-mail address, or the link of a mail."""

from experience_apis.order_status import queries
from experience_apis.order_status.models import OrderStatus
from process_apis.orders import guest_links
from process_apis.orders.queries import NoSuchOrder
from retail_platform.kernel.problem import DomainError
from retail_platform.kernel.throttle import may_guess

ASKS_A_MINUTE = 30


class AsksTooOften(DomainError):
    """An order's number and e-mail may be tried only so often: addresses are not to be guessed."""

    status, kind, title = 429, "too-many-requests", "Too many requests"


def count(*, subject: str) -> None:
    """Count one try of `subject` (an order, an address). Raises AsksTooOften, whether or not the try would be right."""
    if not may_guess(address=f"guest:{subject}", limit=ASKS_A_MINUTE):
        raise AsksTooOften("Wait a minute, then ask again.", retry_after_s=60)


def by_email(number: str, *, email: str, address: str) -> OrderStatus:
    """An order for who knows its e-mail address. Raises AsksTooOften, and NoSuchOrder whatever is wrong."""
    count(subject=address)
    count(subject=f"order:{number}")
    if not email.strip():
        raise NoSuchOrder(queries.NOT_SHOWN)
    return queries.status(number, may_see=lambda channel: True, email=email)


def by_token(token: str) -> OrderStatus:
    """An order for who holds its link. Raises NoSuchOrder for a link that is over or was never ours."""
    number = guest_links.number_of(token)
    if not number:
        raise NoSuchOrder(queries.NOT_SHOWN)
    return queries.status(number, may_see=lambda channel: True)
