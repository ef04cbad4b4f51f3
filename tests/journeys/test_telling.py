"""What customers and partners are told while workers die: each mail once, each webhook heard and rightly signed."""

import os
import signal
import time
import uuid
from collections import Counter
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
import requests
from standardwebhooks import Webhook

from retail_platform.kernel.machine.running import Running
from tests import beside, chaos
from tests.partner import Partner, a_partner
from tests.retail_day import SETTLED_WITHIN_S, RetailDay, tell, until

pytestmark = [pytest.mark.timeout(400)]
ORDERS = 6
EVENTS = ["order.accepted", "shipment.dispatched", "notice.due"]
NOTICES = "SELECT order_number, template, state FROM notices_notice WHERE order_number = ANY(%s)"
DELIVERIES = "SELECT event_id, state, attempts FROM partners_delivery WHERE endpoint_id = %s"


class Listener:
    """A partner with an endpoint at the stack."""

    def __init__(self, stack: Running, partner: Partner) -> None:
        command = ["make_key", "--client=tests-partner", "--scope=partners.read", "--scope=partners.write"]
        key = beside.manage(stack, *command).strip()
        self.base = f"{stack.ready['url']}/api/experience/partners/v1"
        self.headers = {"Authorization": f"Bearer {key}"}
        wish = {"url": partner.url.replace("127.0.0.1", "localhost"), "events": EVENTS}
        made = requests.post(
            f"{self.base}/endpoints",
            json=wish,
            headers={**self.headers, "Idempotency-Key": uuid.uuid4().hex},
            timeout=9,
        )
        self.id = str(made.json()["id"]) if made.ok else pytest.fail(made.text)
        self.secret = str(self.get(f"/endpoints/{self.id}/secret")["secret"])

    def get(self, path: str) -> Any:
        answer = requests.get(f"{self.base}{path}", headers=self.headers, timeout=9)
        answer.raise_for_status()
        return answer.json()


def mails(stack: Running) -> list[Any]:
    return [message_from_bytes(file.read_bytes(), policy=default) for file in stack.state.at("mail").glob("*.eml")]


def test_customers_and_partners_are_told_once_though_workers_are_killed(stack: Running, day: RetailDay) -> None:
    with a_partner() as partner:
        partner.answers = [500, 503]
        listener = Listener(stack, partner)
        numbers = [_number(day.post_order(key=uuid.uuid4().hex, sku=n + 1)) for n in range(ORDERS)]
        day.expected += ORDERS
        for _ in range(4):
            time.sleep(0.8)
            for child in chaos.children(stack.pid("worker")):
                os.kill(child, signal.SIGKILL)
        day.settle(within_s=SETTLED_WITHIN_S)

        def told() -> bool:
            rows = day.rows(NOTICES, numbers)
            deliveries = day.rows(DELIVERIES, listener.id)
            return all(state == "sent" for *_, state in rows) and {s for _, s, _ in deliveries} == {"delivered"}

        until(told, within_s=SETTLED_WITHIN_S, showing=lambda: str(day.rows(DELIVERIES, listener.id)))
        rows = day.rows(NOTICES, numbers)
        count = Counter((number, template) for number, template, _ in rows)
        assert {(number, "order_confirmed") for number in numbers} <= set(count)
        assert {(number, "shipped") for number in numbers} <= set(count)
        subjects = Counter(str(mail["Subject"]) for mail in mails(stack) if any(n in mail["Subject"] for n in numbers))
        confirmed = [subject for subject in subjects if subject.startswith("Wir haben Ihre Bestellung")]
        assert (len(confirmed), {subjects[subject] for subject in confirmed}) == (ORDERS, {1})
        assert sum(subjects.values()) == len(rows)

        for headers, body in partner.heard:
            Webhook(listener.secret).verify(body, headers)
        heard = Counter(headers["webhook-id"] for headers, _ in partner.heard)
        deliveries = day.rows(DELIVERIES, listener.id)
        assert set(heard) == {str(event) for event, _, _ in deliveries}
        failed = [each for each in listener.get("/deliveries?limit=200")["items"] if each["attempts"] > 1]
        assert {each["status"] for item in failed for each in item["tries"]} & {500, 503}
        tell(f"{len(rows)} mails; {len(deliveries)} webhooks, {len(partner.heard)} calls, {len(failed)} tried again")


def _number(answer: requests.Response) -> str:
    answer.raise_for_status()
    return str(answer.json()["number"])


def test_no_address_and_no_secret_stands_in_a_log(stack: Running, day: RetailDay) -> None:
    logs = "".join(file.read_text(errors="replace") for file in Path(stack.state.at("logs", "x")).parent.glob("*.log"))
    assert [word for word in ("ada@example.com", "whsec_", "/track/") if word in logs] == []
