"""The clock of a cut and those of its sources agree."""

from hypothesis import given
from hypothesis import strategies as st

from jebi.release.plan import Line, Part, Picture, Plan, Source
from jebi.release.timeline import languages, lines, picture_ms, showings
from release.plans import CLIP, SEED, simple

parts = st.lists(
    st.tuples(st.integers(0, 5000), st.integers(1, 3000)).map(
        lambda pair: Part(source=0, start_ms=pair[0], end_ms=pair[0] + pair[1])
    ),
    min_size=1,
    max_size=6,
)


def plan_of(*shown: Part, rate: int = 25, said: tuple[Line, ...] = ()) -> Plan:
    return simple(
        parts=shown,
        picture=Picture(lines=720, rate=rate, seed=SEED),
        sources=(Source(clip=CLIP, sha256="ab" * 32, lines=said),),
    )


@given(parts, st.integers(1, 60))
def test_every_picture_is_in_one_part_and_shows_a_moment_of_it(shown: list[Part], rate: int) -> None:
    plan = plan_of(*shown, rate=rate)
    number = 0
    for showing in showings(plan):
        assert showing.first == number
        for picture in range(showing.first, showing.end):
            assert showing.part.start_ms <= showing.source_ms(picture, rate) < showing.part.end_ms
        number = showing.end
    assert number == -(-plan.length_ms * rate // 1000)


@given(st.integers(1, 60))
def test_pictures_come_at_a_steady_rate(rate: int) -> None:
    times = [picture_ms(number, rate) for number in range(10 * rate + 1)]
    assert (times[0], times[-1]) == (0, 10_000)
    assert all(abs(time - number * 1000 / rate) <= 0.5 for number, time in enumerate(times))


SAID = (
    Line(start_ms=1000, end_ms=2000, language="ko", text="쌀값"),
    Line(start_ms=2500, end_ms=4000, language="ko", text="올랐다"),
    Line(start_ms=1000, end_ms=2000, language="en", text="the price"),
)


def test_lines_are_said_where_their_part_is_shown() -> None:
    plan = plan_of(Part(source=0, start_ms=2400, end_ms=3000), Part(source=0, start_ms=500, end_ms=1500), said=SAID)
    assert [(one.start_ms, one.end_ms, one.text) for one in lines(plan, "ko")] == [
        (100, 600, "올랐다"),
        (1100, 1600, "쌀값"),
    ]
    assert languages(plan) == ["en", "ko"]


def test_a_language_in_which_nothing_is_shown_is_none() -> None:
    assert languages(plan_of(Part(source=0, start_ms=2400, end_ms=3000), said=SAID)) == ["ko"]
