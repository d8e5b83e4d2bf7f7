"""Whose a key is, is what the rows say, whatever came, went and was named between two questions; in both databases."""

from collections.abc import Iterable, Iterator

import pytest
from sqlalchemy import select

from jebi.vault import index, segments
from jebi.vault.catalogue import Catalogue
from jebi.vault.index_names import NAMES
from jebi.vault.owners import Owners
from jebi.vault.schema import SegmentKind, segment
from vault.rows import EVENT, NOW, add, clip, heard

KINDS: tuple[SegmentKind, ...] = ("transcript", "note")
FIRST, SECOND, THIRD = (clip(number).id for number in (1, 2, 3))


@pytest.fixture
def catalogue(database: str) -> Iterator[Catalogue]:
    """One with an empty index, too."""
    with Catalogue.open(database) as catalogue:
        yield catalogue


def asked(owners: Owners, catalogue: Catalogue, *of: str) -> list[int]:
    with catalogue.reading() as connection:
        return [int(key) for key in owners.keys_of(connection, of)]


def said(catalogue: Catalogue, of: str, *starts_ms: int) -> None:
    with catalogue.writing(NOW) as change:
        found = [heard(clip=of, start_ms=start_ms) for start_ms in starts_ms]
        segments.put_machine(change, of, "transcript", found, EVENT)


def named(catalogue: Catalogue, *of: str) -> None:
    with catalogue.writing(NOW) as change:
        index.add_names(change.connection, [(one, " swallow ") for one in of])


def rows(catalogue: Catalogue, of: Iterable[str]) -> list[int]:
    with catalogue.reading() as connection:
        texts = connection.scalars(select(segment.c.id).where(segment.c.clip.in_(of), segment.c.kind.in_(KINDS)))
        names = connection.scalars(select(NAMES.c.key).where(NAMES.c.clip.in_(of)))
        return sorted([*texts, *names])


def test_a_key_is_of_the_clip_whose_row_it_is(catalogue: Catalogue) -> None:
    owners = Owners(KINDS)
    add(catalogue, clip(1), clip(2), clip(3))
    assert asked(owners, catalogue, FIRST, SECOND) == []

    said(catalogue, SECOND, 0, 1_000, 2_000)
    named(catalogue, SECOND, FIRST)
    said(catalogue, FIRST, 0, 1_000)
    for of in ([FIRST], [SECOND], [FIRST, SECOND], [THIRD], []):
        assert asked(owners, catalogue, *of) == rows(catalogue, of)

    named(catalogue, THIRD)
    said(catalogue, THIRD, 5_000)
    for of in ([THIRD], [THIRD, FIRST]):
        assert asked(owners, catalogue, *of) == rows(catalogue, of)


def test_a_text_that_is_gone_gives_its_key_to_nobody(catalogue: Catalogue) -> None:
    owners = Owners(KINDS)
    add(catalogue, clip(1), clip(2))
    said(catalogue, FIRST, 0, 1_000)
    known = asked(owners, catalogue, FIRST)
    said(catalogue, FIRST)
    said(catalogue, SECOND, 0, 1_000)

    assert asked(owners, catalogue, SECOND) == rows(catalogue, [SECOND])
    assert not set(known) & set(asked(owners, catalogue, SECOND))


def test_texts_of_other_kinds_are_nobodys(catalogue: Catalogue) -> None:
    add(catalogue, clip(1))
    with catalogue.writing(NOW) as change:
        segments.put_machine(change, FIRST, "speech", [heard(kind="speech")], EVENT)

    assert asked(Owners(KINDS), catalogue, FIRST) == []
