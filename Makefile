# `make repro` and `make test` are all that one needs; `make help` lists the rest.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# The newest of these that runs and is recent enough makes the environment; PYTHON=... overrides.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	"$$p" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	2>/dev/null && { echo "$$p"; break; }; done)
READY := .venv/.installed
PIP := .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes
# An environment that is active elsewhere must not leak in.
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export DVC_NO_ANALYTICS := 1
ARGS ?=

.PHONY: help repro test lint lock smoke original clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

repro: $(READY) ## run the pipeline: whatever is not done yet (ARGS="..." goes to dvc repro)
	dvc repro $(ARGS)

test: $(READY) ## run the tests
	coverage erase
	python -m pytest -n 2 --dist loadgroup --cov --cov-report= $(ARGS)
	coverage report

lint: $(READY) ## check format, style, types, params.yaml and dvc.yaml
	ruff format --check .
	ruff check .
	mypy
	python -m tools.check

smoke: $(READY) ## run the real pipeline on 2,000 + 500 images in a temporary copy
	python -m studies.smoke

original: $(READY) ## run the original study's route in a temporary copy (studies/original)
	python -m studies.original

lock: ## pin all packages anew from pyproject.toml (needs uv)
	tools/lock.sh

clean: ## remove the environment (results stay)
	rm -rf .venv

$(READY): requirements.lock requirements.build.lock
	@[ -n "$(PYTHON)" ] || { echo "make: no Python 3.11 to 3.13 with venv found: install one, or name it by PYTHON=..." >&2; exit 1; }
	@echo "installing requirements.lock into .venv with $(PYTHON) ..."
	rm -rf .venv
	"$(PYTHON)" -m venv .venv
	$(PIP) --requirement requirements.build.lock
	$(PIP) --no-build-isolation --requirement requirements.lock
	touch $@
