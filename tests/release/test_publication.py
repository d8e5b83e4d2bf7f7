"""What the public is told follows from the plan that was cleared, and from the files that were."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given

from jebi.archive.transcript import Cue
from jebi.errors import Damaged, Refused
from jebi.release import publication
from jebi.release.boxes import Bytes
from jebi.release.plan import About, Cover, Line, Part, Plan, Sound, Source
from jebi.release.publication import Measured
from jebi.release.publish import Change, File, Film, Words
from release import written
from release.plans import CLIP, cover, key, plans, simple
from signing import credentials_of

DAY = date(2026, 11, 23)
SEEN = Measured(width=1280, height=720, has_credentials=False)
ABOUT = About(
    title=(("en", "Rice at the market"), ("ko", "장마당의 쌀")),
    summary=(("en", "What a kilo costs."),),
    why=(("zh-hant", "為了保護"),),
    places=("혜산",),
    themes=("시장", "쌀"),
    filmed="2026-10",
)
NAMES = ("240.m3u8", "240.mp4", "card.jpg", "film.mp4", "poster.jpg", "stream.m3u8")
ALWAYS = [(Change.NOISE_LOWERED, 0), (Change.METADATA_REMOVED, 0)]


def files(*names: str) -> list[File]:
    return [publication.file(name, 5, f"{place:064x}") for place, name in enumerate(names or NAMES)]


def plan(*, parts: tuple[Part, ...] = (), voice: str = "", about: About = ABOUT, **source: Any) -> Plan:
    """One clip, shown from 1 s to 3 s."""
    shown = parts or simple().parts
    return simple(about=about, sources=(Source(clip=CLIP, sha256="ab" * 32, **source),), parts=shown, voice=voice)


def film(planned: Plan | None = None, **more: Any) -> Film:
    values: dict[str, Any] = {"files": files(), "seen": SEEN, "day": DAY} | more
    return publication.film(7, planned or plan(), **values)


def line(start_ms: int, text: str, language: str = "ko") -> Line:
    return Line(start_ms=start_ms, end_ms=start_ms + 400, language=language, text=text)


def test_texts_places_and_date_are_those_of_the_plan() -> None:
    told = film()
    assert told.title == Words(texts=(("en", "Rice at the market"), ("ko", "장마당의 쌀")))
    assert told.summary.texts == (("en", "What a kilo costs."),)
    assert told.why == Words(texts=(("zh-Hant", "為了保護"),))
    assert (told.places, told.themes, told.filmed) == (("혜산",), ("시장", "쌀"), "2026-10")
    assert (told.number, told.published, told.seconds, told.width, told.height) == (7, DAY, 2, 1280, 720)


def test_every_file_of_the_output_is_published_under_its_name() -> None:
    told = film()
    assert sorted(str(file.name) for file in told.files) == sorted(NAMES)
    assert [str(file.name) for file in told.stream] == ["stream.m3u8", "240.m3u8", "240.mp4"]
    assert film(files=files("film.mp4", "poster.jpg", "card.jpg")).stream == ()


@pytest.mark.parametrize(
    ("names", "lacking"),
    [
        (("film.mp4",), "no poster.jpg"),
        (("poster.jpg", "card.jpg"), "no film.mp4"),
        (("film.mp4", "poster.jpg"), "no card.jpg"),
        (("film.mp4", "poster.jpg", "card.jpg", "240.mp4"), "no list of them"),
    ],
)
def test_an_output_that_lacks_a_file_is_not_published(names: tuple[str, ...], lacking: str) -> None:
    with pytest.raises(Refused, match=lacking):
        film(files=files(*names))


@pytest.mark.parametrize("field", ["title", "summary"])
def test_a_plan_that_tells_the_public_nothing_is_not_published(field: str) -> None:
    with pytest.raises(Refused, match=f"a {field}"):
        film(plan(about=replace(ABOUT, **{field: ()})))  # type: ignore[arg-type]


def test_subtitles_are_the_lines_of_what_is_shown_in_the_order_of_time() -> None:
    lines = (line(2000, "[machine] 둘째"), line(1100, "첫째 & 줄"), line(5000, "안 보임"), line(1100, "first", "en"))
    told = film(plan(lines=lines))
    assert [one.language for one in told.subtitles] == ["en", "ko"]
    assert told.subtitles[1].cues == (
        Cue(start_ms=100, end_ms=500, text="첫째 & 줄"),
        Cue(start_ms=1000, end_ms=1400, text="둘째", is_machine=True),
    )


@pytest.mark.parametrize("text", ["<b>쌀</b>", "쌀  값", " 쌀", "쌀\n\n값", "[machine] [machine] 쌀"])
def test_a_line_that_would_show_otherwise_than_it_was_cleared_is_not_published(text: str) -> None:
    with pytest.raises(Damaged, match="a line of the subtitles"):
        film(plan(lines=(line(1100, text),)))


def covered(kind: str, *times: int) -> Cover:
    return replace(cover(*(key(time) for time in times)), kind=kind)  # type: ignore[arg-type]


def test_the_wide_space_of_japanese_and_korean_is_told_as_it_is_and_shown_as_a_plain_one() -> None:
    about = replace(ABOUT, title=(("ja", "市場の\u3000米"),))
    shown = film(
        plan(about=about, lines=(Line(start_ms=1200, end_ms=2400, language="ja", text="\u3000米\u3000一キロ"),))
    )
    assert shown.title.texts == (("ja", "市場の\u3000米"),)
    assert [cue.text for cue in shown.subtitles[0].cues] == ["米 一キロ"]


def test_covers_are_counted_where_they_are_shown() -> None:
    covers = (
        *(covered("face", 900, 1000), covered("face", 2000), covered("face", 3000), covered("face", 2999)),
        *(covered("figure", 1500), covered("text", 1, 5000), covered("hand", 1200), covered("hand", 100)),
    )
    sounds = (Sound(start_ms=0, end_ms=4000, how="plain"),)
    assert film(plan(covers=covers, sounds=sounds)).changes == (
        (Change.FACES_COVERED, 3),
        (Change.FIGURES_COVERED, 1),
        (Change.TEXT_COVERED, 1),
        (Change.THINGS_COVERED, 1),
        (Change.PARTS_CUT, 1),
        *ALWAYS,
    )


def test_sound_that_was_removed_disguised_or_spoken_anew_is_counted() -> None:
    sounds = (
        Sound(start_ms=1200, end_ms=1400, how="plain"),
        Sound(start_ms=1400, end_ms=1600, how="surroundings"),
        Sound(start_ms=1800, end_ms=2000, how="disguised"),
        Sound(start_ms=3000, end_ms=3500, how="disguised"),
    )
    lines = (line(1100, "첫째"), line(1600, "둘째"), line(4000, "셋째"), line(1100, "first", "en"))
    assert dict(film(plan(sounds=sounds, lines=lines, voice="ko")).changes) == {
        Change.VOICES_REPLACED: 2,
        Change.VOICES_DISGUISED: 1,
        Change.SOUND_REMOVED: 3,
        Change.PARTS_CUT: 1,
        **dict(ALWAYS),
    }


def test_silence_across_a_cut_is_one_place_and_a_seam_is_no_cut() -> None:
    parts = tuple(Part(source=0, start_ms=a, end_ms=b) for a, b in ((0, 500), (500, 900), (2000, 2500)))
    assert dict(film(plan(parts=parts)).changes) == {Change.SOUND_REMOVED: 1, Change.PARTS_CUT: 1, **dict(ALWAYS)}


def test_the_films_size_and_credentials_are_read_from_its_boxes() -> None:
    plain = written.film()
    assert not publication.measured(Bytes(plain)).has_credentials
    start = int.from_bytes(plain[:4])
    signed = plain[:start] + credentials_of() + plain[start:]
    seen = publication.measured(Bytes(signed))
    assert seen.has_credentials
    assert (seen.width, seen.height) == (160, 90)
    assert film(seen=replace(SEEN, has_credentials=True)).has_credentials


@pytest.mark.parametrize("content", [b"", b"no film at all", written.head()[:40]])
def test_what_is_no_film_is_damage(content: bytes) -> None:
    with pytest.raises(Damaged):
        publication.measured(Bytes(content))


@given(plans)
def test_changes_of_any_plan_are_kinds_in_their_order_once_each(planned: Plan) -> None:
    found = list(publication.changes(planned))
    order = list(Change)
    assert [kind for kind, _ in found] == sorted({kind for kind, _ in found}, key=order.index)
    assert all(count > 0 for kind, count in found if (kind, 0) not in ALWAYS)


def test_what_is_heard_is_told_by_the_clock_of_the_cut() -> None:
    sounds = (Sound(start_ms=0, end_ms=1500, how="plain"), Sound(start_ms=2500, end_ms=9000, how="disguised"))
    source = Source(clip=CLIP, sha256="ab" * 32, sounds=sounds)
    parts = (Part(source=0, start_ms=2000, end_ms=3000), Part(source=0, start_ms=1000, end_ms=2000))
    heard = publication.heard(simple(sources=(source,), parts=parts))
    assert [(one.start_ms, one.end_ms, one.how) for one in heard] == [(500, 1000, "disguised"), (1000, 1500, "plain")]
