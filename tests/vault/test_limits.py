"""Whatever passes the limits is kept by both databases as it was, and nothing else passes."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from jebi.errors import Damaged
from jebi.vault import schema
from jebi.vault.catalogue import Catalogue
from jebi.vault.limits import LARGEST, LONGEST_NAME, check_hex, check_number, check_one_of, check_text
from vault.rows import NOW


@given(text=st.text(st.characters(codec=None), max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_text_that_passes_is_kept_as_it_was(catalogue: Catalogue, text: str) -> None:
    try:
        check_text("a tag", text, LONGEST_NAME)
    except Damaged:
        assert "\x00" in text or len(text.encode(errors="surrogatepass")) > LONGEST_NAME or not encodes(text)
        return

    with catalogue.writing(NOW) as change:
        change.connection.execute(schema.tag.delete())
        change.add_numbered(schema.tag, {"name": text})
        assert change.connection.execute(select(schema.tag.c.name)).scalar_one() == text


def encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@pytest.mark.parametrize("number", [-1, LARGEST + 1, 1 << 64])
def test_a_number_out_of_range_is_damaged(number: int) -> None:
    with pytest.raises(Damaged):
        check_number("a size", number)


def test_the_largest_number_is_kept_as_it_was(catalogue: Catalogue) -> None:
    check_number("a size", LARGEST)

    with catalogue.writing(NOW) as change:
        change.add(schema.trip, {"id": "t", "issued_ms": LARGEST})
        assert change.connection.execute(select(schema.trip.c.issued_ms)).scalar_one() == LARGEST


@pytest.mark.parametrize("text", ["", "abc", "abcdE", "abcd\n", "٣٣٣٣", "ＡＢＣＤ"])
def test_what_is_not_hexadecimal_is_damaged(text: str) -> None:
    check_hex("a digest", "0af9", 4)

    with pytest.raises(Damaged):
        check_hex("a digest", text, 4)


def test_what_stands_in_no_schema_is_damaged() -> None:
    check_one_of("a state", "open", ("open",))

    with pytest.raises(Damaged):
        check_one_of("a state", "ajar", ("open",))
