# Roster's commands; `make help` lists them.

SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -ec
.DEFAULT_GOAL := help
# One recipe at a time: the two builds would share the machine, and the tests mind their clock.
.NOTPARALLEL:

VERSION := $(shell sed -n 's/^let version = "\(.*\)"/\1/p' Sources/roster/Version.swift)
ROSTER := .build/release/roster
SOURCES := $(shell find Sources docs/providers -type f) Package.swift $(wildcard Package.resolved)
SERVER ?= nginx
PORT ?= 8080
DATA ?= var
WORDPRESS ?=
WORDPRESS_PORT ?=
SECONDS ?= 60
SEED ?=
PYTHON ?= /usr/bin/python3
DIST := roster-$(VERSION)-linux-$(shell uname -m)

# Scripts/run reads them.
export WORDPRESS WORDPRESS_PORT

.PHONY: help run can-run test build dist deb screenshots bench fuzz format lint clean swift build-packages

help: ## List the commands
	@sed -n 's/^\([a-z]*\):.*## /\1|/p' $(MAKEFILE_LIST) \
	    | while IFS='|' read -r name text; do printf '  make %-11s %s\n' "$$name" "$$text"; done

run: can-run build ## Serve a directory on this machine: SERVER=nginx|apache PORT=8080 WORDPRESS=1
	@exec Scripts/run $(SERVER) $(PORT) "$(DATA)"

# Before anything is built.
can-run:
	@Scripts/run $(SERVER) $(PORT) "$(DATA)" check

test: build ## Run all tests, those behind real web servers too
	@Scripts/packages tests
	@echo "Swift tests"
	@Scripts/swift-build test
	@echo "Web server tests"
	@$(PYTHON) -m pytest -p no:cacheprovider Tests/WebServers Tests/Fuzz
	@echo "WordPress tests"
	@$(PYTHON) -m pytest -p no:cacheprovider Tests/WordPress
	@echo "Console tests"
	@$(PYTHON) -m pytest -p no:cacheprovider Tests/Console
	@echo "Installer tests"
	@$(PYTHON) -m pytest -p no:cacheprovider Tests/Installer

build: $(ROSTER) ## Build .build/release/roster, static and position-independent

$(ROSTER): $(SOURCES) Scripts/swift-build | swift build-packages
	@Scripts/swift-build release
	@touch $@

dist: build ## Pack the static program with its configuration, and the WordPress plugin: dist/
	@Scripts/packages dist
	@Scripts/dist $(ROSTER) $(DIST)
	@Scripts/dist-wordpress $(ROSTER) $(VERSION)

deb: build ## Pack a Debian package of the static program with user, folder and units: dist/
	@Scripts/packages deb
	@Scripts/deb $(ROSTER) $(VERSION)

screenshots: build ## Make the pictures of the console's pages anew: docs/images/
	@Scripts/packages screenshots
	@$(PYTHON) Scripts/screenshots docs/images

bench: build ## Measure against a minimal C program on the same machine
	@Bench/bench

fuzz: build ## Look for requests that crash or cost too much: SECONDS=60 SEED=
	@$(PYTHON) Tests/Fuzz/fuzz --seconds $(SECONDS) $(if $(SEED),--seed $(SEED))

format: | swift ## Format the Swift sources
	@swift format --in-place --recursive --parallel Package.swift Sources Tests

lint: | swift ## Check the formatting of the Swift sources
	@swift format lint --strict --recursive --parallel Package.swift Sources Tests

clean: ## Remove what was built; keep var/ with its data
	rm -rf .build .build-* dist

swift:
	@Scripts/require-swift

build-packages:
	@Scripts/packages build
