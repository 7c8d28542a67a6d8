# Everything runs in .venv, made from the hash-locked requirements.lock.
# Which Python makes the environment; empty: the newest on this machine that is new enough.
PYTHON ?=
PORT ?= 8000
# How long each fuzzer runs.
SECONDS ?= 600
VENV := .venv
BIN := $(VENV)/bin
export NO_MKDOCS_2_WARNING := 1

.DEFAULT_GOAL := help
.PHONY: help setup serve build check test lint format lock chromium bench fuzz clean

help: ## say what each target does
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

serve: setup ## serve the site on this machine, rebuilt on every edit of docs/ and data/
	@$(BIN)/python -m macros serve --port $(PORT)

build: setup ## check the sources and write the site to site/
	@$(BIN)/python -m macros build

check: setup ## check docs/ and data/ and print every mistake
	@$(BIN)/python -m macros check

test: setup chromium lint check ## run all checks and tests (installs Chromium where it is missing)
	@PYTHONWARNDEFAULTENCODING=1 $(BIN)/python -m pytest -n auto --dist worksteal

lint: setup ## ruff, mypy, committed schemas
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m macros schema --check

format: setup ## put the code into its standard form
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: setup chromium ## build 100, 1,000 and 5,000 agreements with us and with plain Material
	@$(BIN)/python benchmarks/build.py

fuzz: setup ## try texts, data and commands that nobody wrote, each for SECONDS=600 (Linux)
	@for each in page yaml cli; do $(BIN)/python -m tests.fuzz.fuzz_$$each \
	  -max_total_time=$(SECONDS) -print_final_stats=1 || exit 1; done

lock: setup ## renew requirements.lock from the .in files
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile requirements-dev.in --universal --python-version 3.11.5 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-header --quiet -o requirements.lock

setup: $(VENV)/ready ## make .venv with the locked packages

$(VENV)/ready: requirements.lock pyproject.toml
	@sh scripts/setup.sh "$(PYTHON)" $(VENV)

chromium: setup ## find Chromium and nginx, or install them
	@sh scripts/chromium.sh $(BIN)
	@sh scripts/nginx.sh

clean: ## remove all that make made
	@rm -rf $(VENV) site site.new site.old .mypy_cache .ruff_cache .pytest_cache .hypothesis
