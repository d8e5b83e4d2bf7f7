# jebi. `make demo` shows the main job on real footage, `make test` runs the tests; each sets up what it needs first.
PYTHON ?= python3
BIN := .venv/bin
unexport PYTHONDONTWRITEBYTECODE # every process would compile all of it anew, which takes as long as what it does

.PHONY: help demo test fetched check bench docs deep lock
help:
	@sed -n 's/^\([a-z]*\):.*## /make \1	/p' Makefile

demo: ## show the whole crossing on real footage
	@$(PYTHON) tools/set-up demo venv samples models
	@$(BIN)/jebi demo .cache/samples --models .cache/models

test: ## run the checks and the tests
	@$(PYTHON) tools/set-up test venv
	@$(MAKE) --no-print-directory --jobs 2 --output-sync fetched check
	@tools/offline $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

fetched:
	@$(PYTHON) tools/set-up samples models npm

check: ## format, lint, types, layers
	@$(PYTHON) tools/set-up venv
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

deep: ## the long campaigns: a million inputs a parser
	@$(PYTHON) tools/set-up test venv samples models npm
	@JEBI_PROFILE=deep tools/offline $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

bench: ## measure jebi and its peers side by side; ONLY=crossing for one area
	@$(PYTHON) tools/set-up bench venv samples models npm peers
	@$(BIN)/python bench/run.py $(ONLY)

docs: ## run every command that README and docs show
	@$(PYTHON) tools/set-up test venv samples models npm
	@JEBI_PROFILE=deep $(BIN)/python -m pytest tests/docs

lock: ## write the hash-pinned locks anew from pyproject.toml
	@$(BIN)/python tools/lock
