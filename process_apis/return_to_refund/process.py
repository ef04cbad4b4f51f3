"""The journeys of return to refund: a table of contents. Each step is a file.

Goods and money go apart: RETURN is the agreement and the money, RECEIPT and DISPOSAL book the goods whenever they come.
A return that is rejected or expires ends its journey early: the steps left find nothing to do.
"""

from process_apis.engine.process import Process, Step
from process_apis.return_to_refund.steps.accept_return import accept_return
from process_apis.return_to_refund.steps.adjust_tax import adjust_tax
from process_apis.return_to_refund.steps.await_goods import await_goods
from process_apis.return_to_refund.steps.await_promised import await_promised, file_kept, post_kept
from process_apis.return_to_refund.steps.await_sale import await_sale
from process_apis.return_to_refund.steps.book_goods import book_disposal, book_receipt, post_goods
from process_apis.return_to_refund.steps.book_refusal import book_refusal
from process_apis.return_to_refund.steps.close_return import close_return
from process_apis.return_to_refund.steps.issue_credit_memo import issue_credit_memo
from process_apis.return_to_refund.steps.issue_label import issue_label
from process_apis.return_to_refund.steps.pay_refunds import pay_refunds
from process_apis.return_to_refund.steps.place_exchange import place_exchange, post_changed
from process_apis.return_to_refund.steps.plan_refunds import plan_refunds
from process_apis.return_to_refund.steps.post_credit_memo import create_erp_credit_memo, post_credit_memo
from process_apis.return_to_refund.steps.post_refunds import post_refunds
from process_apis.return_to_refund.steps.take_late_cancellation import take_late_cancellation
from process_apis.return_to_refund.steps.tell_refunded import tell_refunded

RETURN = Process(
    name="return_to_refund",
    starts_on="return.requested",
    subject="return_number",
    wakes_on=(
        "return.authorised", "return.rejected", "return.expired", "return.received", "return.inspected",
        "return.sale_booked", "return.dispute_over", "return.refund_replaced",
    ),
    on_refusal="park",
    budget_s=24 * 3600,
    deadline_s=120 * 24 * 3600,
    steps=(
        Step(accept_return),
        Step(issue_label, remote=True),
        Step(await_goods),
        Step(await_sale, queue="finance"),
        Step(issue_credit_memo, queue="finance"),
        Step(create_erp_credit_memo, queue="finance", remote=True),
        Step(post_credit_memo, queue="finance", remote=True),
        Step(adjust_tax, queue="finance", remote=True),
        Step(plan_refunds, queue="finance"),
        Step(pay_refunds, queue="finance", remote=True),
        Step(post_refunds, queue="finance", remote=True),
        Step(place_exchange, queue="finance"),
        Step(post_changed, queue="finance", remote=True),
        Step(tell_refunded, queue="finance", remote=True),
        Step(await_promised, queue="finance"),
        Step(post_kept, queue="finance", remote=True),
        Step(file_kept, queue="finance", remote=True),
        Step(close_return, queue="finance"),
    ),
)  # fmt: skip

RECEIPT = Process(  # goods are back, whoever's they are
    name="return_receipt",
    starts_on="return.received",
    subject="receipt",
    on_refusal="park",
    budget_s=24 * 3600,
    steps=(Step(book_receipt, queue="finance"), Step(post_goods, queue="finance", remote=True)),
)

DISPOSAL = Process(  # and somebody has said what becomes of them
    name="return_disposal",
    starts_on="return.disposed",
    subject="disposal",
    on_refusal="park",
    budget_s=24 * 3600,
    steps=(Step(book_disposal, queue="finance"), Step(post_goods, queue="finance", remote=True)),
)

VENDOR_REFUSAL = Process(  # a supplier does not owe us what the debit note says
    name="vendor_refusal",
    starts_on="return.vendor_refused",
    subject="debit_note",
    on_refusal="park",
    budget_s=24 * 3600,
    steps=(Step(book_refusal, queue="finance"), Step(post_goods, queue="finance", remote=True)),
)

LATE_CANCELLATION = Process(
    name="late_cancellation",
    starts_on="order.return_needed",
    subject="cancellation",
    on_refusal="park",
    steps=(Step(take_late_cancellation),),
)

PROCESSES = (RETURN, RECEIPT, DISPOSAL, VENDOR_REFUSAL, LATE_CANCELLATION)
