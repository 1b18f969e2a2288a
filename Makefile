# Every target sets up what it needs; nothing is set up twice. `make help` lists the targets.
.DEFAULT_GOAL := help
SHELL := /bin/sh
VENV := .venv
READY := $(VENV)/.ready
BIN := $(VENV)/bin
# nbgrader looks for its database tool on the PATH.
export PATH := $(CURDIR)/$(BIN):$(PATH)
# JupyterLab wants to be told that its user knows about being root.
AS_ROOT := $(shell [ "$$(id -u)" != 0 ] || echo --allow-root)
export TF_CPP_MIN_LOG_LEVEL ?= 3
export PIP_DISABLE_PIP_VERSION_CHECK ?= 1

.PHONY: help demo test check lab build bundle quality bench bench-cluster lock clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */  make \1\t/' | expand -t 24

$(READY): requirements-dev.txt pyproject.toml tools/make_venv.sh
	@echo "Setting up $(VENV): two to five minutes, once"
	@sh tools/make_venv.sh
	@$(BIN)/python -m pip install --quiet --requirement requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $@

demo: $(READY)  ## set up, build lab 1, grade a sample class and show the result
	@$(BIN)/python -m autograder.demo

test: $(READY)  ## run every test
	$(BIN)/ruff check .
	$(BIN)/python -m pytest

check: $(READY)  ## the quick tests, for every day
	$(BIN)/ruff check .
	$(BIN)/python -m pytest -m "not slow"

lab: $(READY)  ## open the labs in JupyterLab
	$(BIN)/python -m latentlab $(AS_ROOT)

build: $(READY)  ## build the solutions and releases from their sources
	$(BIN)/autograder build

bundle: $(READY)  ## pack what students get into build/labs.zip
	$(BIN)/autograder bundle build/labs.zip

quality: $(READY)  ## measure the solutions on the samples and on the real data
	$(BIN)/python -m autograder.quality

bench: $(READY)  ## time our grader beside plain nbgrader and the bare computation
	$(BIN)/python -m autograder.bench

bench-cluster: $(READY)  ## time a cluster of one worker, and of two
	$(BIN)/python -m autograder.bench_cluster

lock:  ## pin the newest versions that fit requirements.in (needs uv)
	uv pip compile requirements.in --universal --python-version 3.11 --no-header --no-annotate -o requirements.txt
	uv pip compile requirements-dev.in --universal --python-version 3.11 --no-header --no-annotate -c requirements.txt -o requirements-dev.txt

clean:  ## remove what the targets made, but for the built notebooks
	rm -rf $(VENV) demo build *.egg-info .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
