
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('availability', '0002_versions_for_copies'),
    ]

    operations = [
        migrations.AlterField(
            model_name='availabilityrow',
            name='status',
            field=models.CharField(choices=[('in_stock', 'in stock'), ('low', 'nearly sold out'), ('backorder', 'sold out, can be ordered and comes later'), ('out', 'sold out')], max_length=10),
        ),
    ]
