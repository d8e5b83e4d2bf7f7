"""Keys of pages come back as they were written; whatever else comes back is as no key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.office import pages


@given(
    st.sampled_from([pages.OLDER, pages.NEWER]),
    st.integers(0, 10**15 - 1),
    st.text("0123456789abcdef", min_size=1, max_size=40),
)
def test_a_key_is_read_back(towards: str, number: int, word: str) -> None:
    assert pages.parse(pages.written(towards, number, word), 2) == (towards, [str(number), word])
    assert pages.number(str(number)) == number


@pytest.mark.parametrize("key", ["", "o", "x1", "o1_", "o1_a_b", "o1_a\0", "o1_\u202e", "n1_가", "o1_" + "a" * 99])
def test_a_key_that_cannot_be_is_as_no_key(key: str) -> None:
    assert pages.parse(key, 2) is None


@given(st.text())
def test_no_text_breaks_a_key(text: str) -> None:
    found = pages.parse(text, 1)
    assert found is None or found[1][0].isprintable()
    assert pages.number(text) is None or int(text) >= 0
