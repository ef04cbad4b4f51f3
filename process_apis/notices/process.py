"""The journey of one message to a customer: it is due, it is sent. What mail servers say no to is shown as failed."""

from process_apis.engine.process import Process, Step
from process_apis.notices.steps.send_notice import send_notice

NOTICE = Process(
    name="notice",
    starts_on="notice.due",
    subject="notice",
    on_refusal="park",  # only ever our own login: the rest is noted as failed
    budget_s=24 * 3600,
    steps=(Step(send_notice, queue="bulk", remote=True),),
)

PROCESSES = (NOTICE,)
