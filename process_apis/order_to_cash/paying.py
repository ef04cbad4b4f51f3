"""What an order is paid with: several tenders that come to the total, or one that takes all of it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from canonical.money import Money
from canonical.order import Tender, TenderState
from process_apis.catalog import tenders as catalog
from process_apis.catalog.models import TenderKind
from process_apis.catalog.tender_models import SettledBy
from process_apis.order_to_cash.offers import OrderNotPossible
from process_apis.stored_value import numbers
from process_apis.stored_value import queries as stored_value
from process_apis.stored_value.models import ValueAccount

Offered = Callable[[TenderKind], bool]


def at_checkout(also: Sequence[str] = ()) -> Offered:
    """Kinds that every checkout of ours offers, and those that one channel offers beyond."""
    return lambda kind: kind.settled_by != SettledBy.TILL and (kind.at_our_checkout or kind.code in also)


def taken_at_till(kind: TenderKind) -> bool:
    """Kinds that a till has taken by the time it tells us."""
    return kind.settled_by == SettledBy.TILL


def kinds_of(body: Mapping[str, Any]) -> set[str]:
    """The kinds of tender that `payments`, or one `payment`, names."""
    given: Sequence[Mapping[str, Any]] = [*(body.get("payments") or []), *filter(None, [body.get("payment")])]
    return {tender["kind"] for tender in given}


def tenders(
    body: Mapping[str, Any],
    *,
    due: Money,
    offered: Offered,
    at: str = "/payments",
    known: Mapping[str, TenderKind] | None = None,
) -> tuple[Tender, ...]:
    """The tenders of an order: `payments`, or one `payment`, each with its kind and whatever that kind needs.

    `at` is what whoever asks calls the payments; `known` are the kinds they name, where they are read already. Raises
    OrderNotPossible, naming every field that does not fit.
    """
    given: Sequence[Mapping[str, Any]] = body.get("payments") or []
    if "payment" in body:
        if given:
            raise _refusal([("/payment", "Give either payment or payments.")])
        given, at = [body["payment"]], "/payment"
    if not given:
        if due.minor:
            raise _refusal([(at, f"It comes to {due.text} {due.currency}: say what it is paid with.")])
        return ()
    where = [at if at == "/payment" else f"{at}/{position}" for position in range(len(given))]
    known = catalog.kinds(kinds_of(body)) if known is None else known
    errors: list[tuple[str, str]] = []
    kinds = {code: kind for code, kind in known.items() if offered(kind)}
    accounts = [_check(tender, kinds, due, place, errors) for tender, place in zip(given, where, strict=True)]
    if errors:
        raise _refusal(errors)
    shares = _shares(given, accounts, due=due, where=where)
    return tuple(
        Tender(
            kind=tender["kind"],
            amount=Money(minor=minor, currency=due.currency),
            state=TenderState.CAPTURED if kinds[tender["kind"]].settled_by == SettledBy.TILL else TenderState.TOKEN,
            reference=numbers.reference_of(account.id) if account else tender.get("token", ""),
        )
        for tender, account, minor in zip(given, accounts, shares, strict=True)
        if minor or due.minor == 0
    )


def _check(
    tender: Mapping[str, Any], known: Mapping[str, TenderKind], due: Money, at: str, errors: list[tuple[str, str]]
) -> ValueAccount | None:
    """Note what is wrong with one tender; the account it is paid from where that is one of ours."""
    kind = known.get(tender["kind"])
    if kind is None:
        errors.append((f"{at}/kind", "This is not offered here."))
        return None
    amount = tender.get("amount")
    if amount and amount.currency != due.currency:
        errors.append((f"{at}/amount/currency", f"The order is in {due.currency}."))
    if kind.settled_by == SettledBy.PROVIDER and not tender.get("token"):
        errors.append((f"{at}/token", "Give what the payment provider gave you."))
    if kind.settled_by != SettledBy.STORED_VALUE:
        return None
    try:
        account = stored_value.account(kind=kind.code, number=tender.get("number", ""), pin=tender.get("pin", ""))
    except stored_value.NoSuchValue as unknown:
        errors.append((f"{at}/number", f"{unknown.title}: {unknown}."))
        return None
    if account.currency != due.currency:
        errors.append((f"{at}/number", f"It is in {account.currency}, the order in {due.currency}."))
    elif amount and amount.minor > account.free_minor:
        errors.append((f"{at}/amount", f"There is {account.free.text} {account.currency} on it."))
    return account


def _shares(
    given: Sequence[Mapping[str, Any]], accounts: Sequence[ValueAccount | None], *, due: Money, where: Sequence[str]
) -> list[int]:
    """What each tender pays. Those without an amount share what is left: an account of ours gives what it has."""
    fixed = [tender["amount"].minor if "amount" in tender else None for tender in given]
    left = due.minor - sum(minor for minor in fixed if minor is not None)
    shares = []
    for minor, account in zip(fixed, accounts, strict=True):
        if minor is None:
            minor = max(0, min(left, account.free_minor) if account else left)
            left -= minor
        shares.append(minor)
    if left:
        paid = Money(minor=due.minor - left, currency=due.currency)
        detail = f"The payments come to {paid.text} {due.currency}, the order to {due.text} {due.currency}."
        raise _refusal([(f"{where[-1]}/amount", detail)])
    return shares


def _refusal(errors: Sequence[tuple[str, str]]) -> OrderNotPossible:
    return OrderNotPossible(
        "It cannot be paid like this; see errors.",
        errors=[{"pointer": pointer, "detail": detail} for pointer, detail in errors],
    )
