"""What people do in the admin: always with a reason, always under their name, never on a GET."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from process_apis.cases.models import Case, CaseState
from process_apis.catalog.models import Channel, Product
from process_apis.engine.models import ProcessRun, RunState, RunStep, StepState
from process_apis.ledger.models import Period, PeriodState
from process_apis.order_to_cash.process import ORDER_TO_CASH
from retail_platform.kernel import clock
from retail_platform.kernel.identity.models import ApiKey
from system_apis.connections.models import BreakerState, Connection
from tests.experience.desk import a_caller, a_day, a_loose_case, signed_in
from tests.factories import a_catalog

pytestmark = pytest.mark.django_db


def _act(model: str, key: object, name: str) -> str:
    return reverse(f"admin:{model}_{name}", args=[key])


def _on_run(run: ProcessRun, name: str) -> str:
    return _act("engine_processrun", run.pk, name)


def test_resuming_closes_the_case_under_the_persons_name() -> None:
    day = a_day()
    signed_in("ivo", group="integration").post(_on_run(day.run, "resume"), {"reason": "mapping mended"})
    day.case.refresh_from_db()
    assert (day.case.state, day.case.resolved_by) == (CaseState.RESOLVED, "ivo")
    assert "mapping mended" in day.case.resolution


def test_resuming_makes_the_run_ready() -> None:
    day = a_day()
    signed_in("ivo", group="integration").post(_on_run(day.run, "resume"), {"reason": "mapping mended"})
    assert ProcessRun.objects.get(id=day.run.id).state == RunState.READY


def test_an_act_is_written_down_once_with_its_reason() -> None:
    day = a_day()
    signed_in("ivo", group="integration").post(_on_run(day.run, "resume"), {"reason": "mapping mended"})
    entry = LogEntry.objects.get()
    assert (entry.user.get_username(), entry.get_change_message()) == ("ivo", "Resume: mapping mended")


@pytest.mark.parametrize("reason", ["", "   "])
def test_without_a_reason_nothing_happens(reason: str) -> None:
    day = a_day()
    answer = signed_in("ivo", group="integration").post(_on_run(day.run, "resume"), {"reason": reason})
    assert answer.status_code == 200
    assert ProcessRun.objects.get(id=day.run.id).state == RunState.PARKED


def test_looking_at_the_question_changes_nothing() -> None:
    day = a_day()
    answer = signed_in("ivo", group="integration").get(_on_run(day.run, "compensate") + "?reason=x")
    assert answer.status_code == 200
    assert ProcessRun.objects.get(id=day.run.id).state == RunState.PARKED


def test_skipping_goes_on_behind_the_step() -> None:
    day = a_day()
    signed_in("ivo", group="integration").post(_on_run(day.run, "skip"), {"reason": "done by hand"})
    assert RunStep.objects.get(run=day.run, name="quote_tax").state == StepState.SKIPPED
    steps = [step.name for step in ORDER_TO_CASH.steps]
    assert ProcessRun.objects.get(id=day.run.id).step == steps[steps.index("quote_tax") + 1]


def test_taking_back_turns_the_run_round() -> None:
    day = a_day()
    signed_in("ivo", group="integration").post(_on_run(day.run, "compensate"), {"reason": "customer left"})
    run = ProcessRun.objects.get(id=day.run.id)
    assert (run.direction, run.step) == ("undoing", "reject_order")


def test_sending_as_new_changes_the_generation() -> None:
    day = a_day()
    signed_in("ivo", group="integration").post(_on_run(day.run, "send-as-new"), {"reason": "nothing there"})
    assert ProcessRun.objects.get(id=day.run.id).generation == 1


def test_a_run_that_moves_cannot_be_resumed_and_says_so() -> None:
    day = a_day()
    ProcessRun.objects.filter(id=day.run.id).update(state=RunState.READY)
    browser = signed_in("ivo", group="integration")
    answer = browser.post(_on_run(day.run, "resume"), {"reason": "hurry"}, follow=True)
    assert "only a parked run can be acted on" in answer.content.decode()
    assert not LogEntry.objects.exists()


def test_several_runs_are_resumed_from_the_list() -> None:
    runs = [a_day(number=f"W-{n}").run for n in (1, 2)]
    browser, address = signed_in("ivo", group="integration"), reverse("admin:engine_processrun_changelist")
    chosen = {"action": "resume", "_selected_action": [str(run.pk) for run in runs]}
    asked = browser.post(address, chosen)
    assert "Resume" in asked.content.decode()
    assert ProcessRun.objects.filter(state=RunState.PARKED).count() == 2
    browser.post(address, {**chosen, "reason": "vendor is back"})
    assert ProcessRun.objects.filter(state=RunState.READY).count() == 2


def test_who_may_only_look_cannot_act() -> None:
    day = a_day()
    browser = signed_in("sue", group="service-desk")
    assert browser.post(_on_run(day.run, "resume"), {"reason": "please"}).status_code == 403
    assert ProcessRun.objects.get(id=day.run.id).state == RunState.PARKED


def test_a_loose_case_is_resolved_by_name() -> None:
    case = a_loose_case()
    signed_in("sue", group="service-desk").post(_act("cases_case", case.pk, "resolve"), {"reason": "vendor said so"})
    case.refresh_from_db()
    assert (case.state, case.resolved_by, case.resolution) == (CaseState.RESOLVED, "sue", "vendor said so")


def test_a_parked_runs_case_is_not_closed_behind_its_back() -> None:
    case = a_day().case
    signed_in("sue", group="service-desk").post(_act("cases_case", case.pk, "resolve"), {"reason": "away with it"})
    assert Case.objects.get(id=case.id).state == CaseState.OPEN


def test_a_period_is_closed_by_finance() -> None:
    a_catalog()
    period = Period.objects.first()
    assert period is not None
    signed_in("mia", group="finance").post(_act("ledger_period", period.pk, "close"), {"reason": "month end"})
    assert Period.objects.get(pk=period.pk).state == PeriodState.CLOSED


def test_a_connection_is_switched_off_and_remembers_who_did_it() -> None:
    a_day()
    row = Connection.objects.get()
    address = _act("connections_connection", row.pk, "switch-off")
    signed_in("ivo", group="integration").post(address, {"reason": "vendor asked"})
    assert not Connection.objects.get().active
    told = row.events.order_by("pgh_id").last().pgh_context  # type: ignore[attr-defined]
    assert told.metadata["by"] == "ivo"


def test_a_vendor_that_rests_is_asked_again_by_hand() -> None:
    a_day()
    later = clock.now() + timedelta(minutes=4)
    Connection.objects.update(breaker_state=BreakerState.OPEN, breaker_until=later)
    row = Connection.objects.get()
    address = _act("connections_connection", row.pk, "ask-again")
    signed_in("ivo", group="integration").post(address, {"reason": "they say it is up"})
    assert Connection.objects.filter(breaker_until__lt=later).exists()


def test_a_key_is_revoked() -> None:
    a_caller()
    key = ApiKey.objects.get()
    signed_in("root").post(_act("identity_apikey", key.pk, "revoke"), {"reason": "till stolen"})
    assert ApiKey.objects.get().revoked_at is not None


A_PRODUCT = {
    "title": "Boot", "unit": "EA", "tax_code": "standard", "currency": "EUR", "cost": "40", "kind": "goods",
    "revenue_role": "REV", "min_age": "0", "active": "on",
}  # fmt: skip


def test_a_price_is_typed_as_people_write_it() -> None:
    a_catalog()
    address = reverse("admin:catalog_product_change", args=["BOOT-42"])
    assert signed_in("root").post(address, {**A_PRODUCT, "price": "129.95"}).status_code == 302
    product = Product.objects.get(sku="BOOT-42")
    assert (product.price_minor, product.cost_minor) == (12995, 4000)


@pytest.mark.parametrize("price", ["12.999", "-1", "abc", "", "1e5", "NaN"])
def test_a_price_that_is_none_is_refused(price: str) -> None:
    a_catalog()
    address = reverse("admin:catalog_product_change", args=["BOOT-42"])
    assert signed_in("root").post(address, {**A_PRODUCT, "price": price}).status_code == 200
    assert Product.objects.get(sku="BOOT-42").price_minor == 11900


def test_a_new_channel_is_made() -> None:
    form = {"code": "market", "name": "A marketplace", "currency": "EUR", "shipping": "4.90", "active": "on"}
    signed_in("root").post(reverse("admin:catalog_channel_add"), form)
    assert Channel.objects.get(code="market").shipping_minor == 490
