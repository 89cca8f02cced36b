# `make demo` and `make test` do all set-up themselves. They need git, make and Python 3.11 or newer.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Where it is set, each of the tests' many processes would compile our modules again.
export PYTHONDONTWRITEBYTECODE :=
# The tests need little of what is installed for them: compiling all of it would take half a minute.
AS_USED := --no-compile
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
# The pip that Python 3.11 brings breaks off at an extra with an underscore, which the intake of web pages needs.
NEWER_PIP := $(INSTALL) --upgrade pip

.PHONY: demo test quick soak bench check install environments install-dev consumer models pyarrow chromium postgres proxies clean

demo: install
	@$(BIN)/hedgerow demo

# Each worker has a Label Studio and a browser of its own; who is done first takes tests over from the others. Three are for
# two cores; with more cores, name more: `make test WORKERS=6`.
WORKERS ?= 3
test: environments check
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

# What needs no server, browser or cluster and takes less than seconds, with fewer drawn examples: to be run while one works.
quick: install-dev
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --hypothesis-profile=quick -m "not soak and not served and not slow"

# The long forms of tests that `make test` runs in short, the property tests with examples that are drawn anew, the table of
# faults, and how time grows up to a million articles. Hours, and 50 GB of disk.
FAULTS := $(CURDIR)/.pytest_cache/faults.jsonl
soak: environments
	@mkdir -p $(dir $(FAULTS)) && rm -f $(FAULTS)
	@HEDGEROW_FAULTS=$(FAULTS) $(BIN)/python -m pytest -m "soak or counted or hypothesis" -s --hypothesis-profile=searching; ended=$$?; \
	  $(BIN)/python -m tests.faults.table $(FAULTS); exit $$ended
	@$(BIN)/python -m tests.benchmarks.growth server 1000 10000 100000
	@$(BIN)/python -m tests.benchmarks.growth files 1000 10000 100000 1000000
	@$(BIN)/python -m tests.benchmarks.statements 100 1000 10000
	@$(BIN)/python -m tests.benchmarks.desk 20 40 80

bench: install-dev
	@$(BIN)/python -m tests.benchmarks.run

check: install-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@report=$$($(BIN)/lint-imports --no-cache 2>&1) || { echo "$$report"; exit 1; }

# Side by side: each waits for the network and the disk.
environments:
	@$(MAKE) --no-print-directory --jobs 3 install-dev consumer models pyarrow proxies

install: $(VENV)/installed
install-dev: $(VENV)/installed-dev
consumer: .venv-consumer/installed
models: .venv-models/installed
pyarrow: .venv-pyarrow/installed

$(VENV)/created:
	@$(PYTHON) -c 'import sys; sys.exit("Hedgerow needs Python 3.11 or newer; name one with make PYTHON=...") if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/installed: pyproject.toml constraints.txt $(VENV)/created
	@echo "installing Hedgerow and Label Studio into $(VENV) (about a minute)"
	@$(NEWER_PIP)
	@$(INSTALL) --editable '.[server]'
	@touch $@

$(VENV)/installed-dev: pyproject.toml constraints.txt $(VENV)/created
	@echo "installing Hedgerow, Label Studio and the tests' tools into $(VENV)"
	@$(NEWER_PIP)
	@$(INSTALL) $(AS_USED) --editable '.[server,dev,cluster,suggest]'
	@touch $@ $(VENV)/installed

# What an ML team has: `datasets`, and nothing of ours.
.venv-consumer/installed: constraints.txt
	@echo "installing datasets alone into .venv-consumer"
	@$(PYTHON) -m venv .venv-consumer
	@.venv-consumer/bin/python -m pip install --quiet --disable-pip-version-check $(AS_USED) --constraint constraints.txt datasets
	@touch $@

# What the scripts in dataset/README.md ask for, and nothing of ours.
.venv-models/installed: constraints.txt
	@echo "installing datasets, transformers, spaCy and scikit-learn into .venv-models"
	@$(PYTHON) -m venv .venv-models
	@.venv-models/bin/python -m pip install --quiet --disable-pip-version-check $(AS_USED) --constraint constraints.txt \
	  datasets transformers spacy scikit-learn
	@touch $@

# Another pyarrow than the pinned one, to show that the content hashes of a release do not depend on it.
.venv-pyarrow/installed: $(VENV)/created
	@echo "installing another pyarrow into .venv-pyarrow"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check $(AS_USED) --no-deps --upgrade --target .venv-pyarrow 'pyarrow==26.*'
	@touch $@

# What tests need of Debian's packages. One target after another, for two installations at once would refuse each other.
DEBIAN := DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends
define debian
	@$(1) || { \
	  echo "installing $(2) for the tests of $(3)"; \
	  if [ "$$(id -u)" = 0 ]; then apt-get update -qq && $(DEBIAN) $(2) >/dev/null; \
	  elif command -v sudo >/dev/null; then sudo apt-get update -qq && sudo $(DEBIAN) $(2) >/dev/null; \
	  else echo "install $(2), or the tests that need it are skipped or fail"; $(4); fi; }
endef

chromium:
	$(call debian,command -v chromium >/dev/null || command -v chromium-browser >/dev/null,chromium,the labelling page,exit 1)

postgres: chromium
	$(call debian,command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1,postgresql,teams,true)

# They do not run as services here: the tests start what they need. Debian starts them on installation where it can.
proxies: postgres
	$(call debian,PATH="$$PATH:/usr/sbin" && { command -v nginx && command -v caddy && command -v systemd-analyze; } >/dev/null,nginx caddy systemd,a server's address,true)

clean:
	rm -rf $(VENV) .venv-consumer .venv-models .venv-pyarrow dist
