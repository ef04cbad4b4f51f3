
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('stock_policy', '0001_initial'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='stockpolicy',
            name='one_policy_from_then',
        ),
        migrations.AddConstraint(
            model_name='stockpolicy',
            constraint=models.UniqueConstraint(condition=models.Q(('effective_until__isnull', True), ('effective_until__gt', models.F('effective_from')), _connector='OR'), fields=('kind', 'sku', 'node', 'node_kind', 'channel', 'effective_from'), name='one_policy_from_then'),
        ),
    ]
