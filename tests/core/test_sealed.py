"""Sealing: what is on the disk says nothing, keys rotate, and a look-up by value is refused."""

import os
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, transaction

from core import commands, handlers, sealed
from core.models import Command, KeptAnswer


@pytest.fixture
def two_keys(settings):
    """A second, newer key is put in front of the first."""
    old = dict(settings.SEALING_KEYS)
    settings.SEALING_KEYS = {"newer": os.urandom(32), **old}
    return old


def stored(model, pk, column):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {model._meta.db_table} WHERE id = %s", [pk])
        return bytes(cursor.fetchone()[0])


def test_what_is_stored_says_nothing(db):
    row = KeptAnswer.objects.create(
        token_pk=1, key="k", request_hash="h", body={"name": "Emily", "pay": Decimal("1.10")}
    )
    assert b"Emily" not in stored(KeptAnswer, row.pk, "body")
    assert KeptAnswer.objects.get(pk=row.pk).body == {"name": "Emily", "pay": Decimal("1.10")}


def test_equal_values_are_stored_differently():
    assert sealed.seal(b"same", "a.b") != sealed.seal(b"same", "a.b")


def test_a_value_moved_to_another_column_does_not_open():
    with pytest.raises(sealed.CannotOpen):
        sealed.open_sealed(sealed.seal(b"secret", "a.b"), "a.c")


def test_a_changed_byte_is_noticed():
    box = bytearray(sealed.seal(b"secret", "a.b"))
    box[-1] ^= 1
    with pytest.raises(sealed.CannotOpen):
        sealed.open_sealed(bytes(box), "a.b")


def test_a_missing_key_is_named(settings):
    box = sealed.seal(b"secret", "a.b")
    settings.SEALING_KEYS = {"other": os.urandom(32)}
    with pytest.raises(sealed.CannotOpen, match="is missing"):
        sealed.open_sealed(box, "a.b")


def test_a_look_up_by_value_is_refused(db):
    with pytest.raises(TypeError, match="fingerprint"):
        Command.objects.filter(request=b"x").exists()
    assert Command.objects.filter(request__isnull=True).count() == 0


def test_fingerprints_are_equal_for_equal_values_and_purposes(settings):
    one = sealed.fingerprint("128845682", "member_id")
    assert one == sealed.fingerprint("128845682", "member_id")
    assert one != sealed.fingerprint("128845682", "phone")
    settings.SEALING_KEYS = {"newer": os.urandom(32)}
    assert one == sealed.fingerprint("128845682", "member_id"), "rotating the sealing keys leaves look-ups working"


def test_an_old_key_can_be_retired_after_resealing(db, two_keys, settings, capsys):
    newer = settings.SEALING_KEYS
    settings.SEALING_KEYS = two_keys
    row = KeptAnswer.objects.create(token_pk=1, key="k", request_hash="h", body={"name": "Emily"})
    settings.SEALING_KEYS = newer
    assert KeptAnswer.objects.get().body == {"name": "Emily"}, "the old key still opens"
    call_command("reseal")
    settings.SEALING_KEYS = {"newer": newer["newer"]}
    assert KeptAnswer.objects.get(pk=row.pk).body == {"name": "Emily"}


def test_files_are_sealed_on_disk(settings, tmp_path, two_keys):
    settings.MEDIA_ROOT = tmp_path
    from core.storage import SealedStorage

    storage = SealedStorage()
    newer = settings.SEALING_KEYS
    settings.SEALING_KEYS = two_keys
    name = storage.save("cards/front.jpg", ContentFile(b"a card photo"))
    on_disk = tmp_path / name
    assert b"a card photo" not in on_disk.read_bytes()
    assert on_disk.stat().st_mode & 0o077 == 0
    settings.SEALING_KEYS = newer
    assert storage.open(name).read() == b"a card photo"
    assert storage.reseal(name) is True
    assert storage.reseal(name) is False
    settings.SEALING_KEYS = {"newer": newer["newer"]}
    assert storage.open(name).read() == b"a card photo"


def test_the_default_storage_seals():
    name = default_storage.save("probe.txt", ContentFile(b"plain"))
    with default_storage.open(name) as file:
        assert file.read() == b"plain"
    default_storage.delete(name)
    assert not default_storage.exists(name)


def test_a_frozen_request_keeps_its_bytes(db, monkeypatch):
    class Probe(commands.Handler):
        kind = "test.probe"
        label = "probe"
        vendor = "candid"

    monkeypatch.setitem(handlers._handlers, "test.probe", Probe())
    from clinic.models import Organization

    with transaction.atomic():
        command = commands.create("test.probe", Organization.objects.create(name="T"), request=b'{"amount":1.10}')
    assert Command.objects.get(pk=command.pk).request == b'{"amount":1.10}'
