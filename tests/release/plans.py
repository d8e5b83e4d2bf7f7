"""Plans of all kinds."""

from hypothesis import strategies as st

from jebi.release.plan import SIDE, About, Cover, Key, Line, Moving, Part, Picture, Plan, Sound, Source

CLIP = "0123456789abcdef"
SEED = bytes(range(16))


def simple(**more: object) -> Plan:
    """One clip, shown from its first second to its third."""
    fields = {
        "about": About(title=(("en", "Rice at the market"), ("ko", "장마당의 쌀")), filmed="2026-10"),
        "picture": Picture(lines=720, rate=25, seed=SEED),
        "sources": (Source(clip=CLIP, sha256="ab" * 32),),
        "parts": (Part(source=0, start_ms=1000, end_ms=3000),),
    }
    return Plan(**{**fields, **more})  # type: ignore[arg-type]


def key(time: int = 0, x: int = 1000, y: int = 2000, width: int = 500, height: int = 800) -> Key:
    return Key(time_ms=time, x=x, y=y, width=width, height=height)


def cover(*keys: Key, style: str = "solid") -> Cover:
    return Cover(kind="face", style=style, keys=keys or (key(),))  # type: ignore[arg-type]


@st.composite
def keys(draw: st.DrawFn) -> tuple[Key, ...]:
    times = sorted(draw(st.sets(st.integers(0, 10_000), min_size=1, max_size=5)))
    made = []
    for time in times:
        x, y = draw(st.integers(0, SIDE - 1)), draw(st.integers(0, SIDE - 1))
        made.append(key(time, x, y, draw(st.integers(1, SIDE - x)), draw(st.integers(1, SIDE - y))))
    return tuple(made)


texts = st.text(
    st.characters(categories=("L", "N", "P", "Zs"), include_characters="\n"), min_size=1, max_size=30
).filter(lambda text: all(letter.isprintable() or letter == "\n" for letter in text))
covers = st.builds(
    Cover, kind=st.sampled_from(["face", "figure", "text", "hand"]), style=st.just("mosaic"), keys=keys()
)
lines = st.builds(
    Line, start_ms=st.integers(0, 10), end_ms=st.integers(11, 99), language=st.sampled_from(["ko", "en"]), text=texts
)
sounds = st.sampled_from(
    [(), (Sound(start_ms=0, end_ms=9, how="plain"), Sound(start_ms=9, end_ms=20, how="surroundings"))]
)
sources = st.builds(
    Source,
    clip=st.just(CLIP),
    sha256=st.just("cd" * 32),
    covers=st.lists(covers, max_size=3).map(tuple),
    open=st.lists(st.builds(Moving, keys=keys()), max_size=2).map(tuple),
    sounds=sounds,
    lines=st.lists(lines, max_size=3).map(tuple),
)
plans = st.builds(simple, sources=sources.map(lambda one: (one,)), voice=st.sampled_from(["", "ko"]))

# Whatever a plan allows, to the letter: languages that look like numbers, texts of spaces, sounds and lines in any number of clips.
languages = st.sampled_from(["ko", "ja", "en", "10", "100", "9z", "09", "11", "zh-hant", "a-1"])
any_texts = st.text(' \n"\\/<>&-쌀가がe\u0301\u1100\U0001f33e', min_size=1, max_size=12)
told = st.dictionaries(languages, any_texts, max_size=4).map(lambda texts: tuple(sorted(texts.items())))
names = st.lists(any_texts, max_size=4, unique=True).map(tuple)
abouts = st.builds(
    About,
    title=told,
    summary=told,
    why=told,
    places=names,
    themes=names,
    filmed=st.sampled_from(["", "1999", "2026-10", "2026-10-03"]),
)
stretches = st.tuples(st.integers(0, 9_999), st.integers(1, 9_999)).map(lambda pair: (pair[0], sum(pair)))
any_lines = st.builds(
    lambda stretch, language, text: Line(start_ms=stretch[0], end_ms=stretch[1], language=language, text=text),
    stretches,
    languages,
    any_texts,
)


@st.composite
def any_sounds(draw: st.DrawFn) -> tuple[Sound, ...]:
    times = sorted(draw(st.sets(st.integers(0, 9_999), max_size=8)))
    hows = st.sampled_from(["plain", "surroundings", "disguised"])
    pairs = zip(times[::2], times[1::2], strict=False)
    return tuple(Sound(start_ms=start, end_ms=end, how=draw(hows)) for start, end in pairs)  # type: ignore[arg-type]


@st.composite
def any_plans(draw: st.DrawFn) -> Plan:
    """A plan of one to three clips."""
    clips = draw(st.lists(st.binary(min_size=8, max_size=8), min_size=1, max_size=3, unique=True))
    sources = tuple(
        Source(
            clip=clip.hex(),
            sha256=clip.hex() * 4,
            covers=draw(st.lists(covers, max_size=2).map(tuple)),
            open=draw(st.lists(st.builds(Moving, keys=keys()), max_size=2).map(tuple)),
            sounds=draw(any_sounds()),
            lines=draw(st.lists(any_lines, max_size=3).map(tuple)),
        )
        for clip in clips
    )
    parts = st.builds(
        lambda source, stretch: Part(source=source, start_ms=stretch[0], end_ms=stretch[1]),
        st.integers(0, len(clips) - 1),
        stretches,
    )
    return Plan(
        about=draw(abouts),
        picture=Picture(
            lines=2 * draw(st.integers(72, 540)),
            rate=draw(st.integers(1, 60)),
            seed=SEED,
        ),
        sources=sources,
        parts=tuple(draw(st.lists(parts, min_size=1, max_size=4))),
        voice=draw(st.just("") | languages),
    )
