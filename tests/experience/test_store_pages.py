"""The pages at the counter: who may see which store, what can be done there, and that a phone's browser is enough."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client as Browser

from experience_apis.store_tools.models import StoreStaff
from process_apis.catalog.models import Node
from process_apis.pickups import codes
from process_apis.pickups.models import Pickup
from retail_platform import staff
from tests.factories import a_catalog
from tests.pickups import a_pickup

pytestmark = pytest.mark.django_db


@pytest.fixture
def counter() -> Browser:
    a_catalog(stores=2)
    Node.objects.filter(kind="store").update(offers_pickup=True)
    return signed_in("kim", stores=["STORE-001"])


def signed_in(name: str, *, stores: list[str]) -> Browser:
    staff.make_groups()
    user = User.objects.create_user(name, is_staff=True)
    user.groups.add(Group.objects.get(name="store-staff"))
    StoreStaff.objects.create(user=user, stores=stores)
    browser = Browser()
    browser.force_login(user)
    return browser


def press(counter: Browser, pickup: Pickup, move: str, **typed: Any) -> str:
    answer = counter.post(f"/store/{pickup.node}/{pickup.id}/{move}", typed, follow=True)
    return answer.content.decode()


def test_who_is_not_signed_in_is_asked_to(counter: Browser) -> None:
    assert Browser().get("/store/STORE-001/")["Location"] == "/admin/login/?next=/store/STORE-001/"


def test_who_serves_one_store_is_led_to_it(counter: Browser) -> None:
    assert counter.get("/store/")["Location"] == "/store/STORE-001/"


def test_who_serves_several_stores_chooses(counter: Browser) -> None:
    assert b"STORE-002" in signed_in("lee", stores=["STORE-001", "STORE-002"]).get("/store/").content


def test_who_serves_no_store_sees_none(counter: Browser) -> None:
    assert signed_in("max", stores=[]).get("/store/").status_code == 403


@pytest.mark.parametrize("path", ["/store/STORE-002/", "/store/WH-1/", "/store/NOWHERE/"])
def test_another_store_is_not_there(counter: Browser, path: str) -> None:
    assert counter.get(path).status_code == 404


def test_another_stores_pickup_is_not_there_below_the_own_store(counter: Browser) -> None:
    pickup = a_pickup(node="STORE-002")
    assert counter.get(f"/store/STORE-001/{pickup.id}/").status_code == 404


def test_another_stores_pickup_cannot_be_moved(counter: Browser) -> None:
    pickup = a_pickup(node="STORE-002")
    counter.post(f"/store/STORE-002/{pickup.id}/ready")
    assert Pickup.objects.get().state == "reserved"


def test_the_group_of_store_staff_may_do_nothing_in_the_admin(counter: Browser) -> None:
    assert Group.objects.get(name="store-staff").permissions.count() == 0


def test_the_list_shows_what_is_open(counter: Browser) -> None:
    a_pickup(order_number="W-1001")
    a_pickup(order_number="W-1002", state="handed_over")
    page = counter.get("/store/STORE-001/").content.decode()
    assert ("W-1001" in page, "W-1002" in page) == (True, False)


def test_a_pickup_goes_from_the_shelf_to_its_customer(counter: Browser) -> None:
    pickup = a_pickup(units=2)
    press(counter, pickup, "pick", **{"line-1": 2})
    press(counter, pickup, "ready")
    press(counter, pickup, "arrived")
    assert "Handed over." in press(counter, pickup, "handover", code=codes.code_of(pickup.id))
    done = Pickup.objects.get()
    assert (done.state, done.proof, done.staff) == ("handed_over", "code", "kim")


def test_a_part_goes_to_somebody_else(counter: Browser) -> None:
    pickup = a_pickup(units=2, state="ready")
    press(counter, pickup, "handover", id_checked="on", collected_by="Ben", **{"line-1": 1})
    assert (Pickup.objects.get().state, Pickup.objects.get().collected_by) == ("collected_partial", "Ben")


def test_a_wrong_code_is_told_and_counted(counter: Browser) -> None:
    pickup = a_pickup(state="ready")
    assert "not the code of this pickup" in press(counter, pickup, "handover", code="1")
    assert Pickup.objects.get().wrong_codes == 1


def test_a_button_pressed_too_late_says_what_can_be_done(counter: Browser) -> None:
    assert "what can be done now" in press(counter, a_pickup(state="expired"), "handover", id_checked="on")


def test_a_rejection_without_a_reason_is_not_taken(counter: Browser) -> None:
    press(counter, a_pickup(), "reject")
    assert Pickup.objects.get().state == "reserved"


def test_the_pages_run_no_inline_script_and_allow_none(counter: Browser) -> None:
    pickup = a_pickup(state="ready")
    for path in ("/store/STORE-001/", f"/store/STORE-001/{pickup.id}/"):
        answer = counter.get(path)
        assert "unsafe" not in answer["Content-Security-Policy"]
        assert not re.search(r"<script(?![^>]*src=)| style=| on\w+=", answer.content.decode())


def test_the_code_is_on_no_page(counter: Browser) -> None:
    pickup = a_pickup(state="ready")
    page = counter.get(f"/store/STORE-001/{pickup.id}/").content.decode()
    assert codes.code_of(pickup.id) not in page.replace(str(pickup.id), "")


def test_every_form_is_guarded_against_other_sites(counter: Browser) -> None:
    pickup = a_pickup()
    strict = Browser(enforce_csrf_checks=True)
    strict.cookies = counter.cookies
    assert strict.post(f"/store/STORE-001/{pickup.id}/ready").status_code == 403
