# Every target installs what it needs first and says what it does.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
RECONCILE := $(BIN)/reconcile
STAMP := $(VENV)/.installed
PACKAGES := openssh-server openssh-client iproute2 iputils-ping sudo git python3-venv \
	containernetworking-plugins
BINARIES := prometheus prometheus-alertmanager
LAB ?= demo

.PHONY: help install apt binaries test lint unit kernel demo bench bench-drift bench-loss chaos deb system golden clean

help: ## what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: apt $(STAMP) ## a virtual environment with the reconcile command, and the apt packages when root

apt:
	@contrib/apt-install $(PACKAGES)

$(STAMP): pyproject.toml
	@echo "== Python packages into $(VENV)"
	@python3 -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

binaries: $(STAMP)
	@contrib/debian-binaries $(VENV)/debian $(BINARIES)

demo: install ## the main job on the built-in lab: from nothing to desired, broken, repaired
	@RECONCILE=$(CURDIR)/$(RECONCILE) LAB=$(LAB) contrib/demo

test: install binaries lint unit ## lint, types, import contracts, all tests but the long ones

lint: $(STAMP)
	@echo "== lint, types, import contracts"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

unit: $(STAMP)
	@echo "== tests"
	@$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder -m "not long and not system"

kernel: install ## only the tests on the real kernel and in the lab
	@$(BIN)/python -m pytest -m "kernel or lab"

bench: install ## what validating, compiling, a cycle, a scrape and a transaction cost, each against a floor in the same run
	@$(BIN)/python -m benchmarks.validate
	@$(BIN)/python -m benchmarks.compile
	@$(BIN)/python -m benchmarks.cycle
	@$(BIN)/python -m benchmarks.running_config
	@$(BIN)/python -m benchmarks.switch
	@$(BIN)/python -m benchmarks.scrape
	@$(BIN)/python -m benchmarks.transaction

bench-drift: install ## how soon the daemon sees and heals 1,000 random drifts in the lab (about 10 minutes)
	@$(BIN)/python -m benchmarks.drift

bench-loss: install ## packets lost while a live network is changed, by us and by a naive script, in the lab (about 4 minutes)
	@$(BIN)/python -m benchmarks.loss

chaos: install binaries ## a change broken at every point (SEED=, MINUTES=30), storms, hangs, every other long test
	@$(BIN)/python -m benchmarks.chaos --minutes $(or $(MINUTES),30) $(if $(SEED),--seed $(SEED))
	@$(BIN)/python -m benchmarks.trouble
	@$(BIN)/python -m pytest -m long

deb: $(STAMP) ## dist/reconciler_*.deb for Debian 12, with all that it needs
	@contrib/apt-install git binutils
	@echo "== Debian package"
	@PIP=$(CURDIR)/$(BIN)/pip contrib/deb/build

system: install deb ## the package on a booted systemd, in the lab (root; the first time a Debian is downloaded)
	@contrib/apt-install systemd-container debootstrap
	@echo "== the package on a booted systemd"
	@$(BIN)/python -m pytest -m system tests/system

golden: $(STAMP) ## rewrite golden files and schemas; read the difference before you commit it
	@GOLDEN=1 $(BIN)/python -m pytest tests/intent/test_worlds.py tests/linux/test_golden.py tests/switch/test_golden.py \
		tests/desired/test_schema.py tests/desired/test_style.py \
		tests/desired/test_broken.py tests/desired/test_problem_page.py tests/settings/test_broken.py tests/cli/test_status_text.py tests/cli/test_history.py \
		tests/adopt/containerlab/test_fabric.py tests/adopt/inventories/test_inventories.py tests/adopt/live/test_command.py

clean: ## what make install made
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis *.egg-info
