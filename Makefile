# The commands of everyday work. `make run` and `make test` need nothing but Python 3.11 or 3.12 and a C compiler.
PYTHON ?= $(shell for found in python3.12 python3.11 python3; do \
	$$found -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' 2>/dev/null && echo $$found && break; done)
BIN := .venv/bin
PORT ?= 8000
LINES := rules/matchers/_lines.abi3.so

.PHONY: run test check bench screenshots lock format clean

run: .venv/installed $(LINES) ## set everything up and serve the demo company on PORT
	@PORT=$(PORT) $(BIN)/python manage.py serve --demo

test: .venv/installed-dev $(LINES) ## every test that this machine can run; the others say that they were skipped
	$(BIN)/python -m tests

check: .venv/installed-dev ## format, lint, types, rooms
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy

bench: .venv/installed-bench $(LINES) ## ratios measured side by side in one run
	$(BIN)/python -m tests.bench

screenshots: .venv/installed-dev $(LINES) ## pictures of every staff page in var/screenshots; e.g. ARGS="--width 380 --dark --language ro"
	$(BIN)/python -m tests.browser.screenshots $(or $(DIR),var/screenshots) $(ARGS)

format: .venv/installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: .venv/installed-dev ## after a change of dependencies in pyproject.toml
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --extra dev pyproject.toml -o requirements-dev.lock
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --extra dev --extra bench pyproject.toml -o requirements-bench.lock

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Pravila needs Python 3.11 or 3.12 on the path; set PYTHON=... to one of them"; exit 1; }
	@echo "Setting up .venv with $(PYTHON); this takes about half a minute, once."
	$(PYTHON) -m venv .venv

.venv/installed: requirements.lock | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

.venv/installed-dev: requirements-dev.lock | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@ .venv/installed

.venv/installed-bench: requirements-bench.lock | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@touch $@ .venv/installed .venv/installed-dev

$(LINES): $(wildcard rules/matchers/native/*) rules/matchers/compiling.py | .venv/bin/python
	-$(BIN)/python -m rules.matchers.compiling

clean:
	rm -rf .venv var $(LINES)
