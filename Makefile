# All that a developer does here, by name. `make` alone lists it.

SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help dev test bench check-console check-deploy cluster cluster-down fuzz lint fmt

help: ## Show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-14s %s\n", $$1, $$2 }'

dev: ## Build, start a demo site, and show two members exchanging a message (ARGS go to `tmtpd dev`)
	@deploy/dev.sh $(ARGS)

# Lints are found while the tests are built, by the compiler that Clippy is: `cargo clippy` before would look at every
# dependency once more.
test: export RUSTC_WORKSPACE_WRAPPER = clippy-driver
test: export CLIPPY_ARGS = -Dwarnings
test: ## Check format and lints, run every test
	@deploy/install-tools.sh compiler
	cargo fmt --all --check
	@echo "Building, and installing meanwhile what the tests need"
	@deploy/install-tools.sh & tools=$$!; cargo build --workspace --all-targets; wait $$tools
	cargo nextest run --workspace
	cargo test --workspace --doc
	cargo test --workspace --bench '*' # each measured thing once
	@TMTPD_BIN=$${CARGO_TARGET_DIR:-$$PWD/target}/debug/tmtpd deploy/check.sh
	@TMTPD_BIN=$${CARGO_TARGET_DIR:-$$PWD/target}/debug/tmtpd deploy/console-check.sh

check-console: ## Check the admin console in a browser (part of `make test`)
	@deploy/console-check.sh

check-deploy: ## Check chart, compose file, alert rules and boards (part of `make test`)
	@deploy/check.sh

bench: ## Measure this tree beside brokers and the machine itself, in under ten minutes; report in target/bench
	@deploy/bench.sh

cluster: ## Start a cluster on this machine: Postgres, Redis, two edges, two delivery processes
	@deploy/cluster.sh

cluster-down: ## Stop that cluster
	@deploy/cluster-down.sh

fuzz: ## Fuzz the wire format for a bounded time (FUZZ_SECONDS, default 30 a target)
	@deploy/fuzz.sh

lint: ## Clippy, with warnings as errors
	cargo clippy --workspace --all-targets -- -D warnings

fmt: ## Format all code
	cargo fmt --all
