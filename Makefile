# What can be done here. `make help` lists it.
PYTHON ?= python3
BIN := .venv/bin
STEP := scripts/step
# Compiled here and now: where Python may not write bytecode, every start would compile everything anew.
UV := $(BIN)/uv pip install --python $(BIN)/python --quiet --require-hashes --compile-bytecode
WEB := $(shell find web -name node_modules -prune -o -type f -print)
SOURCES := graphs handlers platform servers

export PATH := $(CURDIR)/$(BIN):$(PATH)
export UV_PYTHON_DOWNLOADS := never
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1

# A stamp is worth what it stands for: where that was deleted, the stamp goes too.
ifeq ($(wildcard $(BIN)/python),)
$(shell rm -rf .stamps)
endif
ifeq ($(wildcard servers/interlock_servers/_web/index.html),)
$(shell rm -f .stamps/web)
endif
ifeq ($(wildcard web/node_modules),)
$(shell rm -f .stamps/node_modules)
endif
ifeq ($(wildcard tests/mcp_servers/node_modules),)
$(shell rm -f .stamps/test_servers)
endif

.PHONY: help run test faults mutants check dev web migrate clean requirements
.PHONY: ruff ruff-format import-linter mypy pyright web-checks web-tests
.DEFAULT_GOAL := help

help: ## List what can be done
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-14s%s\n", $$1, $$2}' Makefile

run: .stamps/runtime .stamps/web ## Set up what is missing, then serve Interlock
	@exec interlock serve

test: ## Set up, check everything and run every test
	@$(MAKE) --no-print-directory -j2 .stamps/dev .stamps/node_modules .stamps/test_servers
	@$(MAKE) --no-print-directory .stamps/web .stamps/chromium .stamps/bubblewrap
	@$(MAKE) --no-print-directory -j2 mypy web-tests check
	@pytest -q -n 3 --dist loadfile --no-loadscope-reorder

faults: .stamps/dev .stamps/test_servers ## Kill, cut and race at full length: hours, resumed where it stopped
	@pytest -q tests/faults --long
	@python -m tests.faults

mutants: .stamps/dev ## Make each small mistake in the gate's core, and list those that no test notices
	@python -m tests.mutants

check: ruff ruff-format import-linter mypy pyright web-checks ## Lint, types and the direction of imports

ruff: .stamps/dev
	@$(STEP) "ruff" ruff check .

ruff-format: .stamps/dev
	@$(STEP) "ruff format" ruff format --check .

import-linter: .stamps/dev
	@$(STEP) "import-linter" lint-imports

mypy: .stamps/dev
	@$(STEP) "mypy" mypy $(SOURCES) tests benchmarks

pyright: .stamps/dev
	@$(STEP) "pyright" pyright

web-checks: .stamps/node_modules
	@$(STEP) "Web checks" sh -c 'cd web && npm run check'

web-tests: .stamps/node_modules
	@$(STEP) "Web tests" sh -c 'cd web && npm test'

dev: .stamps/dev .stamps/node_modules ## Serve with reload: Python and web, on port 5173
	@exec scripts/dev

web: .stamps/node_modules ## Build the web UI
	@$(STEP) "Web UI built" sh -c 'cd web && npm run build'
	@touch .stamps/web

migrate: .stamps/runtime ## Bring the database to the schema of this version
	@exec interlock migrate

clean: ## Remove all that was built or installed here; the data in .interlock stays
	rm -rf .venv .stamps web/node_modules tests/mcp_servers/node_modules servers/interlock_servers/_web
	rm -rf dist build test-results .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find $(SOURCES) tests alembic benchmarks -name __pycache__ -prune -exec rm -rf {} +

requirements: .stamps/uv ## (maintenance) Pin the newest packages that pyproject.toml allows
	@scripts/pin

.stamps/uv: requirements/bootstrap.txt
	@mkdir -p .stamps
	@$(STEP) "Virtual environment" scripts/bootstrap $(PYTHON)
	@touch $@

.stamps/runtime: requirements/runtime.txt requirements/web.txt pyproject.toml .stamps/uv
	@$(STEP) "Packages" $(UV) -r requirements/runtime.txt -r requirements/web.txt
	@$(STEP) "Interlock itself" scripts/install-interlock
	@touch $@

.stamps/dev: requirements/dev.txt .stamps/runtime
	@$(STEP) "Packages for tests" $(UV) -r requirements/dev.txt
	@touch $@

.stamps/node_modules: web/package-lock.json .stamps/runtime
	@$(STEP) "Web packages" sh -c 'cd web && npm ci --no-audit --no-fund --loglevel=error'
	@touch $@

.stamps/web: $(WEB) .stamps/node_modules
	@$(STEP) "Web UI built" sh -c 'cd web && npm run build'
	@touch $@

.stamps/test_servers: tests/mcp_servers/package-lock.json .stamps/runtime
	@$(STEP) "MCP servers for tests" sh -c 'cd tests/mcp_servers && npm ci --no-audit --no-fund --loglevel=error'
	@touch $@

.stamps/chromium: scripts/chromium .stamps/uv
	@$(STEP) "Chromium" scripts/chromium
	@touch $@

# Nothing needs it: without it commands are held by less, and the tests try what there is.
.stamps/bubblewrap: scripts/bubblewrap .stamps/uv
	@$(STEP) "Bubblewrap" sh -c 'scripts/bubblewrap || true'
	@touch $@
