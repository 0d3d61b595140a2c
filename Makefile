# SPDX-License-Identifier: BSD-3-Clause
PREFIX ?= /usr/local

.PHONY: help demo test lint format check-embedded metal-test bench bench-observe build install coverage mutants

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

demo: ## record a real program, replay it, compare it with Linux, report
	@scripts/demo

test: ## all tests
	@scripts/test

build: ## the command, optimised
	@scripts/build

lint: ## format and style, without changing anything
	@scripts/lint

format: ## reformat all Swift files
	@swift format -i -r Package.swift Sources Tests

metal-test: ## replay traces/ on bare metal, in QEMU, and compare
	@scripts/metal-test

check-embedded: ## compile the (E) modules as Embedded Swift, without an operating system
	@scripts/check-embedded

coverage: ## line coverage of the memory kernel, by folder
	@scripts/coverage

mutants: ## break the memory kernel in many ways; every one must be noticed
	@scripts/mutants

bench: ## measured ratios against native runs and strace
	@scripts/bench

bench-observe: ## what observing by eBPF costs, against native runs and strace
	@scripts/bench --only observe

install: ## install the command to PREFIX/bin (default /usr/local)
	@command=$$(scripts/build) && install -D -m 755 "$$command" "$(DESTDIR)$(PREFIX)/bin/epimetheus"
