"""What is weakest about covers comes first, and no face that is seen bare is passed over."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from jebi.release.concerns import BARE_FROM, Concern, concerns
from jebi.release.plan import Cover, Key, Moving
from jebi.release.protect import covers, figure
from jebi.release.sightings import Sighting

FRAME = 40  # ms


def walk(
    count: int = 50, *, start: int = 0, x: int = 3000, y: int = 3000, score: int = 900, step: int = 20
) -> list[Sighting]:
    """Somebody who walks through the picture."""
    return [
        Sighting(time_ms=start + FRAME * n, x=x + step * n, y=y, width=600, height=800, score=score)
        for n in range(count)
    ]


def box(*keys: tuple[int, int, int, int, int]) -> Cover:
    made = tuple(Key(time_ms=t, x=x, y=y, width=w, height=h) for t, x, y, w, h in keys)
    return Cover(kind="hand", style="solid", keys=made)


def whys(found: tuple[Concern, ...]) -> list[str]:
    return [one.why for one in found]


def test_of_a_sure_face_under_its_own_proposal_there_is_nothing_to_say() -> None:
    seen = walk()
    assert concerns(covers(seen), (), seen) == ()


def test_a_face_that_nothing_hides_comes_first_with_what_would_hide_it() -> None:
    seen, other = walk(), walk(x=3000, y=7000, score=420)
    found = concerns(covers(other), (), [*seen, *other])
    assert whys(found) == ["bare", "unsure"]
    bare = found[0]
    assert (bare.cover, bare.amount, bare.weight) == (None, 1000, 1000)
    assert bare.proposed
    assert whys(concerns((*covers(other), bare.proposed), (), [*seen, *other])) == ["unsure"]


def test_half_a_face_is_bare_at_its_worst_moment() -> None:
    seen = walk(3, step=0)
    half = box((0, 2000, 2000, 1600, 3000), (40, 2000, 2000, 1300, 3000), (80, 2000, 2000, 1600, 3000))
    (bare, *_) = concerns((half,), (), seen)
    assert (bare.why, bare.at_ms, bare.amount) == ("bare", 40, 500)


def test_a_cover_that_only_just_reaches_says_when_and_by_how_much() -> None:
    seen = walk(10, step=0)
    tight = box((0, 2000, 2000, 3000, 3000), (200, 2970, 2000, 3000, 3000), (400, 2000, 2000, 3000, 3000))
    (found,) = concerns((tight,), (), seen)
    assert (found.why, found.cover, found.at_ms, found.amount) == ("tight", 0, 200, 50)


def test_the_picture_s_edge_is_not_tight() -> None:
    seen = walk(10, x=0, y=0, step=0)
    assert concerns((box((0, 0, 0, 2000, 2000), (400, 0, 0, 2000, 2000)),), (), seen) == ()


def test_the_longest_time_out_of_sight_is_named_in_its_middle() -> None:
    seen = [*walk(10, step=0), *walk(10, start=1000, step=0), *walk(10, start=1600, step=0)]
    (found,) = concerns(covers(seen), (), seen)
    assert (found.why, found.at_ms, found.amount, found.cover) == ("gap", 680, 640, 0)


def test_a_face_that_was_hardly_seen_is_named_as_that() -> None:
    seen = walk(2)
    (found,) = concerns(covers(seen), (), seen)
    assert (found.why, found.amount) == ("short", 2)


def test_a_cover_under_which_nobody_was_seen_comes_last() -> None:
    seen = walk(score=400)
    found = concerns((*covers(seen), box((100, 9000, 9000, 500, 500), (300, 9000, 9000, 500, 500))), (), seen)
    assert whys(found) == ["unsure", "empty"]
    assert (found[1].cover, found[1].at_ms, found[1].amount) == (1, 200, 200)


def test_what_a_person_left_open_is_of_no_concern() -> None:
    seen = walk(score=400)
    left = Moving(keys=box((0, 2500, 2500, 3000, 2000), (3000, 2500, 2500, 3000, 2000)).keys)
    assert concerns((), (left,), seen) == ()
    assert whys(concerns((), (), seen)) == ["bare"]


def test_a_figure_s_cover_takes_nothing_from_the_face_s_own() -> None:
    seen = walk(score=400)
    (face,) = covers(seen)
    (found,) = concerns((figure(face), face), (), seen)
    assert (found.why, found.cover) == ("unsure", 1)


def test_a_shot_s_end_is_no_gap() -> None:
    seen = [*walk(10, step=0), *walk(10, start=1000, step=0)]
    assert whys(concerns(covers(seen), (), seen)) == ["gap"]
    assert concerns(covers(seen, cuts_ms=[700]), (), seen, cuts_ms=[700]) == ()


faces = st.builds(
    Sighting,
    time_ms=st.integers(0, 100).map(lambda n: n * FRAME),
    x=st.integers(0, 9000),
    y=st.integers(0, 9000),
    width=st.integers(50, 1000),
    height=st.integers(50, 1000),
    score=st.integers(360, 1000),
)


@given(seen=st.lists(faces, max_size=30))
def test_under_a_proposal_no_face_is_bare_and_without_covers_every_one_is(seen: list[Sighting]) -> None:
    proposed = covers(seen)
    assert "bare" not in whys(concerns(proposed, (), seen))
    bare = concerns((), (), seen)
    assert len(bare) == len(proposed)
    assert all(one.why == "bare" and one.weight == 1000 for one in bare)


@given(seen=st.lists(faces, max_size=30), kept=st.integers(0, 5))
def test_worst_comes_first_and_bare_before_all_else(seen: list[Sighting], kept: int) -> None:
    found = concerns(covers(seen)[:kept], (), seen)
    assert all(a.weight >= b.weight for a, b in pairwise(found))
    assert all((one.weight >= BARE_FROM) == (one.why == "bare") for one in found)


def test_the_less_sure_the_finder_the_sooner_a_person_looks() -> None:
    seen = [*walk(score=450), *(replace(one, x=one.x + 3000, score=360) for one in walk())]
    assert [(one.why, one.amount) for one in concerns(covers(seen), (), seen)] == [("unsure", 360), ("unsure", 450)]
