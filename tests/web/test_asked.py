"""What stands in an address or a form is taken as what it says, or not at all."""

from datetime import UTC, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from jebi.office.kinds import ClipState, Has
from jebi.office.shown import Filter
from jebi.web import asked


def test_a_filter_is_read_out_of_an_address() -> None:
    given_address = "since=2026-03-01&until=2026-03-01&place=%EA%B0%95&faces=yes&text=no&state=ready"
    found = asked.filter_of(QueryParams(given_address), timezone(timedelta(hours=9)))
    assert found == Filter(
        since=1_772_290_800, until=1_772_377_199, place="강", faces=Has.YES, text=Has.NO, state=ClipState.READY
    )


@given(
    st.dictionaries(
        st.sampled_from(["since", "until", "place", "trip", "tag", "collection", "faces", "speech", "text", "state"]),
        st.text(),
    )
)
def test_no_address_breaks_a_filter(pairs: dict[str, str]) -> None:
    found = asked.filter_of(QueryParams(pairs), UTC)
    assert all(len(one) <= asked.LONGEST_LINE for one in (found.place, found.trip, found.tag, found.collection))


@given(st.text())
def test_an_address_that_is_kept_leads_to_this_desk(address: str) -> None:
    kept = asked.local(address)
    assert kept.startswith("/")
    assert not kept.startswith("//")
    assert "\n" not in kept


def test_a_filter_less_is_an_address_without_it() -> None:
    params = QueryParams("tag=x&place=y&key=48&evil=1")
    assert asked.address_of("/archive", params, tag="") == "/archive?place=y"
    assert asked.address_of("/archive", QueryParams(), key="") == "/archive"


@pytest.mark.parametrize(
    ("text", "seconds"), [("", None), ("75", 75), ("1:15", 75), ("1:15.5", 75.5), ("1:02:03", 3723), (" 0:00 ", 0)]
)
def test_a_second_is_read_as_people_write_it(text: str, seconds: float | None) -> None:
    assert asked._second(text) == seconds


@pytest.mark.parametrize("untrusted", ["1" + "0" * 306 + ":1" + "0" * 308, "9" * 5000, b"1:15", object(), 1.5])
def test_a_second_that_is_no_short_text_is_refused(untrusted: object) -> None:
    with pytest.raises(ValueError, match="1:15"):
        asked._second(untrusted)


@pytest.mark.parametrize(
    ("text", "could"), [("haneul", True), ("a-1.b", True), ("a\n", False), ("a\0", False), ("", False), ("A", False)]
)
def test_a_name_is_one_that_a_member_could_have(text: str, could: bool) -> None:  # noqa: FBT001 a table's column
    assert asked.is_name(text) is could


@given(st.text())
def test_no_text_breaks_a_second(text: str) -> None:
    try:
        found = asked._second(text)
    except ValueError:
        return
    assert found is None or 0 <= found < 1e6
