"""Every state has a colour: a page that meets one without would not open."""

from collections.abc import Mapping

import pytest
from django.db.models import TextChoices

from process_apis.cases.admin import STATE_LABELS
from process_apis.cases.models import CaseState
from process_apis.engine.admin import RUN_LABELS
from process_apis.engine.models import RunState
from process_apis.order_to_cash.admin import ORDER_LABELS
from process_apis.order_to_cash.admin_tables import PAYMENT_LABELS
from process_apis.orders.admin import PARCEL_LABELS
from process_apis.orders.models import OrderState, ParcelState, PaymentState
from process_apis.stock.admin import RESERVATION_LABELS
from process_apis.stock.models import ReservationState

COLOURED = {
    CaseState: STATE_LABELS,
    OrderState: ORDER_LABELS,
    ParcelState: PARCEL_LABELS,
    PaymentState: PAYMENT_LABELS,
    ReservationState: RESERVATION_LABELS,
    RunState: RUN_LABELS,
}


@pytest.mark.parametrize(("states", "labels"), COLOURED.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_every_state_has_a_colour(states: type[TextChoices], labels: Mapping[str, str]) -> None:
    assert set(states.values) - set(labels) == set()
