"""`jebi field receipts`, as it is typed."""

from typing import TYPE_CHECKING

import pytest

from jebi.errors import Exit

if TYPE_CHECKING:
    from cli.conftest import Jebi


@pytest.fixture
def published(office: "Jebi") -> "Jebi":
    """A list with news for the kit's trip alone."""
    office.write("news", f"{office.trip_of('kit')} 2 send-more 1\n")
    office.desk("receipts", "--news", "news", "--day", "2026-11-22", "--out", "list")
    return office


def test_news_goes_to_stdout_and_the_day_of_the_list_is_said(published: "Jebi") -> None:
    said = published("field", "receipts", "list", "--kit", "kit")
    assert (said.status, said.out) == (Exit.DONE, "parcel 2: send more\n")
    assert "the list of 2026-11-22, signed by example.org/desk" in said.err


def test_machines_get_one_line_a_piece_of_news(published: "Jebi") -> None:
    said = published("field", "receipts", "list", "--kit", "kit", "--json")
    assert said.fact == {"parcel": 2, "news": "send more", "day": "2026-11-22"}


def test_another_trip_finds_nothing_with_its_words(published: "Jebi") -> None:
    said = published("field", "receipts", "list", "--kit", "card.txt", "--passphrase-file", "words")
    assert (said.status, said.out) == (Exit.NOTHING_FOUND, "")
    assert "does not mean that nothing arrived" in said.err


def test_looking_changes_nothing(published: "Jebi") -> None:
    before = published.content()
    published("field", "receipts", "list", "--kit", "kit")
    assert published.content() == before


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["none", "--kit", "kit"], Exit.UNABLE, "none could not be read"),
        (["clips", "--kit", "kit"], Exit.UNABLE, "is a directory"),
        (["/dev/null", "--kit", "kit"], Exit.DAMAGED, ""),
        (["pw", "--kit", "kit"], Exit.DAMAGED, ""),
        (["forged", "--kit", "kit"], Exit.DAMAGED, "not signed by your desk"),
        (["list", "--kit", "none"], Exit.UNABLE, "none could not be read"),
        (["list", "--kit", "route"], Exit.DAMAGED, "no jebi card or jebi kit"),
        (["list", "--kit", "card.txt", "--passphrase-file", "pw"], Exit.REFUSED, "a trip has 8 words"),
        (["list", "--kit", "card.txt"], Exit.REFUSED, "--passphrase-file FILE"),
        (["list"], Exit.USAGE, "--kit"),
    ],
)
def test_what_cannot_be_is_said(published: "Jebi", words: list[str], status: Exit, said: str) -> None:
    published.write("forged", published.read("list").replace(b"2026-11-22", b"2026-11-23"))
    done = published("field", "receipts", *words)
    assert (done.status, said in done.err, done.out) == (status, True, ""), done
