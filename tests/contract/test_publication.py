"""Channels told of stock: real shops over HTTP, the publisher called as its task calls it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db.models import F
from django.test import override_settings

from canonical.stock import MovementReason, StockMovement
from process_apis.cases.models import Case, CaseState
from process_apis.catalog.models import Channel, Node, Product, ProductKind
from process_apis.publication import bell, lag, noting, publisher, shops, weighing
from process_apis.publication.models import ChannelLevel, ChannelShop
from process_apis.stock import services as stock
from retail_platform.demo.shop_window import published_and_shown
from retail_platform.kernel import clock
from retail_platform.kernel.outbox import relay
from retail_platform.kernel.outbox.models import Fact
from system_apis.connections import breaker
from system_apis.connections.models import Connection
from system_apis.crosswalk.services import link
from system_apis.transport import client
from tests.contract.conftest import Connect
from tests.sandbox_process import SandboxProcess

SKUS = {"BOOT-42": "4201", "SOCK-1": "1101", "LAMP-1": "7711"}
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def master_data(db: None) -> None:
    for sku in SKUS:
        Product.objects.create(sku=sku, title=sku, tax_code="standard", price_minor=1000, cost_minor=1, currency="EUR")
    Node.objects.create(code="WH-1", name="Warehouse", kind="warehouse", rank=1)


@pytest.fixture(params=["sandbox", "shopify"])
def shop(request: pytest.FixtureRequest, connected: Connect) -> Connection:
    """A shop that sells, with its place and items linked, told nothing yet."""
    connection = connected("commerce")
    Connection.objects.filter(pk=connection.pk).update(vendor=request.param)
    connection.refresh_from_db()
    Channel.objects.create(code=connection.channel, name="Web", currency="EUR", taxes_included=True)
    link(connection, "location", ours=connection.channel, theirs="7001")
    for sku, item in SKUS.items():
        link(connection, "inventory_item", ours=sku, theirs=item)
    return connection


def move(units: int, *, sku: str = "BOOT-42") -> None:
    """Goods come or go, and the relay tells of it."""
    stock.move(
        [
            StockMovement(
                key=f"test:{uuid4()}",
                sku=sku,
                node="WH-1",
                units=units,
                reason=MovementReason.ADJUSTMENT,
                source="test",
                occurred_at=datetime.now(UTC),
            )
        ]
    )
    Fact.objects.update(due_at=F("due_at") - timedelta(hours=1))  # now() is when the test's transaction began
    relay.deliver()


def shown(sandbox: SandboxProcess, shop: Connection, sku: str = "BOOT-42") -> Any:
    place, item = ("main", sku) if shop.vendor == "sandbox" else ("7001", SKUS[sku])
    return sandbox.control("GET", "/commerce/levels")["levels"].get(f"{place}/{item}")


def by_hand(sandbox: SandboxProcess, shop: Connection, units: int, sku: str = "BOOT-42") -> None:
    place, item = ("main", sku) if shop.vendor == "sandbox" else ("7001", SKUS[sku])
    sandbox.control("POST", "/commerce/levels", {"location": place, "item": item, "units": units})


def publish(shop: Connection) -> bool:
    """What is noted is told, however short ago."""
    noting.fold()
    ChannelLevel.objects.filter(due_at__isnull=False, hold_until=None).update(due_at=clock.now())
    ChannelShop.objects.update(retry_at=None)
    breaker.close(shop)
    return publisher.publish(shop.channel)


@pytest.fixture
def told(shop: Connection, sandbox: SandboxProcess) -> Connection:
    """The shop, and 20 boots it has been told of."""
    move(20)
    shops.look_up()
    assert publish(shop)
    assert shown(sandbox, shop) == 20
    return shop


def level(shop: Connection, sku: str = "BOOT-42") -> ChannelLevel:
    return ChannelLevel.objects.get(channel=shop.channel, sku=sku)


def test_a_new_shop_is_told_of_everything(told: Connection) -> None:
    assert ChannelLevel.objects.filter(channel=told.channel, told=F("wanted"), due_at=None).count() == len(SKUS)


def test_what_lies_nowhere_is_told_to_no_shop(shop: Connection) -> None:
    Product.objects.create(
        sku="WRAP", title="Gift wrap", tax_code="standard", price_minor=390, cost_minor=0, currency="EUR",
        kind=ProductKind.GIFT_WRAP,
    )  # fmt: skip
    shops.look_up()
    noting.take_everything(shop.channel, now=clock.now())
    assert publish(shop)
    assert set(ChannelLevel.objects.filter(channel=shop.channel).values_list("sku", flat=True)) == set(SKUS)
    assert not Case.objects.exists()


def test_the_statement_of_a_day_finds_what_the_shop_shows_otherwise(told: Connection, sandbox: SandboxProcess) -> None:
    pretend = told.vendor == "sandbox"  # the statement asks the pretend shop's own books
    assert published_and_shown(sandbox_url=sandbox.url, within_s=0) == ((20, 20) if pretend else (0, 0))
    by_hand(sandbox, told, 7)
    assert published_and_shown(sandbox_url=sandbox.url, within_s=0) == ((20, 7) if pretend else (0, 0))


def test_a_change_reaches_the_shop(told: Connection, sandbox: SandboxProcess) -> None:
    move(-3)

    assert publish(told)
    assert (shown(sandbox, told), level(told).dirty_since) == (17, None)


def test_changes_within_the_window_are_told_as_one(told: Connection, sandbox: SandboxProcess) -> None:
    before = len(sandbox.effects(operation="set_stock"))
    for _ in range(5):
        move(-1)
        publisher.publish(told.channel)  # woken, but nothing is due yet

    assert (shown(sandbox, told), level(told).wanted) == (20, 15)
    assert publish(told)
    assert (shown(sandbox, told), len(sandbox.effects(operation="set_stock")) - before) == (15, 1)


def test_selling_out_is_told_at_once(told: Connection, sandbox: SandboxProcess) -> None:
    move(-20)

    noting.fold()
    assert publisher.publish(told.channel)

    assert shown(sandbox, told) == 0


@pytest.mark.parametrize(("before", "after", "at_once"), [(20, 0, True), (0, 1, True), (20, 5, True), (4, 3, False)])
def test_passing_a_threshold_is_urgent(before: int, after: int, at_once: bool) -> None:
    assert weighing.passes(before, after) is at_once


def test_a_change_that_is_undone_is_not_told(told: Connection, sandbox: SandboxProcess) -> None:
    before = len(sandbox.effects(operation="set_stock"))
    move(-3)
    move(3)

    assert publish(told)
    assert len(sandbox.effects(operation="set_stock")) == before


def test_a_sale_at_the_shop_that_was_undone_here_is_given_back_there(told: Connection, sandbox: SandboxProcess) -> None:
    by_hand(sandbox, told, 18)
    move(-2)
    move(2)

    assert publish(told)
    assert shown(sandbox, told) == 20


@pytest.mark.parametrize("kind", ["cut", "error_after", "drop"])
def test_an_answer_that_is_lost_ends_well(told: Connection, sandbox: SandboxProcess, kind: str) -> None:
    move(-3)
    sandbox.fault("commerce", kind, operation="set_stock", count=1)

    assert not publish(told)
    assert publish(told)
    assert (shown(sandbox, told), level(told).told, sandbox.control("GET", "/statement")["doubled"]) == (17, 17, [])


def test_a_shop_that_hangs_is_left_alone_for_a_while(
    told: Connection, sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "TOTAL_S", 0.5)
    move(-20)
    sandbox.fault("commerce", "slow", operation="set_stock", count=1, seconds=1.5)

    assert not publish(told)

    row = ChannelShop.objects.get(channel=told.channel)
    assert (row.lease_until, row.failures) == (None, 1)
    assert row.retry_at is not None


def test_too_many_requests_are_waited_for_as_long_as_the_shop_says(told: Connection, sandbox: SandboxProcess) -> None:
    move(-3)
    sandbox.fault("commerce", "rate_limit", operation="set_stock", count=1, retry_after_s="30")

    assert not publish(told)

    retry_at = ChannelShop.objects.get(channel=told.channel).retry_at
    assert retry_at is not None
    assert timedelta(seconds=25) < retry_at - clock.now() <= timedelta(seconds=30)


def test_a_sale_at_the_shop_is_not_undone_by_a_figure_that_was_worked_out_before_it(
    told: Connection, sandbox: SandboxProcess
) -> None:
    move(-3)
    by_hand(sandbox, told, 18)  # two sold there, and we have not heard of it

    assert publish(told)
    assert (shown(sandbox, told), level(told).shown) == (18, None)
    move(-2)
    assert publish(told)

    assert (shown(sandbox, told), level(told).told) == (15, 15)
    assert lag.by_channel(now=clock.now())[0].conflicts == 1


def test_beside_a_conflict_the_others_go_on(told: Connection, sandbox: SandboxProcess) -> None:
    by_hand(sandbox, told, 18)
    move(-3)
    move(4, sku="SOCK-1")

    assert publish(told)

    assert shown(sandbox, told, "SOCK-1") == 4


def test_a_sku_the_shop_does_not_know_is_one_case_and_the_others_go_on(
    shop: Connection, sandbox: SandboxProcess
) -> None:
    sandbox.setup(shop_items=["SOCK-1", SKUS["SOCK-1"], "LAMP-1", SKUS["LAMP-1"]])
    for units in (5, 6):
        move(units)
        move(units, sku="SOCK-1")
        shops.look_up()
        assert publish(shop)

    assert shown(sandbox, shop, "SOCK-1") == 11
    assert Case.objects.get(subject="sku:BOOT-42").count == 1
    assert lag.by_channel(now=clock.now())[0].refused == 1


def test_a_case_of_a_sku_closes_when_the_shop_takes_it(shop: Connection, sandbox: SandboxProcess) -> None:
    sandbox.setup(shop_items=["SOCK-1", SKUS["SOCK-1"], "LAMP-1", SKUS["LAMP-1"]])
    move(5)
    shops.look_up()
    publish(shop)
    sandbox.setup(shop_items=[*SKUS, *SKUS.values()])

    call_command("publish_stock", channel=shop.channel, full=True)

    assert (shown(sandbox, shop), Case.objects.get(subject="sku:BOOT-42").state) == (5, CaseState.RESOLVED)


def test_the_full_pass_repairs_what_somebody_changed_in_the_shop(told: Connection, sandbox: SandboxProcess) -> None:
    by_hand(sandbox, told, 99)

    call_command("publish_stock", channel=told.channel, full=True)

    assert (shown(sandbox, told), lag.by_channel(now=clock.now())[0].drifted) == (20, 1)


def test_a_change_noted_while_the_shop_was_being_told_stays_due(
    told: Connection, sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    move(-3)
    write = publisher.record.write
    moved: list[int] = []

    def move_then_write(*args: Any, **kwargs: Any) -> None:
        if not moved:
            moved.append(1)
            move(-1)
            noting.fold()
        write(*args, **kwargs)

    monkeypatch.setattr(publisher.record, "write", move_then_write)
    publish(told)
    assert level(told).dirty_since is not None

    publish(told)
    assert shown(sandbox, told) == 16


def test_a_publisher_that_lost_its_channel_writes_nothing(told: Connection) -> None:
    shop = shops.claim(told.channel)
    assert shop is not None
    ChannelShop.objects.update(fence=F("fence") + 1)
    row = level(told)
    row.wanted = 1

    publisher.record.write(shop, [publisher.Told(row, "told", shown=1)], took_ms=1)

    assert level(told).told == 20


def test_of_two_publishers_one_finds_the_channel_taken(told: Connection) -> None:
    assert shops.claim(told.channel) is not None

    assert shops.claim(told.channel) is None


def test_of_the_shops_that_fail_one_is_tried_at_a_time(told: Connection) -> None:
    ChannelShop.objects.update(failures=1)
    ChannelShop.objects.create(channel="other", connection="other", failures=1)
    assert shops.claim("other")
    assert shops.claim(told.channel) is None


def test_a_shop_that_works_is_told_while_another_fails(told: Connection) -> None:
    ChannelShop.objects.create(channel="other", connection="other", failures=1)
    assert shops.claim("other")
    assert shops.claim(told.channel)


def test_a_shop_without_a_place_for_stock_is_not_told(connected: Connect) -> None:
    connection = connected("commerce")
    Connection.objects.filter(pk=connection.pk).update(vendor="shopify")
    Channel.objects.create(code=connection.channel, name="Web", currency="EUR", taxes_included=True)

    assert connection.channel not in shops.look_up()


@override_settings(PUBLISH_COALESCE_S=0)
def test_what_is_due_is_rung_for_until_somebody_has_it(told: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[str] = []
    monkeypatch.setattr(bell, "_ring", rung.append)
    move(-3)

    bell.sweep()
    bell.sweep()  # within the second: not again
    ChannelShop.objects.update(rung_at=None)
    bell.sweep()

    assert rung == [told.channel] * 2
