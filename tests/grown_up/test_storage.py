"""Sealed files in a real S3 server."""

import pytest
from django.conf import settings
from django.core.files.base import ContentFile

from core.storage import SealedStorage
from tests.services import s3

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def bucket(request):
    with s3(request.config.rootpath / "deploy" / "s3.json") as url:
        settings.STORAGE_URL = url
        SealedStorage().ensure_bucket()
        SealedStorage().ensure_bucket()
        settings.STORAGE_URL = ""
        yield url


def test_a_file_goes_to_s3_sealed_and_comes_back(bucket, settings):
    settings.STORAGE_URL = bucket
    storage = SealedStorage()
    name = storage.save("cards/front.jpg", ContentFile(b"a card photo"))
    assert storage.exists(name)
    with storage.below.open(name) as raw:
        assert b"a card photo" not in raw.read()
    assert storage.open(name).read() == b"a card photo"
    other = storage.save("cards/front.jpg", ContentFile(b"another"))
    assert other != name, "nothing is overwritten"
    storage.delete(name)
    assert not storage.exists(name)


def test_a_file_is_resealed_in_s3(bucket, settings):
    settings.STORAGE_URL = bucket
    storage = SealedStorage()
    name = storage.save("cards/back.jpg", ContentFile(b"a card photo"))
    old = dict(settings.SEALING_KEYS)
    settings.SEALING_KEYS = {"newer": b"n" * 32, **old}
    assert storage.reseal(name) is True
    settings.SEALING_KEYS = {"newer": b"n" * 32}
    assert storage.open(name).read() == b"a card photo"


@pytest.mark.parametrize("url", ["s3://host/", "file:///x", "s3:"])
def test_a_bad_address_is_refused(settings, url):
    from django.core.exceptions import ImproperlyConfigured

    settings.STORAGE_URL = url
    with pytest.raises(ImproperlyConfigured, match="STORAGE_URL"):
        SealedStorage().exists("x")
