# GoSales Engine: every task of the checkout. `make help` lists them.
#
# Needs make, git and a Python from 3.11 to 3.13; `make setup` brings the rest into .venv.
# Runs with GNU make 3.81, the one that macOS ships.

# The interpreters to try, in order. Choose one yourself with: make setup PYTHONS=/path/to/python
PYTHONS = python3 python3.13 python3.12 python3.11 python
# uv is faster than pip and used when it is there. Do without it with: make setup UV=
UV := $(shell command -v uv 2>/dev/null)
# Options for pytest, for example: make test PYTEST_OPTIONS="-k whitespace -x"
PYTEST_OPTIONS =
# What `make campaign` runs.
CAMPAIGN = tests/faults tests/fuzz tests/integration/test_engines.py
# Debian packages of the programs that tests use when they find them.
TEST_PROGRAMS = chromium postgresql default-jre-headless

BIN = .venv/bin
# The stamps carry the checkout's path: a copied or moved .venv is made anew, since the programs in
# it still point at the old place.
HERE := $(shell pwd | cksum | cut -d ' ' -f 1)
LOCKED = .venv/.locked-$(HERE)
INSTALLED = .venv/.installed-$(HERE)

.DEFAULT_GOAL = help
.PHONY: help setup demo test test-slow campaign bench-guard lint format docs lock audit sbom test-deps clean screenshots

help:  ## List the targets
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(INSTALLED)  ## Make .venv with the locked dependencies and the gosales command

demo: setup  ## Run the whole engine on the embedded demo market
	@$(BIN)/gosales demo

# Pytest runs last, so that its summary is the last thing to be seen. In the order of the folders:
# the many short unit tests come last and fill both cores to the end.
test: lint  ## Check layers, style and types, then run the tests but the slow ones
	@$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder -m "not slow" $(PYTEST_OPTIONS)

test-slow: setup  ## Run the slow tests: planted leaks, killed runs, nasty logs
	@$(BIN)/python -m pytest -n auto --dist loadfile -m slow $(PYTEST_OPTIONS)

# Hours, on a machine that does nothing else. Take one part of it with PYTEST_OPTIONS="-k kill". What
# was tried stands in campaign.log, and is not tried again with the same commit.
campaign: setup  ## Run the fault, fuzz and engine tests at full length (hours)
	@GOSALES_CAMPAIGN=1 $(BIN)/python -m pytest -o timeout=0 $(CAMPAIGN) $(PYTEST_OPTIONS)

# Far above what docs/performance.md tells, so that only a real step back fails, not a busy machine.
bench-guard: setup  ## Fail when a stage has become much slower beside its bare limit (a minute)
	@$(BIN)/python benchmarks/scale.py --lines 1e6 --repeat 3 --at-most etl=15 features=30

lint: setup  ## Check layers, style, format and types
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy

format: setup  ## Format the code and fix what can be fixed safely
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix

docs: setup  ## Refresh the generated parts of docs/
	@$(BIN)/python scripts/make_docs.py

# Some minutes: it makes the demo first.
screenshots: setup  ## Take the README's pictures of the dashboard anew (needs Chromium)
	@$(BIN)/python scripts/make_screenshots.py

# Keeps the present pins where it can; UPGRADE=--upgrade takes the newest versions instead.
lock:  ## Refresh requirements.lock and gosales/requirements.txt from pyproject.toml (needs uv)
	@test -n "$(UV)" || { echo "make lock needs uv. Install it: python3 -m pip install uv" >&2; exit 1; }
	@"$(UV)" pip compile pyproject.toml --universal --python-version 3.11 --all-extras --group dev \
	    --generate-hashes --no-emit-index-url --custom-compile-command "make lock" --quiet \
	    $(UPGRADE) --output-file requirements.lock
	@$(find-python); "$$python" scripts/export_requirements.py --uv "$(UV)"

# Offline it says that it could not check, and succeeds.
audit: setup  ## Check the locked packages for known vulnerabilities
	@$(BIN)/python scripts/audit.py

sbom: setup  ## Write the bill of materials: sbom.cdx.json
	@$(BIN)/python scripts/sbom.py --output sbom.cdx.json

test-deps:  ## Install the programs from outside PyPI that tests use (apt)
	@$(install-test-programs)

clean:  ## Remove .venv, caches and builds; data, models and outputs stay
	@rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis \
	    .benchmarks .import_linter_cache .coverage htmlcov
	@find gosales tests scripts benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# --- setup, in two steps: the locked packages, then the project itself ---------------------------

# The environment is exactly the lock: it is made from nothing whenever the lock changes.
$(LOCKED): requirements.lock
	@$(find-python); $(make-venv); $(install-lock)
	@touch $@

$(INSTALLED): $(LOCKED) pyproject.toml
	@$(install-project)
	@touch $@
	@echo "Ready: $(BIN)/gosales --help"

define find-python
python=; \
for candidate in $(PYTHONS); do \
    if "$$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; \
    then python=$$candidate; break; fi; \
done; \
if [ -z "$$python" ]; then \
    echo "No Python from 3.11 to 3.13 among: $(PYTHONS)." >&2; \
    echo "Install one, or name it: make setup PYTHONS=/path/to/python3" >&2; exit 1; \
fi
endef

ifneq ($(UV),)

define make-venv
echo "Making .venv with uv and $$("$$python" --version) ..."; \
"$(UV)" venv --quiet --clear --seed --python "$$python" .venv
endef
install-lock = "$(UV)" pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
install-project = "$(UV)" pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .

else

define make-venv
if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
    echo "$$python cannot make virtual environments: its venv or ensurepip module is missing." >&2; \
    echo "On Debian and Ubuntu: apt-get install python3-venv. Or put uv on the PATH." >&2; exit 1; \
fi; \
echo "Making .venv with pip and $$("$$python" --version): a few minutes the first time ..."; \
"$$python" -m venv --clear .venv
endef
PIP_INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input
install-lock = $(PIP_INSTALL) --require-hashes -r requirements.lock
# Setuptools warns of every editable install.
install-project = PYTHONWARNINGS=ignore $(PIP_INSTALL) --no-deps --no-build-isolation -e .

endif

define install-test-programs
set -e; \
if [ -z "$(strip $(TEST_PROGRAMS))" ]; then echo "make test-deps: nothing to install yet"; exit 0; fi; \
if ! command -v apt-get >/dev/null 2>&1; then \
    echo "No apt-get here. Install with your package manager: $(TEST_PROGRAMS)" >&2; exit 1; \
fi; \
root=; if [ "$$(id -u)" != 0 ]; then root=sudo; fi; \
$$root apt-get update -qq; \
$$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(TEST_PROGRAMS)
endef
