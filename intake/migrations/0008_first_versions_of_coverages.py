from itertools import islice

from django.db import migrations

SAID = (
    "type", "priority", "payer_id", "member_id", "group_number", "plan_name", "rx_bin", "rx_pcn", "rx_group",
    "relationship", "subscriber_first_name", "subscriber_last_name", "subscriber_birth_date", "effective_date",
    "termination_date", "status",
)  # fmt: skip
BATCH = 1000


def keep_first(apps, schema_editor):
    """What a coverage says now is all that is known of what it said before: it counts from its beginning."""
    coverages, versions = apps.get_model("intake", "Coverage"), apps.get_model("intake", "CoverageVersion")
    rows = (first_of(versions, row) for row in coverages.objects.filter(versions=None).iterator(chunk_size=BATCH))
    while batch := list(islice(rows, BATCH)):
        versions.objects.bulk_create(batch)


def first_of(versions, coverage):
    """Return a coverage's first version, not saved."""
    values = {name: getattr(coverage, name) for name in SAID}
    said = {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in values.items()}
    return versions(coverage=coverage, number=coverage.version, since=coverage.created_at, said=said)


class Migration(migrations.Migration):
    dependencies = [("intake", "0007_coverage_history")]

    operations = [migrations.RunPython(keep_first, migrations.RunPython.noop)]
