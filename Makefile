# Every target sets itself up. A fresh machine needs only Python ≥ 3.11, make and git.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-terminal workspace test test-long check docs fmt bench lock clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(STAMP) ## Make .venv with the locked dependencies

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "PromptOps needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@echo "Setting up $(VENV) (about a minute, once)…"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: demo-terminal ## Watch a failing deployment diagnosed, an audit, and a production change stopped for approval

demo-terminal: setup ## The same tour in the terminal
	@$(BIN)/promptops demo

workspace: setup ## Serve the local Slack workspace page, until Ctrl-C
	@$(BIN)/python -m sandbox.slack

test: setup ## Run the tests (under 3 minutes)
	@$(BIN)/pytest -q -n 2 --dist worksteal --cov --cov-branch --cov-report=
	@echo "Branch coverage of steps/ (the floor is 95 %):"
	@$(BIN)/coverage report --include='steps/*' --fail-under=95 --skip-covered --skip-empty

test-long: setup ## Run the long suites: thousands of random runs, twenty crashes
	@PROMPTOPS_LONG_TESTS=1 $(BIN)/pytest -q -m long

check: setup ## Format, lint, types, import contracts, tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(MAKE) --no-print-directory test

docs: setup ## Write the generated parts of the documents
	@$(BIN)/python -m tests.docs.generate

fmt: setup ## Format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix-only --quiet .

bench: setup ## Measure speed and memory; docs/performance.md has the results and the machine
	@$(BIN)/python -m tests.bench

lock: setup ## Write requirements.lock anew from pyproject.toml
	@$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-annotate --no-emit-index-url --no-header --quiet --output-file requirements.lock

clean: ## Remove .venv and caches
	@rm -rf $(VENV) .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
