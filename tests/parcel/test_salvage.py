"""What is found in an archive with holes."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.parcel.contents import Parcel, pieces
from jebi.parcel.note import MacKey
from jebi.parcel.safename import SafeName
from jebi.parcel.salvage import SalvagedClip, find_clips, within
from jebi.parcel.stream import Gap
from jebi.parcel.tar import BLOCK, Member

CLIPS = {"a.mp4": b"A" * 3000, "영상/" + "n" * 120 + ".mp4": b"B" * 700, "c.mp4": b"C" * 5000}
SIGNER = MacKey(name="jebi/trip/0a1b2c3d", secret=bytes(32))
PARCEL = Parcel(
    members=tuple(Member(name=SafeName(name), size=len(clip)) for name, clip in CLIPS.items()),
    number=1,
    previous=bytes(32),
    recipients=(bytes(32),),
)
ARCHIVE = b"".join(
    pieces(PARCEL, lambda m: BytesIO(CLIPS[m.name.text]), SIGNER, PARCEL.length(SIGNER) + 2000, lambda _: None)
)


def salvaged(gaps: list[Gap], archive: bytes = ARCHIVE) -> dict[str, SalvagedClip]:
    holed = bytearray(archive)
    for gap in gaps:
        holed[gap.start : gap.start + gap.length] = bytes(len(holed[gap.start : gap.start + gap.length]))
    found = list(find_clips(lambda offset, length: bytes(holed[offset : offset + length]), len(holed), gaps))
    for clip in found:
        check(clip, bytes(holed))
    return {clip.name.text: clip for clip in found}


def check(clip: SalvagedClip, archive: bytes) -> None:
    """What is offered and not missing is what was sealed."""
    for i in range(clip.size):
        if not any(gap.start <= i < gap.start + gap.length for gap in clip.missing):
            assert archive[clip.offset + i] == CLIPS[clip.name.text][i]


def test_of_a_whole_archive_every_clip_is_found_whole() -> None:
    found = salvaged([])
    assert {name: clip.size for name, clip in found.items()} == {name: len(clip) for name, clip in CLIPS.items()}
    assert not any(clip.missing for clip in found.values())


def test_a_hole_in_a_clip_is_on_its_map() -> None:
    start = ARCHIVE.index(b"C" * 100) + 1000
    found = salvaged([Gap(start=start, length=50)])
    assert found["c.mp4"].missing == (Gap(start=1000, length=50),)
    assert not found["a.mp4"].missing


def test_a_head_in_a_hole_costs_its_own_clip_and_not_those_after_it() -> None:
    assert list(salvaged([Gap(start=0, length=BLOCK)])) == list(CLIPS)[1:]


def test_a_clip_that_is_cut_off_misses_its_end() -> None:
    end = ARCHIVE.index(b"C" * 100) + 4000
    assert salvaged([], ARCHIVE[:end])["c.mp4"].missing == (Gap(start=4000, length=1000),)


@pytest.mark.parametrize("archive", [b"", bytes(10_000), ARCHIVE[:100]], ids=["nothing", "zeros", "half a head"])
def test_where_no_head_is_nothing_is_found(archive: bytes) -> None:
    assert not salvaged([], archive)


@given(st.lists(st.builds(Gap, start=st.integers(0, len(ARCHIVE)), length=st.integers(0, 2000)), max_size=4))
def test_whatever_is_lost_nothing_false_is_offered(gaps: list[Gap]) -> None:
    assert set(salvaged(gaps)) <= {*CLIPS, *(name[:89] for name in CLIPS)}


@given(st.binary(max_size=3000), st.integers(0, len(ARCHIVE)))
def test_garbage_is_passed_over(garbage: bytes, place: int) -> None:
    mixed = ARCHIVE[:place] + garbage + ARCHIVE[place:]
    for clip in find_clips(lambda offset, length: mixed[offset : offset + length], len(mixed), []):
        assert clip.offset + clip.size <= len(mixed)


@pytest.mark.parametrize(
    ("gap", "inside"),
    [
        (Gap(start=0, length=10), []),
        (Gap(start=0, length=11), [Gap(start=0, length=1)]),
        (Gap(start=12, length=3), [Gap(start=2, length=3)]),
        (Gap(start=28, length=10), [Gap(start=18, length=2)]),
        (Gap(start=30, length=10), []),
        (Gap(start=0, length=99), [Gap(start=0, length=20)]),
        (Gap(start=15, length=0), []),
    ],
    ids=str,
)
def test_a_gap_counts_as_far_as_it_lies_within(gap: Gap, inside: list[Gap]) -> None:
    assert list(within([gap], 10, 20)) == inside
