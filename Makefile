# Everything happens in .venv, installed from the locks by hash; `make run` needs only Python 3.11 or newer and git.
PYTHON ?= python3
# Else each of the many processes that the tests start would compile some 1,500 modules anew.
export PYTHONDONTWRITEBYTECODE =
PIP = .venv/bin/python -m pip --disable-pip-version-check

# A wheel or nothing: building from source would fetch build tools that no lock pins.
define install
@echo "Installing $<"
@$(PIP) install --quiet --require-hashes --only-binary :all: -r $<
@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
@touch $@
endef

.PHONY: run test check bench bench-prefecture lock

run: .venv/runtime
	.venv/bin/banyan demo

test: .venv/dev
	.venv/bin/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

check: .venv/dev
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports

bench: .venv/dev
	.venv/bin/python -m tests.bench

bench-prefecture: .venv/dev
	.venv/bin/python -m tests.bench.prefecture

# Takes the newest versions that pyproject.toml allows. The runtime's are a part of the developers', with the same pins.
LOCK = .venv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url pyproject.toml -
lock: .venv/dev
	printf '%s\n' hatchling editables uv | $(LOCK) --extra dev --output-file requirements-dev.lock
	printf '%s\n' hatchling editables | $(LOCK) --constraint requirements-dev.lock --output-file requirements.lock

# pip comes last into a new environment, so a half-made one is made again.
.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit("Banyan needs Python 3.11 or newer: make PYTHON=python3.12 run" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv

.venv/runtime: requirements.lock pyproject.toml | .venv/bin/pip
	$(install)

# The developers' lock holds the runtime's pins, so it serves for `make run` too.
.venv/dev: requirements-dev.lock pyproject.toml | .venv/bin/pip
	$(install)
	@touch .venv/runtime
