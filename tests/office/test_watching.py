"""One pass over a film makes all that is to be seen of it; nothing plain is left, and what cannot be seen is damage."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from jebi.archive.pictures import parse_pictures
from jebi.archive.shots import Shot
from jebi.errors import Damaged
from jebi.media.frames import Frame
from jebi.media.jail import Jail
from jebi.media.probe import Kind, Matrix, Probe, probe
from jebi.office.kept import Kept
from jebi.office.labour import Report
from jebi.office.made import Made
from jebi.office.watching import MOST_HELD, MOST_STILLS, _Pass, watch
from jebi.parcel.keys import PostQuantumIdentity
from jebi.vault import clips, segments
from jebi.vault.blobs import Blobs
from jebi.vault.catalogue import Catalogue
from looked_at import FILM
from office.rooms import Shown
from vault.rows import NOW, add, clip

OF = clip().id
JPEG = b"\xff\xd8"


@dataclass(slots=True)
class Watched:
    """A bench on which one file lies, and what was kept of watching it."""

    jail: Jail
    bench: Path
    catalogue: Catalogue
    made: Made

    def make(self, name: str, *what: str) -> str:
        path = self.bench / name
        subprocess.run(["ffmpeg", "-v", "error", *what, str(path)], check=True)
        return str(path)

    def watch(self, path: str) -> Report:
        report = Report()
        write = watch(self.jail, path, probe(self.jail, path), self.made, report)
        with self.catalogue.writing(NOW) as change:
            write(change)
        return report

    def derived(self, kind: str) -> dict[int, bytes]:
        with self.catalogue.reading() as connection:
            made = clips.derived_of(connection, [OF], [kind])[OF]
        return {one.number: self.made.kept.read(one.blob) for one in made}

    @property
    def facts(self) -> dict[str, str]:
        with self.catalogue.reading() as connection:
            return {one.name: one.value for one in clips.facts_of(connection, [OF])[OF]}

    @property
    def shots(self) -> list[tuple[int, int]]:
        with self.catalogue.reading() as connection:
            return [(one.start_ms, one.end_ms) for one in segments.of(connection, OF, ["shot"])]


@pytest.fixture(scope="module")
def jail() -> Jail:
    return Jail.find()


@pytest.fixture
def watched(jail: Jail, tmp_path: Path) -> Iterator[Watched]:
    identity = PostQuantumIdentity(bytes(32))
    kept = Kept(Blobs(str(tmp_path / "blobs")), identity.recipient(), identity)
    (tmp_path / "bench").mkdir()
    with Catalogue.open(f"sqlite:///{tmp_path}/catalogue.db") as catalogue:
        add(catalogue, clip())
        yield Watched(jail, tmp_path / "bench", catalogue, Made(kept, OF, "test 1.0"))


def test_a_film_becomes_a_copy_that_plays_with_shots_stills_and_a_contact_sheet(shown: Shown, tmp_path: Path) -> None:
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(shown.derived(FILM, "view")[0])
    asked = ["-count_frames", "-show_entries", "stream=codec_name,nb_read_frames", "-of", "json", str(copy)]
    told = subprocess.run(["ffprobe", "-v", "error", *asked], capture_output=True, check=True)

    (stream,) = json.loads(told.stdout)["streams"]
    assert (stream["codec_name"], stream["nb_read_frames"]) == ("h264", "120")
    assert len(shown.derived(FILM, "still")) == len(shown.segments(FILM, "shot")) == 1
    for kind in ("still", "sheet", "poster"):
        assert shown.derived(FILM, kind)[0].startswith(JPEG), kind
    assert len(parse_pictures(shown.derived(FILM, "pictures")[0]).time_ms) > 4


def test_every_shot_has_a_still_under_its_number_and_nothing_plain_is_left(watched: Watched) -> None:
    parts = ["-f", "lavfi", "-i", "mandelbrot=s=320x240:r=10", "-f", "lavfi", "-i", "testsrc2=s=320x240:r=10:d=3"]
    cut = ["-filter_complex", "[0]trim=0:3[first];[first][1]concat=n=2"]
    path = watched.make("film.mkv", *parts, *cut, "-c:v", "mpeg4", "-q:v", "2")

    report = watched.watch(path)

    assert watched.shots == [(0, 3000), (3000, 5901)]
    assert set(watched.derived("still")) == {0, 1}
    assert (watched.facts["frames"], watched.facts["last-frame-ms"]) == ("60", "5900")
    assert (watched.facts["shown-width"], watched.facts["shown-height"]) == ("320", "240")
    assert (report.done, report.unit) == (5900, "ms")
    assert [file.name for file in watched.bench.iterdir()] == ["film.mkv"]


def test_a_picture_is_looked_at_and_has_no_copy_to_play(watched: Watched) -> None:
    path = watched.make("picture.png", "-f", "lavfi", "-i", "testsrc2=s=320x240", "-frames:v", "1")

    watched.watch(path)

    assert watched.derived("view") == {}
    assert all(watched.derived(kind)[0].startswith(JPEG) for kind in ("poster", "sheet", "still"))
    assert (len(watched.shots), watched.facts["frames"]) == (1, "1")


def test_a_film_that_is_cut_off_is_watched_as_far_as_it_goes(watched: Watched, samples: Path) -> None:
    path = watched.make("film.mkv", "-i", str(samples / FILM), "-c", "copy")
    whole = Path(path).read_bytes()
    Path(path).write_bytes(whole[: len(whole) // 2])

    watched.watch(path)

    assert 10 < int(watched.facts["frames"]) < 120
    assert watched.derived("view")


def test_of_a_film_in_which_nothing_can_be_seen_nothing_is_kept_or_left(watched: Watched, samples: Path) -> None:
    path = watched.bench / "film.mp4"
    shutil.copy(samples / FILM, path)
    seen, content = probe(watched.jail, str(path)), path.read_bytes()
    start = content.index(b"mdat") + 4
    path.write_bytes(content[:start] + bytes(len(content) - start))

    with pytest.raises(Damaged):
        watch(watched.jail, str(path), seen, watched.made, Report())

    assert [file.name for file in watched.bench.iterdir()] == ["film.mp4"]


def frame(time_ms: int, shade: int = 100) -> Frame:
    pixels = bytes([shade]) * (32 * 32) + bytes([128]) * (32 * 32 // 2)
    return Frame(time_ms=time_ms, width=32, height=32, pixels=pixels, matrix=Matrix.BT709)


def film() -> _Pass:
    return _Pass(Probe(kind=Kind.VIDEO, size=1000, container="mp4", duration_ms=None, videos=(), audios=(), others=0))


def test_of_one_shot_that_lasts_for_hours_so_many_stills_are_held_and_evenly() -> None:
    looking = film()

    for second in range(5 * MOST_HELD):  # every second one is dropped three times
        looking.see(frame(second * 1000))

    times = [time_ms for time_ms, _ in looking.held]
    assert MOST_HELD // 2 - 1 <= len(times) <= MOST_HELD
    assert times[0] == 0
    assert set(np.diff(times)) == {8000}


def test_the_poster_is_the_still_with_the_most_to_see() -> None:
    looking, noise = film(), np.random.default_rng(1).integers(16, 235, 32 * 32, np.uint8).tobytes()
    busy = Frame(time_ms=2000, width=32, height=32, pixels=noise + bytes([128]) * 512, matrix=Matrix.BT709)

    for one in (frame(0, 16), busy, frame(4000, 235)):
        looking.see(one)
    chosen = looking.poster
    only = film()
    only.see(busy)

    assert chosen == only.poster


def test_of_a_film_with_more_shots_than_anybody_looks_at_so_many_stills_are_kept() -> None:
    looking = film()

    for number in range(MOST_STILLS + 5):
        looking.held = [(number * 1000, b"still")]
        looking._settle(Shot(start_ms=number * 1000, end_ms=number * 1000 + 900, key_ms=number * 1000, confidence=1.0))

    assert (len(looking.stills), len(looking.shots)) == (MOST_STILLS, MOST_STILLS + 5)
