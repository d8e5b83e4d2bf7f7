"""`jebi desk broadcast`, as it is typed."""

import shutil
from pathlib import Path

import pytest

from cli.conftest import Jebi
from cli.published import cleared
from jebi.errors import Exit
from programmes import TERMS

PACK = ("broadcast", "market", "--terms", "terms.toml", "--onto", "package")


@pytest.fixture(scope="module")
def published_once(office_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = cleared(office_once, tmp_path_factory.mktemp("broadcast") / "desk")
    said = Jebi(folder).desk("publish", "market", "--as", "owl", "--site", "site")
    assert said.status == Exit.DONE, said
    return folder


@pytest.fixture
def desk(published_once: Path, tmp_path: Path) -> Jebi:
    shutil.copytree(published_once, tmp_path / "desk")
    desk = Jebi(tmp_path / "desk")
    desk.write("terms.toml", TERMS)
    return desk


def test_a_published_film_is_packed_in_a_folder(desk: Jebi) -> None:
    said = desk.desk(*PACK, "--as", "owl", "--json")
    assert (said.status, said.fact["film"]) == (Exit.DONE, 1), said
    names = [path.name for path in (desk.folder / "package").iterdir()]
    assert len(names) == said.fact["files"]
    assert {"film-0001_film.mp4", "SHA256SUMS"} < set(names)


def test_whoever_is_no_publisher_is_refused(desk: Jebi) -> None:
    said = desk.desk(*PACK, "--as", "crane")
    assert (said.status, "only a publisher" in said.err) == (Exit.REFUSED, True), said
    assert not desk.exists("package")


def test_nothing_that_exists_is_written_over(desk: Jebi) -> None:
    desk.write("package", "here")
    said = desk.desk(*PACK, "--as", "owl")
    assert (said.status, "exists already" in said.err) == (Exit.REFUSED, True), said


def test_terms_that_say_too_little_are_refused(desk: Jebi) -> None:
    desk.write("terms.toml", "credit = 'Spring Films'")
    said = desk.desk(*PACK, "--as", "owl")
    assert (said.status, "English, Japanese and Korean" in said.err) == (Exit.REFUSED, True), said
    assert not desk.exists("package")
