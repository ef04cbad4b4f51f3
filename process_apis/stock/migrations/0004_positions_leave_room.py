"""Half-full pages: a changed position stays on its page, and no index is touched."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("stock", "0003_owners_of_states")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE stock_stockposition SET (fillfactor = 50)", "ALTER TABLE stock_stockposition RESET (fillfactor)"
        )
    ]
