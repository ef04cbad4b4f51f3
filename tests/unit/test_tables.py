"""The tables of the tests are put back as migrations left them, whatever a test did to them."""

import pytest

from process_apis.fulfilment.models import HandlingRule

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("time", ["first", "again"])
def test_what_a_migration_wrote_is_there_whoever_emptied_it_before(time: str) -> None:
    rules = HandlingRule.objects.filter(node_kind="drop_ship")
    assert rules.exists()
    rules.delete()
