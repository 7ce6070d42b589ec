"""The accounts of the sandbox and the keys that open them. A key belongs to one account."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass

from sandbox.indexes import Index
from sandbox.payments.problems import Problem
from sandbox.state import Doc, Store

VENDOR = "payments"
MOST_KEYS = 5


@dataclass(frozen=True)
class Account:
    """An account that pays. `holds`: a started batch waits for its release; without it, starting is paying."""

    code: str
    sub_code: str
    holds: bool
    first_key: str

    def id_of(self, part: str) -> str:
        """Return a 32-character id that belongs to this account for ever."""
        return hashlib.sha256(f"{self.code}:{part}".encode()).hexdigest()[:32]


ACCOUNTS = (
    Account("ACCT1", "SUBACCT1", holds=True, first_key="payments-sandbox-key"),
    Account("ACCT2", "SUBACCT2", holds=False, first_key="payments-sandbox-key-2"),
)


@dataclass(frozen=True)
class _Key:
    account: str
    revoked: bool


class _Keys(Index[_Key]):
    """What every call looks up: whose a key is that was made or revoked."""

    def entry_of(self, key: str, doc: Doc) -> _Key:
        return _Key(doc["account"], doc["revoked"])


_keys = _Keys(VENDOR, "keys")


def of_code(code: str) -> Account:
    """Return the account with this short code."""
    return next(account for account in ACCOUNTS if account.code == code)


def of_key(key: str | None) -> Account:
    """Return the account that a key opens.

    Raises:
        Problem: 401 for a missing or unknown key, 403 for a revoked one.
    """
    if not key:
        raise Problem(401, "The header API-Key is missing.")
    with _keys.entries() as entries:
        kept = entries.get(key)
    if kept is not None and kept.revoked:
        raise Problem(403, "This API key has been revoked.")
    for account in ACCOUNTS:
        if account.first_key == key or (kept is not None and kept.account == account.code):
            return account
    raise Problem(401, "This API key is not known.")


def make_key(store: Store, account: Account) -> str:
    """Return a new key of an account.

    Raises:
        Problem: 409 when the account has five keys already.
    """
    kept = [doc for _key, doc in store.items(VENDOR, "keys") if doc["account"] == account.code]
    first = store.get(VENDOR, "keys", account.first_key)
    if sum(not doc["revoked"] for doc in kept) + (first is None) >= MOST_KEYS:
        raise Problem(409, f"An account has at most {MOST_KEYS} keys.")
    key = f"payments-sandbox-key-{uuid.uuid4().hex}"
    store.put(VENDOR, "keys", key, {"account": account.code, "revoked": False})
    return key


def revoke_key(store: Store, account: Account, key: str) -> None:
    """Make a key useless."""
    store.put(VENDOR, "keys", key, {"account": account.code, "revoked": True})
