"""The journeys of order to cash: a table of contents. Each step is a file, with its undo beside it."""

from process_apis.engine.process import Process, Step
from process_apis.order_to_cash.steps.accept_order import accept_order, reject_order
from process_apis.order_to_cash.steps.answer_oversold import answer_oversold
from process_apis.order_to_cash.steps.await_parcels import await_parcels
from process_apis.order_to_cash.steps.await_turn import await_turn
from process_apis.order_to_cash.steps.book_deposit import book_deposit, reverse_deposit
from process_apis.order_to_cash.steps.book_sale import book_sale
from process_apis.order_to_cash.steps.capture_payment import capture_payment
from process_apis.order_to_cash.steps.chase_request import ask_after_it, ask_others, claim_recall, recall_request
from process_apis.order_to_cash.steps.clear_order import clear_order, let_cancellations_in
from process_apis.order_to_cash.steps.close_order import close_order
from process_apis.order_to_cash.steps.commit_tax import commit_tax
from process_apis.order_to_cash.steps.confirm_payment import confirm_payment, give_payment_back
from process_apis.order_to_cash.steps.create_erp_order import cancel_erp_order, create_erp_order
from process_apis.order_to_cash.steps.decide_cancellation import (
    await_taken_back,
    decide_cancellation,
    settle_cancellation,
)
from process_apis.order_to_cash.steps.find_elsewhere import find_elsewhere, send_instead
from process_apis.order_to_cash.steps.give_back_cancelled import (
    book_cancellation,
    reduce_erp_order,
    refund_cancelled,
)
from process_apis.order_to_cash.steps.give_up_rest import (
    book_left_behind,
    give_up_rest,
    reduce_left_behind,
    refund_left_behind,
    settle_pickup,
)
from process_apis.order_to_cash.steps.issue_invoice import issue_invoice
from process_apis.order_to_cash.steps.note_risk import note_risk
from process_apis.order_to_cash.steps.post_journal import (
    post_cancellation,
    post_cost,
    post_deposit,
    post_sale,
    take_deposit_back,
)
from process_apis.order_to_cash.steps.quote_tax import quote_tax
from process_apis.order_to_cash.steps.record_handover import record_handover
from process_apis.order_to_cash.steps.record_shipment import record_found_shipment, record_shipment
from process_apis.order_to_cash.steps.record_short_pick import record_short_pick
from process_apis.order_to_cash.steps.release_to_warehouse import recall_from_warehouse, release_to_warehouse
from process_apis.order_to_cash.steps.renew_authorization import hold_for_payment, let_old_hold_go, renew_authorization
from process_apis.order_to_cash.steps.reserve_stock import release_stock, reserve_stock
from process_apis.order_to_cash.steps.send_later import ask_node, await_goods
from process_apis.order_to_cash.steps.settle_parcel import settle_parcel
from process_apis.order_to_cash.steps.stop_goods import send_rest, stop_goods
from process_apis.order_to_cash.steps.take_in_order import take_in_order
from process_apis.order_to_cash.steps.tell_cancelled import tell_cancelled
from process_apis.order_to_cash.steps.tell_channel import tell_channel
from process_apis.order_to_cash.steps.void_remainder import void_remainder

ORDER_INTAKE = Process(  # a shop's webhook: read what is in the inbox
    name="order_intake",
    starts_on="commerce.order_received",
    subject="inbox_id",
    steps=(Step(take_in_order, queue="checkout"),),
)

ORDER_CHANGE_INTAKE = Process(  # the same for a change; it may come before the order itself, and then is the order
    name="order_change_intake",
    starts_on="commerce.order_updated",
    subject="inbox_id",
    steps=(Step(take_in_order, queue="checkout"),),
)

ORDER_RISK = Process(  # a shop thinks again of an order it has told us of
    name="order_risk",
    starts_on="commerce.risk_reported",
    subject="inbox_id",
    steps=(Step(note_risk, queue="checkout"),),
)

CANCELLING = (
    "order.cancel_requested", "order.cancellation_decided", "order.cancellation_settled", "order.hold_released",
)  # fmt: skip

ORDER_TO_CASH = Process(
    name="order_to_cash",
    starts_on="order.placed",
    subject="order_number",
    wakes_on=("shipment.dispatched", "parcel.settled", "pickup.settled", *CANCELLING),
    steps=(
        Step(accept_order, undo=reject_order, queue="checkout"),
        Step(quote_tax, queue="checkout", remote=True),
        Step(clear_order, queue="checkout"),
        Step(reserve_stock, undo=release_stock, queue="checkout", hot=True),
        Step(confirm_payment, undo=give_payment_back, queue="checkout", remote=True),
        Step(create_erp_order, undo=cancel_erp_order, remote=True),
        Step(let_cancellations_in),
        Step(release_to_warehouse, undo=recall_from_warehouse, remote=True, hot=True),
        Step(book_deposit, undo=reverse_deposit),  # once nobody can refuse the order any more
        Step(post_deposit, undo=take_deposit_back, remote=True),
        Step(await_parcels, remote=True),
        Step(void_remainder, remote=True),
        Step(close_order),
    ),
)

ORDER_CANCEL = Process(  # units of an order, or all of it: see Note [Turns]
    name="order_cancel",
    starts_on="order.cancel_requested",
    subject="cancellation",
    wakes_on=("order.cancel_turn",),
    on_refusal="park",
    budget_s=24 * 3600,
    steps=(
        Step(await_turn),
        Step(stop_goods, remote=True),
        Step(decide_cancellation, hot=True),
        Step(send_rest, remote=True, hot=True),
        Step(reduce_erp_order, remote=True),
        Step(refund_cancelled, queue="finance", remote=True),
        Step(book_cancellation, queue="finance"),
        Step(post_cancellation, queue="finance", remote=True),
        Step(await_taken_back),
        Step(tell_cancelled, remote=True),
        Step(settle_cancellation),
    ),
)

SHIPMENT_INTAKE = Process(  # a warehouse's webhook: a parcel has left
    name="shipment_intake",
    starts_on="wms.shipment_reported",
    subject="inbox_id",
    steps=(Step(record_shipment),),
)

SHORT_PICK = Process(  # a node lacks what it was asked to send
    name="short_pick",
    starts_on="wms.short_reported",
    subject="inbox_id",
    steps=(Step(record_short_pick),),
)

OVERSOLD = Process(  # what was promised to an order is not there any more, and no node was asked for it yet
    name="oversold",
    starts_on="stock.oversold",
    subject="oversold",
    on_refusal="park",
    steps=(Step(answer_oversold),),
)

SEND_LATER = Process(  # units that wait for goods, or that another node sends instead
    name="send_later",
    starts_on="order.sent_later",
    subject="later",
    wakes_on=("order.goods_arrived",),
    on_refusal="park",
    deadline_s=180 * 24 * 3600,
    steps=(Step(await_goods), Step(ask_node, remote=True)),
)

UNANSWERED = Process(  # a node was asked to send and has not said yes in time
    name="unanswered",
    starts_on="order.send_unanswered",
    subject="request",
    on_refusal="park",
    steps=(
        Step(ask_after_it, remote=True),
        Step(claim_recall),
        Step(recall_request, remote=True),
        Step(ask_others, hot=True),
    ),
)

SHIPMENT_FOUND = Process(  # the same, where we had to ask
    name="shipment_found",
    starts_on="wms.shipment_found",
    subject="shipment_id",
    steps=(Step(record_found_shipment),),
)

PARCEL = Process(  # one run for each parcel: money, invoice and journal follow the goods, which are gone, so no undo
    name="parcel",
    starts_on="shipment.dispatched",
    subject="shipment_id",
    on_refusal="park",
    budget_s=24 * 3600,
    steps=(
        Step(capture_payment, queue="finance", remote=True),
        Step(issue_invoice, queue="finance", remote=True),
        Step(commit_tax, queue="finance", remote=True),
        Step(book_sale, queue="finance"),
        Step(post_sale, queue="finance", remote=True),
        Step(post_cost, queue="finance", remote=True),
        Step(tell_channel, queue="finance", remote=True),
        Step(settle_parcel, queue="finance"),
    ),
)

AUTHORIZATION = Process(  # money held for an order that is not sent yet is held anew before the hold lapses
    name="authorization",
    starts_on="payment.expiring",
    subject="payment",
    steps=(
        Step(renew_authorization, undo=hold_for_payment, queue="finance", remote=True),
        Step(let_old_hold_go, queue="finance", remote=True),
    ),
)

HAND_OVER = Process(  # the counter's parcel; what was left at the counter is given up
    name="hand_over",
    starts_on="pickup.handed_over",
    subject="pickup_id",
    on_refusal="park",
    steps=(
        Step(record_handover, hot=True),
        Step(give_up_rest, hot=True),
        Step(reduce_left_behind, remote=True),
        Step(refund_left_behind, queue="finance", remote=True),
        Step(book_left_behind, queue="finance"),
        Step(post_cancellation, queue="finance", remote=True),
        Step(settle_pickup),
    ),
)

STORE_REJECTION = Process(  # another store, or sent home; where nobody has it the order's own journey turns back
    name="store_rejection",
    starts_on="pickup.rejected",
    subject="pickup_id",
    on_refusal="park",
    steps=(Step(find_elsewhere, hot=True), Step(send_instead, remote=True, hot=True), Step(settle_pickup)),
)

PROCESSES = (
    ORDER_INTAKE,
    ORDER_CHANGE_INTAKE,
    ORDER_RISK,
    ORDER_TO_CASH,
    ORDER_CANCEL,
    SHIPMENT_INTAKE,
    SHIPMENT_FOUND,
    SHORT_PICK,
    OVERSOLD,
    SEND_LATER,
    UNANSWERED,
    PARCEL,
    AUTHORIZATION,
    HAND_OVER,
    STORE_REJECTION,
)
