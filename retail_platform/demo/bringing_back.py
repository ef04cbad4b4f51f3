"""Some of the day's customers send one thing back, and somebody pretends to open the parcel at the warehouse."""

from django.db.models import F

from canonical.order import LineKind
from process_apis.orders.models import Order, OrderState
from process_apis.return_to_refund import inspecting, opening, receiving
from process_apis.return_to_refund.decisions.allowed import Asked
from process_apis.return_to_refund.receipt_rows import Came
from process_apis.returns import services
from process_apis.returns.models import Disposition, ReceiptLine, Return, ReturnState
from retail_platform.kernel import clock, correlation
from retail_platform.kernel.problem import DomainError

KEY = "demo-back:"
EXAMPLES = "DEMO-"  # orders that the documents are about stay as these show them
EVERY = 9  # one closed order in so many
REFURBISH = 4  # one thing in so many is no longer as new
DEAREST_MINOR = 10_000  # what costs more a second person would have to agree to
NODE, CLERK, LEAD = "WH-1", "demo-returns", "demo-returns-lead"
_HERE_SOON = (ReturnState.AUTHORISED, ReturnState.LABEL_ISSUED, ReturnState.IN_TRANSIT)


class Returners:
    """Who brings something back, asked again on each look at the day: each customer once."""

    def __init__(self) -> None:
        self._asked = set(Order.objects.filter(state=OrderState.CLOSED).values_list("number", flat=True))

    def step(self) -> None:
        """Announce what the newly closed orders give back, let goods arrive, look at what has come."""
        closed = Order.objects.filter(state=OrderState.CLOSED).exclude(number__startswith=EXAMPLES)
        for order in closed.exclude(number__in=self._asked).order_by("closed_at"):
            self._asked.add(order.number)
            if len(self._asked) % EVERY == 0:
                with correlation.use(correlation.new()):
                    _announce(order)
        mine = Return.objects.filter(key__startswith=KEY)
        for parent in mine.filter(state=ReturnState.HELD):
            services.authorise(parent, by=LEAD)
        for parent in mine.filter(state__in=_HERE_SOON):
            with correlation.use(parent.correlation_id):
                _arrive(parent)
        came = ReceiptLine.objects.filter(disposition=Disposition.PENDING, receipt__key__startswith=KEY)
        for line in came.select_related("receipt__parent").order_by("id"):
            with correlation.use(correlation.new()):
                _look_at(line)


def _announce(order: Order) -> None:
    goods = order.lines.filter(kind=LineKind.GOODS, shipped__gt=F("returned"))
    cheap = goods.filter(unit_price_minor__range=(1, DEAREST_MINOR))
    line = cheap.order_by("position").first()
    if line is None:
        return
    try:
        opening.open_return(
            number=order.number, key=f"{KEY}{order.number}", lines=[Asked(line.line_id, 1)], reason="does not fit",
            node=NODE, requested_by=order.customer_email, now=clock.now(),
        )  # fmt: skip
    except DomainError:
        return  # what is not to be returned, is not


def _arrive(parent: Return) -> None:
    lines = [Came(line.sku, line.units, line.line_id) for line in parent.lines.all()]
    receiving.receive(key=parent.key, node=NODE, lines=lines, by=CLERK, return_number=parent.number, now=clock.now())


def _look_at(line: ReceiptLine) -> None:
    worn = line.pk % REFURBISH == 1
    disposition = Disposition.REFURBISH if worn else Disposition.RESTOCK
    inspecting.inspect(line.pk, disposition=disposition, by=LEAD, now=clock.now())
