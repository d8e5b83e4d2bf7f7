"""A plan that exists can be rendered."""

from collections.abc import Callable

import pytest

from jebi.errors import Damaged
from jebi.release.plan import About, Cover, Line, Part, Picture, Plan, Sound, Source
from release.plans import CLIP, SEED, cover, key, simple

SHA256 = "ab" * 32
IMPOSSIBLE: dict[str, Callable[[], object]] = {
    "nothing is shown": lambda: simple(parts=()),
    "nothing is there to be shown": lambda: simple(sources=()),
    "a part is of a source that is not there": lambda: simple(parts=(Part(source=1, start_ms=0, end_ms=1),)),
    "a part is of a source before the first": lambda: simple(parts=(Part(source=-1, start_ms=0, end_ms=1),)),
    "a part ends as it begins": lambda: Part(source=0, start_ms=5, end_ms=5),
    "a part begins before its clip": lambda: Part(source=0, start_ms=-1, end_ms=5),
    "a clip is a source twice": lambda: simple(sources=(Source(clip=CLIP, sha256=SHA256),) * 2),
    "a clip's number is no number": lambda: Source(clip="../../etc/passwd", sha256=SHA256),
    "a digest is short": lambda: Source(clip=CLIP, sha256="ab"),
    "a cover has no time": lambda: Cover(kind="face", style="solid", keys=()),
    "a cover stands still in time": lambda: cover(key(5), key(5)),
    "a cover goes back in time": lambda: cover(key(5), key(4)),
    "a cover is blurred": lambda: cover(style="blur"),
    "a cover has no width": lambda: key(width=0),
    "a cover lies outside the picture": lambda: key(x=9_501),
    "sounds overlap": lambda: Source(
        clip=CLIP,
        sha256=SHA256,
        sounds=(Sound(start_ms=0, end_ms=9, how="plain"), Sound(start_ms=8, end_ms=20, how="plain")),
    ),
    "a sound is loud": lambda: Sound(start_ms=0, end_ms=9, how="loud"),  # type: ignore[arg-type]
    "a line says nothing": lambda: Line(start_ms=0, end_ms=9, language="ko", text=""),
    "a line turns letters round": lambda: Line(start_ms=0, end_ms=9, language="ko", text="쌀\u202e"),
    "a language is a sentence": lambda: Line(start_ms=0, end_ms=9, language="in Korean", text="쌀"),
    "a title stands twice in a language": lambda: About(title=(("ko", "쌀"), ("ko", "값"))),
    "a date is too exact": lambda: About(filmed="2026-10-03T11:22"),
    "a date cannot be": lambda: About(filmed="2026-13"),
    "a date is in other digits": lambda: About(filmed="２０２６"),
    "the picture has odd lines": lambda: Picture(lines=721, rate=25, seed=SEED),
    "the picture is larger than is let out": lambda: Picture(lines=2160, rate=25, seed=SEED),
    "there are no pictures a second": lambda: Picture(lines=720, rate=0, seed=SEED),
    "the seed is short": lambda: Picture(lines=720, rate=25, seed=b"seed"),
    "it lasts longer than a clip may": lambda: simple(
        parts=(Part(source=0, start_ms=0, end_ms=172_800_000), Part(source=0, start_ms=0, end_ms=1))
    ),
}


@pytest.mark.parametrize("make", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_no_plan_exists_in_which(make: Callable[[], object]) -> None:
    with pytest.raises(Damaged, match="the plan of a cut cannot be"):
        make()


def test_a_cut_lasts_as_long_as_its_parts() -> None:
    plan: Plan = simple(parts=(Part(source=0, start_ms=1000, end_ms=3000), Part(source=0, start_ms=0, end_ms=500)))
    assert plan.length_ms == 2500
