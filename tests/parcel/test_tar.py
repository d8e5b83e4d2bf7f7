"""Our subset of tar, against the `tar` of the system and against archives that want to harm."""

import subprocess
import tarfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged
from jebi.parcel.safename import SafeName, make_safe
from jebi.parcel.tar import BLOCK, END, LARGEST_FILE, LATEST, LONGEST_RECORDS, Member, Reader

NAMES = st.lists(st.text(max_size=60), min_size=1, max_size=6).map(lambda parts: make_safe(tuple(parts)))
FILES = st.lists(st.tuples(NAMES, st.binary(max_size=1200), st.integers(0, LATEST)), max_size=6)
CLIP = Member(name=SafeName("clips/a.mp4"), size=3, modified=7)
WHOLE = CLIP.head() + b"abc" + bytes(CLIP.padding) + END


def archive(*files: tuple[Member, bytes]) -> bytes:
    return b"".join(member.head() + content + bytes(member.padding) for member, content in files) + END


def contents(untrusted: bytes) -> list[tuple[Member, bytes]]:
    reader = Reader(BytesIO(untrusted))
    return [(member, b"".join(reader.pieces())) for member in reader]


def by_python(
    kind: bytes = tarfile.REGTYPE, *, name: str = "a", form: Literal[0, 1, 2] = tarfile.PAX_FORMAT, **facts: object
) -> bytes:
    entry = tarfile.TarInfo(name)
    entry.type = kind
    for fact, value in facts.items():
        setattr(entry, fact, value)
    return entry.tobuf(form)


@given(FILES)
def test_what_is_written_reads_back(files: list[tuple[SafeName, bytes, int]]) -> None:
    members = [(Member(name=name, size=len(content), modified=time), content) for name, content, time in files]
    assert contents(archive(*members)) == members


@given(FILES)
def test_the_length_is_known_before_a_file_is_read(files: list[tuple[SafeName, bytes, int]]) -> None:
    members = [(Member(name=name, size=len(content), modified=time), content) for name, content, time in files]
    assert len(archive(*members)) == sum(member.length for member, _ in members) + len(END)


@pytest.mark.parametrize("name", ["a.mp4", "n/" * 9 + "x" * 200 + ".mp4", "영상/제비 🐦.mp4"])
def test_the_systems_tar_unpacks_what_is_written(name: str, tmp_path: Path) -> None:
    member = Member(name=SafeName(name), size=5, modified=1_000_000_000)
    subprocess.run(["tar", "x"], input=archive((member, b"hello")), cwd=tmp_path, check=True)
    unpacked = tmp_path / name
    assert unpacked.read_bytes() == b"hello"
    assert (unpacked.stat().st_mtime, unpacked.stat().st_mode & 0o777) == (1_000_000_000, 0o644)


@pytest.mark.parametrize("size", [0, 511, 512, (1 << 33) - 1, 1 << 33, LARGEST_FILE])
def test_a_size_of_any_magnitude_is_written_so_that_it_reads_back(size: int) -> None:
    member = Member(name=SafeName("a"), size=size)
    assert next(iter(Reader(BytesIO(member.head())))) == member


@pytest.mark.parametrize("modified", [-(1 << 40), -1, 0, 1, 1 << 33, LATEST, LATEST + 1, 1 << 62, 1 << 63])
def test_a_time_that_cannot_be_written_is_claimed_as_the_nearest_that_can(modified: int) -> None:
    member = Member(name=SafeName("a"), size=0, modified=modified)
    assert contents(archive((member, b"")))[0][0].modified == member.claim == min(max(0, modified), LATEST)


def test_what_a_caller_leaves_unread_is_passed_over() -> None:
    one, other = Member(name=SafeName("one"), size=700), Member(name=SafeName("other"), size=2)
    reader = Reader(BytesIO(archive((one, b"x" * 700), (other, b"ab"))))
    assert [member.name.text for member in reader] == ["one", "other"]


@pytest.mark.parametrize("after", [b"", bytes(BLOCK), bytes(5000)])
def test_zeros_may_follow_the_end(after: bytes) -> None:
    reader = Reader(BytesIO(WHOLE + after))
    assert len(list(reader)) == 1
    assert reader.rest_is_zero()


def test_anything_else_after_the_end_is_noticed() -> None:
    reader = Reader(BytesIO(WHOLE + bytes(3000) + b"\x01" + bytes(10)))
    assert len(list(reader)) == 1
    assert not reader.rest_is_zero()


@pytest.mark.parametrize(
    "untrusted",
    [
        b"",
        WHOLE[:100],
        WHOLE[:BLOCK],
        WHOLE[: BLOCK + 2],
        WHOLE[: BLOCK + 100],
        WHOLE[: 2 * BLOCK],
        WHOLE[:5] + b"x" + WHOLE[6:],
        by_python(tarfile.SYMTYPE, linkname="/etc/passwd"),
        by_python(tarfile.LNKTYPE, linkname="a"),
        by_python(tarfile.DIRTYPE),
        by_python(tarfile.CHRTYPE, devmajor=1),
        by_python(tarfile.BLKTYPE),
        by_python(tarfile.FIFOTYPE),
        by_python(tarfile.CONTTYPE),
        by_python(tarfile.GNUTYPE_SPARSE),
        by_python(name="n" * 300, form=tarfile.GNU_FORMAT),
        by_python(tarfile.XGLTYPE),
        by_python(b"x", size=LONGEST_RECORDS + 1),
        by_python(b"x", size=20, form=tarfile.GNU_FORMAT),
        by_python(name="../a"),
        by_python(name="/a"),
        by_python(name="a\x1b"),
        by_python(size=LARGEST_FILE + 1),
        by_python(size=-1, form=tarfile.GNU_FORMAT),
    ],
    ids=[
        "nothing",
        "a cut head",
        "a head and no content",
        "cut in the content",
        "cut in the padding",
        "no end mark",
        "a head whose sum is wrong",
        "a symbolic link",
        "a hard link",
        "a folder",
        "a character device",
        "a block device",
        "a pipe",
        "a contiguous file",
        "a sparse file",
        "a GNU long name",
        "a global header",
        "records without end",
        "records that are cut off",
        "a name that climbs",
        "an absolute name",
        "a name with a control character",
        "a file larger than any card",
        "a negative size",
    ],
)
def test_an_archive_that_jebi_does_not_write_is_damaged(untrusted: bytes) -> None:
    with pytest.raises(Damaged):
        contents(untrusted)


def records(text: bytes) -> bytes:
    """A pax head with these records, before an ordinary file."""
    return (
        by_python(b"x", name="pax", size=len(text), form=tarfile.USTAR_FORMAT)
        + text.ljust(-(-len(text) // BLOCK) * BLOCK, b"\0")
        + WHOLE
    )


@pytest.mark.parametrize(
    "text",
    [
        b"a",
        b" a=b\n",
        b"x a=b\n",
        b"-1 a=b\n",
        b"0 a=b\n",
        b"3 a=b\n",
        b"7 a=b\n",
        b"6 a=b.",
        b"6 a:b\n",
        b"99999 a=b\n",
        b"999999 a=b\n",
        b"10 a=\xff\xff\xff\n",
        b"11 path=../",
        b"13 path=../a\n",
        b"11 size=-1\n",
        b"10 size=x\n",
        b"13 size=1e400\n",
        b"13 mtime=inf\n",
        b"13 mtime=nan\n",
        b"12 mtime=-1\n",
        b"15 mtime=1e300\n",
    ],
)
def test_records_that_cannot_be_are_damaged(text: bytes) -> None:
    with pytest.raises(Damaged):
        contents(records(text))


def test_two_sets_of_records_in_a_row_are_damaged() -> None:
    with pytest.raises(Damaged):
        contents(records(b"6 a=b\n")[: 2 * BLOCK] + records(b"6 a=b\n"))


def test_a_head_that_jebi_does_not_write_is_damaged_whatever_it_names() -> None:
    with pytest.raises(Damaged, match="others may read otherwise"):
        contents(records("24 path=제비/🐦.mp4\n".encode()))


@given(
    st.binary(max_size=1500)
    | st.binary(max_size=700).map(lambda b: WHOLE[:600] + b)
    | st.binary(max_size=80).map(records)
)
def test_garbage_is_damaged_or_an_archive_of_safe_names(garbage: bytes) -> None:
    try:
        found = contents(garbage)
    except Damaged:
        return
    assert all(len(content) == member.size for member, content in found)


@pytest.mark.parametrize("rewrite", [lambda b: b ^ 1, lambda b: b ^ 0x80, lambda _: 0, lambda _: 0xFF])
@given(place=st.integers(0, len(WHOLE) - 1))
def test_an_archive_altered_anywhere_is_damaged_or_still_one(rewrite: Callable[[int], int], place: int) -> None:
    altered = bytearray(WHOLE)
    altered[place] = rewrite(altered[place])
    try:
        contents(bytes(altered))
    except Damaged:
        return
