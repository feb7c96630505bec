# Everything a fresh checkout needs: python3 (3.11 or newer) and make.
#
#   make demo      find the flaw of a flawed app, then run a fast gate on the reference app, where it opens
#   make soak-demo put load on the reference app, on PostgreSQL with two processes, for two minutes
#   make test      run every check and the quick tests, within five minutes on two cores
#   make test-gallery  run every app of the gallery, and what else takes seconds, within 25 minutes
#   make test-all  run every check and test, and a fourteenth of the full matrices and seeds, by the day or DAY=0..13; -1 is all
#   make test-costs  run the tests of make test and make test-gallery; update tests/costs.toml, which assigns tests to the two
#   make coverage  run the tests with line coverage
#   make mutants   break the judging code by a sample of mutants; print the score and the undetected mutants
#   make dist      build the wheel and the sdist into dist/, check them, and print their SHA-256
#   make image     build an image with podman, without Chromium or with it (TARGET=browser), and print its size
#   make lock      update constraints.txt
#   make docs      update the generated pages in docs/: endpoints, bugs, faults, scenarios, proofs, practices, commands, config; and fixtures/schemas
#   make docs-site build the documentation site into build/site; a broken link fails
#   make pictures  make the pictures of the documentation: demo, consent page and report
#   make environments  install the wheel beside Django, Flask, FastAPI and aiohttp; update docs/environments.md
#   make costs     measure the cost of each scenario on the reference app; update fixtures/costs.toml
#   make client-errors  measure the errors of HTTP clients under each fault; update docs/client-errors.md

SHELL := /bin/sh
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DIST ?= dist
# Three for each of two cores: tests mostly wait for an app.
WORKERS ?= 6
export PIP_CONSTRAINT := $(CURDIR)/constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Tests start hundreds of Python programs, and each of them would compile its modules again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo soak-demo test test-gallery test-all test-costs coverage check types format lint layers dependencies collection mutants dist image lock docs docs-site pictures environments costs client-errors clean

demo: $(VENV)/.installed
	@$(BIN)/fiskil-harness demo

soak-demo: $(VENV)/.installed-dev
	@$(BIN)/fiskil-harness soak --config examples/reference_app/postgres.toml --shape brown-out --rate 12 --duration 120 --workers 2 \
		--html fiskil-harness-soak.html
	@echo "The report with plots is in fiskil-harness-soak.html."

test: $(VENV)/.installed-dev check
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

test-gallery: $(VENV)/.installed-dev
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "gallery and not full"

test-all: $(VENV)/.installed-dev check
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not another_day" $(if $(DAY),--day $(DAY))

test-costs: $(VENV)/.installed-dev
	@$(BIN)/python -m pytest -n 2 --dist worksteal -m "not full" -p tests.cost_recorder --costs tests/costs.toml

# Coverage adds a fifth of the time, in every process that a test starts; so `make test` does not measure it.
coverage: $(VENV)/.installed-dev
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not full" --cov --cov-report=term:skip-covered

check: $(VENV)/.installed-dev
	@$(MAKE) --no-print-directory --jobs 2 --output-sync types format lint layers dependencies collection

types format lint layers dependencies collection: $(VENV)/.installed-dev

types:
	@$(BIN)/mypy

format:
	@$(BIN)/ruff format --check .

lint:
	@$(BIN)/ruff check .

layers:
	@$(BIN)/lint-imports

dependencies:
	@$(BIN)/deptry .

# All tests can be imported. The workers of a first run load what this compiles, in place of compiling it six times.
collection:
	@$(BIN)/python -m pytest --collect-only -qq -p no:randomly -m "full or not full" > /dev/null || { $(BIN)/python -m pytest --collect-only -qq; exit 1; }

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "fiskil-harness needs Python 3.11 or newer; set one with PYTHON=..." >&2; exit 2; }
	@.ci/system-tools venv
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.python pyproject.toml constraints.txt
	@.ci/system-tools pages
	@echo "Installing fiskil-harness into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --editable '.[browser,monitoring,speed]'
	@touch $@

# pip installs everything in one step, while npm runs. Python compiles a module when it is first imported.
$(VENV)/.installed-dev: $(VENV)/.python pyproject.toml constraints.txt tests/browser/package-lock.json
	@.ci/system-tools test
	@echo "Installing fiskil-harness and what its tests need into $(VENV) ..."
	@npm ci --prefix tests/browser --silent --no-audit --no-fund & npm=$$!; \
		$(BIN)/python -m pip install --quiet --no-compile --editable '.[dev]'; pip=$$?; \
		wait $$npm && exit $$pip
	@touch $(VENV)/.installed $@

$(VENV)/.installed-docs: $(VENV)/.installed
	@$(BIN)/python -m pip install --quiet --editable '.[browser,docs]'
	@touch $@

# MUTANTS is the number of mutants, SEED selects them.
mutants: $(VENV)/.installed-dev
	@$(BIN)/python -m benchmarks.mutants --mutants $(or $(MUTANTS),400) --seed $(or $(SEED),0)

# The time of the last commit is the time of every file, so each build of one commit gives the same bytes. Without git it is fixed.
dist: SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 1577836800)
dist: $(VENV)/.installed-dev
	@rm -f $(DIST)/fiskil_harness-*
	@SOURCE_DATE_EPOCH=$(SOURCE_DATE_EPOCH) $(BIN)/python -m build --quiet --outdir $(DIST)
	@$(BIN)/python -m twine --no-color check --strict $(DIST)/fiskil_harness-*
	@$(BIN)/python -m pip hash $(DIST)/fiskil_harness-*

# BUILDER is podman, buildah or docker; IMAGE_FLAGS are more options of its command build. Without a registry: .ci/base-image.
image:
	@$(or $(BUILDER),podman) build $(IMAGE_FLAGS) --target $(or $(TARGET),slim) --tag fiskil-harness:$(or $(TARGET),slim) --file Containerfile .
	@$(or $(BUILDER),podman) images fiskil-harness:$(or $(TARGET),slim)

lock: $(VENV)/.python
	@.ci/lock $(PYTHON)

# Each page of docs/ that a tool writes, with its tool.
PAGES := endpoints:endpoint_table receiver-bugs:bug_table faults:fault_table scenarios:scenario_table proofs:proof_table \
	inconclusive:cause_table cli:cli_table options:option_table config:config_table probes:probe_table

docs: $(VENV)/.installed
	@for page in $(PAGES); do \
		$(BIN)/python -m tools.$${page#*:} >docs/.new && mv docs/.new docs/$${page%:*}.md || exit 1; \
	done
	@$(BIN)/python -m tools.practice_pages docs/practices
	@$(BIN)/python -m tools.json_schemas

docs-site: $(VENV)/.installed-docs
	@$(BIN)/python -m tools.site

# On a busy machine a scenario can be inconclusive; then the target fails, and makes no picture of it.
pictures: $(VENV)/.installed
	@$(BIN)/python -m tools.pictures

# uv chooses the lowest versions of the direct dependencies, which pip cannot.
environments: $(VENV)/.installed-dev
	@$(BIN)/python -m tools.environments >docs/environments.md.new
	@mv docs/environments.md.new docs/environments.md

costs: $(VENV)/.installed
	@$(BIN)/fiskil-harness gate --config examples/reference_app/fiskil-harness.toml --workers 2 --json .costs.json
	@$(BIN)/python -m fiskil_harness.scenario.costs .costs.json >fixtures/costs.toml.new
	@mv fixtures/costs.toml.new fixtures/costs.toml
	@rm .costs.json

# ROUNDS is the number of measurements of each client: some faults cause different errors by chance.
client-errors: $(VENV)/.installed-dev
	@$(BIN)/python -m tests.faults.clients.renew $(or $(ROUNDS),3)

clean:
	rm -rf $(VENV) tests/browser/node_modules build dist .coverage htmlcov .mypy_cache .pytest_cache .ruff_cache
