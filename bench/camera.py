"""The one holding the camera: how well a sensor's pattern is found before and after quieting, by four attackers, and what it costs.

No film with a camera to it ships in any package, so cameras are generated: every pixel has its own sensitivity (multiplicative,
a little smooth as luma is, 1 % of the light), light has its noise, and ffmpeg encodes as a telephone does (H.264, 17 Mbit/s at 1080p).
What is filmed are the sample films, from a hand that wanders. The attacker holds the camera: the reference is a film of a plain wall.

- naive: brings the film back to the camera's size, and tries every shift.
- searching: knows the method; tries scales and slopes, too.
- told: knows the window of the shot, and only not how it is bent.
- seeded: has the plan's seed, and lays every frame back exactly.
"""

import itertools
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray
from rows import ROOT, Row

from jebi.archive.sensor import ENOUGH, PASSES, Gathering, Sensor, added, cleaned, octaves
from jebi.archive.sensor_match import (
    THRESHOLD,
    Meter,
    Pose,
    energy_of,
    halved,
    same_camera,
    sampled,
    search,
    straightened,
)
from jebi.media.quieting import Painter, Remover, laid_from
from jebi.release.quieting import USUAL, Quieting, Strength, dither, grain, places

SAMPLES = ROOT / ".cache" / "samples"
SEED = bytes(range(16))
RATE = 30
STRENGTH = 0.01  # of the pattern; telephones were measured at half a per cent to two, before their encoder
OUTGOING = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "23")
NEAR = 8  # pixels by which who is told how a film lies still shifts it
NARROW = 30.0  # the threshold for so few shifts: 4.3e-8 · 289 false alarms
FILMS = {"street": "bikes.mp4", "meadow": "bigbuckbunny.mp4"}

Plane = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Room:
    """Where films are made, how large and how long."""

    folder: Path
    width: int
    height: int
    frames: int
    bits: str

    @property
    def shown(self) -> tuple[int, int]:
        return self.width * 9 // 10 // 2 * 2, self.height * 9 // 10 // 2 * 2

    def plan(self, strength: Strength) -> Quieting:
        return Quieting(seed=SEED, size=(self.width, self.height), shown=self.shown, shots=(0,), strength=strength)


@dataclass
class Outcome:
    """What came of one film, laid with one strength."""

    film: Path
    plan: Quieting
    painting: float = 0.0
    megabits: float = 0.0


def measure(folder: Path) -> Iterator[Row]:
    """All rows of the area."""
    full = Room(folder=folder, width=1920, height=1080, frames=60, bits="17M")
    yield from _before_and_after(full)
    small = Room(folder=folder, width=960, height=540, frames=60, bits="5M")
    yield from _trade_off(small)
    yield from _longer(replace(small, frames=600))
    yield from _false_alarms(small)


def _before_and_after(room: Room) -> Iterator[Row]:
    reference = _reference(room, camera=1)
    for name in FILMS:
        film = _film(room, name, camera=1)
        began = time.process_time()
        found = _gathered(_lumas(film, room.width, room.height))
        yield Row(
            name=f"camera.{name}.gathering", value=1000 * (time.process_time() - began) / room.frames, unit="ms a frame"
        )
        before = Meter(reference).measure(found.pattern).energy
        yield Row(name=f"camera.{name}.before", value=before, unit="PCE", goal=f">= {THRESHOLD:g}")
        began = time.process_time()
        shares = _shares(room, film)
        yield Row(name=f"camera.{name}.shares", value=time.process_time() - began, unit="s a clip")
        outcome = _quieted(room, film, USUAL, shares)
        yield Row(name=f"camera.{name}.painting", value=outcome.painting, unit="ms a frame", goal="<= 40")
        yield Row(name=f"camera.{name}.rate", value=outcome.megabits, unit="Mbit/s")
        bare = _quieted(room, film, replace(USUAL, smoothing=(0, 0, 0), grain=0), np.zeros_like(shares), "bare.mp4")
        for unit, ours, theirs in zip(
            ("SSIM", "dB"), _quality(room, film, outcome), _quality(room, film, bare), strict=True
        ):
            yield Row(
                name=f"camera.{name}.{unit.lower()}", value=ours, unit=unit, peer="laid alike, encoded", peer_value=theirs
            )  # fmt: skip
        for attacker, energy in _attacks(room, outcome, reference).items():
            most = NARROW if attacker in {"told", "seeded"} else THRESHOLD
            yield Row(name=f"camera.{name}.after.{attacker}", value=abs(energy), unit="PCE", goal=f"<= {most:g}")


def _trade_off(room: Room) -> Iterator[Row]:
    """What each part does, and what more of it would cost."""
    reference = _reference(room, camera=1)
    off = Strength(view=(1000, 1000), slope=0, stretch=0, bend=0, smoothing=(0, 0, 0), grain=0)
    window = replace(USUAL, bend=0, smoothing=(0, 0, 0), grain=0)
    levels: dict[str, tuple[Strength, int]] = {
        "smaller": (off, 0),
        "window": (window, 0),
        "bend": (replace(window, bend=USUAL.bend), 0),
        "smoothing": (replace(USUAL, grain=0), 0),
        "unremoved": (USUAL, 0),
        "removed-once": (USUAL, 1),
        "usual": (USUAL, PASSES),
        "light": (replace(USUAL, smoothing=(10, 6, 3)), PASSES),
        "strong": (replace(USUAL, smoothing=(32, 32, 32), grain=32, bend=4_000), PASSES),
    }
    for name in FILMS:
        film = _film(room, name, camera=1)
        shares = {passes: _shares(room, film, passes) for passes in (0, 1, PASSES)}
        for level, (strength, passes) in levels.items():
            outcome = _quieted(room, film, strength, shares[passes])
            energies = _attacks(room, outcome, reference, is_quick=True)
            yield Row(name=f"camera.small.{name}.{level}.told", value=abs(energies["told"]), unit="PCE")
            yield Row(name=f"camera.small.{name}.{level}.ssim", value=_quality(room, film, outcome)[0], unit="SSIM")


def _longer(room: Room) -> Iterator[Row]:
    """Twenty seconds of one shot: an attacker gathers more, and so does the desk."""
    reference = _reference(room, camera=1)
    film = _film(room, "street", camera=1)
    for passes in (0, PASSES):
        outcome = _quieted(room, film, USUAL, _shares(room, film, passes))
        energies = _attacks(room, outcome, reference, is_quick=True)
        name = "removed" if passes else "unremoved"
        yield Row(name=f"camera.long.street.{name}.told", value=abs(energies["told"]), unit="PCE")


def _false_alarms(room: Room) -> Iterator[Row]:
    """Pseudonyms' clips of six cameras in two places, every two compared: all turns, all shifts, three sizes."""
    brief = replace(room, frames=30)
    clips: list[tuple[int, Sensor]] = []
    for camera in range(1, 7):
        for name in FILMS:
            film = _film(brief, name, camera=camera, way=camera)
            clips.append((camera, _gathered(_lumas(film, room.width, room.height))))
    right: list[float] = []
    wrong: list[float] = []
    for (one, ours), (other, theirs) in itertools.combinations(clips, 2):
        (right if one == other else wrong).append(abs(same_camera(ours, theirs).energy))
    yield Row(name="camera.pseudonyms.same.lowest", value=min(right), unit="PCE", goal=f">= {THRESHOLD:g}")
    yield Row(name="camera.pseudonyms.other.highest", value=max(wrong), unit="PCE", goal=f"<= {THRESHOLD:g}")
    yield Row(name="camera.pseudonyms.other.pairs", value=len(wrong), unit="pairs")
    copies = [
        _gathered(_lumas(_film(brief, "meadow", camera=camera, way=9), room.width, room.height)) for camera in (1, 2)
    ]
    yield Row(name="camera.pseudonyms.other.same-frames", value=abs(same_camera(*copies).energy), unit="PCE")
    meter = Meter(clips[0][1].pattern)
    rng = np.random.default_rng(9)
    noise = [abs(meter.measure(rng.normal(size=(room.height, room.width))).energy) for _ in range(200)]
    yield Row(name="camera.noise.highest", value=max(noise), unit="PCE of 200", goal=f"<= {THRESHOLD:g}")


def _pattern(camera: int, room: Room) -> Floats:
    pattern = np.random.default_rng(camera).normal(size=(room.height, room.width))
    for axis in (0, 1):
        pattern = np.roll(pattern, 1, axis) + 4 * pattern + np.roll(pattern, -1, axis)
    return np.asarray(pattern * STRENGTH / pattern.std(), np.float32)


def _film(room: Room, name: str, *, camera: int, way: int = 0) -> Path:
    """What a camera makes of a sample film, beginning at one of many times and going its own way, or of a wall."""
    path = room.folder / f"{name}-{camera}-{way}-{room.width}-{room.frames}.mp4"
    if path.exists():
        return path
    pattern, rng = _pattern(camera, room), np.random.default_rng(camera)
    noise = np.asarray(rng.normal(size=(room.height + 64, room.width + 64)), np.float32)
    encoder = (
        "-c:v",
        "libx264",
        "-preset",
        "veryfast",
        "-b:v",
        room.bits,
        "-maxrate",
        room.bits,
        "-bufsize",
        room.bits,
    )
    with _writing(path, (room.width, room.height), encoder) as pipe:
        for light, colour in _scene(room, name, camera, way):
            down, right = rng.integers(0, 64, 2)
            taken = noise[down : down + room.height, right : right + room.width]
            seen = light * (1 + pattern) + taken * np.sqrt(np.maximum(light - 10, 6) * np.float32(0.05) + 1)
            pipe.write(np.clip(np.rint(seen), 16, 235).astype(np.uint8).tobytes() + colour)
    return path


def _scene(room: Room, name: str, camera: int, way: int) -> Iterator[tuple[Floats, bytes]]:
    """The light of each frame, and its colour: a sample film through a hand that wanders, or a wall that is moved along."""
    width, height = room.width, room.height
    if name == "wall":
        rng = np.random.default_rng(camera)
        down, right = (np.asarray(axis, np.float32) for axis in np.mgrid[:height, :width])
        for _ in range(room.frames):
            tilt = np.tanh(rng.normal(size=3)).astype(np.float32)
            yield (
                150 + 25 * tilt[0] * (right / width - 0.5) + 25 * tilt[1] * (down / height - 0.5) + 20 * tilt[2],
                bytes([128]) * (width * height // 2),
            )
        return
    wide, tall = width + 120, height + 68
    graph = (
        f"trim=start_frame={20 * way},setpts=PTS-STARTPTS,scale={wide}:{tall}:force_original_aspect_ratio=increase:flags=bicubic,crop={wide}:{tall},crop={width}:{height}"
        f":x='60+40*sin(n/17+{way})+14*sin(n/5.3)':y='34+22*sin(n/13.1+{way})+9*sin(n/4.7)',format=yuv420p"
    )
    source = ("-stream_loop", "-1", "-i", str(SAMPLES / FILMS[name]), "-vf", graph, "-frames:v", str(room.frames))
    for pixels in _raw(source, width * height * 3 // 2):
        luma = np.frombuffer(pixels, np.uint8, width * height).reshape(height, width)
        yield luma.astype(np.float32), pixels[width * height :]


def _reference(room: Room, *, camera: int) -> Floats:
    """What somebody finds who holds the camera."""
    wall = _film(replace(room, frames=60), "wall", camera=camera)
    return _gathered(_lumas(wall, room.width, room.height)).pattern.astype(np.float32)


def _gathered(lumas: Iterator[Plane]) -> Sensor:
    gathering = Gathering()
    for luma in lumas:
        gathering.feed(luma)
    found = gathering.finish()
    assert found
    return found


def _shares(room: Room, film: Path, passes: int = PASSES) -> NDArray[np.int16]:
    """What a clip tells of its sensor, looked for again in what is left."""
    shares = np.zeros((room.height, room.width), np.int16)
    every = -(-room.frames // ENOUGH)
    for _ in range(passes):
        remover, gathering = Remover(shares, dither(SEED, (room.width, room.height)), places(SEED, 4096)), Gathering()
        for luma in itertools.islice(_lumas(film, room.width, room.height), 0, None, every):
            gathering.feed(remover.taken_off(luma))
        shares = added(shares, gathering.shares())
    return shares


def _quieted(
    room: Room, film: Path, strength: Strength, shares: NDArray[np.int16], name: str = "quieted.mp4"
) -> Outcome:
    plan = room.plan(strength)
    outcome = Outcome(film=room.folder / name, plan=plan)
    painter = Painter(plan, grain(SEED, plan.shown), places(SEED, 4096))
    remover = Remover(shares, dither(SEED, plan.size), places(SEED, 4096))
    pixels_of = room.width * room.height
    with _writing(outcome.film, plan.shown, OUTGOING) as pipe:
        for number, pixels in enumerate(_raw(("-i", str(film)), pixels_of * 3 // 2)):
            began = time.process_time()
            luma = np.frombuffer(pixels, np.uint8, pixels_of).reshape(room.height, room.width)
            kept = remover.taken_off(luma) if shares.any() else luma
            painted = painter.paint(1000 * number // RATE, kept.tobytes() + pixels[pixels_of:])
            outcome.painting += 1000 * (time.process_time() - began) / room.frames
            pipe.write(painted)
    outcome.megabits = outcome.film.stat().st_size * 8 * RATE / room.frames / 1e6
    return outcome


def _quality(room: Room, film: Path, outcome: Outcome) -> tuple[float, float]:
    """SSIM and PSNR of the luma of every tenth frame against the original, laid alike with nothing taken away."""
    bare = replace(outcome.plan.strength, smoothing=(0, 0, 0), grain=0)
    plan = room.plan(bare)
    painter = Painter(plan, grain(SEED, plan.shown), places(SEED, 4096))
    columns, rows = plan.shown
    found = []
    shown = _lumas(outcome.film, columns, rows)
    for number, (pixels, after) in enumerate(
        zip(_raw(("-i", str(film)), room.width * room.height * 3 // 2), shown, strict=False)
    ):
        if number % 10 == 5:
            laid = painter.paint(1000 * number // RATE, pixels)
            before = np.frombuffer(laid, np.uint8, rows * columns).reshape(rows, columns)
            found.append((_ssim(before, after), _psnr(before, after)))
    ssim, psnr = np.mean(found, axis=0)
    return float(ssim), float(psnr)


def _attacks(room: Room, outcome: Outcome, reference: Floats, *, is_quick: bool = False) -> dict[str, float]:
    """The PCE that each attacker finds."""
    plan = outcome.plan
    columns, rows = plan.shown
    whole = np.zeros((rows, columns), np.float32)
    steps: dict[int, Floats] = {}
    for number, luma in enumerate(_lumas(outcome.film, columns, rows)):
        light = np.maximum(luma, 16).astype(np.float32) - 16
        residual = np.zeros_like(whole)
        for detail, trust in octaves(luma):
            residual += detail * trust
        step = plan.step(1000 * number // RATE)
        steps[step] = steps.get(step, np.float32(0)) + residual * light
        whole += residual * light
    found = cleaned(whole)
    middle = list(steps)[len(steps) // 2]
    energies = {"told": _at(found, sampled(reference, *_straight(laid_from(plan, middle))))}
    if not is_quick:
        back = straightened(found, reference.shape, Pose(scale=columns / room.width))
        energies["naive"] = Meter(reference).measure(back).energy
        energies["searching"] = search(reference, found, scales=(0.85, 1.0), slope=0.01).energy
        energies["seeded"] = _seeded(plan, steps, reference)
    return energies


def _at(found: Floats, reference: Floats) -> float:
    """The highest PCE near a position, at four sizes."""
    best = 0.0
    for halving in range(4):
        waves = np.fft.rfft2(found) * np.conj(np.fft.rfft2(reference))
        surface = np.asarray(np.fft.irfft2(waves, s=found.shape), np.float32)
        best = max(best, abs(energy_of(surface, max(2, NEAR >> halving))[0]))
        found, reference = halved(found), halved(reference)
    return best


def _seeded(plan: Quieting, steps: dict[int, Floats], reference: Floats) -> float:
    """Every quarter of a second is compared with the reference laid just so, and their correlations are added."""
    best = 0.0
    laid = [(cleaned(part), sampled(reference, *laid_from(plan, step))) for step, part in steps.items()]
    for halving in range(4):
        waves = sum(np.fft.rfft2(ours) * np.conj(np.fft.rfft2(theirs)) for ours, theirs in laid)
        surface = np.asarray(np.fft.irfft2(waves, s=laid[0][0].shape), np.float32)
        best = max(best, abs(energy_of(surface, max(2, NEAR >> halving))[0]))
        laid = [(halved(ours), halved(theirs)) for ours, theirs in laid]
    return best


def _straight(at: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """The straight window that fits them best."""
    down, right = (np.asarray(axis, np.float32) for axis in np.mgrid[: at[0].shape[0], : at[0].shape[1]])
    some = (slice(None, None, 24), slice(None, None, 24))
    terms = np.stack((down[some].ravel(), right[some].ravel(), np.ones(down[some].size)), axis=1).astype(np.float64)
    fits = [
        np.linalg.lstsq(terms, plane[some].ravel().astype(np.float64), rcond=None)[0].astype(np.float32) for plane in at
    ]
    rows, columns = (fit[0] * down + fit[1] * right + fit[2] for fit in fits)
    return rows, columns


def _psnr(one: Plane, other: Plane) -> float:
    return float(10 * np.log10(255**2 / max(1e-9, float(np.mean((one.astype(np.float32) - other) ** 2)))))


def _ssim(one: Plane, other: Plane) -> float:
    """Wang, Bovik, Sheikh and Simoncelli 2004, over windows of 8 × 8, every fourth place, as video encoders count it."""
    a, b = one.astype(np.float64), other.astype(np.float64)
    means = [_windows(plane) for plane in (a, b, a * a, b * b, a * b)]
    across = means[4] - means[0] * means[1]
    both = means[2] - means[0] ** 2 + means[3] - means[1] ** 2
    ratio = (2 * means[0] * means[1] + 6.5025) * (2 * across + 58.5225)
    return float((ratio / ((means[0] ** 2 + means[1] ** 2 + 6.5025) * (both + 58.5225))).mean())


def _windows(plane: NDArray[np.float64]) -> NDArray[np.float64]:
    rows, columns = (side // 4 for side in plane.shape)
    cells = plane[: rows * 4, : columns * 4].reshape(rows, 4, columns, 4).mean(axis=(1, 3))
    return np.asarray((cells[:-1, :-1] + cells[1:, :-1] + cells[:-1, 1:] + cells[1:, 1:]) / 4)


def _lumas(film: Path, width: int, height: int) -> Iterator[Plane]:
    for pixels in _raw(("-i", str(film)), width * height * 3 // 2):
        yield np.frombuffer(pixels, np.uint8, width * height).reshape(height, width)


def _raw(source: tuple[str, ...], size: int) -> Iterator[bytes]:
    command = ("ffmpeg", "-v", "error", "-nostdin", *source, "-pix_fmt", "yuv420p", "-f", "rawvideo", "-")
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        while len(pixels := process.stdout.read(size)) == size:
            yield pixels


@contextmanager
def _writing(path: Path, size: tuple[int, int], encoder: tuple[str, ...]) -> Iterator[IO[bytes]]:
    shape = ("-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{size[0]}x{size[1]}", "-r", str(RATE), "-i", "-")
    with subprocess.Popen(
        ("ffmpeg", "-v", "error", "-y", *shape, *encoder, str(path)), stdin=subprocess.PIPE
    ) as process:
        assert process.stdin
        yield process.stdin
        process.stdin.close()
    assert process.returncode == 0
