# One line for each thing one does here; `make help` lists them.

.PHONY: help run test check e2e bench fmt audit release
.DEFAULT_GOAL := help

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## build and start the portal, the bridge and a simulated BankID on this machine, with a demonstration organisation
	@scripts/run

test: ## everything that must hold: rules, unit, integration (SQLite and PostgreSQL, folders and S3) and end-to-end tests
	@scripts/test

check: ## formatting, lints and dependency directions only
	@scripts/check

e2e: ## the end-to-end tests in Chromium only
	@scripts/e2e

bench: ## speed and memory beside nginx, sign-ins, sessions and a password storm (release build)
	@scripts/bench

fmt: ## format the sources
	@cargo fmt --all

audit: ## licences, bans, sources and known vulnerabilities of the dependencies
	@scripts/audit

release: ## self-contained postvalv, bankid-bridge and valv in target/release
	@scripts/release
