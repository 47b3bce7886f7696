# `make repro` and `make test` are all that one needs; `make help` lists the rest.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Called as modules: scripts have the path of the folder in them, and folders get moved.
PY := .venv/bin/python
DVC := $(PY) -m dvc
# The same and more, where `make dask` has installed it.
WIDE := $(if $(wildcard .venv-dask/.installed),.venv-dask/bin/python,$(PY))
# Tests need both: all that runs in .venv, and clusters and parquet.
TESTER := .venv-dask/bin/python
ALL_TESTS := -n 2 --dist worksteal
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# What is active elsewhere must not leak in.
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME PYTHONSAFEPATH MPLBACKEND
# Containers set it; compiling all modules at every start costs a step of a sweep up to ten seconds.
unexport PYTHONDONTWRITEBYTECODE
# As they were typed: a $ or a backtick in the name of a file is a part of it.
override IMAGES := $(value IMAGES)
override LABELS := $(value LABELS)
override K := $(value K)
export IMAGES LABELS K
MAKEFLAGS += --no-print-directory
export DVC_NO_ANALYTICS := 1

.PHONY: help repro test coverage lint smoke verify verify-matrix explore report audit maps original predict place sweep cluster compare doctor seeds ablation bench dask validators crate release renew lock clean ready peers

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile | expand -t 16

repro: ready ## run what is not up to date (ARGS=... goes to dvc repro)
	$(PY) -m dev.check
	$(DVC) repro $(ARGS) || dev/ready.sh failed

test: ready dask ## run the tests (ARGS=... goes to pytest instead)
	$(TESTER) -m pytest $(or $(ARGS),$(ALL_TESTS))

coverage: ready dask ## run the tests, and ask for 95 % of all branches
	$(TESTER) -m coverage erase && $(TESTER) -m pytest $(ALL_TESTS) --cov

lint: ready ## check format, style, types, params.yaml and dvc.yaml
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	$(PY) -m dev.check
	$(PY) -m dev.scripts
	$(DVC) dag --dot >/dev/null

smoke: ready ## run the real pipeline on 2,500 images in a temporary copy
	$(PY) -m dev.smoke

verify: ready ## compute everything anew and compare every digest with dvc.lock
	$(PY) -m dev.verify $(ARGS)

verify-matrix: ready ## small images under many kernels, threads, locales, Pythons
	$(PY) -m dev.verify_matrix $(ARGS)

explore: ready ## open the explorer of the maps in a browser
	@$(PY) -m dev.report --explorer

report: ready ## open the report (ARGS="A B": two experiments side by side)
	@$(PY) -m dev.report $(ARGS)

audit: ready ## find suspect labels and copies, and open the page of them
	$(DVC) repro examine
	@$(PY) -m dev.report --audit

maps: ready ## make maps at other perplexities, for the explorer
	$(PY) -m dev.studies.maps

original: ready ## run the original study's route in a temporary copy
	$(PY) -m dev.studies.original

# The name of one file as it is, or words, in which quotes hold a name with spaces together and *
# stands for files. Nothing in them is run.
define WORDS
set --; if [ -e "$$IMAGES" ]; then set -- "$$IMAGES"; elif [ "$$IMAGES" ]; then \
xargs printf %s <<< "$$IMAGES" >/dev/null 2>&1 || \
{ echo "IMAGES: a quote is not closed: write \"it's.png\"" >&2; exit 1; }; \
IFS=; while read -r -d "" word; do word="$${word/#"~/"/"$$HOME/"}"; \
if [ -e "$$word" ]; then set -- "$$@" "$$word"; else set -- "$$@" $$word; fi; \
done < <(xargs printf '%s\0' <<< "$$IMAGES"); unset IFS; fi;
endef

predict: ready ## place images on the map (IMAGES="a.png b.npy", ARGS="--json -")
	@$(WORDS) $(PY) predict.py $(ARGS) "$$@"

place: ready ## place millions of images in blocks (IMAGES=a.npy ARGS="-o TO")
	@$(WORDS) $(WIDE) place.py "$$@" $(ARGS)

sweep: ready ## run a grid of experiments (ARGS="-S recluster.k=8,9,10")
	@$(WIDE) -m dev.sweep $(ARGS)

cluster: ready ## cluster one's own pictures (IMAGES=folder LABELS=a.csv K=auto)
	@$(PY) cluster.py $(if $(LABELS),--labels="$$LABELS") $(if $(K),--k "$$K") $(ARGS) -- "$$IMAGES"

compare: ready ## list experiments: what was changed, and scores, best first
	@$(PY) -m dev.compare $(ARGS)

doctor: ## look for what goes wrong on this machine, and say what to do
	@dev/doctor.sh

seeds: ready ## five seeds, five draws of train (ARGS="--scheduler ADDRESS")
	$(WIDE) -m dev.studies.seeds $(ARGS)

ablation: ready ## leave steps out one by one (docs/ablation.md)
	$(PY) -m dev.studies.ablation
	$(PY) -m dev.tables

bench: ready peers ## measure beside peers (ARGS=stages: a part, study: an hour)
	$(PY) -m dev.benchmarks.run $(ARGS)
	$(PY) -m dev.tables

dask: ## install what clusters and parquet need, for place and sweep
	@dev/venv.sh .venv-dask pipeline dev dask

# Without digests: nothing but a test runs what is in there.
validators: ready ## install what checks the crate, for make test
	@$(PY) -m venv --clear --without-pip .venv-validators
	@$(PY) -m pip --quiet --python .venv-validators install --group validators

crate: ready ## write the finished run as a Workflow Run RO-Crate (build/crate)
	@$(PY) -m dev.crate

release: ready ## build wheel, model, explorer, report, crate, digests (build/release)
	@$(PY) -m dev.release

renew: ready ## bring locks, digests and docs up to date (ARGS=studies: too)
	$(PY) -m dev.renew $(ARGS)

lock: ## pin the packages of pyproject.toml (ARGS=--upgrade)
	dev/lock.sh $(ARGS)

clean: ## remove the environments and the tools' caches (results stay)
	rm -rf .venv .venv-* .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache


# Quiet, and done in a tenth of a second, where there is nothing to install or to mend.
ready:
	@dev/venv.sh
	@[ ! -e .venv-dask ] || dev/venv.sh .venv-dask pipeline dev dask
	@dev/ready.sh

peers:
	@dev/venv.sh .venv-peers pipeline peers
