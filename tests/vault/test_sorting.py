"""What people say of clips: it is kept, altered, taken away, and every time an event tells of it."""

from dataclasses import replace

import pytest

from jebi.errors import Damaged, Refused
from jebi.vault import outbox, schema, sorting
from jebi.vault.catalogue import Catalogue
from jebi.vault.schema import Certainty
from jebi.vault.sorting import Claim, Person, Place, Said, Time
from vault.rows import EVENT, NOW, add, clip

FIRST = clip().id


@pytest.fixture
def filled(catalogue: Catalogue) -> Catalogue:
    """A catalogue with one clip."""
    add(catalogue, clip())
    return catalogue


def events(catalogue: Catalogue) -> int:
    with catalogue.reading() as connection:
        return outbox.pending(connection) - 1  # that the clip was taken in


def test_a_clip_has_a_trip_or_none(filled: Catalogue) -> None:
    with filled.writing(NOW) as change:
        sorting.add_trip(change, "swallow-7", EVENT)
        sorting.set_trip(change, FIRST, "swallow-7", EVENT)
        sorting.set_trip(change, FIRST, None, EVENT)
    with pytest.raises(Refused), filled.writing(NOW) as change:
        sorting.set_trip(change, FIRST, "nobody's", EVENT)
    with pytest.raises(Refused), filled.writing(NOW) as change:
        sorting.set_trip(change, "f" * 16, "swallow-7", EVENT)

    assert events(filled) == 3


def said(certainty: Certainty) -> Said:
    return Said(certainty=certainty, author="editor/1", note="the hills behind it")


def test_a_place_is_named_and_clips_were_filmed_there_more_or_less_certainly(filled: Catalogue) -> None:
    with filled.writing(NOW) as change:
        number = sorting.add_place(change, Place(name="혜산", latitude=41.4, longitude=128.2), EVENT)
        sorting.put_place(change, FIRST, number, said("possible"), EVENT)
        sorting.put_place(change, FIRST, number, said("confirmed"), EVENT)
        other = sorting.add_place(change, Place(name="market"), EVENT)
        sorting.put_place(change, FIRST, other, said("probable"), EVENT)
        sorting.alter_place(change, Place(name="장마당", id=other), EVENT)

    with filled.reading() as connection:
        assert sorting.places_of(connection, FIRST) == [
            (Place(name="혜산", latitude=41.4, longitude=128.2, id=number), said("confirmed")),
            (Place(name="장마당", id=other), said("probable")),
        ]
    with filled.writing(NOW) as change:
        sorting.remove_place(change, FIRST, number, EVENT)
    with filled.reading() as connection:
        assert [place.id for place, _ in sorting.places_of(connection, FIRST)] == [other]
    assert events(filled) == 7


@pytest.mark.parametrize("where", [(91.0, 0.0), (0.0, 181.0), (float("nan"), 0.0), (float("inf"), 0.0)])
def test_a_place_off_the_earth_is_damaged(where: tuple[float, float]) -> None:
    with pytest.raises(Damaged):
        Place(name="nowhere", latitude=where[0], longitude=where[1])


def test_a_clip_has_one_time_even_one_before_1970(filled: Catalogue) -> None:
    old = Time(from_ms=-(10**12), to_ms=-1, certainty="possible", author="editor/1")
    exact = Time(from_ms=5, to_ms=5, certainty="confirmed", author="editor/1", note="the clock on the wall")

    with filled.writing(NOW) as change:
        sorting.put_time(change, FIRST, old, EVENT)
        sorting.put_time(change, FIRST, exact, EVENT)

    with filled.reading() as connection:
        assert sorting.time_of(connection, FIRST) == exact
    with filled.writing(NOW) as change:
        sorting.remove_time(change, FIRST, EVENT)
    with filled.reading() as connection:
        assert sorting.time_of(connection, FIRST) is None
    with pytest.raises(Damaged):
        Time(from_ms=6, to_ms=5, certainty="confirmed", author="editor/1")


def test_a_person_is_a_pseudonym_with_risk_and_consent(filled: Catalogue) -> None:
    heron = Person(pseudonym="heron", risk="high", note="c" * 64)

    with filled.writing(NOW) as change:
        number = sorting.add_person(change, heron, EVENT)
        sorting.put_person(change, FIRST, number, 2000, EVENT)
        limited = replace(heron, id=number, consent="limited", consent_text="no voice")
        sorting.alter_person(change, limited, EVENT)

    with filled.reading() as connection:
        assert sorting.persons_of(connection, FIRST) == [(limited, 2000)]
    with pytest.raises(Refused, match="already"), filled.writing(NOW) as change:
        sorting.add_person(change, heron, EVENT)
    with filled.writing(NOW) as change:
        sorting.remove_person(change, FIRST, number, EVENT)
    with filled.reading() as connection:
        assert sorting.persons_of(connection, FIRST) == []
    assert events(filled) == 4


def test_a_tag_is_made_when_it_is_used_first(filled: Catalogue) -> None:
    add(filled, clip(2))

    with filled.writing(NOW) as change:
        market = sorting.put_tag(change, FIRST, "시장", EVENT)
        assert sorting.put_tag(change, clip(2).id, "시장", EVENT) == market
        assert sorting.put_tag(change, FIRST, "시장", EVENT) == market
        price = sorting.put_tag(change, FIRST, "price", EVENT)

    with filled.reading() as connection:
        found = sorting.labels_of(connection, FIRST, schema.tag, schema.clip_tag)
        assert found == {market: "시장", price: "price"}
    with filled.writing(NOW) as change:
        sorting.remove_tag(change, FIRST, market, EVENT)
    with pytest.raises(Refused), filled.writing(NOW) as change:
        sorting.remove_tag(change, FIRST, market, EVENT)


def test_a_collection_holds_clips(filled: Catalogue) -> None:
    with filled.writing(NOW) as change:
        spring = sorting.add_collection(change, "spring", EVENT)
        sorting.put_into(change, FIRST, spring, EVENT)

    with filled.reading() as connection:
        found = sorting.labels_of(connection, FIRST, schema.collection, schema.collection_clip)
        assert found == {spring: "spring"}
    with filled.writing(NOW) as change:
        sorting.take_out(change, FIRST, spring, EVENT)
    with filled.reading() as connection:
        assert sorting.labels_of(connection, FIRST, schema.collection, schema.collection_clip) == {}


def test_a_claim_is_weighed_and_judged(filled: Catalogue) -> None:
    made = Claim(text="this shows the market of 혜산", author="editor/1", certainty="probable")

    with filled.writing(NOW) as change:
        number = sorting.add_claim(change, made, EVENT)
        sorting.weigh(change, FIRST, number, "supports", EVENT)
        sorting.weigh(change, FIRST, number, "contradicts", EVENT)
        sorting.judge(change, number, "contradicted", EVENT)

    with filled.reading() as connection:
        judged = replace(made, id=number, state="contradicted", made_ms=NOW)
        assert sorting.claims_of(connection, FIRST) == [(judged, "contradicts")]
    with filled.writing(NOW) as change:
        sorting.unweigh(change, FIRST, number, EVENT)
    with filled.reading() as connection:
        assert sorting.claims_of(connection, FIRST) == []
    assert events(filled) == 5
