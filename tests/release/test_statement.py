"""What a film says of itself follows from its plan, and from nothing else."""

from dataclasses import replace

import pytest
from hypothesis import given

from jebi.release.credentials import LONGEST_TITLE, Edit, Speech
from jebi.release.plan import About, Cover, CoverKind, How, Line, Part, Plan, Sound, Source
from jebi.release.statement import UNTITLED, edits, statement, title
from release.plans import CLIP, key, plans, simple

ALWAYS = {Edit.NOISE, Edit.METADATA, Edit.ENCODED}


def of(source: Source, *parts: Part, voice: str = "") -> Plan:
    return simple(sources=(source,), parts=parts or (Part(source=0, start_ms=0, end_ms=1000),), voice=voice)


def source(**more: object) -> Source:
    fields = {"clip": CLIP, "sha256": "ab" * 32, "sounds": (Sound(start_ms=0, end_ms=9000, how="plain"),)}
    return Source(**{**fields, **more})  # type: ignore[arg-type]


def said(plan: Plan) -> set[Edit]:
    return set(edits(plan)) - ALWAYS


def cover(kind: CoverKind, start_ms: int = 0, end_ms: int = 500) -> Cover:
    return Cover(kind=kind, style="solid", keys=(key(start_ms), key(end_ms)))


def test_a_clip_that_is_shown_as_it_is_lost_its_metadata_and_was_encoded() -> None:
    assert edits(of(source())) == ALWAYS


@pytest.mark.parametrize(
    ("kind", "edit"),
    [("face", Edit.FACES), ("figure", Edit.FIGURES), ("text", Edit.TEXT), ("hand", Edit.AREAS)],
)
def test_each_kind_of_cover_is_named_where_it_is_shown(kind: CoverKind, edit: Edit) -> None:
    assert said(of(source(covers=(cover(kind),)))) == {edit}
    assert said(of(source(covers=(cover(kind, 1000, 2000),)))) == set()


@pytest.mark.parametrize(
    ("how", "wanted"),
    [("plain", set()), ("surroundings", {Edit.VOICES_REMOVED}), ("disguised", {Edit.VOICES_DISGUISED})],
)
def test_how_the_original_is_heard_is_named(how: How, wanted: set[Edit]) -> None:
    assert said(of(source(sounds=(Sound(start_ms=0, end_ms=1000, how=how),)))) == wanted
    assert said(of(source(sounds=(Sound(start_ms=0, end_ms=999, how=how),)))) == {*wanted, Edit.SILENCE}
    assert said(of(source(sounds=(Sound(start_ms=1000, end_ms=9000, how=how),)))) == {Edit.SILENCE}


def test_parts_that_were_put_together_or_begin_late_are_a_cut() -> None:
    first, late = Part(source=0, start_ms=0, end_ms=900), Part(source=0, start_ms=10, end_ms=900)
    assert said(of(source(), late)) == said(of(source(), first, late)) == {Edit.CUT}


def test_a_line_that_is_spoken_makes_the_film_a_composite() -> None:
    line = Line(start_ms=100, end_ms=900, language="ko", text="쌀이 없소")
    told = statement(of(source(lines=(line,)), voice="ko"), bytes(32))
    assert (told.speech, Edit.VOICES_REPLACED in told.edits) == (Speech.SYNTHETIC, True)
    for plan in (of(source(lines=(line,))), of(source(lines=(replace(line, start_ms=1000, end_ms=1100),)), voice="ko")):
        told = statement(plan, bytes(32))
        assert (told.speech, Edit.VOICES_REPLACED in told.edits) == (Speech.RECORDED, False)


@pytest.mark.parametrize(
    ("texts", "wanted"),
    [
        ((), UNTITLED),
        ((("ko", "\n"),), UNTITLED),
        ((("en", "Rice"), ("ko", "쌀")), "Rice"),
        ((("ja", "米\nの値段"), ("ko", "쌀")), "米 の値段"),
        ((("ko", "쌀" * 999),), "쌀" * LONGEST_TITLE),
    ],
)
def test_its_title_is_one_line_in_english_or_the_first_language(
    texts: tuple[tuple[str, str], ...], wanted: str
) -> None:
    assert title(simple(about=About(title=texts))) == wanted


@given(plans)
def test_every_plan_has_a_statement(plan: Plan) -> None:
    told = statement(plan, bytes(32))
    assert told == statement(plan, bytes(32))
    assert told.edits >= ALWAYS
