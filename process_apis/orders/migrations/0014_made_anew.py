from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0013_line_it_belongs_to'),
    ]

    operations = [
        migrations.AddField(
            model_name='order',
            name='edit_of',
            field=models.CharField(blank=True, db_default='', default='', max_length=64),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('edit_of', ''), _negated=True), fields=['channel', 'edit_of'], name='order_edit_of'),
        ),
    ]
