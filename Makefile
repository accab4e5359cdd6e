# make demo   a service with demo people on this machine      make test   the gate of every change
# make check  linters and contracts only                      make audit  what is too long for the gate

PYTEST = .venv/bin/pytest --quiet
# The tests use both cores; a numerical library with threads of its own would only get in the way.
export OPENBLAS_NUM_THREADS = 1

.PHONY: demo demo-fresh test check audit lock catalogues

demo: .venv/run
	.venv/bin/lahtotaso demo

demo-fresh: .venv/run
	.venv/bin/lahtotaso demo --fresh

test: check
	$(PYTEST) -n 2 -m "not browser and not audit"
	TEST_DATABASE=postgresql $(PYTEST) -n 2 -m "not browser and not audit" tests/testing
	$(PYTEST) -n 2 --dist loadscope -m "browser and not audit" tests

check: .venv/test
	.venv/bin/ruff check .
	.venv/bin/mypy scoring items testing
	.venv/bin/lint-imports
	.venv/bin/lahtotaso bank check

audit: .venv/test
	$(PYTEST) -n 2 -m audit
	.venv/bin/mutmut run
	.venv/bin/mutmut results

# New words of the code into the catalogues, old ones out; says what has no translation yet.
catalogues: .venv/run
	.venv/bin/python tools/catalogues.py missing

# The lock files name versions and digests, never where to fetch them from.
LOCK = .venv/bin/uv --quiet pip compile --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate
lock: .venv/test
	$(LOCK) requirements.in --output-file requirements.lock
	$(LOCK) requirements-dev.in --constraint requirements.lock --output-file requirements-dev.lock

.venv/run: requirements.lock tools/setup
	tools/setup run

.venv/test: requirements-dev.lock tools/setup
	tools/setup test
