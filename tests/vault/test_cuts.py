"""Cuts, plans, outputs and reports stay what they were."""

import pytest

from jebi.errors import Damaged, Refused
from jebi.vault import cuts
from jebi.vault.catalogue import Catalogue
from jebi.vault.cuts import Kept, OutputFile, Planned
from vault.rows import EVENT, NOW, add, clip

KEPT = Kept(sha256="1" * 64, blob="2" * 64, size=400)
FILM = OutputFile(name="film.mp4", blob="4" * 64, size=9, sha256="5" * 64)
POSTER = OutputFile(name="poster.jpg", blob="6" * 64, size=9, sha256="7" * 64)


def begun(catalogue: Catalogue, name: str = "장마당") -> int:
    add(catalogue, clip(1), clip(2))
    with catalogue.writing(NOW) as change:
        return cuts.begin(change, name, [clip(1).id], EVENT)


def planned(catalogue: Catalogue, cut: int) -> Planned:
    with catalogue.writing(NOW) as change:
        number = cuts.plan(change, cut, KEPT, [clip(1).id, clip(2).id], "wren", EVENT)
    with catalogue.reading() as connection:
        plan = cuts.get_plan(connection, number)
    assert plan
    return plan


def rendered(catalogue: Catalogue, plan: Planned) -> int:
    with catalogue.writing(NOW) as change:
        return cuts.render(change, plan, "3" * 64, [POSTER, FILM], "ffmpeg 5.1", EVENT)


def test_a_cut_is_found_by_its_name_and_by_every_clip_it_ever_showed(catalogue: Catalogue) -> None:
    number = begun(catalogue)
    planned(catalogue, number)
    with catalogue.reading() as connection:
        found = cuts.named(connection, "장마당")
        assert found
        assert found.id == number
        assert cuts.get(connection, number) == found
        assert cuts.of_clip(connection, clip(1).id) == cuts.of_clip(connection, clip(2).id) == [found]


def test_a_name_is_taken_once(catalogue: Catalogue) -> None:
    begun(catalogue)
    with pytest.raises(Refused), catalogue.writing(NOW) as change:
        cuts.begin(change, "장마당", [], EVENT)


def test_a_clip_that_is_not_there_is_in_no_cut(catalogue: Catalogue) -> None:
    with pytest.raises(Refused), catalogue.writing(NOW) as change:
        cuts.begin(change, "nothing", ["f" * 16], EVENT)


def test_a_newer_plan_stands_beside_the_earlier_one(catalogue: Catalogue) -> None:
    number = begun(catalogue)
    first, second = planned(catalogue, number), planned(catalogue, number)
    with catalogue.reading() as connection:
        assert cuts.plans(connection, number) == [second, first]
        assert (first.sha256, first.author) == (KEPT.sha256, "wren")


def test_an_output_has_its_files_by_name(catalogue: Catalogue) -> None:
    plan = planned(catalogue, begun(catalogue))
    number = rendered(catalogue, plan)
    with catalogue.reading() as connection:
        (output,) = cuts.outputs(connection, plan.cut)
        assert cuts.get_output(connection, number) == output
        assert (output.cut, output.cut_plan, output.sha256) == (plan.cut, plan.id, "3" * 64)
        assert cuts.files(connection, number) == [FILM, POSTER]


def test_only_the_newest_report_counts(catalogue: Catalogue) -> None:
    number = rendered(catalogue, planned(catalogue, begun(catalogue)))
    with catalogue.reading() as connection:
        assert cuts.last_report(connection, number) is None
    for has_passed in (True, False):
        with catalogue.writing(NOW) as change:
            cuts.add_report(change, number, KEPT, EVENT, has_passed=has_passed)
    with catalogue.reading() as connection:
        report = cuts.last_report(connection, number)
        assert report
        assert report.passed == 0


def test_every_blob_is_needed(catalogue: Catalogue) -> None:
    number = rendered(catalogue, planned(catalogue, begun(catalogue)))
    with catalogue.writing(NOW) as change:
        cuts.add_report(change, number, Kept(sha256="8" * 64, blob="9" * 64, size=1), EVENT, has_passed=True)
    with catalogue.reading() as connection:
        assert cuts.blobs(connection) == {KEPT.blob, FILM.blob, POSTER.blob, "9" * 64}


def test_cuts_are_listed_the_newest_first(catalogue: Catalogue) -> None:
    with catalogue.writing(NOW) as change:
        for name in "abc":
            cuts.begin(change, name, [], EVENT)
    with catalogue.reading() as connection:
        assert [one.name for one in cuts.newest(connection, limit=2)] == ["c", "b"]
        last = cuts.newest(connection, limit=2)[-1]
        assert [one.name for one in cuts.newest(connection, limit=2, before=last.id)] == ["a"]


@pytest.mark.parametrize("wrong", [{"sha256": "x"}, {"blob": "../" * 21 + "a"}, {"size": -1}], ids=str)
def test_nothing_is_kept_under_a_name_that_is_none(wrong: dict[str, object]) -> None:
    with pytest.raises(Damaged):
        Kept(**{"sha256": "1" * 64, "blob": "2" * 64, "size": 1, **wrong})  # type: ignore[arg-type]
