"""Settings refuse bad values and name the variable."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from core import env, keys

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (env.flag, "maybe"),
        (lambda name: env.integer(name, 1), "many"),
        (lambda name: env.integer(name, 1, least=1), "0"),
        (lambda name: env.seconds(name, 1), "-1"),
        (lambda name: env.seconds(name, 1), "nan"),
        (lambda name: env.seconds(name, 1), "inf"),
        (lambda name: env.integer(name, 1), "9" * 400),
        (lambda name: env.port(name, 1), "0"),
        (lambda name: env.port(name, 1), "65536"),
        (lambda name: env.dollars(name, "1"), "NaN"),
        (lambda name: env.dollars(name, "1"), "Infinity"),
        (lambda name: env.dollars(name, "1"), "1,000"),
        (lambda name: env.url(name, ""), "ftp://x"),
        (lambda name: env.url(name, ""), "frontdesk.example"),
        (lambda name: env.url(name, ""), "https://"),
        (lambda name: env.url(name, "https://x"), ""),
        (lambda name: env.url(name, ""), "http://[::1"),
        (env.redis, "localhost:6379"),
        (env.redis, "redis://host:port/0"),
        (lambda name: env.database(name, ""), "postgres://user:pa#ss@host/name"),
        (lambda name: env.database(name, ""), "frontdesk.sqlite3"),
        (lambda name: env.database(name, ""), "mysql://user@host/name"),
        (lambda name: env.database(name, ""), "postgres://user@host"),
        (lambda name: env.pairs(name), "ACCT1"),
        (lambda name: env.one_of(name, {"a"}, "a"), "b"),
    ],
)
def test_a_bad_value_is_refused_by_name(monkeypatch, read, value):
    monkeypatch.setenv("PROBE", value)
    with pytest.raises(ImproperlyConfigured, match="PROBE"):
        read("PROBE")


@pytest.mark.parametrize(
    ("read", "value"),
    [(env.redis, "redis://:hush@host:x/0"), (lambda n: env.database(n, ""), "postgres://u:hush#@h/n")],
)
def test_a_refusal_does_not_show_a_password(monkeypatch, read, value):
    monkeypatch.setenv("PROBE", value)
    with pytest.raises(ImproperlyConfigured) as refusal:
        read("PROBE")
    assert "hush" not in str(refusal.value)


def test_an_address_may_be_missing_where_there_is_no_default(monkeypatch):
    monkeypatch.setenv("PROBE", "")
    assert env.url("PROBE") == env.redis("PROBE") == ""
    assert env.database("PROBE", "sqlite:////srv/a%20clinic.sqlite3")["NAME"] == "/srv/a clinic.sqlite3"
    monkeypatch.setenv("PROBE", "https://frontdesk.example/")
    assert env.url("PROBE") == "https://frontdesk.example"


def test_a_secret_comes_from_a_file(monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("hush\n")
    monkeypatch.setenv("PROBE_FILE", str(tmp_path / "secret"))
    assert env.text("PROBE") == "hush"
    monkeypatch.setenv("PROBE_FILE", str(tmp_path / "missing"))
    with pytest.raises(ImproperlyConfigured, match="PROBE_FILE"):
        env.text("PROBE")


@pytest.mark.parametrize("content", [b"", b" \n", b"\xff\xfe"])
def test_a_file_without_its_secret_is_refused(monkeypatch, tmp_path, content):
    (tmp_path / "secret").write_bytes(content)
    monkeypatch.setenv("PROBE_FILE", str(tmp_path / "secret"))
    with pytest.raises(ImproperlyConfigured, match="PROBE_FILE"):
        env.text("PROBE", "default")


def test_an_empty_name_of_a_file_is_refused(monkeypatch):
    monkeypatch.setenv("PROBE_FILE", "")
    with pytest.raises(ImproperlyConfigured, match="PROBE_FILE"):
        env.text("PROBE", "default")


@pytest.fixture
def embedded(monkeypatch):
    """The environment of the embedded default: no keys, no shared database, no shared files."""
    for name in ("SECRET_KEY", "SEALING_KEYS", "DATABASE_URL", "STORAGE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("shared", ["DATABASE_URL", "STORAGE_URL"])
def test_nobody_makes_keys_of_their_own_where_others_share_the_data(embedded, monkeypatch, tmp_path, shared):
    monkeypatch.setenv(shared, "postgres://host/name")
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY is missing"):
        keys.secret_key(tmp_path)
    with pytest.raises(ImproperlyConfigured, match="SEALING_KEYS is missing"):
        keys.sealing_keys(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_keys_are_made_once_and_kept_privately(embedded, tmp_path):
    assert keys.secret_key(tmp_path) == keys.secret_key(tmp_path)
    sealing, lookup = keys.sealing_keys(tmp_path)
    assert (list(sealing), len(lookup)) == (["k1"], 32)
    assert keys.sealing_keys(tmp_path) == (sealing, lookup)
    assert (tmp_path / "sealing_keys").stat().st_mode & 0o077 == 0


A_KEY = "A" * 43 + "="


@pytest.mark.parametrize(
    "text",
    [
        *("nonsense", "id:c2hvcnQ=", ":", ",\n,", "k1:clé"),
        *(f"long-id!:{A_KEY}", f"clé:{A_KEY}", f"k1:{A_KEY}\nk1:{A_KEY}"),
        *(f"k1:{A_KEY}", f"lookup:{A_KEY}"),
    ],
)
def test_a_bad_sealing_key_is_refused(monkeypatch, tmp_path, text):
    monkeypatch.setenv("SEALING_KEYS", text)
    with pytest.raises(ImproperlyConfigured, match="SEALING_KEYS"):
        keys.sealing_keys(tmp_path)


def test_the_program_does_not_start_with_a_bad_value(tmp_path):
    run = subprocess.run(
        [sys.executable, "manage.py", "check"],
        env={
            **os.environ,
            "DATA_DIR": str(tmp_path),
            "PAYMENTS_QUIET_SECONDS": "soon",
            "DJANGO_SETTINGS_MODULE": "core.settings",
        },
        capture_output=True,
        text=True,
    )
    assert run.returncode == 1
    assert run.stderr == "PAYMENTS_QUIET_SECONDS must be a number of seconds, not 'soon'.\n"


def test_every_setting_is_written_down():
    asked = re.compile(r'\benv\.[a-z_]+\(\s*"([A-Z_0-9]+)"')
    written = (ROOT / "docs" / "settings.md").read_text()
    names = {
        name
        for package in ("core", "clinic", "intake", "eligibility", "payments")
        for file in (ROOT / package).rglob("*.py")
        for name in asked.findall(file.read_text())
    }
    assert len(names) > 50
    assert [name for name in sorted(names) if f"`{name}`" not in written] == []
