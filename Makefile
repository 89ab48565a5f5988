# Nothing here that you could not type yourself.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test check serve golden bench soak lock

run: .venv/runtime  ## the nightly flow on the embedded sample
	$(BIN)/python -m flows.nightly run --sample

test: .venv/development  ## all tests
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: .venv/development  ## format, lint, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

serve: .venv/runtime  ## a Prefect server on this machine that runs the deployments of prefect.yaml
	$(BIN)/python -m flows.nightly serve

golden: .venv/development  ## rewrite the golden outputs, to be reviewed as a diff
	GOLDEN=rewrite $(BIN)/python -m pytest tests/test_golden.py

bench: .venv/development  ## timings and memory
	$(BIN)/python bench/run_sample.py
	$(BIN)/python bench/estimate_all.py

soak: .venv/development  ## hours of kills, full disks, power cuts and readers; root, for the disks; see docs/uthallighet.md
	SOAK=1 $(BIN)/python -m pytest -s tests/test_crash.py tests/test_month.py

# The locks are complete, so pip takes them as they are: left to resolve, it looks past a pin where an extra is asked for.
.venv/runtime: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	touch $@

.venv/development: requirements-dev.lock .venv/runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.lock
	touch $@

lock:  ## resolve the dependencies anew (needs uv)
	uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock
