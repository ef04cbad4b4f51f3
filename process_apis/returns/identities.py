"""How often a customer brings goods back, and what an identity brings back without a receipt comes to."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.db import connection
from django.db.models import Count, Sum

from process_apis.returns.models import IdentityReturn, Return
from process_apis.returns.queries import OVER
from retail_platform.kernel.problem import DomainError

WINDOW = timedelta(days=30)


class IdentityLimit(DomainError):
    """This person has brought back without receipts what the retailer allows for a month; a receipt is needed now."""

    status, kind, title = 409, "identity-limit", "A receipt is needed from here on"


@dataclass(frozen=True, slots=True)
class Limit:
    """What one identity may bring back in a month without receipts."""

    times: int
    total_minor: int


def hash_of(document: str) -> str:
    """What an identity document is known by: spaces, dashes and case do not count."""
    plain = "".join(letter for letter in document.upper() if letter.isalnum())
    return hmac.new(f"identity:{settings.SECRET_KEY}".encode(), plain.encode(), sha256).hexdigest()


def customer(*, reference: str, email: str) -> str:
    """What a customer's returns are counted under: by his reference, else his e-mail; "" for nobody known."""
    known = f"reference:{reference}" if reference else f"email:{email.strip().lower()}" if email.strip() else ""
    return hmac.new(f"customer:{settings.SECRET_KEY}".encode(), known.encode(), sha256).hexdigest() if known else ""


def returns_of_late(customer_hash: str, *, now: datetime) -> int:
    """How many returns this customer has asked for in a month that stand; none of nobody known."""
    mine = Return.objects.filter(customer_hash=customer_hash, requested_at__gt=now - WINDOW)
    return mine.exclude(state__in=OVER).count() if customer_hash else 0


def check(identity: str, *, total_minor: int, limit: Limit, now: datetime) -> None:
    """Hold this identity for the transaction, so that two tills count one after the other. Raises IdentityLimit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"identity:{identity}"])
    seen = IdentityReturn.objects.filter(identity_hash=identity, at__gt=now - WINDOW).aggregate(
        times=Count("id"), total=Sum("total_minor")
    )
    times, total = int(seen["times"] or 0), int(seen["total"] or 0)
    if times + 1 > limit.times or total + total_minor > limit.total_minor:
        raise IdentityLimit(
            f"{times} returns without receipt in the last {WINDOW.days} days; {limit.times} are allowed, "
            "and no more than the amount set for all of them: ask for the receipt, or look the sale up",
            errors=[{"pointer": "/document", "detail": "this person has brought back enough without receipts"}],
        )


def keep(parent: Return, *, identity: str, price_from: str) -> None:
    """Write down who it was."""
    IdentityReturn.objects.create(
        parent=parent, identity_hash=identity, node=parent.node, total_minor=parent.total_minor,
        price_from=price_from[:200],
    )  # fmt: skip
