"""Every hostile file ends in a result or in a refusal, within its budget, and changes nothing but itself."""

import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jebi.errors import Damaged, Refused
from jebi.media.frames import frames
from jebi.media.jail import Jail
from jebi.media.metadata import metadata
from jebi.media.probe import probe
from jebi.media.run import TooCostly
from jebi.media.samples import samples as heard
from media import hostile

GROWTH = 160 << 20  # bytes that this process may grow by: a frame or a megabyte at a time, and what a pipe holds
IMPATIENT = 0.05  # of the usual budget: one second of processor time for the smallest file


@pytest.fixture(scope="module")
def film(samples: Path) -> bytes:
    return (samples / "bigbuckbunny.mp4").read_bytes()


@pytest.fixture(scope="module")
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def _outcome(jail: Jail, path: str) -> str:
    """What becomes of a file, in one line; anything but a result or a refusal is raised."""
    return "; ".join(_told(lambda: f"{len(metadata(jail, path).claims)} claims") + _told(lambda: _decoded(jail, path)))


def _told(ask: Callable[[], str]) -> list[str]:
    try:
        return [ask()]
    except (Damaged, Refused) as refusal:
        return [f"{type(refusal).__name__}: {refusal.what}"]


def _decoded(jail: Jail, path: str) -> str:
    looked = probe(jail, path)
    times, count = list[int](), 0
    if looked.videos:
        times = [frame.time_ms for frame in frames(jail, path, looked, height=360, allowance=IMPATIENT)]
    if looked.audios:
        count = sum(map(len, heard(jail, path, looked, allowance=IMPATIENT)))
    assert times == sorted(set(times))
    return f"{len(times)} frames, {count} samples"


def _begin_measuring() -> int:
    Path("/proc/self/clear_refs").write_text("5")
    return _peak()


def _peak() -> int:
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) << 10


def _everything(folder: Path) -> list[tuple[str, int]]:
    return sorted((str(path), path.lstat().st_mtime_ns) for path in folder.rglob("*"))


@pytest.mark.parametrize("case", hostile.CASES)
def test_a_hostile_file_is_refused_or_read_within_its_budget(
    case: str, jail: Jail, film: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "footage"
    path.write_bytes(hostile.CASES[case](film))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    before, memory = _everything(tmp_path), _begin_measuring()
    outcome = _outcome(jail, str(path))
    assert outcome
    assert _everything(tmp_path) == before
    assert _peak() - memory < GROWTH
    print(f"{case}: {outcome}")


def test_a_file_that_names_another_one_or_an_address_gets_neither(
    jail: Jail, tmp_path: Path, listener: socket.socket
) -> None:
    path = tmp_path / "footage"
    for what, content in hostile.playlists(listener.getsockname()[1]):
        path.write_bytes(content)
        outcome = "; ".join(_told(lambda: _decoded(jail, str(path))))
        assert "Damaged" in outcome or "Refused" in outcome or "0 frames, 0 samples" in outcome, (what, outcome)
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_subtitles_and_fonts_inside_a_film_do_not_hinder_it(jail: Jail, samples: Path, tmp_path: Path) -> None:
    (tmp_path / "words.srt").write_text(f"1\n00:00:00,000 --> 00:00:02,000\n<img src='file://{hostile.SECRET}'>\n")
    path = tmp_path / "film.mkv"
    inputs = ["-i", str(samples / "carphone_pristine.mp4"), "-i", str(tmp_path / "words.srt"), "-attach", __file__]
    attached = ["-metadata:s:t", "mimetype=application/x-truetype-font", "-c:v", "copy", "-c:s", "ass", str(path)]
    subprocess.run(["ffmpeg", "-v", "error", *inputs, *attached], check=True)

    looked = probe(jail, str(path))

    assert (len(looked.videos), looked.others) == (1, 2)
    assert len(list(frames(jail, str(path), looked, height=72))) == 120


@pytest.mark.parametrize(
    "name",
    [
        "line\nend.mp4",
        "\u202egpj.exe",
        "-i",
        "file:x",
        "a%00b",
        "\u2400",
        "film.m3u8",
        "쌀값 시장.mp4",
        "%d.png",
        "'; rm -rf ;'",
    ],
)
def test_a_name_has_no_power(name: str, jail: Jail, samples: Path, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes((samples / "carphone_pristine.mp4").read_bytes())
    assert len(probe(jail, str(path)).videos) == 1


def test_a_name_that_is_no_text_has_no_power(jail: Jail, samples: Path, tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe\x01.mp4")
    Path(path).write_bytes((samples / "carphone_pristine.mp4").read_bytes())
    assert len(probe(jail, path).videos) == 1


def test_what_is_no_plain_file_is_refused(jail: Jail, samples: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(samples / "bikes.mp4")
    (tmp_path / "broken").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "link", tmp_path / "broken", tmp_path / "pipe", tmp_path, Path("/dev/zero")):
        with pytest.raises(Refused, match="no file"):
            probe(jail, str(path))


def test_a_picture_bomb_ends_at_its_budget_and_says_so(jail: Jail, tmp_path: Path) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(hostile.full_gif(4_000, 2_000))
    with pytest.raises(TooCostly, match="processor time"):
        list(map(_forgotten, frames(jail, str(path), probe(jail, str(path)), height=90, allowance=IMPATIENT)))


def _forgotten(_: object) -> None:
    """What keeps nothing of a frame."""


def test_a_hundred_thousand_frames_are_read_one_by_one(jail: Jail, tmp_path: Path) -> None:
    path = tmp_path / "long"
    path.write_bytes(hostile.gif(16, 16, hostile.GIF_FRAMES))
    seen = frames(jail, str(path), probe(jail, str(path)), height=16)
    memory = _begin_measuring()
    first_thousand = [next(seen).time_ms for _ in range(1_000)]
    seen.close()
    assert first_thousand == [20 * place for place in range(1_000)]
    assert _peak() - memory < GROWTH
