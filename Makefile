# Bare `make` lists what there is. Nothing but Python (3.11 or newer) and make is needed.

.DEFAULT_GOAL := help
.PHONY: help install demo test browser simulate lint check bench lock clean

VENV := .venv
BIN := $(VENV)/bin
CANDIDATES := $(PYTHON) python3 python3.13 python3.12 python3.11 python3.14 python
RUN_STAMP := $(VENV)/.tandem-run
DEV_STAMP := $(VENV)/.tandem-dev
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
WORKERS ?= auto

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(RUN_STAMP) ## make .venv/bin/tandem

demo: $(RUN_STAMP) ## both CRMs simulated, a connection between them, a first sync; runs until Ctrl-C
	@$(BIN)/tandem demo

test: $(DEV_STAMP) browser ## run all tests
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

browser: # Chromium for the browser tests, from Debian's packages where there is none
	@if [ -z "$$TANDEM_TEST_CHROMIUM" ] && ! command -v chromium chromium-browser google-chrome chrome >/dev/null 2>&1; then \
	  if command -v apt-get >/dev/null 2>&1 && [ "$$(id -u)" = 0 ]; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null; \
	  else \
	    echo "The browser tests need Chromium: install it, or set TANDEM_TEST_CHROMIUM to its path." >&2; exit 1; \
	  fi; \
	fi

simulate: $(RUN_STAMP) ## 10,000 invented histories, judged by laws (docs/simulation.md)
	@$(BIN)/tandem simulate --seeds 10000 --jobs 2

lint: $(DEV_STAMP) ## formatting, linter, types, who imports whom
	@$(BIN)/ruff format --check src tests
	@$(BIN)/ruff check src tests
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

check: lint test ## everything that must pass before a change lands

bench: $(DEV_STAMP) ## calls, CPU and memory per 1,000 activities, beside plain SDK code
	@$(BIN)/tandem bench

lock: $(VENV)/bin/python ## resolve the dependencies again, with hashes
	@$(PIP) install uv
	@for set in run:--extra=events container:--extra=events\ --extra=traces dev:--extra=events\ --extra=traces\ --group=test\ --group=check; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade \
	    $${set#*:} pyproject.toml --output-file requirements/$${set%%:*}.lock || exit 1; \
	done
	@printf 'hatchling>=1.27\neditables>=0.5\n' | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-annotate --upgrade - --output-file requirements/build.lock

clean: ## remove the environment and the caches
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	@for python in $(CANDIDATES); do \
	  if "$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	    echo "Making $(VENV) with $$("$$python" --version) ..."; exec "$$python" -m venv $(VENV); \
	  fi; \
	done; \
	echo "No Python 3.11 or newer with venv was found. Install one (on Debian: python3 and python3-venv)," >&2; \
	echo "or name it: make install PYTHON=/path/to/python3" >&2; exit 1

$(RUN_STAMP): requirements/run.lock requirements/build.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing Tandem into $(VENV) ..."
	@$(PIP) install --require-hashes --requirement requirements/run.lock
	@$(PIP) install --require-hashes --requirement requirements/build.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV_STAMP): requirements/dev.lock $(RUN_STAMP)
	@echo "Installing what the tests need into $(VENV) ..."
	@$(PIP) install --require-hashes --requirement requirements/dev.lock
	@touch $@
