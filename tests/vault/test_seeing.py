"""Pictures of an output, who saw which, and what they answered, are kept; what is made anew was seen by nobody."""

import pytest

from jebi.errors import Damaged, Refused
from jebi.vault import cuts, members, seeing
from jebi.vault.catalogue import Catalogue
from jebi.vault.members import Member
from jebi.vault.seeing import Picture
from vault.rows import EVENT, NOW
from vault.test_cuts import begun, planned, rendered


def page(number: int, *, blob: str = "8", use: str = "strip") -> Picture:
    return Picture(
        use=use,  # type: ignore[arg-type]
        number=number,
        start_ms=0,
        end_ms=9750,
        why="" if use == "strip" else "gap",
        blob=blob * 64,
        size=9,
        sha256=blob * 64,
    )


@pytest.fixture
def output(catalogue: Catalogue) -> int:
    return rendered(catalogue, planned(catalogue, begun(catalogue)))


@pytest.fixture
def crane(catalogue: Catalogue) -> int:
    with catalogue.writing(NOW) as change:
        return members.add(change, Member(name="crane", role="clearer", password="$argon2id$"), EVENT)


def put(catalogue: Catalogue, output: int, *made: Picture) -> None:
    with catalogue.writing(NOW) as change:
        seeing.put_pictures(change, output, made, EVENT)


def test_pictures_are_found_by_their_use_and_number(catalogue: Catalogue, output: int) -> None:
    put(catalogue, output, page(2), page(1), page(1, use="first"))
    with catalogue.reading() as connection:
        assert seeing.pictures(connection, output, "strip") == [page(1), page(2)]
        assert seeing.picture(connection, output, "first", 1) == page(1, use="first")
        assert seeing.picture(connection, output, "first", 2) is None


def test_pictures_that_are_made_anew_take_the_place_of_the_earlier_ones(catalogue: Catalogue, output: int) -> None:
    put(catalogue, output, page(1), page(2))
    put(catalogue, output, page(1, blob="9"))
    with catalogue.reading() as connection:
        assert seeing.pictures(connection, output, "strip") == [page(1, blob="9")]
        assert "9" * 64 in cuts.blobs(connection)  # and what sweeps blobs lets it be
        assert "8" * 64 not in cuts.blobs(connection)


def test_a_page_is_signed_off_as_it_is_now(catalogue: Catalogue, output: int, crane: int) -> None:
    for sha256 in ("a" * 64, "b" * 64):
        with catalogue.writing(NOW) as change:
            seeing.sign_off(change, output, crane, 1, sha256, EVENT)
    with catalogue.reading() as connection:
        assert seeing.signed_off(connection, output, crane) == {1: "b" * 64}
        assert seeing.signed_off(connection, output, crane + 1) == {}


def test_the_last_answer_counts(catalogue: Catalogue, output: int, crane: int) -> None:
    for answers in ({"gait": "unsure", "place": "no"}, {"gait": "no"}):
        with catalogue.writing(NOW) as change:
            seeing.answer(change, output, crane, answers, EVENT)
    with catalogue.reading() as connection:
        assert seeing.answers(connection, output, crane) == {"gait": "no", "place": "no"}


def test_what_is_no_digest_is_not_kept(catalogue: Catalogue, output: int, crane: int) -> None:
    with pytest.raises(Damaged), catalogue.writing(NOW) as change:
        seeing.sign_off(change, output, crane, 1, "A" * 64, EVENT)


def test_who_is_nobody_saw_nothing(catalogue: Catalogue, output: int) -> None:
    with pytest.raises(Refused), catalogue.writing(NOW) as change:
        seeing.sign_off(change, output, 77, 1, "a" * 64, EVENT)
