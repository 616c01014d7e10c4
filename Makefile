# Everything that is run on this repository is a target here; `make` alone lists them.

SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

UV_VERSION := 0.13.9
BIN := .venv/bin
# The machine's own certificates where it has them, for networks that bring their own.
CERTS := $(if $(wildcard /etc/ssl/certs/ca-certificates.crt),true,false)
UV := UV_PYTHON_DOWNLOADS=never UV_SYSTEM_CERTS=$(CERTS) UV_PROJECT_ENVIRONMENT=.venv $(BIN)/uv
SOURCES := src tests docs $(wildcard bench)

# The first Python on this machine that is new enough; `make setup PYTHON=/path/to/python` overrides it.
PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3.13 python3,$(shell \
	$(name) -c 'import sys; sys.version_info >= (3, 11) and print("$(name)")' 2>/dev/null)))

.PHONY: help setup demo demo-reset serve test coverage judges editor check fix bench docs clean \
	check-lint check-format check-types check-rooms check-dead check-docs check-lock

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/.ready ## Prepare .venv/ with everything locked (runtime, tests, checks, docs)

demo: .venv/.runtime ## Build a trial of a dozen simulated people and serve it; DATA=triptych-demo PORT=8000
	@$(BIN)/triptych demo --data "$(or $(DATA),triptych-demo)" --port "$(or $(PORT),8000)"

demo-reset: .venv/.runtime ## Start the demonstration over; DATA=triptych-demo PORT=8000
	@$(BIN)/triptych demo --reset --data "$(or $(DATA),triptych-demo)" --port "$(or $(PORT),8000)"

serve: .venv/.runtime ## Serve the trial in DATA=dir at PORT=8000
	@$(BIN)/triptych serve $(if $(DATA),--data "$(DATA)") $(if $(PORT),--port "$(PORT)")

test: .venv/.ready ## Run every test; a browser is obtained if there is none
	@$(BIN)/python -m tests.browser.chromium
	@$(BIN)/python -m pytest --numprocesses auto --dist worksteal

coverage: .venv/.ready ## Run every test, with coverage, which takes half as long again
	@$(BIN)/python -m tests.browser.chromium
	@$(BIN)/python -m pytest --numprocesses auto --dist worksteal --cov --cov-report=term

check: .venv/.ready ## Check style, types, rooms, dead code, generated docs and the lock; change nothing
	@$(MAKE) --keep-going check-lint check-format check-types check-rooms check-dead check-docs check-lock

fix: .venv/.ready ## Format, repair what can be repaired, regenerate the generated docs
	@$(BIN)/ruff check --fix-only --quiet $(SOURCES)
	@$(BIN)/ruff format $(SOURCES)
	@$(BIN)/python docs/_tools

judges: .venv/.ready ## Have what is exported judged by programs that are not ours (Python 3.12)
	@$(BIN)/python -m tests.judges

editor: ## Bundle the editor of study documents into the static files (needs npm)
	@cd tools/editor && npm ci --no-audit --no-fund --silent && npm run --silent build

bench: .venv/.ready ## Measure, and print the figures
	@$(BIN)/python -m bench

docs: .venv/.ready ## Build the documentation into docs/_build/html
	@$(BIN)/sphinx-build --fail-on-warning --keep-going --quiet --jobs auto docs docs/_build/html
	@echo "docs/_build/html/index.html"

clean: ## Remove what was built, and leave .venv/ and every ledger alone
	@rm -rf docs/_build dist htmlcov .coverage .mypy_cache .ruff_cache .pytest_cache \
		.import_linter_cache .hypothesis
	@find src tests docs bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# The parts of `check`.

check-lint:
	@$(BIN)/ruff check --output-format concise $(SOURCES)

check-format:
	@$(BIN)/ruff format --check --output-format concise $(SOURCES)

check-types:
	@$(BIN)/mypy

check-rooms:
	@$(BIN)/lint-imports --no-logo

# An attribute that only a document, a codec or an export reads looks unused, so variables are left out.
check-dead:
	@found=$$($(BIN)/vulture); code=$$?; dead=$$(grep -v ": unused variable" <<<"$$found"); \
	if test -n "$$dead" -o $$code = 1 -o $$code = 2; then echo "$$dead"; exit 1; fi; echo "no dead code"

check-docs:
	@$(BIN)/python docs/_tools --check

check-lock:
	@$(UV) lock --check --quiet && echo "uv.lock is current"

# The environment. Each stamp is newer than the lock it was made from, so a second run does nothing.

.venv/.uv-$(UV_VERSION):
	@if test -z "$(PYTHON)"; then \
		echo "Triptych needs Python 3.11 or newer. Found: $$(python3 --version 2>&1 || true)." >&2; \
		echo "Install one (Debian 12: apt install python3 python3-venv)," >&2; \
		echo "or name one: make setup PYTHON=/path/to/python3.11" >&2; \
		exit 1; \
	fi
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Triptych needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1)." >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { \
		echo "$(PYTHON) could not make .venv/. On Debian: apt install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

.venv/.ready: uv.lock pyproject.toml | .venv/.uv-$(UV_VERSION)
	@$(UV) sync --frozen --all-extras --quiet
	@touch .venv/.runtime $@

.venv/.runtime: uv.lock pyproject.toml | .venv/.uv-$(UV_VERSION)
	@$(UV) sync --frozen --no-default-groups --inexact --quiet
	@touch $@
