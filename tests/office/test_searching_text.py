"""Text on signs, plates and price tags is found in a film and covered in every frame; a fence is not."""

import sys

from jebi.media.probe import probe
from jebi.office.labour import Report
from jebi.office.searching_text import TEXTS, search_text
from jebi.release.plan import Cover
from jebi.release.protect import text_covers
from jebi.release.sightings import unpacked
from media.cutouts import ROOT
from media.hard_faces import Truth
from media.street import HEIGHT, RATE, WIDTH, Sign, film
from office.test_watching import Watched, jail, watched
from vault.rows import NOW

sys.path.append(str(ROOT / "bench"))

from faces_judged import is_covered, keys_of, stretch

__all__ = ["jail", "watched"]

FRAMES = 75
STREET = (
    Sign(text="종합시장", x=200, y=120, size=44, dx=4),
    Sign(text="市場", x=600, y=330, size=40, dy=1),
    Sign(text="MARKET OPEN", x=80, y=600, size=24, dx=2),
    Sign(text="쌀 1kg 5,200원", x=700, y=640, size=20, dx=1),
)
PLATE = Sign(text="12-3456", x=900, y=500, size=26, dx=-7, first=20, last=50, paper="#1b3a6b", ink="#f4f4f4")


def _looked_through(watched: Watched, *signs: Sign) -> tuple[Cover, ...]:
    """The covers that a search proposes."""
    path = watched.bench / "street.mp4"
    film(path, signs, frames=FRAMES)
    write = search_text(watched.jail, str(path), probe(watched.jail, str(path)), watched.made, Report())
    with watched.catalogue.writing(NOW) as change:
        write(change)
    return text_covers(unpacked(watched.derived(TEXTS)[0]))


def _bare(covers: tuple[Cover, ...], sign: Sign) -> list[int]:
    """The frames in which a part of a sign is seen."""
    stretches, bare = [stretch(keys) for keys in keys_of(covers)], []
    for number in range(FRAMES):
        if (box := sign.at(number)) is None:
            continue
        left, top, right, bottom = max(0, box[0]), max(0, box[1]), min(WIDTH, box[2]), min(HEIGHT, box[3])
        truth = Truth(face=0, x=left, y=top, width=right - left, height=bottom - top, seen=1.0)
        if not is_covered(truth, stretches, WIDTH, HEIGHT, number * 1000 // RATE):
            bare.append(number)
    return bare


def test_every_sign_and_plate_is_covered_in_every_frame(watched: Watched) -> None:
    covers = _looked_through(watched, *STREET, PLATE)
    assert {sign.text: _bare(covers, sign) for sign in (*STREET, PLATE)} == {sign.text: [] for sign in (*STREET, PLATE)}
    assert {cover.kind for cover in covers} == {"text"}
    assert len(covers) <= 2 * (len(STREET) + 1)


def test_a_plate_that_drives_past_is_not_covered_long_before_and_afterwards(watched: Watched) -> None:
    covers = _looked_through(watched, PLATE)
    assert all(cover.start_ms >= 100 and cover.end_ms <= 2700 for cover in covers)
    assert _bare(covers, PLATE) == []


def test_where_nothing_is_written_nothing_is_covered(watched: Watched) -> None:
    fence = [Sign(text="|||||||||||", x=300, y=300, size=40), Sign(text="11111", x=300, y=500, size=30)]
    assert _looked_through(watched, *fence) == ()


def test_a_film_that_is_cut_off_is_looked_through_as_far_as_it_goes(watched: Watched) -> None:
    path = watched.bench / "street.mkv"
    film(path, STREET[:1], frames=FRAMES)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    write = search_text(watched.jail, str(path), probe(watched.jail, str(path)), watched.made, Report())
    with watched.catalogue.writing(NOW) as change:
        write(change)
    assert unpacked(watched.derived(TEXTS)[0])
