"""What is heard in a cut is what the plan names, and nothing else."""

import contextlib
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from jebi.errors import Refused
from jebi.media.jail import Jail
from jebi.media.models import Models
from jebi.media.probe import Probe, probe
from jebi.office.labour import Report
from jebi.office.reasons import NotHere
from jebi.office.rendering import render
from jebi.office.rendering_sound import is_silent, render_sound
from jebi.release.plan import Line, Part, Plan, Sound, Source
from jebi.release.sounding import PER_MS
from looked_at import MODELS, SAID
from release.plans import CLIP, simple

TONE_MS = 2000


@pytest.fixture(scope="module")
def jail() -> Jail:
    return Jail.find()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film with a tone, one with somebody who speaks over a hum, and one without sound."""
    folder = tmp_path_factory.mktemp("sound")
    black = ["-f", "lavfi", "-i", "color=black:size=320x180:rate=10"]
    for name, sound in (
        ("tone.mkv", ["-f", "lavfi", "-i", f"sine=frequency=440:duration={TONE_MS / 1000}"]),
        ("none.mkv", []),
    ):
        long = ["-t", str(TONE_MS / 1000)]
        subprocess.run(["ffmpeg", "-v", "error", *black, *sound, *long, str(folder / name)], check=True)
    subprocess.run(["espeak-ng", "-v", "en", "-w", str(folder / "speech.wav"), SAID], check=True)
    return folder


def plan_of(*sounds: Sound, lines: tuple[Line, ...] = (), voice: str = "", parts: tuple[Part, ...] = ()) -> Plan:
    source = Source(clip=CLIP, sha256="ab" * 32, sounds=sounds, lines=lines)
    return simple(sources=(source,), voice=voice, parts=parts or (Part(source=0, start_ms=0, end_ms=TONE_MS),))


def heard(jail: Jail, plan: Plan, path: Path, models: Path = MODELS) -> NDArray[np.int16]:
    @contextlib.contextmanager
    def opened(_: int) -> Iterator[tuple[str, Probe]]:
        yield str(path), probe(jail, str(path))

    pieces = list(render_sound(jail, Models(models), plan, opened, Report()))
    return np.concatenate(pieces) if pieces else np.zeros(0, np.int16)


def loudness(sound: NDArray[np.int16], start_ms: int, end_ms: int) -> float:
    return float(np.sqrt(np.mean(sound[start_ms * PER_MS : end_ms * PER_MS].astype(float) ** 2)))


def test_what_no_entry_names_is_silent_to_the_sample(jail: Jail, folder: Path) -> None:
    sound = heard(jail, plan_of(Sound(start_ms=500, end_ms=1000, how="plain")), folder / "tone.mkv")
    assert len(sound) == TONE_MS * PER_MS
    assert not sound[: 500 * PER_MS].any()
    assert not sound[1000 * PER_MS :].any()
    assert loudness(sound, 600, 900) > 1000


def test_parts_are_heard_in_their_order(jail: Jail, folder: Path) -> None:
    parts = (Part(source=0, start_ms=1000, end_ms=1300), Part(source=0, start_ms=0, end_ms=200))
    sound = heard(jail, plan_of(Sound(start_ms=0, end_ms=1000, how="plain"), parts=parts), folder / "tone.mkv")
    assert len(sound) == 500 * PER_MS
    assert not sound[: 300 * PER_MS].any()
    assert loudness(sound, 320, 480) > 1000


def test_a_line_is_spoken_in_its_stretch(jail: Jail, folder: Path) -> None:
    said = Line(start_ms=700, end_ms=1900, language="ko", text="쌀값")
    sound = heard(jail, plan_of(lines=(said,), voice="ko"), folder / "tone.mkv")
    assert len(sound) == TONE_MS * PER_MS
    assert not sound[: 700 * PER_MS].any()
    assert loudness(sound, 750, 1300) > 100


def test_a_line_of_another_language_is_not_spoken(jail: Jail, folder: Path) -> None:
    said = Line(start_ms=700, end_ms=1900, language="en", text="rice")
    plan = plan_of(lines=(said,), voice="ko")
    assert is_silent(plan)
    assert not heard(jail, plan, folder / "tone.mkv").any()


def test_a_line_that_does_not_fit_is_refused(jail: Jail, folder: Path) -> None:
    said = Line(start_ms=0, end_ms=100, language="en", text=SAID)
    with pytest.raises(Refused, match="a line takes"):
        heard(jail, plan_of(lines=(said,), voice="en"), folder / "tone.mkv")


def test_two_lines_are_not_spoken_at_once(jail: Jail, folder: Path) -> None:
    said = [Line(start_ms=start, end_ms=1900, language="ko", text="쌀값") for start in (500, 600)]
    with pytest.raises(Refused, match="overlap"):
        heard(jail, plan_of(lines=tuple(said), voice="ko"), folder / "tone.mkv")


def test_of_somebody_who_speaks_only_the_surroundings_are_heard(jail: Jail, folder: Path) -> None:
    parts = (Part(source=0, start_ms=0, end_ms=3000),)
    plain = heard(jail, plan_of(Sound(start_ms=0, end_ms=3000, how="plain"), parts=parts), folder / "speech.wav")
    left = heard(jail, plan_of(Sound(start_ms=0, end_ms=3000, how="surroundings"), parts=parts), folder / "speech.wav")
    assert len(plain) == len(left)
    assert loudness(left, 300, 2800) < 0.1 * loudness(plain, 300, 2800)


def test_without_the_model_nobody_guesses_where_somebody_speaks(jail: Jail, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(NotHere):
        heard(jail, plan_of(Sound(start_ms=0, end_ms=500, how="surroundings")), folder / "speech.wav", tmp_path)


def test_a_clip_without_sound_is_silent(jail: Jail, folder: Path) -> None:
    for how in ("plain", "surroundings"):
        sound = heard(jail, plan_of(Sound(start_ms=0, end_ms=500, how=how)), folder / "none.mkv")
        assert len(sound) == TONE_MS * PER_MS
        assert loudness(sound, 0, TONE_MS) < 1


def test_a_plan_that_names_nothing_is_silent(jail: Jail, folder: Path) -> None:
    assert is_silent(plan_of())
    outside = Sound(start_ms=TONE_MS, end_ms=TONE_MS + 500, how="plain")
    assert is_silent(plan_of(outside))


def test_a_film_with_sound_has_both_tracks_and_the_same_bytes_twice(jail: Jail, folder: Path, tmp_path: Path) -> None:
    said = Line(start_ms=100, end_ms=1900, language="en", text="the price of rice")
    plan = plan_of(Sound(start_ms=0, end_ms=2000, how="plain"), lines=(said,), voice="en")
    plan = replace(plan, picture=replace(plan.picture, lines=180, rate=10))

    @contextlib.contextmanager
    def opened(_: int) -> Iterator[tuple[str, Probe]]:
        yield str(folder / "tone.mkv"), probe(jail, str(folder / "tone.mkv"))

    for name in ("one.mp4", "two.mp4"):
        render(jail, Models(MODELS), plan, opened, str(tmp_path / name), Report())
    asked = ["ffprobe", "-v", "error", "-show_entries", "stream=codec_name,duration", "-of", "csv=p=0"]
    told = subprocess.run(
        [*asked, str(tmp_path / "one.mp4")], capture_output=True, check=True, text=True
    ).stdout.split()
    assert [line.split(",")[0] for line in told] == ["h264", "aac"]
    assert all(abs(float(line.split(",")[1]) - 2) < 0.1 for line in told)
    one, two = ((tmp_path / name).read_bytes() for name in ("one.mp4", "two.mp4"))
    assert one == two
