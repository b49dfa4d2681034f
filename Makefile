# Everything is installed inside this folder: Python packages in .venv/, what must stay out of it in .local/tools/.
# `make help` lists what there is.
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
AZURITE := .local/tools/azurite
WORKER := .local/tools/azure-functions-worker
DUCKDB := .local/tools/duckdb-avro
SCHEMATHESIS := .local/tools/schemathesis
PEERS := .local/tools/peers
PROTON := .local/tools/proton
# Tests of a file share the parts that they start. Those that start parts wait for most of their time.
TOGETHER := --dist loadfile --no-loadscope-reorder
# The tests of the package that stands in for Azure.
PACKAGE := -c packages/local-azure/pyproject.toml packages/local-azure/tests
# Each part remembers what failed in a folder of its own (.ci/run reads them).
FAST := -m "not slow and not proof" -n 2 $(TOGETHER) -o cache_dir=.pytest_cache/fast
SLOW := -m "slow and not proof" -n 3 $(TOGETHER) -o cache_dir=.pytest_cache/slow
PROOF = -m "proof and not long" -n 0 -o cache_dir=.pytest_cache/$@
# Some hundred processes import the same files: what one has compiled, the others read.
unexport PYTHONDONTWRITEBYTECODE
SYNC := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)

# The first Python that runs and is new enough; PYTHON=... chooses another.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)

.DEFAULT_GOAL := help
.PHONY: help demo up reset setup setup-dev test style types fast slow fast-app fast-package slow-app slow-package proof proof-app proof-desk proof-package proof-stack trust fuzz chaos infra lock contract bench clean

help: ## Show this list
	@grep -E '^[a-z-]+:.*## ' Makefile | awk -F ':.*## ' '{ line = sprintf("  make %-9s", $$1); \
	count = split($$2, words, " "); for (i = 1; i <= count; i++) { if (length(line) + length(words[i]) > 78) \
	{ print line; line = sprintf("%16s", "") } line = line " " words[i] } print line }'

demo: setup ## Run the whole pipeline once and show its accounts (BATCHES= EVENTS= SEED= SPEED= change it)
	@$(BIN)/python -m cli demo

up: setup ## Keep the pipeline running until Ctrl-C (SPEED=60 makes Azure's time pass 60 times faster)
	@$(BIN)/python -m local_azure.stack up

reset: setup ## Forget the state that `make up` keeps
	@$(BIN)/python -m local_azure.stack reset

# The threads of a classifier wait for each other in loops, which beside other processes took four times its work.
test fast slow fast-app slow-app: export OMP_NUM_THREADS = 1

# Slow tests wait for much of their time: what checks types, then the fast tests, run beside them. No two slow suites at once.
test: setup-dev ## Check style, types and arrows, and run every test but the proofs (about 10 minutes)
	@echo "Two parts run at a time; each shows what it said when it ends."
	@$(MAKE) --no-print-directory --jobs=2 $(SYNC) slow-app style types fast-app slow-package fast-package

style: setup-dev ## Check style and arrows
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports

types: setup-dev ## Check types
	@nice $(BIN)/pyright

fast: fast-app fast-package ## Run the tests that start no processes
slow: slow-app slow-package ## Run the tests that start processes, but the proofs

fast-app: setup-dev
	@$(BIN)/pytest $(FAST)
fast-package: setup-dev
	@$(BIN)/pytest $(PACKAGE) $(FAST)
slow-app: setup-dev
	@$(BIN)/pytest $(SLOW)
slow-package: setup-dev
	@$(BIN)/pytest $(PACKAGE) $(SLOW)

proof: setup-dev ## Run what takes minutes each: kills, nights, browsers, Microsoft's extension, installations (about 25 minutes)
	@echo "Two parts run at a time; each shows what it said when it ends."
	@$(MAKE) --no-print-directory --jobs=2 $(SYNC) proof-package proof-stack proof-app proof-desk

# Four parts of nearly equal length: two at a time end together.
IN_STACK := tests/pipeline tests/trust
IN_DESK := tests/function_app/desk
proof-stack: setup-dev
	@$(BIN)/pytest $(IN_STACK) $(PROOF)
proof-desk: setup-dev
	@$(BIN)/pytest $(IN_DESK) $(PROOF)
proof-app: setup-dev
	@$(BIN)/pytest $(PROOF) $(addprefix --ignore=,$(IN_STACK) $(IN_DESK))
proof-package: setup-dev
	@$(BIN)/pytest $(PACKAGE) $(PROOF)

trust: setup-dev ## Run the proofs of an hour: a hostile producer against the running stack, the app on Microsoft's extension
	@$(BIN)/pytest -m long -rA

fuzz: setup-dev ## Hand hostile inputs to every reader and server (N= for each, 10,000 by default; SEED= repeats a run)
	@cd packages/local-azure && ../../$(BIN)/python -m tests.fuzz --inputs $(or $(N),10000) $(if $(SEED),--seed $(SEED))
	@$(BIN)/python -m tests.fuzz --inputs $(or $(N),10000) $(if $(SEED),--seed $(SEED))

chaos: setup-dev ## Kill parts of the stack under a hostile load, then reconcile (MINUTES=30, RATE=500 events/s, SEED= chooses the same deeds)
	@$(BIN)/python -m tests.chaos --minutes $(or $(MINUTES),30) --rate $(or $(RATE),500) $(if $(SEED),--seed $(SEED))

infra: setup-dev ## Check infra/ with Bicep's compiler (BICEP= names it); fails where it is absent
	@REQUIRE_BICEP=1 $(if $(BICEP),BICEP="$(BICEP)") $(BIN)/pytest tests/infra -m "not slow and not proof" -n 2 $(TOGETHER)

lock: setup-dev ## Lock all dependencies anew, with hashes, from requirements/*.in
	@UV=$(BIN)/uv sh requirements/lock.sh

contract: setup-dev ## Run the contract suites on Microsoft's emulators (needs Docker; docs/emulators.md)
	@cd packages/local-azure && ../../$(BIN)/python -m tests.contract.entities ../../infra/emulators/service-bus.json ../../.local/contract/service-bus.json
	@SERVICE_BUS_CONFIG=./.local/contract/service-bus.json docker compose up --detach
	@$(BIN)/python infra/emulators/prepare.py local.settings.json.example
	@$(BIN)/python -m tests.contract.run local.settings.json.example

bench: setup-dev $(DUCKDB)/.ready $(PEERS)/.ready $(PROTON)/.ready ## Measure each part beside its peer, and the whole pipeline (about 10 minutes)
	@GRPC_VERBOSITY=NONE $(BIN)/python -m benchmarks

setup: $(VENV)/.local-ready $(AZURITE)/.ready ## Install what `make demo` and `make up` need
setup-dev: setup $(VENV)/.dev-ready $(WORKER)/.ready $(SCHEMATHESIS)/.ready ## Install what `make test` and `make bench` need

$(VENV)/pyvenv.cfg:
	@test -n "$(PYTHON)" && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; say which with: make PYTHON=/path/to/python3 ..."; exit 1; }
	@echo "Setting up in $(VENV)/ and .local/ (about a minute, once) ..."
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.local-ready: $(VENV)/pyvenv.cfg requirements.txt requirements/local.txt packages/local-azure/pyproject.toml
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/local.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable packages/local-azure
	@touch $@

$(VENV)/.dev-ready: $(VENV)/.local-ready requirements/dev.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

$(AZURITE)/.ready: packages/local-azure/src/local_azure/azurite/package-lock.json | $(VENV)/.local-ready
	@$(BIN)/python -m local_azure.azurite.install $(AZURITE)
	@touch $@

# It declares Python 3.13, where Azure builds it in; the same wheel runs on 3.11.
$(WORKER)/.ready: requirements/worker.txt | $(VENV)/.dev-ready
	@rm -rf $(WORKER)
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --ignore-requires-python --target $(WORKER) --require-hashes -r requirements/worker.txt
	@touch $@

$(SCHEMATHESIS)/.ready: requirements/schemathesis.txt | $(VENV)/.dev-ready
	@rm -rf $(SCHEMATHESIS)
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --target $(SCHEMATHESIS) --require-hashes -r requirements/schemathesis.txt
	@touch $@

$(DUCKDB)/.ready: requirements/duckdb.txt | $(VENV)/.dev-ready
	@rm -rf $(DUCKDB)
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --target $(DUCKDB) --require-hashes -r requirements/duckdb.txt
	@touch $@

$(PEERS)/.ready: requirements/peers.txt | $(VENV)/.dev-ready
	@rm -rf $(PEERS)
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --target $(PEERS) --require-hashes -r requirements/peers.txt
	@touch $@

$(PROTON)/.ready: requirements/proton.txt | $(VENV)/.dev-ready
	@rm -rf $(PROTON)
	@mkdir -p $(PROTON)
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --target $(PROTON) --require-hashes -r requirements/proton.txt || \
		echo "qpid-proton cannot be compiled here (it needs a C compiler): the bench leaves its rows out."
	@touch $@

clean: ## Remove everything that was installed or kept, unless `make up` runs
	@if test -x $(BIN)/python && $(BIN)/python -m local_azure.stack reset 2>&1 | grep "already runs"; then exit 1; fi
	rm -rf $(VENV) .local
