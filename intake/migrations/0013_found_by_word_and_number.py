"""By which words, phone numbers and record numbers the patients are found who were registered before."""

from typing import Any

from django.db import migrations

from intake.models import mrn_key, phone_fingerprint
from intake.models.people import names_of

BATCH = 2000
AT_ONCE = 200  # rows of one statement, which has a branch for each


def fill(apps: Any, schema_editor: Any) -> None:
    """Fill the look-up columns and the words, some thousand patients at a time."""
    Patient, PatientName = apps.get_model("intake", "Patient"), apps.get_model("intake", "PatientName")
    linked = Patient.clinics.through.objects
    last = 0
    needed = ("pk", "first_name", "middle_name", "last_name", "preferred_name", "phone", "mrn")
    while rows := list(Patient.objects.filter(pk__gt=last).only(*needed).order_by("pk")[:BATCH]):
        last = rows[-1].pk
        clinics: dict[int, list[int]] = {}
        for patient_pk, clinic_pk in linked.filter(patient__in=rows).values_list("patient_id", "clinic_id"):
            clinics.setdefault(patient_pk, []).append(clinic_pk)
        for patient in rows:
            patient.phone_fingerprint, patient.mrn_key = phone_fingerprint(patient.phone), mrn_key(patient.mrn)
        numbered = [patient for patient in rows if patient.phone_fingerprint or patient.mrn_key]
        Patient.objects.bulk_update(numbered, ["phone_fingerprint", "mrn_key"], batch_size=AT_ONCE)
        PatientName.objects.bulk_create(
            PatientName(patient=patient, clinic_id=clinic_pk, is_last_name=is_last, word=word, rest=rest)
            for patient in rows
            for clinic_pk in clinics.get(patient.pk, [])
            for is_last, word, rest in sorted(names_of(patient))
        )


class Migration(migrations.Migration):
    """Fill what 0012 added."""

    dependencies = [("intake", "0012_full_registration")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
