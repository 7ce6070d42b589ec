"""The migrations that stand for the ones before them: the same tables, and nothing to do where those have run."""

import pytest
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

APPS = ("core", "eligibility", "intake", "payments")


def planned() -> list[Migration]:
    """Return what `manage.py migrate` would run now. Raises InconsistentMigrationHistory."""
    executor = MigrationExecutor(connection)
    executor.loader.check_consistent_history(connection)
    return [migration for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]


def forget_the_squashed() -> None:
    """Let the database be one that was made before there were squashed migrations."""
    gone, _ = MigrationRecorder.Migration.objects.filter(name__contains="_squashed_").delete()
    assert gone == len(APPS)


@pytest.mark.parametrize("app", APPS)
def test_a_squashed_migration_ends_where_the_old_ones_end(app: str) -> None:
    squashed, old = MigrationLoader(None), MigrationLoader(None, replace_migrations=False)
    (short,) = (one for one in squashed.disk_migrations.values() if one.app_label == app and one.replaces)
    now, before = squashed.project_state((app, short.name)).models, old.project_state(short.replaces[-1]).models
    names = {key for key in before if key[0] == app}
    assert names and {key for key in now if key[0] == app} == names
    assert {key: now[key] for key in names} == {key: before[key] for key in names}


def test_an_installation_of_the_old_ones_has_nothing_to_do(db: None) -> None:
    forget_the_squashed()
    assert planned() == []


def test_an_installation_in_the_middle_of_the_old_ones_goes_on_with_them(db: None) -> None:
    forget_the_squashed()
    MigrationRecorder.Migration.objects.filter(app="intake", name__gt="0022").delete()
    here = [(one.app_label, one.name) for one in planned()]
    assert here[0] == ("intake", "0022_doubts_about_photos")
    assert here == sorted(here) and {app for app, _ in here} == {"intake"}
