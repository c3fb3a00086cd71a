# Tandem: `make run` starts the portal, `make test` tests it, `make help` lists the rest.

.DEFAULT_GOAL := help
PYTHON := $(shell command -v python3.11 || command -v python3)
PORT ?= 8000
EMPTY ?=
PYTEST := .venv/bin/python -m pytest
export PORT

.PHONY: help run test setup check bench format screenshots lock

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/run-ready ## start the portal (PORT=8000; EMPTY=1 without demo data)
	@EMPTY=$(EMPTY) .venv/bin/python tools/run.py

test: .venv/dev-ready ## run all tests (REQUIRE_BROWSER=1 makes a missing Chromium a failure)
	$(PYTEST) -n 2 --dist loadfile --no-loadscope-reorder tests

setup: .venv/dev-ready ## only prepare .venv
	@echo ".venv is ready."

check: .venv/dev-ready ## ruff, mypy, templates, architecture
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/python tools/lint_templates.py
	$(PYTEST) tests/test_architecture.py

bench: .venv/dev-ready ## measure, beside a baseline of the same run
	.venv/bin/python -m bench

format: .venv/dev-ready ## put the code into its standard form
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

screenshots: .venv/dev-ready ## take a picture of every page into docs/screenshots
	.venv/bin/python tools/take_screenshots.py

LOCK := uv pip compile -q --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --universal --python-version 3.11

lock: ## lock the requirements anew, with hashes (needs uv)
	$(LOCK) pyproject.toml -o requirements.txt
	echo tantivy | $(LOCK) - -o requirements-tantivy.txt
	$(LOCK) pyproject.toml --extra dev --extra tantivy -o requirements-dev.txt

.venv/run-ready: requirements.txt
	@tools/install.sh "$(PYTHON)" requirements.txt
	@touch $@

.venv/dev-ready: requirements-dev.txt
	@tools/install.sh "$(PYTHON)" requirements-dev.txt
	@touch $@ .venv/run-ready
