from typing import Any

from allauth.mfa.utils import encrypt
from django.db import migrations, models


def mark_demo_logins(apps: Any, schema_editor: Any) -> None:
    """Until now a demo login was known by its address."""
    apps.get_model("clinic", "User").objects.filter(email__endswith="@demo.test").update(is_demo=True)


def seal_second_factors(apps: Any, schema_editor: Any) -> None:
    """Until now allauth kept its secrets plain."""
    for row in apps.get_model("mfa", "Authenticator").objects.all():
        row.data |= {name: encrypt(row.data[name]) for name in ("secret", "seed") if name in row.data}
        row.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = [("clinic", "0001_initial"), ("mfa", "0003_authenticator_type_uniq")]

    operations = [
        migrations.AddField("clinic", "version", models.PositiveIntegerField(default=1, editable=False)),
        migrations.AddField("user", "is_demo", models.BooleanField(default=False, editable=False)),
        migrations.RunPython(mark_demo_logins, migrations.RunPython.noop),
        migrations.RunPython(seal_second_factors),
    ]
