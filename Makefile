# `make run` starts Ledgerloop, `make test` tests it; each installs what it needs into .venv first.

VENV := .venv
BIN := $(VENV)/bin
SHELL := /bin/sh

# Without cached bytecode every process would compile thousands of modules anew, which takes seconds.
unexport PYTHONDONTWRITEBYTECODE

# The first Python that is new enough.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)

UV_COMPILE := pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

.PHONY: run test test-fast check format bench bench-large bench-reading bench-quality lexicon lock clean help

run: $(VENV)/.ready  ## start everything; Ctrl-C stops it
	@exec $(BIN)/python app.py

test: $(VENV)/.ready-dev  ## run all tests
	@$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder  # on 2 cores: one often waits

test-fast: $(VENV)/.ready-dev  ## run the tests that need no process, browser or training
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow"

check: $(VENV)/.ready-dev  ## formatting, lint, words, types, import directions, all tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/codespell -D docs/words.txt
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/test_layers.py
	@$(MAKE) --no-print-directory test

format: $(VENV)/.ready-dev  ## format the code, and mend what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.ready-dev  ## measure speed and memory, and compare them with the goals
	@$(BIN)/python -m benchmarks $(ARGS)

bench-reading: $(VENV)/.ready-dev  ## read the files in DIR, else the reference corpus, and compare with their right readings
	@$(BIN)/python -m benchmarks.reading $(DIR)

bench-large: $(VENV)/.ready-dev  ## measure pages, searches and exports of a million transactions
	@$(BIN)/python -m benchmarks.large $(ARGS)

bench-quality: $(VENV)/.ready-dev  ## measure the predictions; DATA=DIR of labelled CSV files, else made-up ones
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks.quality \
		$(if $(DATA),--data "$(DATA)") $(ARGS)

lexicon: $(VENV)/.ready  ## build the shipped knowledge from its sources (needs npm)
	@$(BIN)/python -m src.knowledge.name_suggestion_index
	@$(BIN)/python -m src.knowledge.build
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m src build-starter

lock: $(VENV)/.ready  ## lock the requirements anew, with hashes
	echo uv | $(BIN)/uv $(UV_COMPILE) - -o requirements-uv.txt
	$(BIN)/uv $(UV_COMPILE) pyproject.toml -o requirements.txt
	$(BIN)/uv $(UV_COMPILE) pyproject.toml requirements-dev.in -o requirements-dev.txt

clean:  ## remove what was installed and cached; data/ and mlruns/ stay
	rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*  ## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

# Bring the environment to exactly what the lock file $(1) says: with uv, or with pip where uv cannot be had.
# Debian splits pip from venv; there `venv --without-pip` works, and a pip of the system can do the rest.
define sync
	@test -n "$(PYTHON)" || { echo "Ledgerloop needs Python 3.11 or later; none was found on PATH." >&2; exit 1; }
	@echo "Installing $(1) into $(VENV); the first time takes about a minute."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) >/dev/null 2>&1 \
		|| $(PYTHON) -m venv --clear --without-pip $(VENV)
	@pip="$(BIN)/python -m pip"; \
	$$pip --version >/dev/null 2>&1 || pip="$(PYTHON) -m pip --python $(BIN)/python"; \
	$$pip --version >/dev/null 2>&1 || { rm -rf $(VENV); \
		echo "This Python has no pip. On Debian and Ubuntu: sudo apt-get install python3-venv" >&2; exit 1; }; \
	pip="$$pip --disable-pip-version-check"; \
	test -x $(BIN)/uv || $$pip install -q --require-hashes -r requirements-uv.txt || true; \
	$(BIN)/uv pip sync -q --require-hashes --python $(BIN)/python $(1) \
		|| $$pip install -q --require-hashes -r $(1)
endef

$(VENV)/.ready: requirements.txt
	$(call sync,requirements.txt)
	@rm -f $(VENV)/.ready-dev; touch $@

$(VENV)/.ready-dev: requirements-dev.txt requirements.txt
	$(call sync,requirements-dev.txt)
	@touch $(VENV)/.ready $@
