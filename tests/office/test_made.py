"""What a job made is named with its end; what nothing names any more is removed, unless it is young or of another catalogue."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from jebi.office.kept import Kept
from jebi.office.made import YOUNG_MS, Made, sweep
from jebi.parcel.keys import PostQuantumIdentity
from jebi.vault import clips
from jebi.vault.blobs import NEW, Blobs
from jebi.vault.catalogue import Catalogue, Event
from jebi.vault.clips import Clip

CLIP = "0" * 16
NOW_MS = time.time_ns() // 1_000_000
LONG_AGO_MS = NOW_MS - 10 * YOUNG_MS  # the catalogue's first event
EVENT = Event(kind="clip-admitted", subject=CLIP, detail="", actor="test")


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    identity = PostQuantumIdentity(bytes(32))
    return Kept(Blobs(str(tmp_path / "blobs")), identity.recipient(), identity)


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with Catalogue.open(f"sqlite:///{tmp_path}/catalogue.db") as opened:
        yield opened


def admit(catalogue: Catalogue) -> None:
    with catalogue.writing(LONG_AGO_MS) as change:
        clips.add(change, Clip(id=CLIP, parcel="p", number=1, sha256="0" * 64, size=1, arrived_ms=1), EVENT)


def make(kept: Kept, catalogue: Catalogue, content: bytes) -> str:
    """The blob of what a job made."""
    made = Made(kept, CLIP, "test 1.0")
    made.add("sheet", content)
    with catalogue.writing(NOW_MS) as change:
        made.write(change)
    with catalogue.reading() as connection:
        ((one,),) = clips.derived_of(connection, [CLIP], ["sheet"]).values()
    return one.blob


def age(kept: Kept, name: str, age_ms: int) -> None:
    """As if it had been put so long ago."""
    then = (NOW_MS - age_ms) / 1000
    os.utime(kept.blobs._path(name), (then, then))


def test_what_a_newer_took_the_place_of_is_removed_when_it_is_a_day_old(kept: Kept, catalogue: Catalogue) -> None:
    admit(catalogue)
    old, new = make(kept, catalogue, b"old"), make(kept, catalogue, b"new")
    age(kept, new, 2 * YOUNG_MS)

    assert sweep(kept, catalogue) == 0
    age(kept, old, 2 * YOUNG_MS)

    assert sweep(kept, catalogue) == 1
    assert list(kept.blobs.names()) == [new]
    assert kept.read(new) == b"new"


def test_what_a_worker_put_just_now_and_has_not_named_yet_stays(kept: Kept, catalogue: Catalogue) -> None:
    admit(catalogue)
    kept.put(b"just now")
    beside = Path(kept.blobs._root, NEW, "half")
    beside.touch()

    assert sweep(kept, catalogue) == 0
    assert len(list(kept.blobs.names())) == 1
    assert beside.exists()


@pytest.mark.parametrize("is_begun", [True, False])
def test_what_is_older_than_the_catalogue_stays_for_it_may_be_of_one_that_was_lost(
    kept: Kept, catalogue: Catalogue, *, is_begun: bool
) -> None:
    if is_begun:
        admit(catalogue)
    age(kept, kept.put(b"a note on a person").blob, 11 * YOUNG_MS)

    assert sweep(kept, catalogue) == 0
    assert len(list(kept.blobs.names())) == 1
