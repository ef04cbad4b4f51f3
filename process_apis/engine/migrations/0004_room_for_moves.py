"""Leave room in each page of runs: a run is moved many times, and what is replaced within its page costs no index."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("engine", "0003_newest_runs_first"),
    ]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE engine_processrun SET (fillfactor = 70)", "ALTER TABLE engine_processrun RESET (fillfactor)"
        ),
    ]
