# Hilum: `make demo` shows it, `make test` proves it. Each installs what it needs first.

PYTHON ?= python3
PORT ?= 8080
DATA ?= .demo
COVERAGE ?= 100
MINUTES ?= 10

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help install install-dev demo test lint coverage bench bench-services bench-viewer bench-simulate bench-deidentify fuzz lock clean

UV := .tool/bin/uv pip compile pyproject.toml --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header --quiet

help: ## Say what there is to make
	@sed -n 's/^\([a-z-]*\):.*## /make \1	/p' Makefile | expand -t 20

install: ## Build .venv from requirements.lock
	@PYTHON='$(PYTHON)' setup/install requirements.lock

install-dev:
	@PYTHON='$(PYTHON)' setup/install requirements-dev.lock

demo: install ## Start the demo: make demo [PORT=8080] [DATA=.demo]
	@exec .venv/bin/hilum demo --port '$(PORT)' --data '$(DATA)'

test: lint ## Check everything and run every test
	@setup/node_peers
	@reason="$$(setup/browser)"; \
	if [ -n "$$reason" ]; then \
		echo "Browser tests will be skipped: $$reason"; \
		export HILUM_TEST_NO_BROWSER="$$reason"; \
		if [ "$${CI:-}" = true ]; then echo 'With CI=true nothing may be skipped.' >&2; exit 1; fi; \
	fi; \
	TMPDIR="$$(setup/scratch)" .venv/bin/pytest -n 2 --dist worksteal --cov --cov-report= $(TESTS)
	@$(MAKE) --no-print-directory coverage

lint: install-dev ## Check form, types and who imports whom
	@.venv/bin/ruff check --quiet --output-format concise
	@.venv/bin/ruff format --check --quiet
	@.venv/bin/mypy --no-error-summary
	@.venv/bin/lint-imports > .venv/lint-imports.txt || { cat .venv/lint-imports.txt; exit 1; }
	@echo 'Form, types and imports are in order.'

coverage:
	@.venv/bin/coverage report --include='domain/*,deidentify/*,handlers/*' --fail-under='$(COVERAGE)'

bench: install-dev ## Run the short benchmarks
	@for name in inbound card queue memory uploads search; do \
		echo "== $$name"; \
		.venv/bin/python -m "bench.$$name"; \
	done

bench-services: install-dev ## Measure Telegram and Slack on both databases: kills, digests, webhooks (about an hour)
	@for channel in telegram slack; do for database in sqlite postgres; do \
		.venv/bin/python -m bench.inbound_kill --channel "$$channel" --database "$$database" $(BENCH); \
	done; done
	@.venv/bin/python -m bench.digest_flood --database both $(BENCH)
	@for channel in telegram slack; do .venv/bin/python -m bench.webhook --channel "$$channel" --database both $(BENCH); done

bench-viewer: install-dev ## Measure reading a CT of 300 slices in Chromium over 10 Mbit/s: make bench-viewer [BENCH=--json]
	@.venv/bin/python -m bench.viewer $(BENCH)

bench-simulate: install-dev ## Play 30 days with 10000 questions, then the peak of 29 February 2020: make bench-simulate [BENCH=--json]
	@.venv/bin/hilum simulate --panelists 40 --seed 1 $(BENCH)
	@.venv/bin/hilum simulate --panelists 40 --seed 1 --surge $(BENCH)

bench-deidentify: install-dev ## Measure the de-identifier against its promises and its peers (about half an hour)
	@.venv/bin/python -m bench.deidentify $(BENCH)

fuzz: install-dev ## Send damaged files through the door: make fuzz [MINUTES=10]
	@mkdir -p artifacts
	@.venv/bin/python -m bench.fuzz --cases 1000000 --minutes '$(MINUTES)' --state artifacts/fuzz.json

lock: ## Write the lock files anew from pyproject.toml
	@test -x .tool/bin/uv || { '$(PYTHON)' -m venv .tool && .tool/bin/python -m pip install --quiet --quiet uv; }
	@$(UV) --group build --output-file requirements.lock $(LOCK)
	@$(UV) --group dev --constraints requirements.lock --output-file requirements-dev.lock $(LOCK)

clean: ## Remove what was built, not what the demo keeps
	@rm -rf .venv .tool .node .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage* artifacts
