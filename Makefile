# Two commands do everything on a machine with Python 3.11 and make: `make serve` and `make test`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
BENCH  := .venv-bench
SDK    := .venv-sdk
CONFIG ?= integrations.yaml

.PHONY: serve demo test test-sdk check docs bench fuzz contract faults soak overload lock clean

serve: $(VENV)/.serve ## install what serving needs, and serve; stubbed unless INTEGRATIONS_STUB_MODE says otherwise
	INTEGRATIONS_STUB_MODE=$${INTEGRATIONS_STUB_MODE-true} $(BIN)/gateway serve -c $(CONFIG)

demo: $(VENV)/.test ## the gateway in front of simulated vendors, with curl lines to try
	$(BIN)/python -m scripts.demo

test: $(VENV)/.test ## install what the tests need, check the code, run the tests
	scripts/debian curl wrk nginx-light chromium redis-server haproxy postgresql prometheus systemd
	$(MAKE) check
	$(BIN)/python -m pytest -n 3 --dist loadfile

test-sdk: $(SDK)/.installed ## the vendors' own SDKs, pointed at the gateway with one of its keys
	$(SDK)/bin/python -m pytest tests/sdk -o python_files='sdk_*.py' -o filterwarnings= -W ignore

check: $(VENV)/.test ## format, lint, types and the direction of imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/.test ## build the docs into docs/_build
	$(BIN)/python -m sphinx -W --keep-going -q docs docs/_build

fuzz: $(VENV)/.test ## throw hostile files at the loader for FUZZ_SECONDS (300), FUZZ_FIRST says which ones
	$(BIN)/python -m tests.fuzzing

bench: $(VENV)/.test $(BENCH)/.installed ## how fast, beside a hand-written proxy, Traefik, Caddy and nginx
	scripts/debian wrk nginx-light redis-server
	$(BIN)/python -m benchmarks --rivals $(BENCH)
	$(BIN)/python -m benchmarks.pairs

contract: $(VENV)/.test ## a thousand generated configs, each held against its own document
	$(BIN)/python -m tests.contract.generated

faults: $(VENV)/.test ## the long forms: stops, reloads, kills and slow clients; a vendor's limit over a minute; answers that must not mix; what must not be lost
	scripts/debian redis-server postgresql
	$(BIN)/python -m tests.life
	$(BIN)/python -m tests.limits.trial --seconds 60
	$(BIN)/python -m tests.mixing
	$(BIN)/python -m tests.custody
	$(BIN)/python -m tests.races
	$(BIN)/python -m tests.kills

soak: $(VENV)/.test ## a million requests with faults, and whether memory, descriptors and tasks stay as they are
	scripts/debian redis-server
	$(BIN)/python -m benchmarks.soak

overload: $(VENV)/.test ## more load than it can take, and what becomes of it
	scripts/debian nginx-light
	$(BIN)/python -m benchmarks.overload

lock: $(VENV)/.test ## resolve the dependencies anew
	scripts/lock

clean: ## forget what was installed and built
	rm -rf $(VENV) $(BENCH) $(SDK) .mypy_cache .ruff_cache .pytest_cache .hypothesis .cache build dist

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.serve: requirements/serve.txt pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/serve.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.test: requirements/test.txt $(VENV)/.serve
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/test.txt
	touch $@

$(SDK)/.installed: requirements/sdk.txt requirements/serve.txt pyproject.toml
	$(PYTHON) -m venv $(SDK)
	$(SDK)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/serve.txt
	$(SDK)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/sdk.txt
	$(SDK)/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(BENCH)/.installed: requirements/bench.txt
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt
	touch $@
