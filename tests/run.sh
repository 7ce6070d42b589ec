#!/bin/sh
# Every test that this machine can run: on SQLite, on PostgreSQL where there is one, and in a browser where there is
# one. Says at the end what was left out and how to get it. STRICT=1 (CI) refuses to leave anything out.
set -eu
bin=.venv/bin
left_out=""
missing() { left_out="$left_out\n  - $1"; }

postgres=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || true)
[ -n "$postgres" ] || postgres=$(dirname "$(command -v initdb || echo /)")
[ -x "$postgres/initdb" ] || { missing "PostgreSQL: install the package postgresql"; postgres=""; }
command -v redis-server >/dev/null || missing "Redis: install the package redis-server"
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
kinds="not postgres_only"
[ -n "$chromium" ] || { missing "the browser tests: install the package chromium"; kinds="not browser and not postgres_only"; }

if [ -n "$left_out" ] && [ "${STRICT:-0}" = 1 ]; then
  printf 'These are missing, and nothing may be skipped:%b\n' "$left_out"; exit 1
fi

printf '== on SQLite\n'
$bin/python -m pytest -n 2 --dist loadfile --durations=10 -m "$kinds" --ignore tests/kill "$@"

if [ $# = 0 ]; then
  printf '\n== crashes, with the machine to themselves\n'
  $bin/python -m pytest tests/kill
fi

if [ -n "$postgres" ]; then
  printf '\n== on PostgreSQL\n'
  $bin/python -m tests.with_postgres "$postgres" -- \
    $bin/python -m pytest -n 2 --dist loadfile --durations=10 -m "not browser and not sqlite_only" \
    --ignore tests/sandbox --ignore tests/demo --ignore tests/kill --ignore tests/grown_up --ignore tests/design --ignore tests/faults "$@"
fi
[ -z "$left_out" ] || printf '\nNot run on this machine:%b\n' "$left_out"
