"""What is covered in a source is covered in the cut where, and as long as, its part is shown."""

import pytest
from hypothesis import given

from jebi.media.jail import Jail
from jebi.media.models import Models
from jebi.office.labour import Report
from jebi.office.leaks_seen import _stretches, look
from jebi.office.reasons import NotHere
from jebi.release.plan import Key, Moving, Part, Plan, Source
from jebi.release.secret_words import Secrets
from release.plans import CLIP, cover, key, keys, simple

WALK = (key(1000, x=0, width=1000), key(3000, x=2000, width=1000))


def plan_of(*parts: Part, moving: tuple[Key, ...] = WALK) -> Plan:
    source = Source(clip=CLIP, sha256="ab" * 32, covers=(cover(*moving),), open=(Moving(keys=moving),))
    return simple(sources=(source,), parts=parts)


def test_a_cover_begins_and_ends_with_its_part() -> None:
    plan = plan_of(Part(source=0, start_ms=5000, end_ms=6000), Part(source=0, start_ms=2000, end_ms=2500))
    (stretch,) = _stretches(plan, is_open=False)
    assert [(one.at, one.box.x) for one in stretch.keys] == [(1000, 1000), (1500, 1500)]


def test_what_may_be_seen_moves_as_a_cover_does() -> None:
    plan = plan_of(Part(source=0, start_ms=0, end_ms=4000))
    assert list(_stretches(plan, is_open=True)) == list(_stretches(plan, is_open=False))
    (stretch,) = _stretches(plan, is_open=True)
    assert [one.at for one in stretch.keys] == [1000, 3000]


def test_a_part_that_is_shown_twice_is_covered_twice() -> None:
    part = Part(source=0, start_ms=1000, end_ms=3000)
    first, second = _stretches(plan_of(part, part), is_open=False)
    assert [one.at for one in first.keys] == [0, 2000]
    assert [one.at for one in second.keys] == [2000, 4000]


@given(keys())
def test_no_stretch_reaches_beyond_its_part(moving: tuple[Key, ...]) -> None:
    parts = (Part(source=0, start_ms=3000, end_ms=4000), Part(source=0, start_ms=0, end_ms=1000))
    for stretch in _stretches(plan_of(*parts, moving=moving), is_open=False):
        assert 0 <= stretch.keys[0].at <= stretch.keys[-1].at <= 2000


def test_without_its_models_nobody_looks(tmp_path: object) -> None:
    plan = plan_of(Part(source=0, start_ms=0, end_ms=1000))

    def opened(_: int) -> object:
        raise AssertionError

    with pytest.raises(NotHere, match="faces-a"):
        look(Jail.find(), Models(tmp_path), plan, opened, "film.mp4", Secrets(words=()), Report())  # type: ignore[arg-type]
