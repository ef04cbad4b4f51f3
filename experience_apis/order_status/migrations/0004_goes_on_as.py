from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('order_status', '0003_cancellations_and_next'),
    ]

    operations = [
        migrations.AddField(
            model_name='orderstatus',
            name='goes_on_as',
            field=models.CharField(blank=True, db_default='', default='', max_length=64),
        ),
    ]
