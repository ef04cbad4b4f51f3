"""Cancel against ship, by threads on a real PostgreSQL: `python -m tests.load.cancel_races [rounds]` prints a table.

Each round two threads start together: one takes in a parcel with the order's one unit, the other decides a
cancellation of it. Half the orders were paid beforehand. At the end no unit is both, and what was captured less what
was given back is what is owed for what left.
"""

import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

import django


def race(*, rounds: int, begin: int = 0) -> Counter[str]:
    """How many rounds each side won, and how many ended with both, with neither, or with wrong sums."""
    from django.db import connection

    found: Counter[str] = Counter()
    for number in range(begin, begin + rounds):
        order = _an_order(f"R-{os.getpid()}-{number}", paid_before=number % 2 == 0)
        asked = _asked(order)
        start = threading.Barrier(2)
        sides: tuple[Callable[[], Any], ...] = (partial(_ship, order), partial(_cancel, asked))
        threads = [threading.Thread(target=_after, args=(start, side)) for side in sides[:: 1 if number % 3 else -1]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        found[_outcome(order, asked)] += 1
    connection.close()
    return found


def _an_order(number: str, *, paid_before: bool) -> str:
    from canonical.order import Tender, TenderState
    from process_apis.orders import services
    from process_apis.orders.models import Order, OrderState, Payment
    from process_apis.stock import services as stock
    from tests.factories import an_order, eur

    state = TenderState.CAPTURED if paid_before else TenderState.TOKEN
    tender = Tender(kind="card", amount=eur(11900), state=state, reference="tok")
    row, _ = services.place(an_order(number=number, channel_order_id=number, tenders=(tender,)))
    stock.reserve(order_number=number, demands=[stock.Demand("1", "BOOT-42", "WH-1", 1)])
    Order.objects.filter(id=row.id).update(state=OrderState.RELEASED)
    if paid_before:
        Payment.objects.filter(order=row).update(captured_minor=11900)
    return number


def _asked(number: str) -> Any:
    from process_apis.orders import cancellations
    from process_apis.orders.models import AskedBy
    from retail_platform.kernel import clock

    return cancellations.request(number=number, key="race", asked_by=AskedBy.CHANNEL, now=clock.now())


def _after(start: threading.Barrier, side: Callable[[], Any]) -> None:
    from django.db import connection

    try:
        start.wait(10)
        side()
    finally:
        connection.close()


def _ship(number: str) -> None:
    from django.db import transaction

    from process_apis.engine.process import NeedsPerson
    from process_apis.order_to_cash.steps.record_shipment import take_in
    from process_apis.stock.services import NothingReserved
    from tests.factories import a_shipment

    try:
        with transaction.atomic():
            take_in(a_shipment(shipment_id=f"P-{number}", order_number=number))
    except (NeedsPerson, NothingReserved):  # cancelled before: the parcel is a person's, with a case
        pass


def _cancel(asked: Any) -> None:
    from django.db import transaction

    from process_apis.order_to_cash.steps.decide_cancellation import decide_cancellation

    with transaction.atomic():
        decide_cancellation(_step(str(asked.id)))
        _taken_back(asked)


def _taken_back(asked: Any) -> None:
    """What the order's own journey does next when all of it is cancelled."""
    from process_apis.orders import payments, queries, services
    from process_apis.stock import services as stock
    from retail_platform.kernel import clock

    asked.refresh_from_db()
    if asked.whole:
        order = queries.locked(asked.order.number)
        for payment in order.payments.all():
            payments.given_back_by_channel(payment)
        stock.release(order_number=order.number)
        services.cancel(order, reason="race", now=clock.now())


def _step(subject: str) -> Any:
    from process_apis.engine.process import StepContext
    from retail_platform.kernel import clock
    from system_apis.terms import CallKey

    return StepContext(
        run_id=uuid4(), process="race", subject=subject, facts={"turn": "released"}, key=CallKey("k"),
        now=clock.now(), correlation_id="", keep=lambda **_: None,
    )  # fmt: skip


def _outcome(number: str, asked: Any) -> str:
    from process_apis.orders.models import Order
    from process_apis.stock.models import Reservation

    order = Order.objects.get(number=number)
    line, payment = order.lines.get(), order.payments.get()
    asked.refresh_from_db()
    if line.shipped + line.cancelled != 1:
        return "both or neither"
    owed = 11900 if line.shipped else 0
    if payment.state == "prepaid" and payment.captured_minor - payment.refunded_minor != owed:
        return "money differs"
    if Reservation.objects.get(order_number=number).state != ("consumed" if line.shipped else "released"):
        return "stock differs"
    won = (asked.state, order.state)
    expected = ("becomes_return", "shipped") if line.shipped else ("granted", "cancelled")
    return ("shipped" if line.shipped else "cancelled") if won == expected else f"states {won}"


def main() -> None:
    """Run in a database of its own, made like a test's and dropped at the end."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    django.setup()
    from django.conf import settings
    from django.test.utils import get_runner, setup_test_environment

    setup_test_environment()
    runner = get_runner(settings)(verbosity=0, interactive=False)
    old = runner.setup_databases()
    try:
        from tests.factories import a_catalog, on_hand

        a_catalog()
        on_hand({"BOOT-42": rounds})
        began = time.monotonic()
        found = race(rounds=rounds)
        print(f"{rounds} rounds in {time.monotonic() - began:.1f} s")
        for outcome, count in sorted(found.items()):
            print(f"{outcome:<20}{count:>6}")
    finally:
        runner.teardown_databases(old)


if __name__ == "__main__":
    main()
