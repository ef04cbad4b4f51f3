"""What a till takes for an order of another place; finance changes and switches off."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

FIELDS = ("code", "name", "settled_by", "role", "draw_order", "capture_at", "due_days", "at_our_checkout")
TILL = (
    ("till_cash", "Cash at a till", "till", "TILL", 40, "order", 0, False),
    ("till_card", "Card at a till", "till", "PSP", 40, "order", 0, False),
)
SETTLED_BY = [
    ("provider", "a payment provider holds and takes it"),
    ("stored_value", "our own book of gift cards, store credit and points"),
    ("channel", "the channel takes it and pays it out to us"),
    ("carrier", "the carrier collects it at the door"),
    ("terms", "the customer pays our invoice later"),
    ("till", "a store's till has taken it"),
]


def add(apps: Apps, _schema: BaseDatabaseSchemaEditor) -> None:
    kind = apps.get_model("catalog", "TenderKind")
    kind.objects.bulk_create([kind(**dict(zip(FIELDS, row, strict=True))) for row in TILL], ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("catalog", "0005_kinds_of_products_and_words_of_channels")]
    operations = [
        migrations.AlterField(
            model_name="tenderkind",
            name="settled_by",
            field=models.CharField(choices=SETTLED_BY, max_length=12),
        ),
        migrations.RunPython(add, migrations.RunPython.noop),
    ]
