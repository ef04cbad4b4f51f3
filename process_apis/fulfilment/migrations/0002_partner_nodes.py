"""Nodes of partners, until somebody says otherwise: their system tells what they have; a drop-shipper has a day."""

from django.db import migrations

STATES = ("on_hand", "quarantine", "damaged", "display", "in_transit", "on_order")


def name_owners_and_deadline(apps, schema_editor):
    owner = apps.get_model("stock", "StockOwner")
    owner.objects.bulk_create(
        [
            owner(node_kind=kind, state=state, source="erp" if state == "on_order" else "wms")
            for kind in ("3pl", "drop_ship")
            for state in STATES
        ],
        ignore_conflicts=True,
    )
    apps.get_model("fulfilment", "HandlingRule").objects.create(
        node_kind="drop_ship", ways="resource,cancel", acknowledge_min=1440, reason="A partner says yes within a day."
    )


class Migration(migrations.Migration):
    dependencies = [("fulfilment", "0001_initial"), ("stock", "0003_owners_of_states")]
    operations = [migrations.RunPython(name_owners_and_deadline, migrations.RunPython.noop)]
