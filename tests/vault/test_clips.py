"""Clips keep what is exact; what was measured, claimed or said stands beside it with its source."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged, Refused
from jebi.vault import clips, sorting
from jebi.vault.catalogue import Catalogue
from jebi.vault.clips import Clip, Derived, Fact
from vault.rows import DIGEST, EVENT, NOW, add, clip

MEASURED = Fact(name="duration_ms", source="measured", value="61500", tool="ffprobe 5.1")
CLAIMED = Fact(name="file_name", source="claimed", value="MVI_0001.MOV", tool="exiftool 12.57")
SAID = Fact(name="weather", source="said", value="비", actor="editor/1")


def made(blob: str = "a" * 64, **changed: int | str) -> Derived:
    values = {"kind": "thumb", "blob": blob, "size": 10, "sha256": DIGEST, "tools": "ffmpeg 5.1", **changed}
    return Derived(**values)  # type: ignore[arg-type]


def test_a_clip_is_taken_in_once(catalogue: Catalogue) -> None:
    add(catalogue, clip())

    with pytest.raises(Refused, match="already"):
        add(catalogue, clip())
    with pytest.raises(Refused, match="already"):
        add(catalogue, clip(id="f" * 16))  # the same place in the same parcel


def test_a_clip_of_an_unknown_trip_is_refused(catalogue: Catalogue) -> None:
    with pytest.raises(Refused):
        add(catalogue, clip(trip="nobody's"))

    with catalogue.writing(NOW) as change:
        sorting.add_trip(change, "swallow-7", EVENT)
        clips.add(change, clip(trip="swallow-7"), EVENT)


def test_a_parcel_s_clips_come_as_the_manifest_has_them(catalogue: Catalogue) -> None:
    add(catalogue, clip(3), clip(1), clip(2), clip(4, parcel="cd" * 8))

    with catalogue.reading() as connection:
        assert clips.of_parcel(connection, "ab" * 8) == [clip(1), clip(2), clip(3)]


def test_clips_with_the_same_bytes_are_found(catalogue: Catalogue) -> None:
    add(catalogue, clip(2), clip(1), clip(3, sha256="6" * 64))

    with catalogue.reading() as connection:
        assert clips.same(connection, DIGEST) == [clip(1), clip(2)]


def test_what_came_of_opening_it_is_kept_and_nothing_exact_changes(catalogue: Catalogue) -> None:
    add(catalogue, clip())

    with catalogue.writing(NOW) as change:
        clips.decide(change, clip().id, EVENT, kind="video", state="partly", why="its last 2 seconds are cut off")

    with catalogue.reading() as connection:
        expected = clip(kind="video", state="partly", why="its last 2 seconds are cut off")
        assert clips.get(connection, clip().id) == expected
    with pytest.raises(Refused), catalogue.writing(NOW) as change:
        clips.decide(change, "f" * 16, EVENT, kind="video", state="opened", why="")


def test_a_fact_is_kept_with_its_source_and_replaced_by_a_newer_of_the_same(catalogue: Catalogue) -> None:
    claimed = Fact(name="duration_ms", source="claimed", value="99", tool="exiftool 12.57")
    newer = Fact(name="duration_ms", source="measured", value="61480", tool="ffprobe 7.0")
    add(catalogue, clip(1), clip(2))

    with catalogue.writing(NOW) as change:
        clips.put_facts(change, clip(1).id, [MEASURED, claimed, SAID], EVENT)
        clips.put_facts(change, clip(1).id, [newer], EVENT)
        clips.put_facts(change, clip(2).id, [CLAIMED], EVENT)

    with catalogue.reading() as connection:
        wanted = [clip(1).id, clip(2).id]
        assert clips.facts_of(connection, wanted) == {wanted[0]: [claimed, newer, SAID], wanted[1]: [CLAIMED]}
        named = clips.facts_of(connection, wanted, ["file_name"])
        assert named == {wanted[0]: [], wanted[1]: [CLAIMED]}


@pytest.mark.parametrize(
    "changed", [{"source": "said"}, {"tool": ""}, {"actor": "editor/1"}, {"name": ""}, {"source": "guessed"}]
)
def test_a_fact_without_its_source_cannot_be_made(changed: dict[str, str]) -> None:
    values = {"name": "width", "source": "measured", "value": "1920", "tool": "ffprobe 5.1", **changed}

    with pytest.raises(Damaged):
        Fact(**values)  # type: ignore[arg-type]


def test_what_is_made_anew_frees_the_blob_that_nothing_needs(catalogue: Catalogue) -> None:
    add(catalogue, clip())

    with catalogue.writing(NOW) as change:
        assert clips.put_derived(change, clip().id, made("a" * 64), EVENT) == ""
        assert clips.put_derived(change, clip().id, made("b" * 64), EVENT) == "a" * 64
        assert clips.put_derived(change, clip().id, made("b" * 64, number=1), EVENT) == ""
        assert clips.put_derived(change, clip().id, made("c" * 64), EVENT) == ""  # the second thumbnail still needs it
        assert clips.put_derived(change, clip().id, made("c" * 64), EVENT) == ""  # it is the same

    with catalogue.reading() as connection:
        assert clips.blobs(connection) == {"b" * 64, "c" * 64}
        found = clips.derived_of(connection, [clip().id], ["thumb"])
        assert found == {clip().id: [made("c" * 64), made("b" * 64, number=1)]}
        assert clips.derived_of(connection, [clip().id], ["view"]) == {clip().id: []}


def test_the_notes_on_persons_are_blobs_that_are_needed(catalogue: Catalogue) -> None:
    with catalogue.writing(NOW) as change:
        sorting.add_person(change, sorting.Person(pseudonym="heron", note="c" * 64), EVENT)
        sorting.add_person(change, sorting.Person(pseudonym="crane"), EVENT)

    with catalogue.reading() as connection:
        assert clips.blobs(connection) == {"c" * 64}


def test_faces_are_counted_anew(catalogue: Catalogue) -> None:
    add(catalogue, clip())

    with catalogue.writing(NOW) as change:
        clips.put_faces(change, clip().id, {0: 7, 5000: 1}, EVENT)
        clips.put_faces(change, clip().id, {1000: 2}, EVENT)

    with catalogue.reading() as connection:
        assert clips.faces_of(connection, clip().id) == {1000: 2}


@given(
    id=st.text(max_size=20), sha256=st.text(max_size=70), size=st.integers(), why=st.text(max_size=50), kind=st.text()
)
def test_a_clip_that_cannot_be_is_damaged_and_nothing_else(
    id: str,  # noqa: A002 - it is the field's name
    sha256: str,
    size: int,
    why: str,
    kind: str,
) -> None:
    with pytest.raises(Damaged):
        Clip(id=id, parcel="p", number=1, sha256=sha256, size=size, arrived_ms=0, why=why, kind=kind)  # type: ignore[arg-type]
