"""What others tell us of returns: carriers of parcels, providers of chargebacks and of refunds that bounce."""

from process_apis.engine.process import Process, Step
from process_apis.return_to_refund.steps.await_decision import (
    answer_dispute,
    await_decision,
    block_disputed_money,
    book_dispute,
    settle_dispute,
)
from process_apis.return_to_refund.steps.post_troubles import post_bounce, post_decision, post_dispute, post_other_way
from process_apis.return_to_refund.steps.record_bounce import await_other_way, pay_other_way, record_bounce
from process_apis.return_to_refund.steps.record_dispute import record_dispute
from process_apis.return_to_refund.steps.record_tracking import record_tracking

PARCEL_BACK_INTAKE = Process(  # a carrier's webhook: a parcel was scanned, or is lost
    name="parcel_back_intake",
    starts_on="carrier.parcel_reported",
    subject="inbox_id",
    steps=(Step(record_tracking),),
)

DISPUTE_INTAKE = Process(  # a provider's webhook: a chargeback was opened or decided
    name="dispute_intake",
    starts_on="payments.dispute_reported",
    subject="inbox_id",
    on_refusal="park",
    steps=(Step(record_dispute, queue="finance"),),
)

DISPUTE = Process(  # from the day the bank takes the money to the day it says who keeps it
    name="dispute",
    starts_on="dispute.opened",
    subject="dispute",
    wakes_on=("dispute.decided",),
    on_refusal="park",
    budget_s=24 * 3600,
    deadline_s=180 * 24 * 3600,
    steps=(
        Step(block_disputed_money, queue="finance"),
        Step(book_dispute, queue="finance"),
        Step(post_dispute, queue="finance", remote=True),
        Step(answer_dispute, queue="finance", remote=True),
        Step(await_decision, queue="finance"),
        Step(settle_dispute, queue="finance"),
        Step(post_decision, queue="finance", remote=True),
    ),
)

REFUND_BOUNCE = Process(  # a provider's webhook: nobody could take a refund
    name="refund_bounce",
    starts_on="payments.refund_failed",
    subject="inbox_id",
    on_refusal="park",
    budget_s=24 * 3600,
    deadline_s=120 * 24 * 3600,
    steps=(
        Step(record_bounce, queue="finance"),
        Step(post_bounce, queue="finance", remote=True),
        Step(await_other_way, queue="finance"),
        Step(pay_other_way, queue="finance", remote=True),
        Step(post_other_way, queue="finance", remote=True),
    ),
)

PROCESSES = (PARCEL_BACK_INTAKE, DISPUTE_INTAKE, DISPUTE, REFUND_BOUNCE)
