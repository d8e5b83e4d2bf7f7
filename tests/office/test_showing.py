"""Films are made again out of what the log names, and out of nothing else."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from going_out import Stage, plan_of, rendered, stage_of
from jebi.errors import Damaged
from jebi.office.showing import Showing
from jebi.release.publish import Film, Retraction, words
from jebi.release.register import Released
from jebi.vault import cuts
from office.conftest import Office


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rendered(tmp_path_factory.mktemp("rendered"))


@pytest.fixture
def stage(office: Office, files: Path) -> Iterator[Stage]:
    with stage_of(office.desk, files) as stage:
        yield stage


@pytest.fixture
def showing(stage: Stage) -> Showing:
    return Showing(stage.catalogue, stage.kept)


def released(stage: Stage, number: int = 1) -> Released:
    """What the log would say of a cut that is rendered now."""
    with stage.catalogue.reading() as connection:
        output = cuts.get_output(connection, stage.cut(f"cut {number}"))
        assert output
        plan = cuts.get_plan(connection, output.cut_plan)
    assert plan
    return Released(
        number=number, cut=output.cut, output=output.sha256, plan=plan.sha256, time=stage.clock.now_ms // 1000, by="owl"
    )


def test_a_film_has_all_that_its_plan_tells_and_all_files_of_its_output(
    stage: Stage, showing: Showing, files: Path
) -> None:
    one = released(stage)
    film = showing.film(one)
    showing.check(one)
    assert (film.filmed, film.places, film.published) == ("2026-10", ("혜산",), one.day)
    assert {(str(file.name), file.size) for file in film.files} == {
        (path.name, path.stat().st_size) for path in files.iterdir()
    }


def test_films_and_notices_are_handed_out_together(stage: Stage, showing: Showing) -> None:
    notice = Retraction(number=1, day=released(stage).day, words=words({"en": "Sorry."}))
    first, second = replace(released(stage), withdrawn=notice), released(stage, 2)
    shown = showing.shown([first, second], {})
    assert shown.entries[0] == notice
    film = shown.entries[1]
    assert isinstance(film, Film)
    assert sum(map(len, shown.take(film, film.card))) == film.card.size


@pytest.mark.parametrize("changed", [{"output": "00" * 32}, {"plan": "00" * 32}, {"cut": 7}], ids=str)
def test_what_the_log_names_and_is_not_there_is_damage(stage: Stage, showing: Showing, changed: dict[str, str]) -> None:
    with pytest.raises(Damaged):
        showing.film(replace(released(stage), **changed))  # type: ignore[arg-type]


def test_a_plan_that_was_swapped_is_damage(stage: Stage, showing: Showing) -> None:
    one = released(stage)
    other = stage.kept.put(plan_of(voice="ko").about.filmed.encode())
    stage.edit(f"UPDATE cut_plan SET blob = '{other.blob}'")
    with pytest.raises(Damaged, match="the plan of the cut is not the one"):
        showing.film(one)


def test_a_blob_that_is_gone_or_altered_is_noticed_before_anything_is_published(stage: Stage, showing: Showing) -> None:
    one = released(stage)
    with stage.catalogue.reading() as connection:
        (card,) = [file for file in cuts.files(connection, 1) if file.name == "card.jpg"]
    (path,) = Path(stage.desk.path("blobs")).rglob(f"*{card.blob[4:]}*")
    content = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(Damaged):
        showing.check(one)
    path.unlink()
    with pytest.raises(Damaged):
        showing.check(one)
