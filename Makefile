# Two commands: `make run` and `make test`. Both do all the set-up that they need; `make help` lists the rest.

TOOLS := .tools/bin
WATCH ?= watches/gaza-2025
PORT ?= 8686
MINUTES ?= 1

.PHONY: run test check lint spec book web editors bench fmt fuzz help
.DEFAULT_GOAL := help

run: ## Build, load the Gaza watch and serve it on this machine
	@scripts/setup build
	cargo run --release --quiet -p trucewatch -- serve -w $(WATCH) --port $(PORT)

test: lint spec web editors ## Everything that must hold: lints, licences, the suite, the pages in a browser, editors

lint: ## Formatting, clippy, licences and duplicate crates
	@scripts/setup test
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	$(TOOLS)/cargo-deny --log-level error check bans licenses sources

spec: ## The suite: spec/, each crate's tests, and random cases against the oracle
	@scripts/setup test
	$(TOOLS)/cargo-nextest nextest run --workspace --locked

book: ## The spec as a book, in target/book
	@scripts/setup book
	$(TOOLS)/mdbook build spec

web: ## The pages in a real browser
	@scripts/setup web
	scripts/web-test

editors: ## The grammar for colours, the VS Code extension, and Neovim with the language server
	@scripts/setup build
	scripts/editors-test
	scripts/neovim-test

fuzz: ## Try made-up inputs on the parser, formatter, language server and readers for a minute; MINUTES=60 for longer
	@scripts/setup fuzz
	fuzz/run $$(($(MINUTES) * 60))

bench: ## Measured comparisons: see benches/README.md
	@scripts/setup build
	python3 benches/evaluate.py
	python3 benches/check.py
	python3 benches/monitors.py --rounds 3
	cargo bench --quiet -p trucewatch-live --bench corrections
	cargo bench --quiet -p trucewatch-ledger --bench append
	cargo bench --quiet -p trucewatch-ledger --bench writers

fmt: ## Format all code
	cargo fmt --all

help: ## This list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 8
