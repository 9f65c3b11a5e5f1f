# Everything a person or CI runs. `make` alone lists the targets.
.DEFAULT_GOAL := help
SHELL := /bin/sh
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
INSTALLED := .venv/installed

.PHONY: help install demo check test proofs lint format lock docs up airflow down clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' Makefile

install: $(INSTALLED) ## set up .venv with every locked package

demo: $(INSTALLED) ## start everything, land a week of logs, build the warehouse, show the results
	@$(BIN)/warehouse demo

check: $(INSTALLED) ## check what needs no cluster, in two minutes: style, types, conventions, tests
	@$(BIN)/python -m tests.lanes check

test: $(INSTALLED) ## check all files, then test the product on clusters of its own
	@$(BIN)/python -m tests.lanes test

proofs: $(INSTALLED) ## prove what takes long, all of it or PART=…; goes on where it stopped
	@$(BIN)/python -m tests.proofs $(PART) $(if $(SEQUENCES),--sequences $(SEQUENCES))

lint: $(INSTALLED) ## check Python and SQL style; needs no server
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/sqlfluff lint --disable-progress-bar --processes 0 models analyses macros tests/dbt examples

format: $(INSTALLED) ## rewrite Python and SQL in the project's style
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .
	@$(BIN)/sqlfluff fix --disable-progress-bar models analyses macros tests/dbt examples

lock: $(INSTALLED) ## pin and hash every package of requirements.in again
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
		--no-emit-index-url --no-header requirements.in --output-file requirements.txt

docs: $(INSTALLED) ## write what documents repeat: marts, settings, decisions, the star schema
	@$(BIN)/python -m warehouse.docs.generated && $(BIN)/python -m warehouse.docs.star_schema

up: $(INSTALLED) ## start the embedded cluster
	@$(BIN)/warehouse up

airflow: $(INSTALLED) ## start the embedded cluster and Airflow, which keeps the warehouse up to date
	@$(BIN)/warehouse airflow up

down: $(INSTALLED) ## stop Airflow and the embedded cluster
	@$(BIN)/warehouse down

clean: ## stop the cluster; remove .venv, the data in .warehouse and everything built
	@[ ! -x $(BIN)/warehouse ] || $(BIN)/warehouse down
	@rm -rf .venv .warehouse target logs *.egg-info

$(INSTALLED): requirements.txt pyproject.toml install.sh
	@sh install.sh
