"""How a Shopify order was paid. The webhook names the gateways, but says only for the whole how far the money is."""

from collections.abc import Mapping
from typing import Any

from canonical.money import Money
from canonical.order import Tender, TenderState
from system_apis.commerce.vendors.shopify.reading import Reading, objects, text

# Our tender kinds for Shopify's gateway names; the many card gateways are "card".
_KINDS = {
    "gift_card": "gift_card",
    "manual": "manual",
    "cash": "cash",
    "cash on delivery (cod)": "cash_on_delivery",
    "bank deposit": "bank_transfer",
    "money order": "bank_transfer",
    "paypal": "paypal",
    "klarna": "klarna",
    "shop_cash": "shop_cash",
}
_WHOLE = {
    "paid": TenderState.CAPTURED,
    "partially_refunded": TenderState.CAPTURED,  # it was paid; refunds are facts of their own
    "authorized": TenderState.AUTHORIZED,
    "pending": TenderState.PENDING,
}
_KIND_OF_TRANSACTION = {
    "sale": TenderState.CAPTURED,
    "capture": TenderState.CAPTURED,
    "authorization": TenderState.AUTHORIZED,
}


def read_tenders(payload: Mapping[str, Any], reading: Reading, *, total: Money) -> tuple[Tender, ...]:
    """The tenders of an order; they come to `total`. What cannot be told goes into `reading`."""
    status, reference = str(payload.get("financial_status") or ""), str(payload.get("id"))
    gateways = _gateways(payload)
    if listed := _from_transactions(payload, reading):
        return listed
    if len(gateways) > 1 and "gift_card" in gateways:
        reading.wrong.append(
            f"payment_gateway_names: paid with {' and '.join(gateways)}, and the webhook does not say how much with "
            "each; read the order's transactions in Shopify and enter the amounts"
        )
    kind = next((_KINDS.get(gateway, "card") for gateway in gateways), "unknown")
    if status == "partially_paid":
        open_amount = reading.money(payload.get("total_outstanding"), "total_outstanding")
        return (
            _tender(kind, total - open_amount, TenderState.CAPTURED, reference),
            _tender(kind, open_amount, TenderState.PENDING, reference),
        )
    if status not in _WHOLE:
        reading.wrong.append(
            f"financial_status: {status or 'nothing'!r} says that nobody owes this money; expected one of "
            f"{', '.join(sorted([*_WHOLE, 'partially_paid']))}"
        )
    return (_tender(kind, total, _WHOLE.get(status, TenderState.PENDING), reference),)


def _from_transactions(payload: Mapping[str, Any], reading: Reading) -> tuple[Tender, ...]:
    """One tender for each successful payment, where the document lists them."""
    tenders = []
    for paid in objects(payload.get("transactions")):
        state = _KIND_OF_TRANSACTION.get(str(paid.get("kind")))
        if state is not None and paid.get("status", "success") == "success":
            gateway = text(paid.get("gateway"), 64).lower()
            amount = reading.money(paid.get("amount"), f"amount of transaction {paid.get('id')}")
            tenders.append(_tender(_KINDS.get(gateway, "card"), amount, state, str(paid.get("id"))))
    return tuple(tenders)


def _gateways(payload: Mapping[str, Any]) -> list[str]:
    named = payload.get("payment_gateway_names")
    names = named if isinstance(named, list) and named else [payload.get("gateway")]
    return [text(name, 64).lower() for name in names if name]


def _tender(kind: str, amount: Money, state: TenderState, reference: str) -> Tender:
    return Tender.model_construct(kind=kind, amount=amount, state=state, reference=reference)
