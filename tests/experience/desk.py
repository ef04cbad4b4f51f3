"""A day at the desk: one record of each kind the admin shows, linked as the platform links them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import Group, User
from django.test import Client as Browser

from canonical.stock import StockMovement
from experience_apis.partners.models import Endpoint
from process_apis.cases import services as cases
from process_apis.cases.models import Case, CaseKind
from process_apis.engine.models import ProcessRun, RunState, RunStep, StepState
from process_apis.fulfilment.models import Cause, SendRequest, SentLater, Way
from process_apis.ledger import services as ledger
from process_apis.notices.models import Notice
from process_apis.orders import customers
from process_apis.orders import services as orders
from process_apis.orders.models import Order, Parcel
from process_apis.publication.models import ChannelLevel, ChannelShop
from process_apis.returns.models import CreditMemo, DebitNote, Dispute, Receipt, Refund, RefundWay, Return
from process_apis.sourcing.models import SourcingDecision
from process_apis.stock import services as stock
from process_apis.stock.models import (
    AuditDue,
    Lot,
    PackUnit,
    Repair,
    Reservation,
    SetAside,
    SnapshotTaken,
    StockFile,
    StockOwner,
    Supply,
    Transfer,
    Variance,
)
from process_apis.stock_policy.models import NodeAccuracy, Recalculation, StockPolicy
from process_apis.stored_value import services as stored_value
from process_apis.stored_value.models import ValueKind
from retail_platform import staff
from retail_platform.kernel import clock, correlation
from retail_platform.kernel.identity import services as identity
from system_apis.connections import services as connections
from system_apis.inbox import services as inbox
from tests.factories import NOON, a_catalog, a_movement, an_entry, an_order
from tests.pickups import a_pickup

PAYLOAD = b'{"id": 1, "total": 119.00, "note": "<script>alert(1)</script>"}'
SECRET = "whsec_0123456789abcdef"


@dataclass
class Day:
    order: Order
    run: ProcessRun
    case: Case


def a_day(*, number: str = "W-1001") -> Day:
    """An order with a parcel, a sale in the journal, stock behind it, and a parked run with its case."""
    a_catalog()
    commerce = connections.connect(
        code="shop", kind="commerce", vendor="sandbox", base_url="http://127.0.0.1:9/commerce", channel="web",
        secrets={"webhook_secret": SECRET}, now=NOON,
    )  # fmt: skip
    with correlation.use(correlation.new()):
        inbox.receive(connection=commerce, event_id=f"evt-{number}", topic="orders/create",
                      fact_name="commerce.order_received", raw=PAYLOAD, headers={"X-Topic": "orders/create"},
                      now=clock.now())  # fmt: skip
        order, _ = orders.place(an_order(number=number))
        customers.know(order)
        stock.move(_received(number))
        Reservation.objects.create(order_number=number, line_id="1", sku="BOOT-42", node="WH-1", units=1)
        _stock_papers(number)
        a_pickup(order_number=number)
        _policies(number)
        _told_and_chosen(number)
        _told_people(number)
        _taken_back(number)
        parcel = Parcel.objects.create(
            order=order, shipment_id=f"SHP-{number}", position=1, node="WH-1", shipping_minor=0, shipping_tax_minor=0,
            total_minor=11900, invoice_number=f"INV-{number}", dispatched_at=clock.now(),
        )  # fmt: skip
        parcel.lines.create(line=order.lines.get(), quantity=1, net_minor=11900, discount_minor=0, tax_minor=1900,
                            cost_minor=4000)  # fmt: skip
        ledger.book(
            an_entry(reference=f"SALE-{number}", source_event=f"parcel:SHP-{number}", booked_on=ledger.business_day()),
            order_number=number,
        )
        run = a_parked_run(subject=number)
        case_id = cases.open_case(
            kind=CaseKind.CONTRACT, fingerprint=f"run:{run.id}", subject=number, run_id=run.id,
            title=f"{number} is parked", proposal="Mend the mapping.",
        )  # fmt: skip
    return Day(order=order, run=run, case=Case.objects.get(id=case_id))


def _received(number: str) -> list[StockMovement]:
    return [a_movement(key=f"receipt:{number}")]


def a_parked_run(*, subject: str) -> ProcessRun:
    """Order to cash, parked while it asks for the tax; its first step is done."""
    run = ProcessRun.objects.create(
        id=uuid4(), process="order_to_cash", subject=subject, state=RunState.PARKED, step="quote_tax",
        correlation_id=correlation.current(), deadline_at=clock.now() + timedelta(days=1),
        facts={"started_by": {"order_number": subject}}, error="ContractBroken: <b>no field id</b>",
    )  # fmt: skip
    RunStep.objects.create(run=run, name="accept_order", direction="forward", state=StepState.DONE, attempts=1,
                           finished_at=clock.now())  # fmt: skip
    RunStep.objects.create(run=run, name="quote_tax", direction="forward", state=StepState.PARKED, attempts=3,
                           error="ContractBroken: no field id", result={"tax_ref": "TX-1"})  # fmt: skip
    return run


def a_loose_case() -> Case:
    """A case that no run waits for."""
    case_id = cases.open_case(
        kind=CaseKind.SECURITY, fingerprint="inbox.conflict:1", subject="inbox:1", title="one event, two bodies"
    )
    return Case.objects.get(id=case_id)


def a_caller() -> None:
    """A client with a key."""
    identity.make_key(client=identity.ensure_client(name="till-7", scopes=["storefront.read"]))


def signed_in(name: str, *, group: str = "", **changes: Any) -> Browser:
    """A browser of one member of staff; without a group, of a superuser."""
    user = User.objects.create_user(name, is_staff=True, is_superuser=not group, **changes)
    if group:
        if not Group.objects.filter(name=group).exists():
            staff.make_groups()
        user.groups.add(Group.objects.get(name=group))
    browser = Browser()
    browser.force_login(user)
    return browser


def _policies(number: str) -> None:
    """A rule that lowers what channels see, and what is known of a node."""
    StockPolicy.objects.create(
        kind="safety", value=1, sku=number, effective_from=NOON, reason=f"for {number}", made_by="ada"
    )
    NodeAccuracy.objects.update_or_create(node="WH-1", defaults={"score": 90, "scored_at": NOON})
    Recalculation.objects.create(node="WH-1", cause=number)


def _told_and_chosen(number: str) -> None:
    """A channel that was told of stock, the nodes chosen for the order, and a gift card."""
    ChannelShop.objects.get_or_create(channel="web", defaults={"connection": "shop", "last_told_at": NOON})
    ChannelLevel.objects.get_or_create(channel="web", sku="BOOT-42", defaults={"wanted": 3, "told": 3, "shown": 3})
    part = {"line_id": "1", "sku": "BOOT-42", "node": "WH-1", "units": 1}
    explanation = {
        "rules": [{"order": 1, "rule": "distance", "weight": 1}], "considered": 1,
        "candidates": [{"nodes": ["WH-1"], "points": {"distance": 12}, "lost": ""}],
        "left_out": {"STORE-001": "it does not ship"},
    }  # fmt: skip
    SendRequest.objects.create(
        order_number=number, channel="web", node="WH-1", reference=f"REL-{number}", asked_at=NOON
    )
    SentLater.objects.create(
        order_number=number, line_id="1", sku="BOOT-42", node="WH-1", units=1, cause=Cause.SHORT_PICK,
        way=Way.BACKORDER, needs_goods=True, since=NOON,
    )  # fmt: skip
    SourcingDecision.objects.create(order_number=number, channel="web", chosen=[part], explanation=explanation, at=NOON)
    stored_value.open_account(kind=ValueKind.GIFT_CARD, number=f"6006 4910 {number}", pin="4711", currency="EUR")


def _taken_back(number: str) -> None:
    """One unit that came back: what was agreed, the goods, the credit, the money."""
    parent = Return.objects.create(
        number=f"R-{number}", key=f"desk:{number}", channel="web", order_number=number, currency="EUR",
        total_minor=11900, requested_at=NOON, arithmetic=[["paid for 1", 11900]],
    )  # fmt: skip
    parent.lines.create(line_id="1", sku="BOOT-42", units=1, net_minor=10000, tax_minor=1900, unit_cost_minor=4000)
    receipt = Receipt.objects.create(key=f"desk:{number}", parent=parent, node="WH-1", received_at=NOON)
    line = receipt.lines.create(position=1, line_id="1", sku="BOOT-42", units=1, cost_minor=4000)
    DebitNote.objects.create(number=f"DN-R-{number}-1", line=line, supplier="Boots & Sons", currency="EUR",
                             total_minor=4000, lines=[{"sku": "BOOT-42", "units": 1, "serial": "", "cost_minor": 4000}],
                             journal=f"SALE-{number}")  # fmt: skip
    memo = CreditMemo.objects.create(
        number=f"CM-{number}", key=f"desk:{number}", parent=parent, order_number=number, currency="EUR",
        net_minor=10000, tax_minor=1900, total_minor=11900,
    )  # fmt: skip
    Refund.objects.create(key=f"desk:{number}", parent=parent, memo=memo, order_number=number, payment=1,
                          way=RefundWay.ORIGINAL, amount_minor=11900, currency="EUR")  # fmt: skip
    Dispute.objects.create(reference=f"dp-{number}", order_number=number, payment=1, amount_minor=11900, fee_minor=1500,
                           currency="EUR", reason="product_not_received", opened_at=NOON, answer_by=NOON,
                           evidence=["The customer has been refunded already."])  # fmt: skip


def _told_people(number: str) -> None:
    """A mail to the buyer, and a webhook that a partner did not take."""
    Notice.objects.create(event_id=uuid4(), template="order_confirmed", order_number=number, channel="web",
                          language="de", state="sent", sent_at=NOON)  # fmt: skip
    endpoint = Endpoint(client="partner", url="https://partner.example/hooks", events=["*"])
    endpoint.secrets = {"present": SECRET}
    endpoint.save(force_insert=True)
    tries = [{"at": "2026-03-01T12:00:00Z", "status": 500, "error": "<b>it answered 500</b>", "took_ms": 7}]
    endpoint.deliveries.create(event_id=uuid4(), name="order.placed", subject=f"order:{number}", tries=tries,
                               body=PAYLOAD.decode(), attempts=1)  # fmt: skip


def _stock_papers(number: str) -> None:
    """One of each paper that counting and telling leave behind."""
    place = {"sku": "BOOT-42", "node": "WH-1"}
    StockOwner.objects.get_or_create(node_kind="warehouse", state="on_hand", defaults={"source": "wms"})
    SetAside.objects.create(key=f"wms:{number}", source="erp", rule="not-the-owner", why="the WMS owns it", told={})
    StockFile.objects.create(name="day.csv", digest=number, source="wms", state="done", rows=1, applied=1)
    PackUnit.objects.create(sku=number, unit="XBX", units=12)
    SnapshotTaken.objects.create(node="WH-1", source=f"wms-{number}", watermark=1, taken_at=NOON, digest="", levels=1)
    Lot.objects.create(lot=number, units=2, expires_on=NOON.date(), source="wms", **place)
    Supply.objects.create(reference=f"PO-{number}", kind="on_order", units=5, source="erp", **place)
    AuditDue.objects.get_or_create(defaults={"due_at": NOON})
    Repair.objects.create(figure="on_hand", stood=3, should_be=2, why="the sum of its movements", **place)
    Transfer.objects.create(reference=f"TR-{number}", from_node="WH-1", to_node="STORE-001").lines.create(
        sku="BOOT-42", units=2
    )
    Variance.objects.create(
        key=f"snapshot:{number}", source="wms", watermark=1, taken_at=NOON, expected=10, counted=4, **place
    )
