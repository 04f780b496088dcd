# Everything that is done often. Each target does the set-up that it needs; `make help` lists them.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
REAL := build/real
# Servers and clients that the tests start: those of Python are locked in tests/real/locks/NAME.txt, those of
# Node in tests/real/locks/NAME/package-lock.json.
REAL_PYTHON := sekmet fhirsnake fhirstarter hl7
REAL_NODE := medplum asymmetrik fhir-kit-client
BROWSER := build/browser
REAL_READY := $(REAL_PYTHON:%=$(REAL)/%/.ready) $(REAL_NODE:%=$(REAL)/%/.ready)
# Two workers: the suite is made for two cores. TESTS and PYTEST_ARGS narrow or widen one run; MARKS="" runs
# the long ones too, which are make check's otherwise.
WORKERS ?= 2
TESTS ?= tests
MARKS ?= not long
UV := build/lock/bin/uv
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
  --no-annotate
LOCKED := '1i\# Every version and hash that this environment may hold. Written by make lock, not by hand.'

.DEFAULT_GOAL := help
.PHONY: help setup setup-real setup-browser demo test lint check bench fidelity prove race grouping conservation format lock clean

help: ## Show what there is to run
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## Make .venv with the locked dependencies and this project in it

$(READY): requirements/development.txt requirements/install pyproject.toml
	@echo "Setting up $(VENV) (once; about half a minute)"
	@requirements/install $(VENV) requirements/development.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

setup-real: $(REAL_READY) ## Make the environments of the servers that the tests start

$(REAL)/%/.ready: tests/real/locks/%.txt requirements/install
	@echo "Setting up $(REAL)/$* (once)"
	@requirements/install $(REAL)/$* $<
	@touch $@

$(REAL)/%/.ready: tests/real/locks/%/package-lock.json tests/real/locks/%/package.json tests/real/install-node
	@echo "Setting up $(REAL)/$* (once)"
	@tests/real/install-node $(REAL)/$* $(<D)
	@touch $@

setup-browser: $(BROWSER)/.ready ## Put a browser on this machine, once and as root, for the tests that look at pages

$(BROWSER)/.ready: tests/browser/install
	@echo "Setting up a browser for $(BROWSER) (once; about a minute)"
	@tests/browser/install $(BROWSER)
	@touch $@

demo: setup ## Show one person's live record, then serve it (ONCE=1: show it and end)
	@$(BIN)/watersmeet demo $(if $(ONCE),--once)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint setup-real setup-browser ## Lint, type-check, check the import contracts, run the tests
	$(BIN)/python -m pytest -n $(WORKERS) -m "$(MARKS)" $(PYTEST_ARGS) $(TESTS)

check: setup ## Run the longer tests and figures, and fail where one has got worse than what was reached
	$(BIN)/python -m tests.benchmarks.bench --guard
	$(BIN)/python -m pytest -n $(WORKERS) -m long tests
	$(BIN)/python -m tests.fidelity
	$(BIN)/python -m tests.prove
	$(BIN)/python -m tests.race --thin
	$(BIN)/python -m tests.grouping
	$(BIN)/python -m tests.conservation --thin

bench: setup ## Measure a whole request beside a plain read and the floor; exit 0 where every aim is met
	$(BIN)/python -m tests.benchmarks.bench

fidelity: setup ## Judge what the translators make of real records, fact by fact; exit 0 where nothing is lost
	$(BIN)/python -m tests.fidelity

prove: setup ## Judge the whole space of decisions a second time (MUTANTS=1: and kill every mutant); exit 0 where all holds
	$(BIN)/python -m tests.prove $(if $(MUTANTS),--mutants)

race: setup ## Let objections race with requests in seeded orders; exit 0 where nothing is released after one
	$(BIN)/python -m tests.race

grouping: setup ## Judge labelled pairs: what is one thing, what is not, what contradicts; exit 0 where nothing is merged wrongly
	$(BIN)/python -m tests.grouping

conservation: setup ## Count every entry of every real record into what became of it; exit 0 where nothing is lost
	$(BIN)/python -m tests.conservation

format: setup ## Put the code into its one form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(UV) ## Write the locked requirements anew (UPGRADE=1: newest versions)
	@for name in $(REAL_PYTHON); do \
	  $(COMPILE) $(if $(UPGRADE),--upgrade) -o tests/real/locks/$$name.txt tests/real/locks/$$name.in; done
	@for name in $(REAL_NODE); do \
	  npm install --prefix tests/real/locks/$$name --package-lock-only --ignore-scripts --no-audit --no-fund --silent; done
	@$(COMPILE) $(if $(UPGRADE),--upgrade) --extra dev -o requirements/development.txt pyproject.toml
	@$(COMPILE) -c requirements/development.txt -o requirements/runtime.txt pyproject.toml
	@sed -i $(LOCKED) requirements/*.txt tests/real/locks/*.txt

$(UV):
	@python3 -m venv build/lock && build/lock/bin/python -m pip install -qq --disable-pip-version-check uv

clean: ## Remove everything that was made here
	rm -rf $(VENV) build .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
