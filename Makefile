# `make demo` and `make test` do all set-up themselves. They need git, make and Python 3.11 or newer.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: demo test bench check install install-dev consumer pyarrow chromium clean

demo: install
	@$(BIN)/hedgerow demo

test: install-dev consumer pyarrow chromium check
	@$(BIN)/python -m pytest

bench: install-dev
	@$(BIN)/python -m tests.benchmarks.run

check: install-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

install: $(VENV)/installed
install-dev: $(VENV)/installed-dev
consumer: .venv-consumer/installed
pyarrow: .venv-pyarrow/installed

$(VENV)/created:
	@$(PYTHON) -c 'import sys; sys.exit("Hedgerow needs Python 3.11 or newer; name one with make PYTHON=...") if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/installed: pyproject.toml constraints.txt $(VENV)/created
	@echo "installing Hedgerow and Label Studio into $(VENV) (about a minute)"
	@$(INSTALL) --editable '.[server]'
	@touch $@

$(VENV)/installed-dev: pyproject.toml constraints.txt $(VENV)/created
	@echo "installing Hedgerow, Label Studio and the tests' tools into $(VENV)"
	@$(INSTALL) --editable '.[server,dev,cluster]'
	@touch $@ $(VENV)/installed

# What an ML team has: `datasets`, and nothing of ours.
.venv-consumer/installed: constraints.txt
	@echo "installing datasets alone into .venv-consumer"
	@$(PYTHON) -m venv .venv-consumer
	@.venv-consumer/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt datasets
	@touch $@

# Another pyarrow than the pinned one, to show that the content hashes of a release do not depend on it.
.venv-pyarrow/installed: $(VENV)/created
	@echo "installing another pyarrow into .venv-pyarrow"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --upgrade --target .venv-pyarrow 'pyarrow==26.*'
	@touch $@

chromium:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || { \
	  echo "installing Chromium for the tests of the labelling page"; \
	  if [ "$$(id -u)" = 0 ]; then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; \
	  elif command -v sudo >/dev/null; then sudo apt-get update -qq && sudo DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; \
	  else echo "install Chromium, then run this again"; exit 1; fi; }

clean:
	rm -rf $(VENV) .venv-consumer .venv-pyarrow dist
