"""The tenders that most retailers know; finance changes, adds and switches off."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

FIELDS = ("code", "name", "settled_by", "role", "draw_order", "capture_at", "due_days", "at_our_checkout")
STANDARD = (
    ("gift_card", "Gift card", "stored_value", "GC", 10, "order", 0, True),
    ("store_credit", "Store credit", "stored_value", "SC", 20, "order", 0, True),
    ("loyalty", "Loyalty points", "stored_value", "LOY", 30, "order", 0, True),
    ("card", "Card", "provider", "PSP", 50, "shipment", 0, True),
    ("wallet", "Wallet", "provider", "PSP", 50, "shipment", 0, True),
    ("channel", "Paid at the channel", "channel", "CHAN", 60, "shipment", 0, False),
    ("cash_on_delivery", "Cash on delivery", "carrier", "COD", 80, "shipment", 0, True),
    ("invoice_terms", "On invoice", "terms", "AR", 90, "shipment", 30, False),
)


def add(apps: Apps, _schema: BaseDatabaseSchemaEditor) -> None:
    kind = apps.get_model("catalog", "TenderKind")
    kind.objects.bulk_create(
        [kind(**dict(zip(FIELDS, row, strict=True))) for row in STANDARD], ignore_conflicts=True
    )


class Migration(migrations.Migration):
    dependencies = [("catalog", "0003_tenders_and_rates")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
