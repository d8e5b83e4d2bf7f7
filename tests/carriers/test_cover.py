"""Films that really play, before and after slots were put into them. ffmpeg is the player."""

import random
import struct
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jebi.carriers.carrier import Carrier, Placements
from jebi.carriers.cover import CoverCarrier
from jebi.carriers.slot import SLOT
from jebi.errors import Damaged, NoRoom

SAMPLES = Path(__file__).parents[2] / ".cache" / "samples"
DICE = bytes(range(32))
ROOMY = CoverCarrier(times_own_size=64)


@dataclass(frozen=True, slots=True)
class Film:
    """A film in memory."""

    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)

    def read_at(self, offset: int, length: int) -> bytes:
        return self.content[offset : offset + length]


def said_by(*command: str | Path) -> str:
    """What a tool prints. For a sound film it complains of nothing."""
    ran = subprocess.run(command, capture_output=True, check=True, timeout=300, stdin=subprocess.DEVNULL)
    assert ran.stderr == b""
    return ran.stdout.decode()


def ffmpeg(*arguments: str | Path) -> str:
    return said_by("ffmpeg", "-v", "error", *arguments)


def frames(film: Path) -> str:
    return ffmpeg("-i", film, "-f", "framemd5", "-")


def frame_after_seeking(film: Path) -> str:
    return ffmpeg("-ss", "2", "-i", film, "-frames:v", "1", "-map", "0:v", "-f", "framemd5", "-")


def shown(film: Path) -> tuple[str, ...]:
    """Every frame, one that is looked for, and how long it says it is."""
    return frames(film), frame_after_seeking(film), durations(film)


def durations(film: Path) -> str:
    return said_by(
        "ffprobe", "-v", "error", "-show_entries", "format=duration,nb_streams:stream=duration,nb_frames", film
    )


def noise(count: int) -> list[bytes]:
    dice = random.Random(count)
    return [dice.randbytes(SLOT) for _ in range(count)]


def applied(content: bytes, placements: Placements, slots: list[bytes]) -> bytes:
    """The film after a plan was carried out."""
    after = bytearray(content[: placements.size]).ljust(placements.size, b"\0")
    for patch in placements.patches:
        after[patch.offset : patch.offset + len(patch.content)] = patch.content
    for offset, slot in zip(placements.offsets, slots, strict=True):
        after[offset : offset + SLOT] = slot
    return bytes(after)


def found(content: bytes, carrier: Carrier = ROOMY) -> list[bytes]:
    """Everything of a slot's length that lies on a grid."""
    return [
        content[offset : offset + SLOT]
        for grid in carrier.grids(Film(content))
        for offset in range(grid.start, grid.stop - SLOT + 1, SLOT)
    ]


def opendml(avi: bytes) -> bytes:
    """The film, and its frames once more in a further RIFF, as recorders do it after the first gigabyte."""
    at = 12
    while (head := struct.unpack_from("<4sI4s", avi, at))[2] != b"movi":
        at += 8 + head[1] + head[1] % 2
    movi = avi[at : at + 8 + head[1] + head[1] % 2]
    return avi + struct.pack("<4sI4s", b"RIFF", 4 + len(movi), b"AVIX") + movi


def with_open_end(mp4: bytes) -> bytes:
    """The film with a last box of size 0: to the end of the file."""
    at = 0
    while at + (size := int.from_bytes(mp4[at : at + 4], "big")) < len(mp4):
        at += size
    assert mp4[at + 4 : at + 8] == b"mdat"
    return mp4[:at] + bytes(4) + mp4[at + 4 :]


def sample(name: str) -> Callable[[Path], bytes]:
    return lambda _: (SAMPLES / name).read_bytes()


def remade(name: str, suffix: str, *options: str) -> Callable[[Path], bytes]:
    def make(folder: Path) -> bytes:
        ffmpeg("-i", SAMPLES / name, *options, folder / f"made.{suffix}")
        return (folder / f"made.{suffix}").read_bytes()

    return make


FASTSTART = remade("bigbuckbunny.mp4", "mp4", "-c", "copy", "-movflags", "+faststart")
MJPEG = remade("bikes.mp4", "avi", "-c:v", "mjpeg", "-q:v", "2", "-pix_fmt", "yuvj420p")


def open_ended(folder: Path) -> bytes:
    return with_open_end(FASTSTART(folder))


def in_two_riffs(folder: Path) -> bytes:
    return opendml(MJPEG(folder))


KINDS: dict[str, Callable[[Path], bytes]] = {
    "mp4 with its index at the end": sample("bikes.mp4"),
    "mp4 with sound": sample("bigbuckbunny.mp4"),
    "mp4 with its index at the front": FASTSTART,
    "mp4 whose last box is open": open_ended,
    "mov": remade("carphone_pristine.mp4", "mov", "-c", "copy"),
    "m4v": remade("carphone_pristine.mp4", "m4v", "-c", "copy", "-f", "ipod"),
    "3gp": remade("carphone_pristine.mp4", "3gp", "-c", "copy"),
    "avi of the same pictures": remade("bikes.mp4", "avi", "-c", "copy"),
    "avi with sound": remade("bigbuckbunny.mp4", "avi", "-c:v", "copy", "-c:a", "pcm_s16le"),
    "avi of a cheap camera": MJPEG,
    "avi in two riffs": in_two_riffs,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Playable:
    """A film on disk and in memory, and how it plays."""

    path: Path
    content: bytes
    shown: tuple[str, ...]


@pytest.fixture(scope="module", params=KINDS)
def playable(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Playable:
    """One film of each kind that jebi says it can use."""
    folder = tmp_path_factory.mktemp("film")
    content = KINDS[request.param](folder)
    path = folder / ("film.avi" if content[:4] == b"RIFF" else "film.mp4")
    path.write_bytes(content)
    return Playable(path=path, content=content, shown=shown(path))


@pytest.mark.parametrize("count", [1, 7, 60])
def test_a_film_plays_as_before_with_slots_in_it(playable: Playable, count: int, tmp_path: Path) -> None:
    slots = noise(count)
    placements = ROOMY.place(Film(playable.content), count, DICE)
    carrying = tmp_path / playable.path.name
    carrying.write_bytes(applied(playable.content, placements, slots))

    assert shown(carrying) == playable.shown
    assert carrying.stat().st_size == placements.size <= len(playable.content) + count * SLOT + 17


@pytest.mark.parametrize("count", [1, 7, 60])
def test_every_slot_is_found_where_it_was_placed(playable: Playable, count: int) -> None:
    slots = noise(count)
    placements = ROOMY.place(Film(playable.content), count, DICE)
    after = applied(playable.content, placements, slots)
    (grid,) = ROOMY.grids(Film(after))
    assert sorted(placements.offsets) == list(range(grid.start, grid.stop, SLOT))
    assert sorted(found(after)) == sorted(slots)


def test_every_other_byte_stays_as_it_was(playable: Playable) -> None:
    placements = ROOMY.place(Film(playable.content), 3, DICE)
    after = bytearray(applied(playable.content, placements, noise(3)))
    for patch in placements.patches:
        end = min(patch.offset + len(patch.content), len(playable.content))
        after[patch.offset : end] = playable.content[patch.offset : end]
    assert bytes(after[: len(playable.content)]) == playable.content
    assert sum(len(patch.content) for patch in placements.patches) <= 21


def test_slots_that_are_there_are_replaced_and_not_added_to(playable: Playable) -> None:
    content = playable.content
    many = applied(content, ROOMY.place(Film(content), 9, DICE), noise(9))
    assert ROOMY.capacity(Film(many)) == ROOMY.capacity(Film(content))
    few = applied(many, ROOMY.place(Film(many), 2, DICE), noise(2))
    assert few == applied(content, ROOMY.place(Film(content), 2, DICE), noise(2))


def test_a_film_that_lost_its_end_still_gives_the_slots_before_it(playable: Playable) -> None:
    slots = noise(9)
    after = applied(playable.content, ROOMY.place(Film(playable.content), 9, DICE), slots)
    left = found(after[: -SLOT * 3 - 5])
    assert len(left) == 5
    assert set(left) < set(slots)
    with pytest.raises(Damaged, match="cut off"):
        ROOMY.place(Film(after[:-5]), 1, DICE)


def test_a_cut_off_film_is_refused(playable: Playable) -> None:
    carrying = applied(playable.content, ROOMY.place(Film(playable.content), 1, DICE), noise(1))
    for length in (13, 100, len(playable.content) // 2, len(playable.content) - 1):
        with pytest.raises(Damaged):
            CoverCarrier().capacity(Film(carrying[:length]))


def test_a_film_holds_no_more_than_its_own_size_unless_asked(playable: Playable) -> None:
    film, size = Film(playable.content), len(playable.content)
    room = CoverCarrier().capacity(film)
    assert room == size // SLOT
    assert size < CoverCarrier().place(film, room, DICE).size <= 2 * size + 17
    assert CoverCarrier(times_own_size=3).capacity(film) == 3 * size // SLOT
    with pytest.raises(NoRoom, match=f"can hold {room} slots"):
        CoverCarrier().place(film, room + 1, DICE)


def test_nothing_to_place_changes_nothing(playable: Playable) -> None:
    placements = ROOMY.place(Film(playable.content), 0, DICE)
    assert applied(playable.content, placements, []) == playable.content


def test_slots_are_shuffled_by_the_dice() -> None:
    film = Film((SAMPLES / "bikes.mp4").read_bytes())
    orders = [list(ROOMY.place(film, 60, bytes([i]) * 32).offsets) for i in (1, 1, 2)]
    assert orders[0] == orders[1] != orders[2]
    assert sorted(orders[0]) == sorted(orders[2]) != orders[0]


def test_slots_are_found_after_a_program_took_room_from_the_front_of_their_box() -> None:
    content, slots = (SAMPLES / "bikes.mp4").read_bytes(), noise(6)
    placements = ROOMY.place(Film(content), 6, DICE)
    after = bytearray(applied(content, placements, slots))
    at, length = len(content), 5000
    tags = struct.pack(">I4s", length, b"uuid") + bytes(length - 8)
    after[at : at + length + 8] = tags + struct.pack(">I4s", len(after) - at - length, b"free")
    assert len(set(found(bytes(after))) & set(slots)) == 5


def test_slots_are_found_although_something_was_appended_behind_them() -> None:
    content, slots = (SAMPLES / "bikes.mp4").read_bytes(), noise(6)
    after = applied(content, ROOMY.place(Film(content), 6, DICE), slots)
    assert sorted(found(after + struct.pack(">I4s", 12, b"uuid") + b"four")) == sorted(slots)
    assert sorted(found(after + b"a tail that is no box")) == sorted(slots)


def test_a_film_in_fragments_is_refused_with_a_way_out(tmp_path: Path) -> None:
    fragments = remade("bikes.mp4", "mp4", "-c", "copy", "-movflags", "+frag_keyframe+empty_moov")(tmp_path)
    with pytest.raises(Damaged, match="in fragments") as caught:
        CoverCarrier().capacity(Film(fragments))
    (tmp_path / "film.mp4").write_bytes(fragments)
    command = caught.value.hint.partition("with: ")[2].split()[1:]
    ffmpeg(
        *[
            argument.replace("film.", f"{tmp_path}/film.").replace("whole.", f"{tmp_path}/whole.")
            for argument in command
        ]
    )
    assert CoverCarrier().capacity(Film((tmp_path / "whole.mp4").read_bytes())) >= 3


def test_the_film_in_two_riffs_plays_both(tmp_path: Path) -> None:
    once, twice = tmp_path / "once.avi", tmp_path / "twice.avi"
    once.write_bytes(MJPEG(tmp_path))
    twice.write_bytes(opendml(once.read_bytes()))
    assert len(frames(twice).splitlines()) > 1.9 * len(frames(once).splitlines()) > 400


def test_the_last_box_is_looked_into_first() -> None:
    content = box(b"ftyp", bytes(8)) + box(b"free", bytes(SLOT)) + box(b"mdat", b"") + box(b"free", bytes(SLOT))
    first, second = ROOMY.grids(Film(content))
    assert first.start == len(content) - SLOT > second.start


@pytest.mark.parametrize(
    "content", [b"", b"RIFF", b"RIFF\x10\0\0\0WAVEfmt ", b"\x1aE\xdf\xa3 a Matroska film", bytes(5000)]
)
def test_what_is_no_film_is_refused(content: bytes) -> None:
    with pytest.raises(Damaged):
        CoverCarrier().capacity(Film(content))
    with pytest.raises(Damaged):
        list(CoverCarrier().grids(Film(content)))


def test_a_callers_mistake_is_no_damage() -> None:
    film = Film((SAMPLES / "bikes.mp4").read_bytes())
    with pytest.raises(ValueError, match="32 random bytes"):
        CoverCarrier().place(film, 1, b"short")
    with pytest.raises(ValueError, match="no carrier"):
        CoverCarrier(times_own_size=0)


def box(kind: bytes, payload: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(payload), kind) + payload


def chunk(kind: bytes, payload: bytes) -> bytes:
    return struct.pack("<4sI", kind, len(payload)) + payload


SMALL = {
    "mp4": box(b"ftyp", b"isom\0\0\0\0") + box(b"mdat", b"x") + box(b"moov", b"") + box(b"free", bytes(30)),
    "avi": chunk(b"RIFF", b"AVI " + chunk(b"LIST", b"movixx") + chunk(b"JUNK", bytes(30))),
}


def survives(content: bytes) -> None:
    """Only `Damaged` and `NoRoom` come out of hostile bytes, and grids lie inside of the file."""
    try:
        for grid in ROOMY.grids(Film(content)):
            assert 0 < grid.start <= grid.stop - SLOT <= grid.stop <= len(content)
            assert grid.step > 0
        ROOMY.place(Film(content), 1, DICE)
    except (Damaged, NoRoom):
        pass


@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"RIFF\x90\x01\0\0AVI ", b"\0\0\0\x10ftypisom\0\0\0\0", b"\0\0\0\0mdat"]),
)
def test_garbage_is_damaged_and_nothing_else(garbage: bytes, head: bytes) -> None:
    survives(head + garbage)


@settings(max_examples=200)
@given(st.data())
def test_a_damaged_film_is_damaged_and_nothing_else(data: st.DataObject) -> None:
    content = bytearray(SMALL[data.draw(st.sampled_from(sorted(SMALL)))])
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    survives(bytes(content[: data.draw(st.integers(0, len(content)))]))
