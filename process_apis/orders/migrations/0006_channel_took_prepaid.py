"""What is marked as prepaid was taken by the channel it was sold in."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("orders", "0005_due_days_and_expiry")]
    operations = [
        migrations.RunSQL(
            "UPDATE orders_payment SET settled_by = 'channel' WHERE state = 'prepaid'", migrations.RunSQL.noop
        )
    ]
