from django.db import migrations, models
from django.utils import timezone


def end_all_but_the_newest(apps, schema_editor):
    """Two that were begun in the same moment would break the rule that one is under way at a time."""
    unfinished = apps.get_model("intake", "Stocktake").objects.filter(finished_at=None)
    newest = unfinished.order_by("-started_at", "-pk").first()
    if newest is not None:
        unfinished.exclude(pk=newest.pk).update(
            finished_at=timezone.now(), problem="Another comparison was begun in the same moment."
        )


class Migration(migrations.Migration):
    dependencies = [("intake", "0008_first_versions_of_coverages")]

    operations = [
        migrations.AddField(
            model_name="listedcard",
            name="is_deleted",
            field=models.BooleanField(default=False),
        ),
        migrations.RunPython(end_all_but_the_newest, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="stocktake",
            constraint=models.UniqueConstraint(
                condition=models.Q(("finished_at__isnull", True)),
                fields=("problem",),
                name="one_unfinished_stocktake",
            ),
        ),
    ]
