from django.db import migrations, models


class Migration(migrations.Migration):  # type: ignore[misc]
    """Makes the table."""

    initial = True
    operations = (
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("account", models.CharField(db_index=True, max_length=254)),
                ("address", models.CharField(db_index=True, max_length=45)),
                ("at", models.DateTimeField(db_index=True)),
            ],
        ),
    )
