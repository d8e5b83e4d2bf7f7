"""People who walk through a picture, as a detector sees them."""

from collections.abc import Iterator

from hypothesis import strategies as st

from jebi.release.sightings import Sighting

SIZE = 800
EVERY_MS = 40


def seen(time: int, x: float, y: float = 4000, *, score: int = 900, size: int = SIZE) -> Sighting:
    return Sighting(time_ms=time, x=round(x), y=round(y), width=size, height=size, score=score)


def walk(start: int, end: int, *, x: float = 1000, pace: float = 1.0, y: float = 4000) -> Iterator[Sighting]:
    """Somebody walks: `pace` units a millisecond."""
    for time in range(start, end, EVERY_MS):
        yield seen(time, x + pace * (time - start), y)


@st.composite
def crowds(draw: st.DrawFn) -> list[Sighting]:
    one = st.builds(
        seen,
        st.integers(0, 50).map(lambda n: n * EVERY_MS),
        st.integers(0, 9000),
        st.integers(0, 9000),
        score=st.integers(200, 1000),
        size=st.integers(100, 900),
    )
    return draw(st.lists(one, max_size=60))
