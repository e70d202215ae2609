# Two commands: `make run` serves Viva, `make test` runs every check. Both set up what they need.
UV_VERSION := 0.13.9
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
PYTHON := $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

# Tests by file, in the order of folders: reordered by count, the longest test of all would come last. Three processes
# for two cores, as many tests wait for something most of the time.
SPREAD := --numprocesses=$(shell $(PYTHON) -c 'import os; print((3 * (os.cpu_count() or 1) + 1) // 2)') \
	--dist=loadfile --no-loadscope-reorder

# Compiled once, not again by each process that is started.
lint bench: export UV_COMPILE_BYTECODE := 1
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test coverage lint bench test-faults test-llm cluster help
help:
	@echo "make run    set up, migrate and serve Viva at http://127.0.0.1:8000"
	@echo "make test   set up and run every check and test"
	@echo "make coverage   the tests again, counting the lines they reach: at least 95 % (twice as slow)"
	@echo "make bench  measure: grading, job engines beside a bare server, live updates, start-up"
	@echo "make test-faults  the long forms of the fault tests: 100 kills on each engine, 10^5 attempts moved"
	@echo "make test-llm     the LLM grader against a real, small model on this machine (fetches 1.2 GB once, takes minutes)"
	@echo "make cluster      two servers, two workers, a transcriber and Postgres, on loopback, without containers"

run: $(UV)
	$(UV) sync --quiet --locked --no-dev --inexact
	@$(UV) run --no-sync viva serve

test: lint
	./tests/chromium
	$(UV) run --no-sync pytest $(SPREAD)

coverage: lint
	./tests/chromium
	$(UV) run --no-sync pytest $(SPREAD) --cov --cov-report=term --cov-fail-under=95

lint: $(UV)
	$(UV) sync --quiet --locked
	$(UV) run --no-sync ruff check .
	$(UV) run --no-sync ruff format --check .
	$(UV) run --no-sync mypy
	$(UV) run --no-sync lint-imports
	$(UV) run --no-sync deptry .
	$(UV) run --no-sync viva bank check

bench: $(UV)
	$(UV) sync --quiet --locked
	$(UV) run --no-sync python -m tests.bench

test-faults: $(UV)
	$(UV) sync --quiet --locked
	$(UV) run --no-sync pytest -m faults -s

# The weights stay in .models; LLM_WEIGHTS names another folder.
test-llm: $(UV)
	$(UV) sync --quiet --locked --group real-llm
	$(UV) run --no-sync python -m tests.real_llm.weights
	$(UV) run --no-sync pytest -m real_llm tests/real_llm

cluster: $(UV)
	$(UV) sync --quiet --locked
	@$(UV) run --no-sync python -m tests.cluster

# uv comes from PATH, or into the clone, by way of a virtual environment of its own.
.uv/bin/uv:
	@test -n "$(PYTHON)" || { echo "Viva needs Python 3.11 or later: install it, then run make again." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "Python's venv module is missing. On Debian and Ubuntu: sudo apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv .uv
	.uv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION) || { rm -rf .uv; exit 1; }
