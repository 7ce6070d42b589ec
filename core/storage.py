"""Files at rest are sealed: card photos on disk or in S3 are of no use without the sealing keys."""

from datetime import datetime
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage
from django.utils.deconstruct import deconstructible

from core import sealed


@deconstructible
class SealedStorage(Storage):
    """Seals what is saved and opens what is read; the files lie in MEDIA_ROOT, or in S3 when STORAGE_URL is set."""

    def __init__(self) -> None:
        self._below: Storage | None = None

    @property
    def below(self) -> Storage:
        """The storage that keeps the sealed bytes."""
        if self._below is None:
            self._below = _s3(settings.STORAGE_URL) if settings.STORAGE_URL else _disk()
        return self._below

    def _save(self, name: str, content: File) -> str:
        plain = content.read()
        plain = plain.encode() if isinstance(plain, str) else plain
        name = self.below.get_available_name(name)
        return self.below.save(name, ContentFile(sealed.seal(plain, f"file:{name}")))

    def _open(self, name: str, mode: str = "rb") -> File:
        with self.below.open(name, "rb") as file:
            return ContentFile(sealed.open_sealed(file.read(), f"file:{name}"), name=name)

    def delete(self, name: str) -> None:
        """Remove the file; nothing happens when it is gone already."""
        self.below.delete(name)

    def exists(self, name: str) -> bool:
        """Whether a file of this name is kept."""
        return self.below.exists(name)

    def size(self, name: str) -> int:
        """Return the size of the sealed file in bytes."""
        return self.below.size(name)

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """Return the folders and files below `path`."""
        return self.below.listdir(path)

    def get_modified_time(self, name: str) -> datetime:
        """Return when the file was written."""
        return self.below.get_modified_time(name)

    def ensure_bucket(self) -> None:
        """Make the S3 bucket if it is missing."""
        from botocore.exceptions import ClientError
        from storages.backends.s3 import S3Storage

        below = cast(S3Storage, self.below)
        client = below.connection.meta.client
        try:
            client.head_bucket(Bucket=below.bucket_name)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
                raise
            client.create_bucket(Bucket=below.bucket_name)

    def reseal(self, name: str) -> bool:
        """Seal the file under the newest key; return False when it is already."""
        with self.below.open(name, "rb") as file:
            was = file.read()
        if sealed.is_current(was):
            return False
        plain = sealed.open_sealed(was, f"file:{name}")
        fresh = sealed.seal(plain, f"file:{name}")
        if settings.STORAGE_URL:
            self.below.bucket.Object(name).put(Body=fresh)  # type: ignore[attr-defined]  # one atomic overwrite
        else:
            path = Path(cast(FileSystemStorage, self.below).path(name))
            draft = path.with_suffix(".resealed")
            draft.write_bytes(fresh)
            draft.replace(path)
        return True


def _disk() -> FileSystemStorage:
    return FileSystemStorage(
        location=settings.MEDIA_ROOT, file_permissions_mode=0o600, directory_permissions_mode=0o700
    )


def _s3(url: str) -> Storage:
    """Return the S3 storage for `s3://key:secret@host:port/bucket?region=…&tls=1`."""
    from storages.backends.s3 import S3Storage

    parts = urlsplit(url)
    bucket = parts.path.strip("/")
    if parts.scheme != "s3" or not bucket:
        raise ImproperlyConfigured("STORAGE_URL must look like s3://key:secret@host:port/bucket.")
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    options: dict[str, Any] = {
        "bucket_name": bucket,
        "region_name": query.get("region", "us-east-1"),
        "default_acl": None,
        "querystring_auth": True,
        "file_overwrite": False,
        "addressing_style": "path",
    }
    if parts.username:
        options |= {"access_key": unquote(parts.username), "secret_key": unquote(parts.password or "")}
    if parts.hostname:
        scheme = "https" if query.get("tls", "1") == "1" else "http"
        port = f":{parts.port}" if parts.port else ""
        options["endpoint_url"] = f"{scheme}://{parts.hostname}{port}"
    return S3Storage(**options)
