"""What a machine wrote stays a machine's; a person's correction supersedes it and neither is lost."""

from dataclasses import replace

import pytest

from jebi.errors import Damaged, Refused
from jebi.vault import segments
from jebi.vault.catalogue import Catalogue
from jebi.vault.grid import Wanted, count
from jebi.vault.segments import Replaced, Segment
from vault.rows import EVENT, NOW, add, clip, heard, written

FIRST = clip().id


@pytest.fixture
def filled(catalogue: Catalogue) -> Catalogue:
    """A catalogue with one clip."""
    add(catalogue, clip())
    return catalogue


def put(catalogue: Catalogue, *found: Segment) -> Replaced:
    with catalogue.writing(NOW) as change:
        return segments.put_machine(change, FIRST, "transcript", found, EVENT)


def correct(catalogue: Catalogue, corrected: Segment) -> int:
    with catalogue.writing(NOW) as change:
        return segments.correct(change, corrected, EVENT)


def texts(catalogue: Catalogue, *, with_superseded: bool = False) -> list[tuple[str, str]]:
    with catalogue.reading() as connection:
        found = segments.of(connection, FIRST, ["transcript"], with_superseded=with_superseded)
    return [(one.text, one.origin) for one in found]


def test_segments_come_by_time_with_their_numbers(filled: Catalogue) -> None:
    later, sooner = heard("later", 2000, language="ko"), heard("sooner", 0)

    assert put(filled, later, sooner) == Replaced(gone=(), new=(1, 2))

    with filled.reading() as connection:
        assert segments.of(connection, FIRST) == [replace(sooner, id=2), replace(later, id=1)]


def test_a_machine_that_runs_again_replaces_what_nobody_touched(filled: Catalogue) -> None:
    put(filled, heard("쌀갑", 0), heard("시장", 1000), heard("?", 2000))
    correct(filled, written("쌀값", 0, supersedes=1))
    with filled.writing(NOW) as change:
        segments.check(change, 2, "editor/2", EVENT)

    assert put(filled, heard("!", 3000)) == Replaced(gone=(3,), new=(5,))

    assert texts(filled) == [("쌀값", "person"), ("시장", "machine"), ("!", "machine")]
    assert texts(filled, with_superseded=True)[0] == ("쌀갑", "machine")


def test_other_kinds_stay_when_one_is_replaced(filled: Catalogue) -> None:
    with filled.writing(NOW) as change:
        segments.put_machine(change, FIRST, "shot", [heard("", kind="shot")], EVENT)
    put(filled, heard("a"))

    assert put(filled, heard("b")).gone == (2,)

    with filled.reading() as connection:
        assert [one.kind for one in segments.of(connection, FIRST)] == ["shot", "transcript"]


def test_a_segment_is_corrected_once_and_then_its_correction_is(filled: Catalogue) -> None:
    put(filled, heard("쌀갑"))
    first = correct(filled, written("쌀겂", supersedes=1))

    with pytest.raises(Refused):
        correct(filled, written("쌀값", supersedes=1))
    correct(filled, written("쌀값", supersedes=first))

    assert texts(filled) == [("쌀값", "person")]
    assert texts(filled, with_superseded=True) == [("쌀갑", "machine"), ("쌀겂", "person"), ("쌀값", "person")]


def test_a_correction_is_of_the_same_clip_and_kind(filled: Catalogue) -> None:
    add(filled, clip(2))
    put(filled, heard("쌀갑"))

    for wrong in (written(supersedes=9), written(supersedes=1, kind="note"), written(supersedes=1, clip=clip(2).id)):
        with pytest.raises(Refused):
            correct(filled, wrong)


def test_checked_words_stay_a_machine_s(filled: Catalogue) -> None:
    put(filled, heard("시장"))
    with filled.writing(NOW) as change:
        segments.check(change, 1, "editor/2", EVENT)
        (own,) = segments.add(change, [written("note")], EVENT)

    with filled.reading() as connection:
        checked, _ = segments.of(connection, FIRST)
    assert (checked.origin, checked.model, checked.checked_by) == ("machine", "ears 1", "editor/2")
    with pytest.raises(Refused), filled.writing(NOW) as change:
        segments.check(change, own, "editor/2", EVENT)


@pytest.mark.parametrize(
    "changed",
    [
        {"author": "editor/1"},
        {"model": ""},
        {"origin": "person"},
        {"start_ms": -1},
        {"start_ms": 2000, "end_ms": 1999},
        {"kind": "song"},
        {"text": "\x00"},
    ],
)
def test_a_segment_that_cannot_be_is_damaged(changed: dict[str, str | int]) -> None:
    with pytest.raises(Damaged):
        heard(**changed)  # type: ignore[arg-type]


def test_a_machine_s_words_are_not_taken_for_a_person_s(filled: Catalogue) -> None:
    with filled.writing(NOW) as change:
        with pytest.raises(ValueError, match="person"):
            segments.add(change, [heard()], EVENT)
        with pytest.raises(ValueError, match="person"):
            segments.correct(change, heard(supersedes=1), EVENT)
        with pytest.raises(ValueError, match="machine"):
            segments.put_machine(change, FIRST, "transcript", [written()], EVENT)


def test_all_that_hold_are_gone_through_page_by_page(filled: Catalogue) -> None:
    put(filled, *(heard(str(number), number) for number in range(5)))
    correct(filled, written("corrected", 1, supersedes=2))

    found, last = [], 0
    with filled.reading() as connection:
        while page := segments.after(connection, last, 2):
            found += [one.text for one in page]
            last = page[-1].id

    assert found == ["0", "2", "3", "4", "corrected"]


def test_the_grid_sees_at_a_glance_what_was_heard_and_read(filled: Catalogue) -> None:
    def see() -> tuple[int, int]:
        with filled.reading() as connection:
            return count(connection, Wanted(has_speech=True))[0], count(connection, Wanted(has_text=True))[0]

    assert see() == (0, 0)
    with filled.writing(NOW) as change:
        segments.put_machine(change, FIRST, "speech", [heard(kind="speech")], EVENT)
        segments.add(change, [written(kind="screen_text")], EVENT)
    assert see() == (1, 1)
    with filled.writing(NOW) as change:
        segments.put_machine(change, FIRST, "speech", [], EVENT)
        segments.put_machine(change, FIRST, "screen_text", [], EVENT)
    assert see() == (0, 1)
