"""Clips are found in a kept parcel without being read, or the parcel is damaged."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged
from jebi.parcel.contents import Parcel, pieces
from jebi.parcel.keys import PostQuantumIdentity
from jebi.parcel.note import Ed25519Signer
from jebi.parcel.safename import SafeName
from jebi.parcel.seal import in_memory
from jebi.parcel.seekable import Seekable
from jebi.parcel.shelf import Shelf, shelve
from jebi.parcel.tar import BLOCK, Member

SIGNER = Ed25519Signer(name="jebi/trip/0a1b2c3d", secret=bytes(32))
DESK = PostQuantumIdentity(bytes(32))
CLIPS = {"a.mp4": b"film " * 500, "DCIM/영상 1.mp4": b"", "DCIM/" + "long " * 40 + ".mp4": bytes(range(256)) * 999}
FILES = st.dictionaries(
    st.sampled_from([f"{n}.mp4" for n in range(6)] + ["영상", "x/z"]), st.binary(max_size=2000), min_size=1, max_size=5
)


def archive_of(clips: dict[str, bytes], padding: int = 700) -> bytes:
    members = tuple(Member(name=SafeName(name), size=len(clip), modified=5) for name, clip in clips.items())
    parcel = Parcel(members=members, number=1, previous=bytes(32), recipients=(DESK.recipient().fingerprint(),))
    length = parcel.length(SIGNER) + padding
    return b"".join(pieces(parcel, lambda m: BytesIO(clips[m.name.text]), SIGNER, length, lambda _: None))


def shelved(archive: bytes) -> Shelf:
    return shelve(lambda offset, length: archive[offset : offset + length], len(archive))


@given(FILES)
def test_every_clip_lies_where_the_shelf_says(clips: dict[str, bytes]) -> None:
    archive = archive_of(clips)

    shelf = shelved(archive)

    assert shelf.note.signed_by(SIGNER.verifier())
    assert {
        place.clip.name.text: archive[place.offset : place.offset + place.clip.size] for place in shelf.places
    } == clips


def test_a_clip_is_read_out_of_a_sealed_parcel_without_opening_what_lies_before() -> None:
    sealed = in_memory(archive_of(CLIPS), [DESK.recipient()])
    opened = Seekable(lambda offset, length: sealed[offset : offset + length], len(sealed), [DESK])

    shelf = shelve(opened.read_at, opened.size)

    last = shelf.places[-1]
    assert opened.read_at(last.offset + 256, 256) == CLIPS[last.clip.name.text][256:512]


def test_no_byte_of_a_clip_is_read() -> None:
    archive, read = archive_of({"a.mp4": bytes(1 << 20)}), []

    def read_at(offset: int, length: int) -> bytes:
        read.append(length)
        return archive[offset : offset + length]

    shelve(read_at, len(archive))

    assert sum(read) < 16 * BLOCK


@given(st.integers(0, len(archive_of(CLIPS, 0)) - 1024), st.integers(1, 255))
def test_a_changed_archive_is_damaged_or_shelved_as_its_own_manifest_says(at: int, change: int) -> None:
    archive = bytearray(archive_of(CLIPS))
    archive[at] ^= change

    try:
        shelf = shelved(bytes(archive))
    except Damaged:
        return

    assert [place.clip.size for place in shelf.places] == [clip.size for clip in shelf.manifest.clips]


@pytest.mark.parametrize("cut", [0, 511, 512, 3000, -1024])
def test_an_archive_that_was_cut_is_damaged(cut: int) -> None:
    with pytest.raises(Damaged):
        shelved(archive_of(CLIPS, 0)[:cut])


@given(st.binary(max_size=4 * BLOCK))
def test_garbage_is_damaged(garbage: bytes) -> None:
    with pytest.raises(Damaged):
        shelved(garbage)
