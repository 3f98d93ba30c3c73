"""The runs that a person answered, newest first, without reading all others."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("actions", "0010_message_log")]

    operations = [
        migrations.AddIndex(
            model_name="actionrun",
            index=models.Index(condition=models.Q(("answer__isnull", False)), fields=["-id"], name="run_answer"),
        )
    ]
