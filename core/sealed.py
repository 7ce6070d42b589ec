"""Sealed columns: AES-GCM under rotating keys, and a keyed fingerprint where an exact look-up is needed.

What is stored is `key id (8 bytes, padded) + nonce (12) + ciphertext`; the model and column are bound in, so a value
moved to another column does not open. The first key of settings.SEALING_KEYS seals; every key in it opens.
"""

import hashlib
import hmac
import os
from typing import Any

import simplejson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

_ID, _NONCE = 8, 12


class CannotOpen(Exception):
    """A sealed value does not open: its key is missing from SEALING_KEYS, or the bytes were changed."""


def seal(plain: bytes, context: str) -> bytes:
    """Return the bytes sealed under the newest key, bound to `context` (a column or a file)."""
    key_id, key = next(iter(settings.SEALING_KEYS.items()))
    nonce = os.urandom(_NONCE)
    return key_id.encode().ljust(_ID) + nonce + AESGCM(key).encrypt(nonce, plain, context.encode())


def open_sealed(sealed: bytes, context: str) -> bytes:
    """Return what was sealed under the same context. Raises CannotOpen."""
    key_id = sealed[:_ID].decode("ascii", "replace").strip()
    key = settings.SEALING_KEYS.get(key_id)
    if key is None:
        raise CannotOpen(f"The sealing key {key_id!r} is missing.")
    try:
        return AESGCM(key).decrypt(sealed[_ID : _ID + _NONCE], sealed[_ID + _NONCE :], context.encode())
    except InvalidTag as error:
        raise CannotOpen(f"A value of {context} does not open.") from error


def is_current(sealed: bytes) -> bool:
    """Whether the value is already sealed under the newest key."""
    return sealed[:_ID].strip() == next(iter(settings.SEALING_KEYS)).encode()


def fingerprint(value: str, purpose: str) -> str:
    """Return 64 hex digits that are equal for equal values of a purpose, and say nothing without the look-up key."""
    key = hashlib.blake2b(purpose.encode(), key=settings.LOOKUP_KEY, digest_size=32).digest()
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()


class SealedField(models.Field):
    """A binary column of sealed bytes; subclasses say how a Python value becomes bytes."""

    def get_internal_type(self) -> str:
        """Stored as a binary column."""
        return "BinaryField"

    def to_bytes(self, value: Any) -> bytes:
        """Return the value as bytes."""
        return bytes(value)

    def of_bytes(self, plain: bytes) -> Any:
        """Return the value that `to_bytes` was given."""
        return plain

    @property
    def context(self) -> str:
        """What a value is bound to: model and column."""
        return f"{self.model._meta.label_lower}.{self.name}"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Seal on the way in."""
        if value is None:
            return None
        return connection.Database.Binary(seal(self.to_bytes(value), self.context))

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Open on the way out."""
        return None if value is None else self.of_bytes(open_sealed(bytes(value), self.context))

    def get_lookup(self, lookup_name: str) -> Any:
        """Refuse every look-up but isnull: two seals of one value differ, so a comparison is always a bug."""
        if lookup_name != "isnull":
            raise TypeError(f"{self.context} is sealed; look it up through a fingerprint column.")
        return super().get_lookup(lookup_name)


class SealedBytesField(SealedField):
    """Sealed bytes, such as a frozen request."""


class SealedTextField(SealedField):
    """Sealed text."""

    empty_strings_allowed = True

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Seal on the way in; an empty text stays empty, since the length of a sealed one would tell as much."""
        if value == "":
            return connection.Database.Binary(b"")
        return super().get_db_prep_value(value, connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Open on the way out."""
        if value is not None and len(value) == 0:
            return ""
        return super().from_db_value(value, expression, connection)

    def to_bytes(self, value: Any) -> bytes:
        """Return the text as UTF-8."""
        return str(value).encode()

    def of_bytes(self, plain: bytes) -> str:
        """Return the text."""
        return plain.decode()

    def formfield(self, **kwargs: Any) -> Any:
        """Edit as text."""
        from django import forms

        return forms.CharField(required=not self.blank, label=kwargs.pop("label", None), **kwargs)

    def value_to_string(self, obj: models.Model) -> str:
        """Return the plain text, for serialization."""
        return str(self.value_from_object(obj))


class SealedJSONField(SealedField):
    """A sealed JSON value; numbers with a point are Decimal, exactly as written."""

    def to_bytes(self, value: Any) -> bytes:
        """Return the value as compact JSON."""
        return simplejson.dumps(value, use_decimal=True, separators=(",", ":"), ensure_ascii=False).encode()

    def of_bytes(self, plain: bytes) -> Any:
        """Return the value."""
        return simplejson.loads(plain, use_decimal=True)

    def value_to_string(self, obj: models.Model) -> str:
        """Return the JSON, for serialization."""
        return self.to_bytes(self.value_from_object(obj)).decode()
