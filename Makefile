# Two commands for a fresh machine with Python >= 3.11 (with venv), git and make:
#   make demo   sets up and runs the built-in example
#   make test   sets up and runs every check
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: demo test clean

$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("geoprio needs Python 3.11 or newer; set PYTHON=") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	touch $@

$(VENV)/.ready-test: $(VENV)/.ready
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[test]'
	touch $@

demo: $(VENV)/.ready
	$(BIN)/geoprio demo maps/demo --force

test: $(VENV)/.ready-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/coverage erase
	$(BIN)/python -m pytest --cov --cov-report= --cov-fail-under=0 --numprocesses auto --dist loadfile
	NUMBA_DISABLE_JIT=1 $(BIN)/coverage run -m pytest -q tests/network/test_search.py tests/score/test_acceptability.py
	$(BIN)/coverage combine --append --quiet
	$(BIN)/coverage report

clean:
	rm -rf $(VENV) maps/demo
