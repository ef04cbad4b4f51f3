"""Carry what is owed for a return over into the order of new goods: Note [Exchange] in exchanges."""

from datetime import datetime

from canonical.money import Money
from canonical.order import Customer, Order, OrderLine, Tender, TenderState
from process_apis.orders import queries as orders
from process_apis.orders import services as order_book
from process_apis.return_to_refund import exchanges
from process_apis.return_to_refund.booking import book
from process_apis.return_to_refund.models import Exchange
from process_apis.returns import services
from process_apis.returns.models import RefundWay, Return
from process_apis.returns.money import Part
from process_apis.stored_value import numbers
from process_apis.stored_value import services as stored_value
from process_apis.stored_value.models import ValueAccount, ValueKind, ValueReason


def planned(parent: Return, parts: list[Part]) -> list[Part]:
    """The parts of a refund, for an exchange with what is carried over. One that cannot be as agreed is called off."""
    exchange = exchanges.of(parent)
    if exchange is None:
        return parts
    why = ""
    if parent.total_minor != exchange.agreed_minor:
        why = f"what came back is worth {parent.total_minor} instead of {exchange.agreed_minor} smallest units"
    elif any(part.way == RefundWay.CLAIM for part in parts):
        why = "what came back has not been paid for"
    if why:
        exchanges.call_off(exchange, why=why)
        return parts
    return _split(exchange, parts)


def _split(exchange: Exchange, parts: list[Part]) -> list[Part]:
    """The first parts that come to what is carried over become store credit of the exchange."""
    owed, credit = exchanges.carried(exchange)
    exchange.carried_minor, exchange.credit_minor = owed.minor, credit.minor
    exchange.save(update_fields=["carried_minor", "credit_minor"])
    left = exchange.carried_minor
    account = str(_account(exchange, exchange.parent.currency).id)
    found = []
    for part in parts:
        taken = min(left, part.amount_minor)
        left -= taken
        if taken:
            found.append(Part(RefundWay.STORE_CREDIT, taken, part.payment, part.taken_reference, account))
        if rest := part.amount_minor - taken:
            by_channel = part.way == RefundWay.CHANNEL  # it has the money, so nobody else gives it back
            way = part.way if by_channel else RefundWay(exchange.paid_out or part.way)
            found.append(Part(way, rest, part.payment, part.taken_reference))
    return found


def place(exchange: Exchange, *, now: datetime) -> tuple[str, list[str]]:
    """Place the order of the new goods, once. Returns its number and the entries that changed currencies."""
    parent = exchange.parent
    credit = exchange.credit_minor
    account = _account(exchange, exchange.currency)
    entries = _change(exchange, account) if parent.currency != exchange.currency else []
    row, _ = order_book.place(_order(exchange, account, credit, now=now))
    Exchange.objects.filter(id=exchange.id).update(order_number=row.number)
    services.note(parent, "exchange.placed", order_number=row.number, credit_minor=credit)
    return row.number, entries


def _account(exchange: Exchange, currency: str) -> ValueAccount:
    parent = exchange.parent
    return stored_value.open_account(
        kind=ValueKind.STORE_CREDIT, number=f"EX{parent.number}{currency}", currency=currency,
        customer_reference=parent.customer_reference,
    )  # fmt: skip


def _change(exchange: Exchange, account: ValueAccount) -> list[str]:
    """Store credit of one currency into that of another. FX holds both sides; what they differ by is its balance."""
    parent = exchange.parent
    before, minor, credit = _account(exchange, parent.currency), exchange.carried_minor, exchange.credit_minor
    name = f"exchange:{parent.number}"
    stored_value.hold(
        account_id=str(before.id), minor=minor, currency=parent.currency, key=name, day=parent.requested_at.date()
    )
    stored_value.take(hold=name, minor=minor, key=f"{name}:out")
    stored_value.load(account, minor=credit, key=f"{name}:in", reason=ValueReason.GIVEN_BACK, of=parent.number)
    sides = ((parent.currency, [("SC", minor), ("FX", -minor)]), (exchange.currency, [("FX", credit), ("SC", -credit)]))
    return [
        book(
            reference=f"XC-{parent.number}-{currency}",
            purpose=f"exchange_carried_{currency}".lower(),
            source_event=f"return:{parent.number}",
            legs=legs,
            currency=currency,
            order_number=parent.order_number,
            memo=f"Return {parent.number}, towards goods in {exchange.currency}",
        )
        for currency, legs in sides
    ]


def _order(exchange: Exchange, account: ValueAccount, credit: int, *, now: datetime) -> Order:
    parent, sold = exchange.parent, orders.order(exchange.parent.order_number)

    def money(minor: int) -> Money:
        return Money(minor=minor, currency=exchange.currency)

    tenders = []
    if credit:
        name = numbers.reference_of(account.id)
        kind = ValueKind.STORE_CREDIT.value
        tenders.append(Tender(kind=kind, amount=money(credit), state=TenderState.TOKEN, reference=name))
    if on_top := exchange.total_minor - credit:
        paid = exchange.difference
        state = TenderState.CAPTURED if paid["taken"] else TenderState.TOKEN
        tenders.append(Tender(kind=paid["kind"], amount=money(on_top), state=state, reference=paid["reference"]))
    email = "" if exchange.handed_over else sold.customer_email  # who has the goods is told nothing of them
    return Order(
        channel=exchange.channel,
        channel_order_id=f"exchange-{parent.number}",
        number=order_book.new_number(),
        placed_at=now,
        currency=exchange.currency,
        taxes_included=True,
        lines=tuple(
            OrderLine(
                line_id=str(place), sku=line["sku"], quantity=line["quantity"],
                unit_price=money(line["unit_price_minor"]), discount=money(0),
            )
            for place, line in enumerate(exchange.lines, start=1)
        ),
        shipping=money(0),
        total=money(exchange.total_minor),
        tenders=tuple(tenders),
        customer=Customer(reference=sold.customer_reference, name=sold.customer_name, email=email),
        ship_to=sold.ship_to,
        pickup_node=exchange.node,
        sold_at=exchange.node if exchange.handed_over else "",
    )  # fmt: skip
