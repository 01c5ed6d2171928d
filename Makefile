# Everything below needs only make and Python 3.11 or newer; PYTHON names another one.
PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

.PHONY: setup demo test spark check faults bench lock screenshots audit fuzz abuse

setup: .venv/.installed

demo: setup
	@exec $(BIN)/python -m config.demo

# SHAKE=7 for another order, other keys and slow pages (tests/shake.py)
test: .venv/.installed-dev
	@$(BIN)/python -m pytest --numprocesses=2 --dist=worksteal $(ARGS)

# the distributed engine, 490 MB; it asks for Java 17, and its tests skip without
spark: .venv/.installed-spark

check: .venv/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	CLEARHOST_POSTGRES=test $(BIN)/python manage.py makemigrations --check --dry-run

# a whole installation broken again and again: ROUNDS=1000 SEED=3 REPORT=figures.json; longer as root, who fills disks
faults: .venv/.installed-dev
	@ROUNDS=$(or $(ROUNDS),200) SEED=$(or $(SEED),1) $(BIN)/python -m pytest tests/faults -q -s --no-header $(ARGS)

# ARGS="ingest --scale 0.1"; on a machine that does nothing else
bench: .venv/.installed-dev
	@$(BIN)/python -m tests.benchmarks $(ARGS)

# of a running service: BASE=http://127.0.0.1:8000, needs Debian's chromium
screenshots: .venv/.installed-dev
	@$(BIN)/python -m tests.browser.screenshots --base $(or $(BASE),http://127.0.0.1:$(or $(PORT),8000)) $(ARGS)

# known holes of the pinned packages; away from a network it says so and is no failure
audit: .venv/.installed-dev
	@$(BIN)/python -m tests.audit

# ten thousand calls and more over the whole schema, with every credential; some twenty minutes
fuzz: .venv/.installed-dev
	@FUZZ_CALLS=$(or $(CALLS),42) PAGE_CALLS=$(or $(PAGES),5) $(BIN)/python -m pytest tests/fuzz -q -s

# the service itself attacked, long
abuse: .venv/.installed-dev
	@ABUSE=long $(BIN)/python -m pytest tests/abuse -q -s

lock: .venv/.installed-dev
	for part in requirements requirements-dev requirements-spark; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header $$part.in -o $$part.txt || exit 1; done

.venv/.installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed; name it: make PYTHON=python3.12")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing the pinned requirements into .venv"
	@$(INSTALL) -r requirements.txt
	@touch $@

.venv/.installed-dev: requirements-dev.txt .venv/.installed
	@echo "Installing what tests and checks need"
	@$(INSTALL) -r requirements-dev.txt
	@touch $@

.venv/.installed-spark: requirements-spark.txt .venv/.installed
	@echo "Installing Spark"
	@$(INSTALL) -r requirements-spark.txt
	@touch $@
