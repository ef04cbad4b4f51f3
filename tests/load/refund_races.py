"""Till against service desk, by threads on PostgreSQL: `python -m tests.load.refund_races [rounds]` prints a table.

Each round two threads start together and want the same unit of one line back; then two refunds want the same money of
its tender. At the end one return stands, the other was told what is left, and no more went back than was taken.
"""

import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import django


def race(*, rounds: int, begin: int = 0) -> Counter[str]:
    """How many rounds ended with one winner and one clear answer, and how many in any other way."""
    from django.db import connection

    found: Counter[str] = Counter()
    for number in range(begin, begin + rounds):
        order = a_shipped_order(f"RR-{os.getpid()}-{number}")
        said: list[str] = []
        _both(partial(_return, order, "till", said), partial(_return, order, "desk", said))
        _both(partial(_refund, order, "till", said), partial(_refund, order, "desk", said))
        found[_outcome(order, said)] += 1
    connection.close()
    return found


def a_shipped_order(number: str, *, units: int = 1) -> str:
    """An order of boots at 119.00 that have left, are paid, and are booked, written straight into the book."""
    from canonical.order import Tender, TenderState
    from process_apis.orders import payments, services
    from process_apis.orders.models import OrderLine, Parcel, ParcelLine, ParcelState, Payment
    from tests.factories import NOON, a_line, an_order, eur

    tender = Tender(kind="card", amount=eur(11900 * units), state=TenderState.TOKEN, reference="tok_visa")
    line = a_line(quantity=units, tax=eur(1900 * units))
    row, _ = services.place(an_order(number=number, channel_order_id=number, lines=(line,), tenders=(tender,)))
    OrderLine.objects.filter(order=row).update(shipped=units, tax_code="standard", unit_cost_minor=4000)
    parcel = Parcel.objects.create(
        order=row, shipment_id=f"P-{number}", position=1, node="WH-1", state=ParcelState.SETTLED, shipping_minor=0,
        shipping_tax_minor=0, total_minor=11900 * units, invoice_number=f"INV-{number}-1", dispatched_at=NOON,
    )  # fmt: skip
    ParcelLine.objects.create(
        parcel=parcel, line=row.lines.get(), quantity=units, net_minor=10000 * units, discount_minor=0,
        tax_minor=1900 * units, cost_minor=4000 * units,
    )  # fmt: skip
    payment = Payment.objects.get(order=row)
    payments.captured(payment, minor=11900 * units, reference=f"ch_{number}", key=f"capture:{number}")
    return number


def _both(*sides: Callable[[], Any]) -> None:
    start = threading.Barrier(len(sides))
    threads = [threading.Thread(target=_after, args=(start, side)) for side in sides]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


def _after(start: threading.Barrier, side: Callable[[], Any]) -> None:
    from django.db import connection

    try:
        start.wait(10)
        side()
    finally:
        connection.close()


def _return(number: str, who: str, said: list[str]) -> None:
    from process_apis.orders.returning import NothingLeftToReturn
    from process_apis.return_to_refund import opening
    from process_apis.return_to_refund.decisions.allowed import Asked
    from retail_platform.kernel import clock

    try:
        opening.open_return(
            number=number, key=f"{who}:{number}", lines=[Asked("1", 1)], requested_by=who, waive_policy=True,
            now=clock.now(),
        )  # fmt: skip
        said.append("returned")
    except NothingLeftToReturn as no:
        said.append("nothing left to return" if "0 can still come back" in no.errors[0]["detail"] else str(no.errors))


def _refund(number: str, who: str, said: list[str]) -> None:
    """What a plan of a refund does with the tender, without the return that would have stopped it."""
    from process_apis.orders import returning
    from process_apis.orders.models import Payment

    payment = Payment.objects.select_related("order").get(order__number=number)
    try:
        returning.claim(payment, minor=11900)
        returning.paid_back(payment, minor=11900, reference=who, key=f"refund:{who}:{number}")
        said.append("refunded")
    except returning.NothingLeftToRefund as no:
        said.append("nothing left to refund" if "0 smallest units of it are left" in str(no) else str(no))


def _outcome(number: str, said: list[str]) -> str:
    from process_apis.orders.models import OrderLine, Payment
    from process_apis.returns.models import Return

    line, payment = OrderLine.objects.get(order__number=number), Payment.objects.get(order__number=number)
    if line.returned > line.shipped or payment.refunded_minor + payment.refunding_minor > payment.captured_minor:
        return "more back than left"
    if Return.objects.filter(order_number=number).count() != 1:
        return "not one return"
    wanted = ["nothing left to refund", "nothing left to return", "refunded", "returned"]
    return "one winner, one clear answer" if sorted(said) == wanted else f"said {sorted(said)}"


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
        from tests.factories import a_catalog

        a_catalog()
        began = time.monotonic()
        found = race(rounds=rounds)
        print(f"{rounds} rounds in {time.monotonic() - began:.1f} s")
        for outcome, count in sorted(found.items()):
            print(f"{outcome:<32}{count:>6}")
    finally:
        runner.teardown_databases(old)


if __name__ == "__main__":
    main()
