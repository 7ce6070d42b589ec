# Frontdesk. `make run` runs it, `make test` tests it; each sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export DEMO ?= 1

.PHONY: run test check bench demo card logins sandbox locks clean help

help:  ## Say what each command does.
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(VENV)/.run  ## Run Frontdesk on the embedded default: web, worker, dispatcher, beat and sandbox.
	@exec $(BIN)/python manage.py serve

test: $(VENV)/.test  ## Run every test that this machine can run, and name what it cannot.
	@DEMO=0 sh tests/run.sh

check: $(VENV)/.test  ## Lint, types, import contracts, migrations, deploy checks.
	@DEMO=0 sh tests/check.sh

demo: $(VENV)/.run  ## The main job without a browser: CARD=front.png BACK=back.png for your own card.
	@exec $(BIN)/python -m demo $(if $(CARD),--card "$(CARD)") $(if $(BACK),--back "$(BACK)")

card: $(VENV)/.run  ## A made-up card to photograph or upload: var/card-front.png and var/card-back.png.
	@mkdir -p -m 700 var
	@$(BIN)/python -m sandbox.cardscan.demo_card var/card-front.png var/card-back.png --name "Emily Dickinson"
	@echo "Emily Dickinson's card is in var/card-front.png and var/card-back.png."

logins: $(VENV)/.run  ## Say again how to sign in: the demo's logins, or the code of the first set-up.
	@$(BIN)/python manage.py setup --show

bench: $(VENV)/.test  ## The benchmarks, as ratios with both sides in one run.
	@$(BIN)/python -m bench

sandbox: $(VENV)/.run  ## The sandbox alone.
	@exec $(BIN)/python -m sandbox --port $${SANDBOX_PORT:-8900} --data $${DATA_DIR:-var}/sandbox

locks: $(BIN)/uv  ## Pin the dependencies anew, with hashes and without addresses.
	@for name in run sandbox test; do \
	  $(BIN)/uv pip compile --quiet --upgrade requirements/$$name.in --generate-hashes --universal \
	    --python-version 3.11 --no-header --output-file requirements/$$name.lock; done

clean:  ## Remove the virtual environment and the data of the embedded default.
	rm -rf $(VENV) var

$(BIN)/uv: requirements/uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Frontdesk needs Python 3.11 or newer; set PYTHON=python3.x.")'
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.lock
	@touch $@

$(VENV)/.run: requirements/run.lock requirements/sandbox.lock $(BIN)/uv
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/run.lock -r requirements/sandbox.lock
	@touch $@

$(VENV)/.test: requirements/test.lock $(VENV)/.run
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements/test.lock
	@touch $@ $(VENV)/.run
