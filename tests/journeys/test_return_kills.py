"""Kill -9 at each step of the return journeys, on real processes: one credit memo, one refund, one of everything.

With them what others tell of returns: chargebacks, refunds that nobody could take, parcels on their way back.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

import psycopg
import pytest
import requests

from process_apis.engine.process import Process
from process_apis.return_to_refund.process import DISPOSAL, RECEIPT, RETURN, VENDOR_REFUSAL
from process_apis.return_to_refund.troubles import DISPUTE, DISPUTE_INTAKE, PARCEL_BACK_INTAKE, REFUND_BOUNCE
from retail_platform.demo.value_cards import EXAMPLE_CARD, EXAMPLE_PIN
from retail_platform.kernel.machine.running import Running
from tests.ambush import Place, ambushes
from tests.journeys.test_returns import DESK, STOREFRONT, ask, desk
from tests.retail_day import SETTLED_WITHIN_S, RetailDay, until

__all__ = ["desk"]  # the fixture
pytestmark = [pytest.mark.timeout(600), pytest.mark.usefixtures("nothing_lost_and_nothing_doubled")]
SKU = "SKU-00041"
SHIP_TO = {"name": "Ada Winter", "line1": "Hauptstr. 1", "city": "Berlin", "postcode": "10115", "country": "DE"}
# Whose return has something to do at a step; the steps not named are those of any return.
OF_A_KIND = {
    "plan_refunds": "gift card", "pay_refunds": "gift card", "place_exchange": "exchange", "post_changed": "exchange",
    "tell_refunded": "shop",
}  # fmt: skip
BY_WEBHOOK = (DISPUTE_INTAKE, REFUND_BOUNCE, PARCEL_BACK_INTAKE)  # begun by what names no order: by whichever comes
WAITS = ((RETURN, "await_goods"), (DISPUTE, "await_decision"), (REFUND_BOUNCE, "await_other_way"))  # for us, here
AFTERWARDS = ("dispute", "bounce")  # of a return that is over
PLAIN = 6  # returns that share the other steps
_SETTLED = "SELECT count(*) FROM orders_parcel WHERE settled_at IS NOT NULL AND order_id = (SELECT id FROM orders_order WHERE number = %s)"  # noqa: E501
_WAITING = "SELECT pid FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))"
_LABELLED = "SELECT count(*) FROM returns_return WHERE state = 'label_issued' AND number = ANY(%s)"
_OVER = "SELECT count(*) FROM returns_return WHERE state = 'closed' AND number = ANY(%s)"
_MONEY = """
SELECT (SELECT count(*) FROM returns_creditmemo memo WHERE memo.parent_id = r.id),
       (SELECT sum(amount_minor)::bigint FROM returns_refund WHERE parent_id = r.id AND state = 'done') - r.total_minor,
       (SELECT count(*) FROM returns_refund WHERE parent_id = r.id AND way = 'original')
FROM returns_return r WHERE r.number = %s
"""
_GOODS = """
SELECT state, sum(units)::bigint FROM stock_stockmovement
WHERE key LIKE (SELECT 'return:' || id || ':%%' FROM returns_receipt
                WHERE parent_id = (SELECT id FROM returns_return WHERE number = %s))
GROUP BY state HAVING sum(units) <> 0
"""
_ENTRIES = "SELECT reference FROM ledger_journalentry WHERE order_number = %s"
_PAID_BACK = "SELECT id::text, provider_reference, state FROM returns_refund WHERE parent_id = (SELECT id FROM returns_return WHERE number = %s) AND way = 'original'"  # noqa: E501
_OWED = """
SELECT account.role FROM ledger_journalline line JOIN ledger_journalentry entry ON entry.id = line.entry_id
JOIN ledger_account account ON account.code = line.account_id
WHERE entry.order_number = %s AND account.role IN ('RFL', 'INVQ', 'AP') GROUP BY 1 HAVING sum(line.amount_minor) <> 0
"""


@dataclass
class Story:
    """One order whose return meets some of the ambushes."""

    kind: str
    steps: list[tuple[str, str]] = field(default_factory=list)
    number: str = ""
    parent: str = ""

    def __str__(self) -> str:
        return (
            f"{self.kind} return {self.parent} of {self.number}, killed at {', '.join(step for _, step in self.steps)}"
        )


def stories() -> list[Story]:
    """Every step of the journeys' own tables, dealt to returns that have something to do there."""
    plain = [Story("plain") for _ in range(PLAIN)]
    special = {kind: Story(kind) for kind in ("gift card", "exchange", "shop", "supplier", *AFTERWARDS)}
    special["supplier"].steps = [(VENDOR_REFUSAL.name, step.name) for step in VENDOR_REFUSAL.steps]
    special["dispute"].steps = [(DISPUTE.name, step.name) for step in DISPUTE.steps]
    turn = cycle(plain)
    for step in RETURN.steps:
        story = special[OF_A_KIND[step.name]] if step.name in OF_A_KIND else next(turn)
        story.steps.append((RETURN.name, step.name))
    for journey in (RECEIPT, DISPOSAL):
        for step in journey.steps:
            next(turn).steps.append((journey.name, step.name))
    return [*plain, *special.values()]


def test_a_worker_killed_at_any_step_of_a_return_leaves_one_of_everything(
    stack: Running, day: RetailDay, desk: str
) -> None:
    since = day.control("GET", "/effects?limit=100000")["next"]
    told = stories()
    for story in told:
        story.number = bought(day, story.kind)
    for story in told:
        until(lambda: day.one(_SETTLED, story.number), within_s=SETTLED_WITHIN_S, showing=day.left)  # noqa: B023
    afterwards = {story.kind: story for story in told if story.kind in AFTERWARDS}
    for story in afterwards.values():
        story.parent = opened(day, desk, story)
        came_back(day, desk, story)
    closed(day, list(afterwards.values()))

    with ambushes(stack) as laid:
        laid.lay(Place(story.number, *step) for story in told for step in story.steps)
        laid.lay(Place("", process.name, step.name) for process in BY_WEBHOOK for step in process.steps)
        about = the_bank_takes_it_back(day, afterwards["dispute"])
        nobody_could_take_the_refund(day, afterwards["bounce"])
        going = [story for story in told if story.kind not in AFTERWARDS]
        for story in going:
            story.parent = opened(day, desk, story)
        laid.strike({step for waits in WAITS for step in before(*waits)}, within_s=SETTLED_WITHIN_S)
        labelled = [story.parent for story in told if story.kind == "plain"]
        until(lambda: day.one(_LABELLED, labelled) == PLAIN, within_s=SETTLED_WITHIN_S, showing=day.left)
        day.control("POST", "/payments/decisions", {"dispute": about, "won": True})
        paid_otherwise(day, desk, afterwards["bounce"])
        scanned(day, labelled[0])
        for story in going:
            came_back(day, desk, story)
        answer_the_debit_note(day, desk, next(story for story in told if story.kind == "supplier"))
        laid.strike({place.step for place in laid.left}, within_s=2 * SETTLED_WITHIN_S)
        assert laid.left == set(), day.left()

    closed(day, told)
    day.settle(within_s=SETTLED_WITHIN_S)
    effects = day.effects(after=since)
    wrong = {str(story): found for story in told if (found := what_is_wrong(day, story, effects))}
    assert wrong == {}, wrong


def before(process: Process, name: str) -> list[str]:
    """The steps of a journey that come before this one."""
    steps = [step.name for step in process.steps]
    return steps[: steps.index(name)]


def closed(day: RetailDay, told: list[Story]) -> None:
    numbers = [story.parent for story in told]
    until(lambda: day.one(_OVER, numbers) == len(numbers), within_s=SETTLED_WITHIN_S, showing=day.left)


def test_a_web_server_killed_while_it_puts_goods_back_puts_them_back_once(
    stack: Running, day: RetailDay, desk: str
) -> None:
    story = Story("plain", number=bought(day, "plain"))
    until(lambda: day.one(_SETTLED, story.number), within_s=SETTLED_WITHIN_S, showing=day.left)
    story.parent = opened(day, desk, story)
    key = f"killed-{time.time_ns()}"
    goods = {"node": "WH-1", "lines": [{"sku": SKU, "units": 1}]}

    received = killed_and_sent_again(stack, day, f"{DESK}/returns/{story.parent}/receive", goods, key=key, token=desk)
    seen = {"receipt": received["receipts"][0]["key"], "position": 1, "disposition": "restock"}
    path = f"{DESK}/returns/{story.parent}/inspect"
    killed_and_sent_again(stack, day, path, seen, key=f"{key}-2", token=desk)

    until(lambda: day.one(_OVER, [story.parent]), within_s=SETTLED_WITHIN_S, showing=day.left)
    assert dict(day.rows(_GOODS, story.parent)) == {"on_hand": 1}


def killed_and_sent_again(
    stack: Running, day: RetailDay, path: str, body: Any, *, key: str, token: str
) -> dict[str, Any]:
    """The web server dies while it waits for the stock's row; the caller hears nothing, and asks again."""
    headers = {"Idempotency-Key": key, "Authorization": f"Bearer {token}"}

    def post() -> requests.Response:
        return requests.post(f"{day.url}{path}", json=body, headers=headers, timeout=30)

    with psycopg.connect(stack.state.env["DATABASE_URL"]) as holder, ThreadPoolExecutor(1) as caller:
        holder.execute("SELECT 1 FROM stock_stockposition WHERE sku = %s AND node = 'WH-1' FOR UPDATE", [SKU])
        unheard = caller.submit(post)
        until(lambda: day.rows(_WAITING, holder.info.backend_pid), within_s=SETTLED_WITHIN_S)
        stack.kill("web")
        for (backend,) in day.rows(_WAITING, holder.info.backend_pid):
            day.rows("SELECT pg_terminate_backend(%s)", backend)
        with pytest.raises(requests.RequestException):
            unheard.result()
    until(lambda: post().status_code == 200, within_s=SETTLED_WITHIN_S)
    return dict(post().json())


def what_is_wrong(day: RetailDay, story: Story, effects: list[dict[str, Any]]) -> list[str]:
    """Whatever there is not exactly once of, for this return alone."""
    memos, difference, by_provider = day.rows(_MONEY, story.parent)[0]
    made = [(each["system"], each["operation"]) for each in effects if each["subject"] == story.number]
    labels = sum(each["operation"] == "create_label" and each["subject"] == story.parent for each in effects)
    goods = dict(day.rows(_GOODS, story.parent))
    posted = [each["subject"] for each in effects if each["operation"] == "post_journal"]
    entries = day.rows(_ENTRIES, story.number)
    checks: dict[str, Callable[[], bool]] = {
        "one credit memo with us": lambda: memos == 1,
        "one credit memo in the ERP": lambda: made.count(("erp", "create_credit_memo")) == 1,
        "as many refunds at the provider as we wrote down": lambda: made.count(("payments", "refund")) == by_provider,
        "all that is owed paid, once": lambda: difference == 0,
        "one label": lambda: labels == (story.kind == "plain"),
        "each entry in the ERP once": lambda: all(posted.count(entry) == 1 for (entry,) in entries),
        "the bank told once": lambda: made.count(("payments", "submit_evidence")) == (story.kind == "dispute"),
        "the goods put back once": lambda: goods == ({} if story.kind == "supplier" else {"on_hand": 1}),
        "nothing owed, nothing in quarantine, nothing claimed": lambda: day.rows(_OWED, story.number) == [],
        "the shop told once": lambda: story.kind != "shop" or made.count(("commerce", "refund")) == 1,
        "new goods ordered once": lambda: story.kind != "exchange" or len(exchanged(day, story)) == 1,
    }
    return [name for name, holds in checks.items() if not holds()]


def exchanged(day: RetailDay, story: Story) -> list[tuple[Any, ...]]:
    return day.rows("SELECT number FROM orders_order WHERE channel_order_id = %s", f"exchange-{story.parent}")


def bought(day: RetailDay, kind: str) -> str:
    day.expected += 1
    if kind == "shop":
        number = f"#K{time.time_ns()}"
        wish = {
            "number": number, "currency": "EUR", "taxes_included": True, "financial_status": "authorized",
            "payment_token": "tok_visa", "lines": [{"sku": SKU, "quantity": 1, "price": "10.00", "discount": "0.00"}],
            "address": {"country_code": "DE", "city": "Berlin", "zip": "10115", "address1": "Hauptstr. 1"},
        }  # fmt: skip
        day.control("POST", "/commerce/orders", wish)
        return number
    card = {"kind": "card", "token": "tok_visa"}
    value = {"kind": "gift_card", "number": EXAMPLE_CARD, "pin": EXAMPLE_PIN,
             "amount": {"amount": "3.00", "currency": "EUR"}}  # fmt: skip
    how: dict[str, Any] = {"payments": [value, card]} if kind == "gift card" else {"payment": card}
    body = {
        "channel": "web", "lines": [{"sku": SKU, "quantity": 1}], "ship_to": SHIP_TO,
        "customer": {"name": "Ada Winter", "email": f"k{time.time_ns()}@example.com"}, **how,
    }  # fmt: skip
    return str(ask(day, f"{STOREFRONT}/orders", body)["number"])


def opened(day: RetailDay, desk: str, story: Story) -> str:
    lines = [{"line_id": "1", "units": 1}]
    if story.kind == "exchange":
        day.expected += 1
        wish = {"order_number": story.number, "lines": lines, "wanted": [{"sku": SKU, "quantity": 1}]}
        return str(ask(day, f"{DESK}/exchanges", wish, key=desk)["return_number"])
    if story.kind == "shop":
        line = day.one("SELECT line_id FROM orders_orderline WHERE order_id = (SELECT id FROM orders_order"
                       " WHERE number = %s)", story.number)  # fmt: skip
        wish = {"order_number": story.number, "lines": [{"line_id": line, "units": 1}]}
        return str(ask(day, f"{DESK}/returns", wish, key=desk)["number"])
    body = {"lines": lines, "reason": "too small", "wants_label": story.kind == "plain"}
    return str(ask(day, f"{STOREFRONT}/orders/{story.number}/returns", body)["number"])


def came_back(day: RetailDay, desk: str, story: Story) -> None:
    goods = {"node": "WH-1", "lines": [{"sku": SKU, "units": 1}]}
    received = ask(day, f"{DESK}/returns/{story.parent}/receive", goods, key=desk)
    what = {"disposition": "restock"}
    if story.kind == "supplier":
        what = {"disposition": "vendor_return", "supplier": "Boots & Sons"}
    seen = {"receipt": received["receipts"][0]["key"], "position": 1, **what}
    ask(day, f"{DESK}/returns/{story.parent}/inspect", seen, key=desk)


def the_bank_takes_it_back(day: RetailDay, story: Story) -> str:
    """A chargeback of what was refunded already. Its reference."""
    taken = [each for each in day.effects(system="payments", subject=story.number) if each["operation"] == "capture"]
    return str(day.control("POST", "/payments/disputes", {"capture": taken[0]["reference"]})["id"])


def nobody_could_take_the_refund(day: RetailDay, story: Story) -> None:
    ((_, reference, _),) = day.rows(_PAID_BACK, story.parent)
    day.control("POST", "/payments/failures", {"refund": reference})


def paid_otherwise(day: RetailDay, desk: str, story: Story) -> None:
    until(lambda: day.rows(_PAID_BACK, story.parent)[0][2] == "failed", within_s=SETTLED_WITHIN_S, showing=day.left)
    refund = day.rows(_PAID_BACK, story.parent)[0][0]
    wish = {"refund": refund, "way": "store_credit"}
    ask(day, f"{DESK}/returns/{story.parent}/refund-otherwise", wish, key=desk)


def scanned(day: RetailDay, parent: str) -> None:
    """The carrier has a parcel that comes back."""
    tracking = day.one("SELECT tracking_number FROM returns_return WHERE number = %s", parent)
    day.control("POST", "/carrier/scans", {"tracking_number": tracking, "status": "MOVING", "depot": "Hamburg"})


def answer_the_debit_note(day: RetailDay, desk: str, story: Story) -> None:
    said = {"answer": "refused", "reason": "out of warranty", "goods": "gone"}
    ask(day, f"{DESK}/returns/{story.parent}/debit-notes/DN-{story.parent}-1/answer", said, key=desk)
