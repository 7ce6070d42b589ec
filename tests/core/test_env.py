"""Settings refuse bad values and name the variable."""

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from core import env, keys


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (env.flag, "maybe"),
        (lambda name: env.integer(name, 1), "many"),
        (lambda name: env.integer(name, 1, least=1), "0"),
        (lambda name: env.seconds(name, 1), "-1"),
        (lambda name: env.seconds(name, 1), "nan"),
        (lambda name: env.dollars(name, "1"), "1,000"),
        (lambda name: env.url(name, ""), "ftp://x"),
        (lambda name: env.pairs(name), "ACCT1"),
        (lambda name: env.one_of(name, {"a"}, "a"), "b"),
    ],
)
def test_a_bad_value_is_refused_by_name(monkeypatch, read, value):
    monkeypatch.setenv("PROBE", value)
    with pytest.raises(ImproperlyConfigured, match="PROBE"):
        read("PROBE")


def test_a_secret_comes_from_a_file(monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("hush\n")
    monkeypatch.setenv("PROBE_FILE", str(tmp_path / "secret"))
    assert env.text("PROBE") == "hush"
    monkeypatch.setenv("PROBE_FILE", str(tmp_path / "missing"))
    with pytest.raises(ImproperlyConfigured, match="PROBE_FILE"):
        env.text("PROBE")


def test_keys_are_made_once_and_kept_privately(tmp_path, monkeypatch):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    assert keys.secret_key(tmp_path) == keys.secret_key(tmp_path)
    assert len(keys.sealing_keys(tmp_path)) == 1
    assert (tmp_path / "sealing_keys").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("text", ["nonsense", "id:c2hvcnQ=", ":", "long-id!:" + "A" * 44])
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
    assert run.returncode != 0
    assert "PAYMENTS_QUIET_SECONDS must be a number of seconds" in run.stderr
