"""Returns at the counter: find the sale, take the goods back with or without a receipt, ask what a gift card holds."""

from typing import Any, cast

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from canonical.money import Money
from experience_apis.store_tools import receipts, returns_examples
from experience_apis.store_tools.queries import NO_STORE
from experience_apis.store_tools.returns_serializers import GiftCardOut, LookupIn, SaleOut, SalesOut, StoreReturnIn
from process_apis.orders import queries as orders
from process_apis.return_to_refund import at_store, no_receipt
from process_apis.return_to_refund.at_store import Handed
from process_apis.returns import examples, queries
from process_apis.returns.serializers import ReturnOut
from process_apis.stored_value import numbers
from process_apis.stored_value import queries as stored_value
from process_apis.stored_value.models import ValueKind
from retail_platform.kernel import clock, valkey
from retail_platform.kernel.idempotency.views import HEADER, IdempotentPost
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.problem import NotFound
from retail_platform.kernel.schema import ProblemOut, example
from retail_platform.kernel.throttle import take
from retail_platform.kernel.views import ApiView

_TAGS = ["store tools"]
CARD_ASKS_A_MINUTE = 10


class ReceiptView(ApiView):
    required_scopes = {"GET": "stores.read"}
    path_examples = {"receipt": returns_examples.ORDER}

    @extend_schema(
        operation_id="receipt",
        summary="A sale by its order or invoice number: what can come back, until when, for how much",
        description="Sales of every channel are found. Each look is kept with who looked.",
        responses={200: SaleOut, 404: ProblemOut, 429: ProblemOut},
        examples=[example("a sale", returns_examples.SALE, status=200)],
        tags=_TAGS,
    )
    def get(self, request: Request, receipt: str) -> Response:
        found = receipts.one(receipt, client=cast(Principal, request.user).client)
        return Response(SaleOut(receipts.shown(found)).data)


class ReceiptLookupView(IdempotentPost, ApiView):
    required_scopes = {"POST": "stores.read"}

    @extend_schema(
        operation_id="look_up_receipts",
        summary="Find sales by order, invoice, card, loyalty number or e-mail",
        description="At most 20 sales, the latest first. Searches are limited a minute, and each is kept with who "
        "looked, by what, and what was found. The value itself is in the body, so that no access log has it.",
        request=LookupIn,
        responses={200: SalesOut, 429: ProblemOut},
        examples=[
            example("by order number", returns_examples.LOOKUP),
            example("one sale", {"items": [returns_examples.SALE]}, status=200),
        ],
        tags=_TAGS,
    )
    def post(self, request: Request) -> HttpResponse:
        caller = cast(Principal, request.user)

        def work(asked: dict[str, Any]) -> Response:
            found = receipts.find(by=asked["by"], value=asked["value"], client=caller.client, staff=asked["staff"])
            return Response(SalesOut({"items": [receipts.shown(order) for order in found]}).data)

        return self.once(request, body=LookupIn, work=work)


class StoreReturnsView(IdempotentPost, ApiView):
    required_scopes = {"POST": "stores.write"}

    @extend_schema(
        operation_id="return_at_store",
        summary="Take goods back at the counter",
        description="With `return_number` for what the customer announced online, whatever store or warehouse it was "
        "to go to. With `order_number` for what was paid, to the tenders it was paid with; what a marketplace sold, "
        "the marketplace pays back. Without it, name the customer's `document`: the lowest price the goods "
        "sold at of late, as store credit, and only so often for one identity. Goods with a `disposition` of "
        "restock can be sold at once. The money follows: ask the return by its number.",
        request=StoreReturnIn,
        responses={202: ReturnOut, 404: ProblemOut, 409: ProblemOut, 422: ProblemOut},
        examples=[
            example("one unit with its receipt", returns_examples.WITH_RECEIPT),
            example("taken back", examples.CLOSED, status=202),
        ],
        tags=_TAGS,
    )
    def post(self, request: Request) -> HttpResponse:
        caller, key = cast(Principal, request.user), request.headers.get(HEADER, "")

        def work(asked: dict[str, Any]) -> Response:
            if not caller.sees_store(asked["node"]):
                raise NotFound(NO_STORE)
            number = take_back(asked, key=f"store:{caller.client}:{key}"[:200])
            return Response(ReturnOut(queries.in_full(number)).data, status=202)

        return self.once(request, body=StoreReturnIn, work=work)


class GiftCardView(ApiView):
    required_scopes = {"GET": "stores.read"}
    path_examples = {"number": returns_examples.CARD}

    @extend_schema(
        operation_id="gift_card",
        summary="What a gift card still holds",
        description="A card with a PIN needs it in the header `Gift-Card-Pin`. Wrong number and wrong PIN get the "
        "same answer, and a number can be asked for ten times a minute.",
        responses={200: GiftCardOut, 404: ProblemOut, 429: ProblemOut},
        examples=[example("a card", returns_examples.GIFT_CARD, status=200)],
        tags=_TAGS,
    )
    def get(self, request: Request, number: str) -> Response:
        _count(number)
        found = stored_value.account(
            kind=ValueKind.GIFT_CARD, number=number, pin=request.headers.get("Gift-Card-Pin", "")
        )
        shown = {"number": found.masked, "balance": found.free, "expires_on": found.expires_on}
        return Response(GiftCardOut(shown).data)


def take_back(asked: dict[str, Any], *, key: str) -> str:
    """Carry out what `StoreReturnIn` says. Returns the number of the return."""
    handed = [Handed(**line) for line in asked["lines"]]
    if asked["return_number"]:
        return at_store.announced(
            key=key, number=asked["return_number"], node=asked["node"], handed=handed, staff=asked["staff"],
            now=clock.now(),
        ).number  # fmt: skip
    told = {"node": asked["node"], "handed": handed, "staff": asked["staff"], "reason": asked["reason"]}
    if not asked["order_number"]:
        return no_receipt.without_receipt(key=key, document=asked["document"], now=clock.now(), **told).number
    order = orders.order(asked["order_number"])
    settle_as = "" if asked["refund"] == "original" else asked["refund"]
    shown = asked.get("expected_refund")
    expected = Money(minor=shown.minor, currency=shown.currency) if shown else None
    return at_store.with_receipt(
        key=key, order=order, settle_as=settle_as, expected=expected, now=clock.now(), **told
    ).number


def _count(number: str) -> None:
    try:
        verdict = take(
            subject=numbers.number_hash(ValueKind.GIFT_CARD, number), policy="gift-card", limit=CARD_ASKS_A_MINUTE
        )
    except valkey.Down:
        return
    if not verdict.allowed:
        raise receipts.TooManyLookups(
            f"a card can be asked for {CARD_ASKS_A_MINUTE} times a minute", retry_after_s=verdict.reset_s
        )
