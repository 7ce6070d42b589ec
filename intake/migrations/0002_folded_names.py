"""Names as searches compare them: patients' folded, payers' with the letters of every script."""

from typing import Any

from django.db import migrations, models

from intake.models import folded_name, payer_name_key


def fold_patients(apps: Any, schema_editor: Any) -> None:
    """Fill the new column."""
    Patient = apps.get_model("intake", "Patient")
    for patient in Patient.objects.only("pk", "first_name", "last_name").iterator():
        Patient.objects.filter(pk=patient.pk).update(folded_name=folded_name(patient.first_name, patient.last_name))


def key_payers(apps: Any, schema_editor: Any) -> None:
    """Write the keys of payers and learned names anew; a key that another row has already is left as it was."""
    for model in (apps.get_model("intake", "Payer"), apps.get_model("intake", "PayerAlias")):
        for row in model.objects.only("pk", "name", "name_key").iterator():
            key = payer_name_key(row.name)
            if key != row.name_key and not model.objects.filter(name_key=key).exists():
                model.objects.filter(pk=row.pk).update(name_key=key)


class Migration(migrations.Migration):
    """Add and fill the folded name."""

    dependencies = [("intake", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="patient",
            name="folded_name",
            field=models.CharField(db_index=True, default="", editable=False, max_length=400),
        ),
        migrations.RunPython(fold_patients, migrations.RunPython.noop),
        migrations.RunPython(key_payers, migrations.RunPython.noop),
    ]
