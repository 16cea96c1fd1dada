# Everything a person or a machine does with this repository. `make` alone lists it.
# Needed beforehand: Python 3.11 with venv, git, make. Another interpreter: make run PY=/path/to/python3.11
# Further words for the command behind a target: make test ARGS="-k notice", make run ARGS="--port 9000"

PY   ?= python3.11
V    := .venv
BIN  := $(V)/bin
PIP  := $(BIN)/python -m pip --disable-pip-version-check
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run test check types rules format bench soak docs lock browser clean
.DELETE_ON_ERROR:

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(V)/.run ## install, then serve a demonstration county on this machine (SQLite in your data folder)
	$(BIN)/zaigang demo $(ARGS)

test: $(V)/.dev browser ## run all tests, on SQLite, on PostgreSQL and in a browser
	$(BIN)/python -m pytest -q -n logical --dist worksteal $(ARGS)

check: $(V)/.dev ## formatting, lint, types, and the rules of the house
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	@$(MAKE) --no-print-directory -j 2 types rules

types: $(V)/.dev
	$(BIN)/mypy states workflow notifications api tests $(if $(wildcard benchmarks/*.py),benchmarks)

rules: $(V)/.dev
	REQUIRE_ALL= $(BIN)/python -m pytest -q tests/test_architecture.py tests/test_house.py

format: $(V)/.dev ## put every file into the common form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(V)/.dev ## measure: steps, sweeps and pages per second, a year of pay of a whole city
	$(BIN)/python -m benchmarks $(ARGS)

# the demonstration counts its stories back from the present day: month ends, holidays, the first and the last of a year
DEMO_DAYS := 2026-01-01 2026-02-24 2026-02-28 2026-03-31 2026-05-02 2026-06-15 2026-08-31 2026-10-02 2026-11-21 2026-12-17

soak: $(V)/.dev ## years of a county in minutes, with crashes, on a PostgreSQL server
	$(BIN)/python -m tests.soak $(ARGS)
	SOAK=1 $(BIN)/python -m pytest -q tests/api/test_schemathesis.py tests/api/test_privacy.py \
		tests/api/test_uploads_and_text.py tests/browser/test_every_page.py
	for day in $(DEMO_DAYS); do DEMO_DAY=$$day $(BIN)/python -m pytest -q tests/test_demo.py || exit 1; done

docs: $(V)/.run ## write the pages that are generated from the procedures
	$(BIN)/zaigang docs $(ARGS)

# The dev file is compiled first and binds the small one: the other way round a test library may find no version left.
lock: $(V)/lock/bin/uv ## choose the versions anew within the bounds of pyproject.toml (ARGS=--upgrade: the newest)
	$(V)/lock/bin/uv pip compile -q pyproject.toml --universal --python-version 3.11 --generate-hashes --all-extras \
		--group build --group test --group lint -o requirements-dev.lock $(ARGS)
	$(V)/lock/bin/uv pip compile -q pyproject.toml --universal --python-version 3.11 --generate-hashes \
		--group build -c requirements-dev.lock -o requirements.lock $(ARGS)

clean: ## remove what was installed and built here; the data folder stays
	rm -rf $(V) .mypy_cache .ruff_cache .pytest_cache .hypothesis test-results

# -- what the above stand on -------------------------------------------------------------------------------------------

# Hashes and an editable install do not go into one pip command; --no-build-isolation keeps the second off the network.
INSTALL = $(PIP) install -q --require-hashes --only-binary :all: -r $< \
	&& $(PIP) install -q --no-deps --no-build-isolation -e . && touch $@

$(V)/bin/python:
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "$(PY) is not a Python 3.11 or later: say make PY=/path/to/python3.11" >&2; exit 1; }
	$(PY) -m venv $(V)

$(V)/.run: requirements.lock pyproject.toml | $(V)/bin/python
	$(INSTALL)

$(V)/.dev: requirements-dev.lock pyproject.toml | $(V)/bin/python
	$(INSTALL)
	@touch $(V)/.run

$(V)/lock/bin/uv: | $(V)/bin/python
	$(PY) -m venv $(V)/lock
	$(V)/lock/bin/python -m pip --disable-pip-version-check install -q uv

# A browser and a Chinese font come from the system. Without root the browser tests say that they were skipped.
browser:
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null \
		|| { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
			apt-get install -y -qq --no-install-recommends chromium fonts-wqy-microhei >/dev/null; } \
		|| echo "no browser here, and none could be installed: browser tests will be skipped" >&2
