"""What was checked when, what is due, and what was not whole."""

import pytest

from jebi.errors import Damaged
from jebi.vault import clips, fixity, sorting
from jebi.vault.catalogue import Catalogue
from jebi.vault.clips import Derived
from jebi.vault.fixity import Fixity
from jebi.vault.schema import FixityResult
from vault.rows import DIGEST, EVENT, NOW, add, clip

BLOB = "a" * 64


@pytest.fixture
def filled(catalogue: Catalogue) -> Catalogue:
    """Two clips and a blob that was made twice of the first."""
    add(catalogue, clip(1), clip(2))
    with catalogue.writing(NOW) as change:
        for number in range(2):
            made = Derived(kind="thumb", blob=BLOB, size=1, sha256=DIGEST, tools="ffmpeg 5.1", number=number)
            clips.put_derived(change, clip(1).id, made, EVENT)
    return catalogue


def check(catalogue: Catalogue, subject: str, at: int, result: FixityResult = "whole") -> Fixity:
    about = "blob" if subject == BLOB else "clip"
    checked = Fixity(about=about, subject=subject, checked_ms=NOW + at, result=result)  # type: ignore[arg-type]
    with catalogue.writing(NOW) as change:
        fixity.add(change, [checked], EVENT)
    return checked


def due(catalogue: Catalogue, before: int, limit: int = 10) -> list[tuple[str, str]]:
    with catalogue.reading() as connection:
        return [tuple(one) for one in fixity.due(connection, NOW + before, limit)]  # type: ignore[misc]


def test_what_was_never_checked_is_due_first_and_then_what_was_not_for_longest(filled: Catalogue) -> None:
    check(filled, clip(1).id, 10)
    check(filled, BLOB, 5)

    assert due(filled, 100) == [("clip", clip(2).id), ("blob", BLOB), ("clip", clip(1).id)]
    assert due(filled, 100, 1) == [("clip", clip(2).id)]
    assert due(filled, 8) == [("clip", clip(2).id), ("blob", BLOB)]

    check(filled, BLOB, 20)
    assert due(filled, 15) == [("clip", clip(2).id), ("clip", clip(1).id)]


def test_the_notes_on_persons_are_checked_too(catalogue: Catalogue) -> None:
    with catalogue.writing(NOW) as change:
        sorting.add_person(change, sorting.Person(pseudonym="heron", note=BLOB), EVENT)

    assert due(catalogue, 100) == [("blob", BLOB)]


def test_every_check_stays(filled: Catalogue) -> None:
    first, second = check(filled, BLOB, 1, "missing"), check(filled, BLOB, 2)

    with filled.reading() as connection:
        assert fixity.of(connection, BLOB) == [second, first]
        assert fixity.summary(connection) == {"missing": 1, "whole": 1}


def test_what_was_not_whole_is_named_until_it_is_whole_again(filled: Catalogue) -> None:
    check(filled, clip(1).id, 1, "damaged")
    check(filled, BLOB, 1, "missing")
    again = check(filled, clip(1).id, 2, "damaged")
    check(filled, BLOB, 3)

    with filled.reading() as connection:
        assert fixity.failing(connection) == [again]


@pytest.mark.parametrize("changed", [{"about": "stick"}, {"subject": "x"}, {"checked_ms": -1}, {"result": "fine"}])
def test_a_check_that_cannot_be_is_damaged(changed: dict[str, str | int]) -> None:
    values = {"about": "clip", "subject": clip().id, "checked_ms": NOW, "result": "whole", **changed}

    with pytest.raises(Damaged):
        Fixity(**values)  # type: ignore[arg-type]
