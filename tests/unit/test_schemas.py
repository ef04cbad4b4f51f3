"""Published shapes stay what others rely on."""

import copy

import pytest

from canonical import publishing
from canonical.events import FACTS
from canonical.facts import inbox, money, orders, pickups, returns, stock


def test_every_published_schema_says_what_the_code_does() -> None:
    assert publishing.unpublished() == []


def test_nothing_published_is_broken_by_the_code() -> None:
    assert publishing.breaking() == []


def test_no_fact_is_named_in_two_files() -> None:
    kinds = (inbox, money, orders, pickups, returns, stock)
    assert sum(len(kind.FACTS) for kind in kinds) == len(FACTS)


@pytest.fixture
def order_schema() -> publishing.Schema:
    return copy.deepcopy(publishing.current()["order.v1.json"])


def test_a_field_that_goes_is_a_breaking_change(order_schema: publishing.Schema) -> None:
    changed = copy.deepcopy(order_schema)
    del changed["properties"]["customer"]
    assert "/customer is gone" in publishing.differences(order_schema, changed)


def test_a_field_that_becomes_required_is_a_breaking_change(order_schema: publishing.Schema) -> None:
    changed = copy.deepcopy(order_schema)
    changed["required"].append("channel_version")
    assert "/channel_version is required now" in publishing.differences(order_schema, changed)


def test_a_type_that_changes_deep_inside_is_a_breaking_change(order_schema: publishing.Schema) -> None:
    changed = copy.deepcopy(order_schema)
    changed["$defs"]["Money"]["properties"]["minor"]["type"] = "string"
    found = publishing.differences(order_schema, changed)
    assert any("/total/minor had type 'integer', now 'string'" in difference for difference in found)


def test_a_new_optional_field_breaks_nobody(order_schema: publishing.Schema) -> None:
    changed = copy.deepcopy(order_schema)
    changed["properties"]["gift_note"] = {"type": "string"}
    assert publishing.differences(order_schema, changed) == []
