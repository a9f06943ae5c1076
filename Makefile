# Everything for a fresh machine with nothing but Python 3.10+ and make. `make` alone explains.
# Another folder for the environment: make test VENV=/tmp/venv; another Python: make test PYTHON=python3.13

PYTHON ?= python3
VENV ?= .venv
PY := $(VENV)/bin/python
# What pytest gets besides: make test ARGS="-k outbox -x"
ARGS ?=

# An editable install holds until one of these changes; Python sources are used in place.
SOURCES := pyproject.toml hatch_build.py js/package.json js/package-lock.json js/build.mjs \
  $(shell find js/src -type f 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help demo test test-all test-js check format bench docs build clean install

help: ## explain the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.demo ## make example pictures and open JupyterLab on a ready notebook
	@$(PY) scripts/demo.py $(ARGS)

test: $(VENV)/.test $(VENV)/.browser test-js ## all tests but the slow ones (with a real browser)
	@$(PY) -m pytest -m "not slow" $(ARGS)

test-all: $(VENV)/.test $(VENV)/.browser test-js ## all tests
	@$(PY) -m pytest $(ARGS)

test-js: $(VENV)/.test ## the tests of the browser side, without a browser
	@$(PY) scripts/js.py test

check: $(VENV)/.test ## style, types and the import contract, of Python and TypeScript
	@$(PY) scripts/check.py

format: $(VENV)/.test ## put Python and TypeScript into the house's form
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .
	@$(PY) scripts/js.py format

bench: $(VENV)/.test $(VENV)/.browser ## measure, and print a table beside peers and floors
	@$(PY) benchmarks $(ARGS)

docs: $(VENV)/.test ## run the notebooks that changed, and build the site into build/docs
	@$(PY) -m sphinx -q -W --keep-going docs build/docs $(ARGS)
	@echo "Open build/docs/index.html"

build: $(VENV)/.test ## bundle the browser side into src/ipyannotator/static
	@$(PY) scripts/js.py build

install: $(VENV)/.test ## only set up the environment

clean: ## remove what was built, and the environment; ./demo stays, it may hold your annotations
	rm -rf $(VENV) build dist js/node_modules src/ipyannotator/static
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis test-results
	find src tests benchmarks scripts -name __pycache__ -type d -prune -exec rm -rf {} +

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and f"{sys.executable} is Python {sys.version.split()[0]}; 3.10 or later is needed. Name another one: make PYTHON=python3.12")'
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "No environment could be made. On Debian: apt-get install python3-venv" >&2; exit 1; }

$(VENV)/.demo: $(PY) $(SOURCES)
	@test -f $(VENV)/.test || { echo "Installing into $(VENV) (a minute or two)"; $(PY) -m pip install -q --disable-pip-version-check -e ".[demo]"; }
	@test ! -f $(VENV)/.test || $(MAKE) --no-print-directory $(VENV)/.test
	@touch $@

$(VENV)/.test: $(PY) $(SOURCES)
	@echo "Installing into $(VENV) (a minute or two)"
	@$(PY) -m pip install -q --disable-pip-version-check -e ".[test]"
	@touch $@

# The path of the browser, for a look; the tests ask scripts/browser.py themselves.
$(VENV)/.browser: $(VENV)/.test scripts/browser.py
	@$(PY) scripts/browser.py > $@.new && mv $@.new $@
