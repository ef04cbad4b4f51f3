"""What the storefront's REST face takes and answers."""

from typing import Any
from uuid import UUID

from rest_framework import serializers

from canonical.money import Money
from canonical.order import LineKind
from experience_apis.availability.fragment import UNKNOWN
from experience_apis.availability.models import AvailabilityStatus
from experience_apis.order_status.models import OrderStatus, ShopperState
from process_apis.orders import guest_links, tracking
from process_apis.orders.models import CancellationState
from process_apis.pickups import codes, decisions
from process_apis.pickups.models import PickupState
from retail_platform.kernel.serializers import MoneyField, StrictSerializer

MOST_SKUS, MOST_LINES, MOST_UNITS, MOST_TENDERS = 200, 100, 1000, 10


class SkusQuery(StrictSerializer):
    sku = serializers.ListField(
        child=serializers.CharField(max_length=64),
        min_length=1,
        max_length=MOST_SKUS,
        help_text="what to look up; repeat the parameter for up to 200 of them",
    )
    channel = serializers.CharField(max_length=64, help_text="the channel that asks, for example web")
    examples = {"sku": ["SKU-00001", "SKU-00002"], "channel": "web"}


class NodeAvailabilityOut(StrictSerializer):
    code = serializers.CharField()
    name = serializers.CharField()
    available = serializers.IntegerField(help_text="what this channel may sell from here")


class PromiseOut(StrictSerializer):
    date = serializers.DateField(help_text="the earliest day on which it can leave or be collected")
    basis = serializers.ChoiceField(
        choices=["in stock", "in transit", "on order", "backorder"],
        help_text="what the day rests on: goods that are there, on their way, ordered for us, or usual times",
    )


class ItemAvailabilityOut(StrictSerializer):
    sku = serializers.CharField()
    status = serializers.ChoiceField(
        choices=[*AvailabilityStatus.values, UNKNOWN], help_text="unknown: this channel does not sell it"
    )
    available = serializers.IntegerField(help_text="what this channel may sell, in all nodes together")
    nodes = NodeAvailabilityOut(many=True, help_text="nodes that have some, best first")
    promise = PromiseOut(allow_null=True, help_text="null: nobody knows when there is any again")
    pickup = serializers.ListField(
        child=serializers.CharField(), help_text="codes of the nodes where it can still be collected today"
    )


class AvailabilityOut(StrictSerializer):
    channel = serializers.CharField()
    as_of = serializers.DateTimeField(help_text="every change of stock until then is in these figures")
    age_ms = serializers.IntegerField(help_text="how far behind this moment that is")
    items = ItemAvailabilityOut(many=True, help_text="one for each sku asked for, in that order")


class ItemPriceOut(StrictSerializer):
    sku = serializers.CharField()
    status = serializers.ChoiceField(
        choices=["on_sale", UNKNOWN], help_text="unknown: this channel does not sell it, so it has no price"
    )
    title = serializers.CharField(allow_blank=True)
    price = MoneyField(allow_null=True, help_text="for one unit")


class PricesOut(StrictSerializer):
    channel = serializers.CharField()
    taxes_included = serializers.BooleanField()
    items = ItemPriceOut(many=True, help_text="one for each sku asked for, in that order")


class LineIn(StrictSerializer):
    sku = serializers.CharField(max_length=64)
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_UNITS)
    belongs_to = serializers.CharField(
        required=False, max_length=64, help_text="of gift wrap or a fee: the place, from 1, of the line it is for"
    )


class CustomerIn(StrictSerializer):
    name = serializers.CharField(max_length=200)
    email = serializers.EmailField(max_length=254)


class AddressIn(StrictSerializer):
    name = serializers.CharField(max_length=200)
    line1 = serializers.CharField(max_length=200)
    line2 = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    city = serializers.CharField(max_length=200)
    postcode = serializers.CharField(max_length=20)
    region = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    country = serializers.RegexField(r"^[A-Z]{2}\Z", help_text="ISO 3166-1 alpha-2, in capitals")
    latitude = serializers.DecimalField(
        max_digits=9,
        decimal_places=6,
        min_value=-90,
        max_value=90,
        required=False,
        help_text="degrees, with longitude: lets a node nearby send it",
    )
    longitude = serializers.DecimalField(
        max_digits=9, decimal_places=6, min_value=-180, max_value=180, required=False, help_text="degrees"
    )


class PaymentIn(StrictSerializer):
    kind = serializers.ChoiceField(choices=["card", "wallet"])
    token = serializers.CharField(max_length=255, help_text="what the payment provider gave you for card or wallet")


class TenderIn(StrictSerializer):
    kind = serializers.RegexField(
        r"^[a-z_]{1,32}\Z", help_text="card, wallet, gift_card, store_credit, loyalty, cash_on_delivery ..."
    )
    token = serializers.CharField(
        max_length=255, required=False, help_text="what the payment provider gave you for card or wallet"
    )
    number = serializers.CharField(max_length=40, required=False, help_text="of the gift card or account")
    pin = serializers.CharField(max_length=12, required=False, help_text="of the gift card, where it has one")
    amount = MoneyField(
        least=1, required=False, help_text="left out: what the others leave, of a gift card as much as is on it"
    )


class FulfilmentIn(StrictSerializer):
    method = serializers.ChoiceField(choices=["ship", "pickup"])
    node = serializers.CharField(
        max_length=32, required=False, help_text="of a pickup: the store that hands it over, see pickup-options"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["method"] == "pickup" and "node" not in attrs:
            raise serializers.ValidationError({"node": ["Name the store to collect it at."]})
        if attrs["method"] == "ship" and "node" in attrs:
            raise serializers.ValidationError({"node": ["We choose who sends it; name a store for a pickup only."]})
        return attrs


class PlaceOrderIn(StrictSerializer):
    channel = serializers.CharField(max_length=64)
    lines: Any = serializers.ListSerializer(child=LineIn(), allow_empty=False, max_length=MOST_LINES)
    customer = CustomerIn()
    ship_to = AddressIn()
    payment = PaymentIn(required=False, help_text="one means of payment for all of it")
    payments: Any = serializers.ListSerializer(
        child=TenderIn(),
        required=False,
        allow_empty=False,
        max_length=MOST_TENDERS,
        help_text="several means of payment that come to the total; none of either where there is nothing to pay",
    )
    fulfilment = FulfilmentIn(
        required=False,
        help_text="without it the order is sent. A pickup costs no shipping; its `ship_to` is the buyer's address, "
        "which decides the tax, and where the goods go if the store cannot hand them over",
    )
    cart_reference = serializers.CharField(
        max_length=120,
        required=False,
        help_text="your own name of the cart; one cart becomes one order, under whatever Idempotency-Key",
    )
    expected_total = MoneyField(
        required=False, help_text="what you showed the buyer; another total is refused rather than charged"
    )
    not_together = ("payment", "payments")


class PlacedOut(StrictSerializer):
    number = serializers.CharField()
    state = serializers.ChoiceField(choices=ShopperState.choices)
    status_url = serializers.CharField(help_text="follow the order here; the same as the Location header")
    total = MoneyField()
    placed_at = serializers.DateTimeField()


class OrderQuery(StrictSerializer):
    email = serializers.EmailField(
        max_length=254, required=False, help_text="of a guest who asks: the order is shown only if it is the buyer's"
    )
    token = serializers.CharField(
        max_length=300, required=False, help_text="of a link in a mail: the order is shown only if it is the link's"
    )
    after = serializers.IntegerField(
        min_value=0, required=False, default=0, help_text="the `version` you have; with `wait`: answer once it is newer"
    )
    wait = serializers.IntegerField(
        min_value=0, max_value=25, required=False, default=0, help_text="for so many seconds at most"
    )
    examples = {"email": "ada@example.com", "token": lambda: guest_links.token("DEMO-1001"), "after": 0, "wait": 0}


class OrderLineOut(StrictSerializer):
    line_id = serializers.CharField()
    sku = serializers.CharField()
    title = serializers.CharField(allow_blank=True)
    quantity = serializers.IntegerField()
    shipped = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    unit_price = MoneyField()
    kind = serializers.CharField(help_text="goods, gift_wrap, fee, free_gift, pre_order or subscription_renewal")
    promised_on = serializers.DateField(allow_null=True, help_text="of a pre-order: it leaves from this day on")


class ParcelLineOut(StrictSerializer):
    line_id = serializers.CharField()
    sku = serializers.CharField()
    quantity = serializers.IntegerField()


class ParcelOut(StrictSerializer):
    shipment_id = serializers.CharField()
    carrier = serializers.CharField(allow_blank=True)
    tracking_number = serializers.CharField(allow_blank=True)
    tracking_url = serializers.CharField(allow_blank=True, help_text="the carrier's own page; empty: none is known")
    dispatched_at = serializers.DateTimeField()
    lines = ParcelLineOut(many=True)


class PickupOfOrderOut(StrictSerializer):
    node = serializers.CharField()
    name = serializers.CharField(help_text="of the store")
    state = serializers.ChoiceField(choices=PickupState.choices)
    ready_by = serializers.DateTimeField(help_text="when it will be ready at the latest")
    expires_at = serializers.DateTimeField(allow_null=True, help_text="until when it is kept; null: not ready yet")
    code = serializers.CharField(allow_blank=True, help_text="for the buyer alone; empty once it is of no use")
    code_hint = serializers.CharField(help_text="the code's last digits")


class MoneyOfOrderOut(StrictSerializer):
    total = MoneyField()
    paid = MoneyField(help_text="taken so far; a card is charged parcel by parcel")
    refunded = MoneyField()


class CancelledOfOrderOut(StrictSerializer):
    line_id = serializers.CharField()
    sku = serializers.CharField()
    units = serializers.IntegerField(help_text="asked for")
    cancelled = serializers.IntegerField()


class CancellationOfOrderOut(StrictSerializer):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=CancellationState.choices)
    requested_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    refund = MoneyField()
    lines = CancelledOfOrderOut(many=True)


class RefundOfOrderOut(StrictSerializer):
    tender = serializers.CharField(help_text="the way it was paid, and goes back")
    amount = MoneyField()
    at = serializers.DateTimeField()


class OrderStatusOut(StrictSerializer):
    number = serializers.CharField()
    channel = serializers.CharField()
    state = serializers.ChoiceField(choices=ShopperState.choices)
    headline = serializers.CharField()
    what_next = serializers.CharField()
    lines = OrderLineOut(many=True)
    parcels = ParcelOut(many=True)
    pickup = PickupOfOrderOut(allow_null=True, help_text="where it is to be collected; null: it is sent")
    cancellations = CancellationOfOrderOut(many=True)
    refunds = RefundOfOrderOut(many=True)
    next_by = serializers.DateTimeField(allow_null=True, help_text="by when that will be; null: nobody can say")
    money = MoneyOfOrderOut()
    placed_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField(help_text="rises with each change")


_OF_OLD = {"kind": LineKind.GOODS, "promised_on": None}  # rows of an earlier release say nothing of these


def shown(row: OrderStatus) -> dict[str, Any]:
    """A status row as `OrderStatusOut` says."""

    def money(minor: int) -> Money:
        return Money(minor=minor, currency=row.currency)

    return {
        "number": row.number,
        "channel": row.channel,
        "state": row.state,
        "headline": row.headline,
        "what_next": row.what_next,
        "lines": [{**_OF_OLD, **line, "unit_price": money(line["unit_price_minor"])} for line in row.lines],
        "parcels": [
            {**each, "tracking_url": tracking.link(each["carrier"], each["tracking_number"])} for each in row.parcels
        ],
        "pickup": _collected(row),
        "cancellations": [{**each, "refund": money(each["refund_minor"])} for each in row.cancellations],
        "refunds": [{**each, "amount": money(each["amount_minor"])} for each in row.refunds],
        "next_by": row.next_by,
        "money": {
            "total": money(row.total_minor),
            "paid": money(row.paid_minor),
            "refunded": money(row.refunded_minor),
        },
        "placed_at": row.placed_at,
        "updated_at": row.updated_at,
        "version": row.version,
    }


def _collected(row: OrderStatus) -> dict[str, Any] | None:
    """The pickup with its code, which is worked out here, for this answer, and stands in no row."""
    if row.pickup is None:
        return None
    shown = dict(row.pickup)
    pickup_id = UUID(shown.pop("id"))
    return {**shown, "code": codes.code_of(pickup_id) if shown["state"] in decisions.OPEN else ""}
