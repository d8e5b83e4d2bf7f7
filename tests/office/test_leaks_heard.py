"""Speech counts as far as it stands where nobody is meant to speak."""

import pytest

from jebi.media.hearing import Stretch
from jebi.office.leaks_heard import AROUND_MS, _disguised, _outside, _within
from jebi.release.plan import Part, Plan, Sound, Source
from release.plans import CLIP, simple


def speech(start_ms: int, end_ms: int) -> Stretch:
    return Stretch(start_ms=start_ms, end_ms=end_ms, probability=0.9)


@pytest.mark.parametrize(
    ("allowed", "outside_ms"),
    [
        ([], 4000),
        ([(1000, 5000)], 0),
        ([(1000 + AROUND_MS, 5000 - AROUND_MS)], 0),
        ([(2000, 3000)], 4000 - 1000 - 2 * AROUND_MS),
        ([(2000, 3000), (2500, 3500)], 4000 - 1500 - 2 * AROUND_MS),
        ([(9000, 9500)], 4000),
        ([(0, 500)], 4000),
        ([(4000, 4100), (1500, 1600)], 4000 - 200 - 4 * AROUND_MS),
    ],
)
def test_what_stands_beside_all_allowed_times_is_counted_once(allowed: list[tuple[int, int]], outside_ms: int) -> None:
    assert _outside(speech(1000, 5000), allowed) == outside_ms


def plan_of(*parts: Part) -> Plan:
    sounds = (Sound(start_ms=1000, end_ms=2000, how="disguised"), Sound(start_ms=2000, end_ms=3000, how="plain"))
    return simple(sources=(Source(clip=CLIP, sha256="ab" * 32, sounds=sounds),), parts=parts)


def test_a_disguised_voice_is_looked_for_on_the_clock_of_the_cut() -> None:
    plan = plan_of(Part(source=0, start_ms=2500, end_ms=2800), Part(source=0, start_ms=1500, end_ms=2500))
    assert [(start, end) for _, start, end in _disguised(plan)] == [(300, 800)]


def test_speech_is_cut_off_where_a_time_ends() -> None:
    within = _within([speech(0, 500), speech(800, 1200), speech(3000, 4000)], 400, 1000)
    assert [(one.start_ms, one.end_ms) for one in within] == [(400, 500), (800, 1000)]
