"""Who writes what, until somebody says otherwise: the warehouse system everywhere."""

from django.db import migrations

STATES = ("on_hand", "quarantine", "damaged", "display", "in_transit", "on_order")


def name_owners(apps, schema_editor):
    owner = apps.get_model("stock", "StockOwner")
    owner.objects.bulk_create(
        [
            owner(node_kind=kind, state=state, source="erp" if state == "on_order" else "wms")
            for kind in ("warehouse", "store")
            for state in STATES
        ],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("stock", "0002_states_holds_and_counts")]
    operations = [migrations.RunPython(name_owners, migrations.RunPython.noop)]
