"""A face is found in every frame of a real film, upright or on its side, and what is kept can be read."""

import subprocess
import sys
from pathlib import Path

import pytest

from jebi.media.frames import Frame, frames
from jebi.media.jail import Jail
from jebi.media.models import Models
from jebi.media.probe import Matrix, probe
from jebi.office.labour import Report
from jebi.office.reasons import NotHere
from jebi.office.searching_faces import Watcher, search_faces
from jebi.release import protect
from jebi.release.sightings import Sighting, unpacked
from jebi.release.tracks import SURE, tracks
from jebi.vault import clips
from jebi.vault.catalogue import Catalogue
from looked_at import MODELS
from media.cutouts import ROOT
from media.hard_faces import sequences
from office.test_watching import OF, Watched, jail, watched
from vault.rows import NOW

sys.path.append(str(ROOT / "bench"))

from faces_judged import FRAME_MS, keys_of, uncovered

__all__ = ["jail", "watched"]


@pytest.fixture(scope="module")
def talking(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Sighting]]:
    """What is seen of somebody who talks in a car, filmed upright and lying, for a second each."""
    jail, folder = Jail.find(), tmp_path_factory.mktemp("talking")
    seen = {}
    for name, turned in (("upright", "null"), ("lying", "transpose=clock")):
        path = str(folder / f"{name}.mp4")
        source = str(samples / "carphone_pristine.mp4")
        subprocess.run(["ffmpeg", "-v", "error", "-i", source, "-t", "1", "-vf", turned, path], check=True)
        watcher = Watcher(Models(MODELS))
        taken = frames(jail, path, probe(jail, path), height=1080)
        seen[name] = [one for frame in taken for one in watcher.see(frame)]
    return seen


@pytest.mark.parametrize("how", ["upright", "lying"])
def test_somebody_who_talks_is_one_track_from_the_first_frame_to_the_last(
    talking: dict[str, list[Sighting]], how: str
) -> None:
    longest = max(tracks(talking[how]), key=lambda track: len(track.sightings))
    assert longest.first.time_ms <= 100
    assert longest.last.time_ms >= 900
    assert sum(one.score >= SURE for one in longest.sightings) > 15


@pytest.mark.parametrize(
    "name",
    [
        "60 pixels a frame",
        pytest.param("a shaken camera", marks=pytest.mark.deep),
        pytest.param("from 30 to 16 pixels", marks=pytest.mark.deep),
    ],
)
def test_in_films_in_which_faces_are_hard_to_find_every_frame_is_covered(name: str) -> None:
    (film,) = (film for film in sequences() if film.name == name)
    watcher, sightings = Watcher(Models(MODELS)), list[Sighting]()
    for number, planes in enumerate(film.planes()):
        pixels, (height, width) = b"".join(plane.tobytes() for plane in planes), planes[0].shape
        frame = Frame(time_ms=FRAME_MS * number, width=width, height=height, pixels=pixels, matrix=Matrix.BT601)
        sightings += watcher.see(frame)
    assert uncovered(film, keys_of(protect.covers(sightings))) == []
    assert uncovered(film, keys_of(protect.covers(sightings[: len(sightings) // 4]))) != []


def test_what_was_seen_is_kept_sealed_and_read_again(watched: Watched, samples: Path) -> None:
    path = watched.make("talk.mp4", "-i", str(samples / "carphone_pristine.mp4"), "-t", "0.3")
    write = search_faces(watched.jail, Models(MODELS), path, probe(watched.jail, path), watched.made, Report())
    with watched.catalogue.writing(NOW) as change:
        write(change)
    (content,) = watched.derived("sightings").values()
    assert len({one.time_ms for one in unpacked(content)}) >= 7


def test_without_the_model_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotHere):
        Watcher(Models(tmp_path))


def test_nothing_is_kept_of_a_film_without_a_face_but_that_it_was_searched(watched: Watched) -> None:
    path = watched.make("grey.mp4", "-f", "lavfi", "-i", "color=gray:size=320x180:duration=0.2:rate=10")
    write = search_faces(watched.jail, Models(MODELS), path, probe(watched.jail, path), watched.made, Report())
    with watched.catalogue.writing(NOW) as change:
        write(change)
    assert [unpacked(content) for content in watched.derived("sightings").values()] == [()]
    _check_event(watched.catalogue)


def _check_event(catalogue: Catalogue) -> None:
    with catalogue.reading() as connection:
        assert clips.derived_of(connection, [OF], ["sightings"])[OF]
