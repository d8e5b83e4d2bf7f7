"""`jebi desk publish` and `jebi desk site`, as they are typed: from a cut that two cleared to pages that anyone may read."""

import shutil
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parent.parent))  # for what tests share by name

from cli.conftest import Jebi
from cli.published import cleared
from jebi.errors import Exit

SITE = ("--as", "owl", "--site", "site")


@pytest.fixture(scope="module")
def cleared_once(office_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return cleared(office_once, tmp_path_factory.mktemp("publish") / "desk")


@pytest.fixture
def desk(cleared_once: Path, tmp_path: Path) -> Jebi:
    shutil.copytree(cleared_once, tmp_path / "desk")
    return Jebi(tmp_path / "desk")


def test_a_film_is_published_served_and_withdrawn(desk: Jebi) -> None:
    said = desk.desk("publish", "market", *SITE, "--to", "served", "--json")
    assert (said.status, said.fact["film"], said.fact["edition"], said.fact["films"]) == (Exit.DONE, 1, 1, 1), said
    for folder in ("site", "served"):
        assert desk.read(f"{folder}/films/0001/film.mp4") == desk.read("rendered/film.mp4")
        assert "Rice at the market" in desk.read(f"{folder}/en/films/0001.html").decode()
    again = desk.desk("publish", "market", *SITE, "--to", "served", "--json").fact
    assert (again["film"], again["edition"], again["drawn"], again["sent"]) == (1, 1, 0, 0)

    words = ("--words", "en=Somebody could be recognised.", "--words", "ko=알아볼 수 있는 사람이 있었습니다.")
    gone = desk.desk("publish", "market", "--retract", *words, *SITE, "--to", "served", "--json")
    assert (gone.status, gone.fact["film"], gone.fact["films"]) == (Exit.DONE, 1, 0)
    assert not desk.exists("served/films/0001")
    assert "Somebody could be recognised." in desk.read("served/en/films/0001.html").decode()
    assert "알아볼 수 있는" in desk.read("served/ko/films/0001.html").decode()
    log = (desk.folder / "archive/log/records.jsonl").read_text()
    assert (log.count('"kind":"cut-released"'), log.count('"kind":"cut-withdrawn"')) == (1, 1)


def test_without_a_cut_the_site_is_brought_on_as_it_is(desk: Jebi) -> None:
    said = desk.desk("publish", "--site", "site", "--json")
    assert (said.status, said.fact["film"], said.fact["films"]) == (Exit.DONE, None, 0)
    desk.write("other.toml", desk.read("site.toml").replace(b"Spring", b"Autumn"))
    desk.desk("site", "--settings", "other.toml", "--as", "owl")
    assert desk.desk("publish", "--site", "site", "--json").fact["edition"] == 2
    assert "Autumn Films" in desk.read("site/en/index.html").decode()


def test_the_key_of_the_site_is_shown_and_signs_it(desk: Jebi) -> None:
    key = str(desk.desk("site", "--json").fact["key"])
    assert key.startswith("example.org/desk/site+")
    desk.desk("publish", "market", *SITE)
    assert key in desk.read("site/en/check.html").decode().replace("&#43;", "+")
    assert f"— {key.partition('+')[0]} " in desk.read("site/site.note").decode()


def test_who_cleared_or_refused_or_planned_publishes_nothing(desk: Jebi) -> None:
    for name in ("crane", "wren", "nobody"):
        said = desk.desk("publish", "market", "--as", name, "--site", "site")
        assert said.status in {Exit.REFUSED, Exit.NOTHING_FOUND}, said
    desk.desk("member", "crane", "--role", "publisher")
    said = desk.desk("publish", "market", "--as", "crane", "--site", "site")
    assert said.status == Exit.REFUSED
    assert not desk.exists("site")


def test_a_site_that_nobody_settled_releases_nothing(desk: Jebi) -> None:
    (desk.folder / "archive" / "site.toml").unlink()
    said = desk.desk("publish", "market", *SITE)
    assert (said.status, "settings of the site are gone" in said.err) == (Exit.DAMAGED, True)
    assert "cut-released" not in (desk.folder / "archive/log/records.jsonl").read_text()


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (["market", "--site", "site"], Exit.REFUSED, "says who they are"),
        (["market", *SITE, "--retract"], Exit.REFUSED, "with words"),
        (["market", *SITE, "--words", "en=Sorry."], Exit.REFUSED, "with words"),
        ([*SITE, "--retract", "--words", "en=Sorry."], Exit.REFUSED, "with words"),
        (["market", *SITE, "--retract", "--words", "Sorry."], Exit.REFUSED, "language before them"),
        (["market", *SITE, "--retract", "--words", "en=Sorry."], Exit.NOTHING_FOUND, "no film of this cut"),
        (["river", *SITE], Exit.NOTHING_FOUND, "no such cut"),
        (["--as", "owl", "--site", "rendered"], Exit.REFUSED, "no site of ours"),
        (["--as", "owl", "--site", "site", "--to", "nosuch://x"], Exit.UNABLE, "no place that can be reached"),
        (["market", "--as", "owl"], Exit.USAGE, "--site"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, list) else "",
)
def test_what_cannot_be_is_said(desk: Jebi, words: list[str], status: Exit, told: str) -> None:
    said = desk.desk("publish", *words)
    assert (said.status, told in said.err) == (status, True), said
    assert not desk.exists("site")
