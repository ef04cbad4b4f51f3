
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='NodeAccuracy',
            fields=[
                ('node', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('score', models.SmallIntegerField()),
                ('terms', models.JSONField(default=list)),
                ('scored_at', models.DateTimeField()),
            ],
            options={
                'verbose_name_plural': 'accuracy of nodes',
            },
        ),
        migrations.CreateModel(
            name='Watched',
            fields=[
                ('key', models.CharField(max_length=100, primary_key=True, serialize=False)),
                ('state', models.CharField(max_length=500)),
            ],
            options={
                'verbose_name_plural': 'watched',
            },
        ),
        migrations.CreateModel(
            name='Recalculation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('node', models.CharField(blank=True, max_length=32)),
                ('cause', models.CharField(max_length=200)),
                ('done_to', models.CharField(blank=True, db_default='', default='', max_length=64)),
                ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'indexes': [models.Index(fields=['asked_at'], name='recalculation_age')],
            },
        ),
        migrations.CreateModel(
            name='StockPolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('safety', 'safety stock: units a node keeps'), ('buffer', 'channel buffer: units a channel does not see in a node'), ('stale_buffer', 'stale buffer: units more while a node has not been heard from'), ('eligibility', 'eligibility: 1 sells, 0 does not'), ('accuracy_floor', 'accuracy floor: least accuracy of a node (0 to 100)'), ('confidence', 'confidence: percent of what is on its way that counts'), ('share', 'share: percent of all units that a channel sees'), ('threshold', 'threshold: fewer units than this are shown as none'), ('backorder', 'back-order limit: units a channel may sell before they are there'), ('backorder_days', 'back-order days: how long a back-ordered unit takes')], max_length=16)),
                ('sku', models.CharField(blank=True, db_default='', default='', max_length=64)),
                ('node', models.CharField(blank=True, db_default='', default='', max_length=32)),
                ('node_kind', models.CharField(blank=True, choices=[('warehouse', 'warehouse'), ('store', 'store')], db_default='', default='', max_length=10)),
                ('channel', models.CharField(blank=True, db_default='', default='', max_length=64)),
                ('value', models.BigIntegerField()),
                ('effective_from', models.DateTimeField()),
                ('effective_until', models.DateTimeField(blank=True, help_text='Not in force any more from then on.', null=True)),
                ('reason', models.CharField(max_length=500)),
                ('made_by', models.CharField(max_length=150)),
                ('closed_by', models.CharField(blank=True, db_default='', default='', max_length=150)),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'verbose_name_plural': 'stock policies',
                'indexes': [models.Index(fields=['effective_until', 'effective_from'], name='policy_in_force')],
                'constraints': [models.UniqueConstraint(fields=('kind', 'sku', 'node', 'node_kind', 'channel', 'effective_from'), name='one_policy_from_then'), models.CheckConstraint(condition=models.Q(('effective_until__isnull', True), ('effective_until__gte', models.F('effective_from')), _connector='OR'), name='policy_ends_after_it_begins'), models.CheckConstraint(condition=models.Q(('value__gte', 0)), name='policy_not_negative'), models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['share', 'confidence', 'accuracy_floor']), _negated=True), ('value__lte', 100), _connector='OR'), name='policy_share_is_a_share'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'eligibility'), _negated=True), ('value__lte', 1), _connector='OR'), name='policy_yes_or_no'), models.CheckConstraint(condition=models.Q(('node', ''), ('node_kind', ''), _connector='OR'), name='policy_node_or_kind')],
            },
        ),
    ]
