# make run        environment, install, server with console on http://127.0.0.1:8000
# make test       environment, lint, the whole suite
# make test-heavy the long tests, by hand
# make bench      measures speed and memory

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
TORCH := torch==2.13.0

.PHONY: run test test-heavy lint bench format

run: $(VENV)/.run
	$(BIN)/comity serve

test: $(VENV)/.dev
	$(MAKE) lint
	$(BIN)/pytest --cov -n auto --dist loadfile -m "not heavy"

test-heavy: $(VENV)/.dev
	$(BIN)/pytest -m heavy -rA

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.dev
	$(BIN)/python -m bench.throughput

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --editable .
	touch $@

# torch goes first: asked for by another package, pip would take a build with several gigabytes of CUDA.
$(VENV)/.dev: pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet $(TORCH)
	$(BIN)/pip install --quiet --editable '.[train,dev]'
	touch $@ $(VENV)/.run
