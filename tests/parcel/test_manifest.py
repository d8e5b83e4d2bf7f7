"""What a parcel says of its content."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged
from jebi.parcel import note
from jebi.parcel.manifest import TITLE, Clip, Manifest, compare, digest_of, parse_manifest
from jebi.parcel.note import MacKey, Note
from jebi.parcel.safename import SafeName, make_safe
from jebi.parcel.tar import LARGEST_FILE, LATEST

DIGESTS = st.binary(min_size=32, max_size=32)
CLIPS = st.builds(
    lambda parts, digest, size, time: Clip(
        name=make_safe(tuple(parts)), digest=digest, size=size, claimed_modified=time
    ),
    st.lists(st.text(max_size=20), max_size=3),
    DIGESTS,
    st.integers(0, LARGEST_FILE),
    st.integers(0, LATEST),
)
MANIFESTS = st.builds(
    lambda number, previous, recipients, clips: (number, previous, tuple(recipients), tuple(clips)),
    st.integers(1, 64),
    DIGESTS,
    st.lists(DIGESTS, min_size=1, max_size=4),
    st.lists(CLIPS, min_size=1, max_size=4),
)
A = Clip(name=SafeName("a.mp4"), digest=b"\x0a" * 32, size=10, claimed_modified=100)
B = Clip(name=SafeName("DCIM/b.mp4"), digest=b"\x0b" * 32, size=0, claimed_modified=0)
MANIFEST = Manifest(number=2, previous=b"\x01" * 32, recipients=(b"\x02" * 32,), clips=(A, B))


def unsigned(text: str) -> Note:
    return Note(text=text, signatures=())


@given(MANIFESTS)
def test_what_is_written_parses_to_itself(facts: tuple[int, bytes, tuple[bytes, ...], tuple[Clip, ...]]) -> None:
    number, previous, recipients, clips = facts
    try:
        manifest = Manifest(number=number, previous=previous, recipients=recipients, clips=clips)
    except Damaged:
        assert len({clip.name.parts[0].casefold() for clip in clips}) < len(clips)
        return
    signed = note.sign(manifest.text(), MacKey(name="trip", secret=bytes(32)))
    assert parse_manifest(note.parse(str(signed).encode())) == manifest


def test_a_manifest_is_written_as_specified() -> None:
    assert MANIFEST.text() == (
        "jebi parcel\nnumber 2\n"
        f"previous {'01' * 32}\nrecipient {'02' * 32}\n"
        f"file {'0a' * 32} 10 100 a.mp4\nfile {'0b' * 32} 0 0 DCIM/b.mp4\n"
    )


TEXT = MANIFEST.text()


@given(
    st.text()
    | st.text("fileprcnt 0129\n", max_size=300).map(lambda t: TITLE + "\n" + t)
    | st.integers(0, len(TEXT) - 1).map(lambda n: TEXT[:n])
)
def test_garbage_is_damaged_or_to_the_byte_what_jebi_writes(text: str) -> None:
    try:
        manifest = parse_manifest(unsigned(text))
    except Damaged:
        return
    assert manifest.text() == text


@given(st.integers(0, len(TEXT) - 1), st.characters())
def test_a_text_altered_anywhere_is_damaged_or_says_something_else(place: int, letter: str) -> None:
    altered = TEXT[:place] + letter + TEXT[place + 1 :]
    try:
        manifest = parse_manifest(unsigned(altered))
    except Damaged:
        return
    assert altered == TEXT or manifest != MANIFEST


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("jebi parcel", "jebi parcels"),
        ("number 2", "number 02"),
        ("number 2", "number 0"),
        ("number 2", "number -1"),
        ("number 2", "number 99999"),
        ("number 2", "number ²"),
        ("number 2", "2"),
        ("previous 01", "previous 0"),
        ("previous 01", "previous 0G"),
        ("file 0a", "file 0A"),
        (" 10 100 ", " 010 100 "),
        (" 10 100 ", " -10 100 "),
        (" 10 100 ", " 10 "),
        (" 10 100 ", "  10 100 "),
        ("a.mp4", "../a.mp4"),
        ("a.mp4", ""),
        ("a.mp4", "a.mp4\x1b[2J"),
        ("DCIM/b.mp4", "A.MP4"),
        ("DCIM/b.mp4", "a.mp4/b"),
        ("DCIM/b.mp4", "DCIM/b.mp4\n"),
        ("DCIM/b.mp4", "DCIM/b.mp4\nend"),
        (f"recipient {'02' * 32}\n", ""),
        (f"file {'0a' * 32} 10 100 a.mp4\nfile {'0b' * 32} 0 0 DCIM/b.mp4\n", "\n"),
        ("file 0b", f"recipient {'03' * 32}\nfile 0b"),
    ],
    ids=lambda value: ascii(value)[:24],
)
def test_a_manifest_that_jebi_does_not_write_is_damaged(old: str, new: str) -> None:
    assert old in TEXT
    with pytest.raises(Damaged):
        parse_manifest(unsigned(TEXT.replace(old, new, 1)))


@pytest.mark.parametrize(
    "names",
    [("a", "a"), ("a.MP4", "A.mp4"), ("straße", "STRASSE"), ("a", "a/b"), ("x/Y/z", "X/y"), ("a/b", "c", "A")],
    ids=str,
)
def test_names_that_one_folder_cannot_hold_together_are_damaged(names: tuple[str, ...]) -> None:
    clips = tuple(replace(A, name=SafeName(name)) for name in names)
    for order in (clips, clips[::-1]):
        with pytest.raises(Damaged):
            replace(MANIFEST, clips=order)


@pytest.mark.parametrize(
    "change",
    [{"clips": ()}, {"number": 0}, {"previous": b""}, {"recipients": ()}],
    ids=["no clip", "no number", "no predecessor's digest", "no recipient"],
)
def test_a_manifest_that_says_too_little_is_damaged(change: dict[str, object]) -> None:
    with pytest.raises(Damaged):
        replace(MANIFEST, **change)  # type: ignore[arg-type]


def test_sha256sum_reads_the_sums(tmp_path: Path) -> None:
    names = ["a.mp4", "DCIM/영상 1.mp4"]
    clips = []
    for name in names:
        path = tmp_path / "clips" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
        digest = bytes.fromhex(subprocess.check_output(["sha256sum"], input=name.encode()).decode().split()[0])
        clips.append(Clip(name=SafeName(name), digest=digest, size=len(name.encode()), claimed_modified=0))
    sums = replace(MANIFEST, clips=tuple(clips)).sums()
    subprocess.run(["sha256sum", "-c", "--strict", "--quiet"], input=sums, cwd=tmp_path, check=True)


@pytest.mark.parametrize(
    ("received", "wrong"),
    [
        ([A, B], []),
        ([B, A], []),
        ([A], ["DCIM/b.mp4"]),
        ([A, B, replace(A, name=SafeName("c"))], ["c"]),
        ([replace(A, digest=bytes(32)), B], ["a.mp4"]),
        ([replace(A, size=11), replace(B, size=1)], ["DCIM/b.mp4", "a.mp4"]),
        ([], ["DCIM/b.mp4", "a.mp4"]),
        ([replace(A, claimed_modified=5), B], []),
    ],
    ids=[
        "the same",
        "in another order",
        "one missing",
        "one too many",
        "another content",
        "other sizes",
        "nothing",
        "another time",
    ],
)
def test_comparing_names_what_is_not_as_the_manifest_says(received: list[Clip], wrong: list[str]) -> None:
    assert [name.text for name in compare(MANIFEST, received)] == wrong


def test_the_digest_of_a_manifest_speaks_for_its_text_alone() -> None:
    one, other = (note.sign(TEXT, MacKey(name="trip", secret=bytes([n]) * 32)) for n in (1, 2))
    assert digest_of(one) == digest_of(other) != digest_of(unsigned(TEXT + "\n"))
