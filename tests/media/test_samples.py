import io
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged, Refused
from jebi.media.decoding import Pass
from jebi.media.jail import Jail
from jebi.media.probe import probe
from jebi.media.run import WATCH, Confined, TooCostly
from jebi.media.samples import Samples, _blocks, _placed
from jebi.media.samples import samples as heard

STILL = ["-f", "lavfi", "-i", "color=s=16x16:r=10:d=1"]
CODED = ["-c:v", "libx264", "-c:a", "flac"]


def _late(seconds: int) -> list[str]:
    return ["-itsoffset", str(seconds), "-f", "lavfi", "-i", "sine=f=20:d=1"]


def _made(path: Path, *arguments: str) -> str:
    subprocess.run(["ffmpeg", "-v", "error", *arguments, str(path)], check=True)
    return str(path)


@pytest.mark.parametrize("rate", [8_000, 16_000, 48_000])
def test_sound_lasts_as_long_as_it_did(rate: int, jail: Jail, samples: Path) -> None:
    path = str(samples / "bigbuckbunny.mp4")
    taken = heard(jail, path, probe(jail, path), rate=rate)
    blocks = list(taken)
    assert sum(map(len, blocks)) == pytest.approx(5.312 * rate, abs=0.02 * rate)
    assert {len(block) for block in blocks[:-1]} == {rate}
    assert all(block.dtype == np.int16 for block in blocks)
    assert taken.decoded
    assert taken.decoded.count == sum(map(len, blocks))


def test_a_tone_keeps_its_pitch_and_all_channels_are_in_it(jail: Jail, tmp_path: Path) -> None:
    path = _made(tmp_path / "tone.flac", "-f", "lavfi", "-i", "aevalsrc=0|sin(2*PI*1000*t):d=1:s=44100")
    (block,) = heard(jail, path, probe(jail, path))
    spectrum = np.abs(np.fft.rfft(block))
    assert int(spectrum.argmax()) == 1000
    assert np.abs(block).max() > 8_000


def test_sound_that_begins_late_comes_after_silence(jail: Jail, tmp_path: Path) -> None:
    late = ["-f", "lavfi", "-i", "color=s=16x16:r=10:d=3", "-itsoffset", "1.5", "-f", "lavfi", "-i", "sine=f=20:d=1"]
    path = _made(tmp_path / "late.mkv", *late, "-c:v", "libx264", "-c:a", "flac")
    sound = np.concatenate(list(heard(jail, path, probe(jail, path))))
    begins = int(np.flatnonzero(np.abs(sound) > 500)[0])
    assert begins / 16_000 == pytest.approx(1.5, abs=0.02)


def test_a_sound_that_cannot_be_decoded_is_damaged(jail: Jail, tmp_path: Path) -> None:
    path = tmp_path / "tone.flac"
    _made(path, "-f", "lavfi", "-i", "sine=d=1")
    content = path.read_bytes()
    looked = probe(jail, str(path))
    path.write_bytes(content[:200])
    with pytest.raises(Damaged):
        list(heard(jail, str(path), looked))


def test_sound_after_a_day_of_silence_is_heard_a_day_later(jail: Jail, tmp_path: Path) -> None:
    path = _made(tmp_path / "late.mkv", *STILL, *_late(86_400), *CODED)
    begins = 0
    for block in heard(jail, path, probe(jail, path), rate=100):
        if np.abs(block).max() > 500:
            break
        begins += len(block)
    assert begins == 86_400 * 100


def test_a_gap_in_the_middle_is_silence(jail: Jail, tmp_path: Path) -> None:
    gap = ["-f", "lavfi", "-i", "sine=f=1000:d=2,asetpts=PTS+gte(T\\,1)*3/TB"]
    path = _made(tmp_path / "gap.mka", *gap, "-c:a", "flac")
    sound = np.concatenate(list(heard(jail, path, probe(jail, path))))
    loud = [bool(np.abs(sound[16_000 * second + 2_000 : 16_000 * second + 14_000]).max() > 500) for second in range(5)]
    assert loud == [True, False, False, False, True]


def test_more_silence_than_a_file_of_its_size_can_hold_is_refused(jail: Jail, tmp_path: Path) -> None:
    path = _made(tmp_path / "late.mkv", *STILL, *_late(20_000), *CODED)
    claims_little = replace(probe(jail, path), duration_ms=1_000)
    with pytest.raises(Refused, match="longer than a file of its size"):
        list(heard(jail, path, claims_little))


def test_what_costs_more_than_is_allowed_says_so(jail: Jail, tmp_path: Path) -> None:
    path = _made(tmp_path / "long.wav", "-f", "lavfi", "-i", "sine=d=600")
    taken = heard(jail, path, probe(jail, path), rate=96_000, allowance=1e-6)
    with pytest.raises(TooCostly):
        _draw_slowly(taken)


def _draw_slowly(taken: Pass[Samples]) -> None:
    for _ in taken:
        time.sleep(WATCH)


@given(st.lists(st.binary(max_size=30)), st.integers(1, 10))
def test_blocks_are_the_same_bytes_in_another_size(pieces: list[bytes], half: int) -> None:
    together = b"".join(pieces)
    blocks = list(_blocks(pieces, 2 * half))
    assert b"".join(blocks) == together[: len(together) // 2 * 2]
    assert all(len(block) == 2 * half for block in blocks[:-1])


TICKS = st.lists(st.tuples(st.integers(-2_000, 4_000), st.integers(0, 400)), max_size=12)


@given(TICKS)
def test_every_piece_lies_at_its_time_and_none_is_written_over(ticks: list[tuple[int, int]]) -> None:
    placed = b"".join(_placed(_run(ticks), 1_000, most=10_000))
    sound, end = np.frombuffer(placed, "<i2"), 0
    for number, (time_due, count) in enumerate(ticks, 1):
        starts = end if end and abs(time_due - end) <= 50 else max(end, time_due)
        lost = max(0, starts - time_due) if not (end and abs(time_due - end) <= 50) else 0
        kept = max(0, count - lost)
        begin = max(end, starts)
        assert (sound[end:begin] == 0).all()
        assert (sound[begin : begin + kept] == number).all()
        end = begin + kept
    assert len(sound) == end


def _run(ticks: list[tuple[int, int]]) -> Confined:
    """A decoder that gives pieces of the number of samples, each of its own value, at the times."""
    lines = (b"0, %d, %d, 1, %d, 0x00000000\n" % (due, due, 2 * count) for due, count in ticks)
    clock = io.BytesIO(b"#tb 0: 1/1000\n" + b"".join(lines))
    sound = io.BytesIO(b"".join(np.full(count, number, "<i2").tobytes() for number, (_, count) in enumerate(ticks, 1)))
    pipe = SimpleNamespace(read=clock.read, waiting=0)
    return cast(Confined, SimpleNamespace(stdout=sound, pipes=(pipe,)))


def test_what_has_no_sound_is_the_callers_mistake(jail: Jail, samples: Path) -> None:
    path = str(samples / "bikes.mp4")
    with pytest.raises(ValueError, match="nothing to hear"):
        heard(jail, path, probe(jail, path))
