#!/bin/sh
# Lint, types, import contracts, migrations, deploy checks. Ends at the first that fails.
set -eu
bin=.venv/bin
step() { printf '\n== %s\n' "$1"; }
DATA_DIR=$(mktemp -d)
export DATA_DIR
trap 'rm -rf "$DATA_DIR"' EXIT

step "format and lint"
$bin/ruff format --check .
$bin/ruff check .
step "types"
$bin/mypy core clinic intake eligibility payments sandbox demo
step "import contracts"
$bin/lint-imports
step "migrations"
$bin/python manage.py makemigrations --check --dry-run
step "system and deploy checks"
DEMO=0 PUBLIC_URL=https://frontdesk.example SECRET_KEY="$(head -c 48 /dev/urandom | base64 | tr -d '\n')" \
  $bin/python manage.py check --deploy --fail-level WARNING
step "API schema"
$bin/python manage.py spectacular --validate --fail-on-warn --file /dev/null
step "sizes"
$bin/python -m tests.sizes
