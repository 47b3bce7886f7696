# `make repro` and `make test` are all that one needs; `make help` lists the rest.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

INSTALLED := .venv/.installed
PEERS := .venv-peers/.installed
ALL_TESTS := -n 2 --dist loadgroup
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# What is active elsewhere must not leak in.
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME
export DVC_NO_ANALYTICS := 1

.PHONY: help repro test coverage lint smoke verify verify-matrix original predict seeds ablation bench wire renew lock clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile | expand -t 16

repro: $(INSTALLED) ## run the stages that are not up to date (ARGS=... goes to dvc repro)
	dvc repro $(ARGS)

test: $(INSTALLED) ## run the tests (ARGS=... goes to pytest instead of the usual options)
	pytest $(or $(ARGS),$(ALL_TESTS))

coverage: $(INSTALLED) ## run the tests, and ask for 95 % of all branches
	coverage erase && pytest $(ALL_TESTS) --cov

lint: $(INSTALLED) ## check format, style, types, params.yaml and dvc.yaml
	ruff format --check .
	ruff check .
	mypy
	python -m tools.check
	python -m tools.wire --check
	dvc dag --dot >/dev/null

smoke: $(INSTALLED) ## run the real pipeline on 2,500 images in a temporary copy
	python -m checks.smoke

verify: $(INSTALLED) ## compute everything anew and compare every digest with dvc.lock
	python -m checks.verify $(ARGS)

verify-matrix: $(INSTALLED) ## small images under many settings: kernels, threads, locale, Pythons
	python -m checks.verify_matrix $(ARGS)

original: $(INSTALLED) ## run the original study's route in a temporary copy (studies/results/original)
	python -m studies.original

predict: $(INSTALLED) ## place images on the fitted map (IMAGES="a.png b.npy", ARGS="--json -")
	python predict.py $(ARGS) $(IMAGES)

seeds: $(INSTALLED) ## run five seeds, and five draws of training images (metrics/seeds.json)
	python -m studies.seeds

ablation: $(INSTALLED) ## leave steps out one by one (studies/ablation, docs/ablation.md)
	python -m studies.ablation
	python -m tools.tables

bench: $(INSTALLED) $(PEERS) ## measure everything beside its peers, for an hour (ARGS=stages: a part)
	python -m benchmarks.run $(ARGS)
	python -m tools.tables

wire: $(INSTALLED) ## write into dvc.yaml what follows from the imports of the stages
	python -m tools.wire

renew: $(INSTALLED) ## bring locks, digests and docs up to date (ARGS=studies: studies and benchmarks too)
	python -m tools.renew $(ARGS)

lock: ## pin the packages of pyproject.toml (ARGS=--upgrade takes the newest)
	tools/lock.sh $(ARGS)

clean: ## remove the environments and the tools' caches (results stay)
	rm -rf .venv .venv-* .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache

$(INSTALLED): requirements.lock requirements.build.lock
	@tools/venv.sh

$(PEERS): requirements.peers.lock requirements.build.lock
	@tools/venv.sh .venv-peers requirements.peers.lock
