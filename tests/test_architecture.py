"""The house holds its shape; import-linter holds the layers, this holds the rest."""

import ast
import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parent.parent / "src" / "jebi"
MODULES = sorted(SOURCE.rglob("*.py"))
PURE = ("parcel", "carriers", "radio", "field", "archive", "release")
DRAWERS = {
    "utils",
    "util",
    "helpers",
    "helper",
    "core",
    "common",
    "misc",
    "manager",
    "handler",
    "processor",
    "data",
    "info",
}
TESTED_ELSEWHERE = {
    "office/demo_release": "office/test_demo, and once through in docs/test_documents",
    "office/counter": "a contract that office/house keeps",
    "office/counter_clearing": "a contract that office/clearing_room keeps",
    "office/counter_publishing": "a contract that office/press_room keeps",
    "office/members": "values, and a contract that office/staff keeps",
    "office/opened": "a type",
    "office/shown": "values",
    "office/shown_clearing": "values",
    "office/shown_cuts": "values, and a contract that office/cutting_room keeps",
    "office/shown_public": "values: office/test_clearing_room and office/test_press_room",
    "office/shown_publishing": "values",
    "office/vector_reader": "every test of office/test_verdicts goes over all kinds of vectors",
    "office/vectors_of_custody": "office/test_verdicts",
    "office/vectors_of_keys": "office/test_verdicts",
    "office/vectors_of_parcels": "office/test_verdicts",
    "vault/index_sqlite": "all that it does, PostgreSQL does too: vault/test_index asks both",
    "vault/schema_columns": "vault/test_schema",
    "vault/schema_seeing": "vault/test_schema and vault/test_seeing",
    "vault/migrations/env": "Alembic runs it: vault/test_migrations",
    "vault/migrations/versions/v0001": "Alembic runs it: vault/test_migrations",
    "vault/migrations/versions/v0002": "Alembic runs it: vault/test_migrations",
    "vault/migrations/versions/v0003": "Alembic runs it: vault/test_migrations",
    "vault/migrations/versions/v0004": "Alembic runs it: vault/test_migrations",
}
JOURNEY = ("field/intake", "parcel/seal", "parcel/fountain", "carriers/slot", "archive/receive", "release/protect")


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_says_what_it_does_under_a_name_of_its_own(path: Path) -> None:
    assert ast.get_docstring(_tree(path))
    assert path.stem not in DRAWERS


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_function_outgrows_a_page(path: Path) -> None:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 60, f"{path.name}: {node.name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_module_outgrows_its_idea(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 500


@pytest.mark.parametrize("package", PURE)
def test_pure_packages_open_print_and_ask_nothing(package: str) -> None:
    for path in (SOURCE / package).rglob("*.py"):
        called = {
            node.func.id
            for node in ast.walk(_tree(path))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert not called & {"open", "print", "input", "eval", "exec"}, path


def test_the_journey_leads_from_file_to_file() -> None:
    for here in JOURNEY:
        text = ast.get_docstring(_tree(SOURCE / f"{here}.py")) or ""
        following = re.search(r"Next: `jebi\.([\w.]+)`$", text)
        assert following, f"{here} does not say what comes next"
        assert (SOURCE / f"{following[1].replace('.', '/')}.py").exists()


def test_every_module_has_a_test_file_of_its_name() -> None:
    tests = Path(__file__).resolve().parent
    lacking = {
        path.relative_to(SOURCE).with_suffix("").as_posix()
        for path in MODULES
        if path.stem != "__init__" and not (tests / path.relative_to(SOURCE).parent / f"test_{path.stem}.py").exists()
    }
    assert lacking == TESTED_ELSEWHERE.keys()
