"""The one encoding of a plan, and its hash (docs/formats/cuts.md, "Plan").

Invariants: what is read is to the byte what would be written; anything else is `Damaged`. Peak: the plan, and its text twice.
"""

import hashlib
import json
from typing import Any

from jebi.errors import Damaged
from jebi.release.plan import About, Cover, Key, Line, Moving, Part, Picture, Plan, Sound, Source

FORMAT = "jebi cut 1"
LONGEST = 16 << 20  # bytes
_HINT = "take the last plan of the cut that can be read"


def written(plan: Plan) -> bytes:
    """A plan's bytes."""
    return json.dumps(_fields(plan), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(plan: Plan) -> str:
    """The plan hash, in hex."""
    return hashlib.sha256(written(plan)).hexdigest()


def parse(untrusted_plan: bytes) -> Plan:
    """Read what `written` writes. Raises `Damaged` for anything else."""
    if len(untrusted_plan) > LONGEST:
        raise Damaged("the plan of a cut is longer than 16 MiB", hint=_HINT)
    try:
        plan = _plan(json.loads(untrusted_plan))
        is_ours = written(plan) == untrusted_plan
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Damaged("the plan of a cut cannot be read", hint=_HINT) from error
    if not is_ours:
        raise Damaged("the plan of a cut is written in a way that jebi does not write", hint=_HINT)
    return plan


def _fields(plan: Plan) -> dict[str, Any]:
    about, picture = plan.about, plan.picture
    return {
        "format": FORMAT,
        "about": {
            "title": dict(about.title),
            "summary": dict(about.summary),
            "why": dict(about.why),
            "places": about.places,
            "themes": about.themes,
            "filmed": about.filmed,
        },
        "picture": {"lines": picture.lines, "rate": picture.rate, "seed": picture.seed.hex()},
        "sources": [_source_fields(source) for source in plan.sources],
        "parts": [[part.source, part.start_ms, part.end_ms] for part in plan.parts],
        "voice": plan.voice,
    }


def _source_fields(source: Source) -> dict[str, Any]:
    return {
        "clip": source.clip,
        "sha256": source.sha256,
        "covers": [
            {
                "kind": cover.kind,
                "style": cover.style,
                "keys": _keys(cover),
            }
            for cover in source.covers
        ],
        "open": [_keys(one) for one in source.open],
        "sounds": [[sound.start_ms, sound.end_ms, sound.how] for sound in source.sounds],
        "lines": [[line.start_ms, line.end_ms, line.language, line.text] for line in source.lines],
    }


def _keys(one: Moving) -> list[list[int]]:
    return [[key.time_ms, key.x, key.y, key.width, key.height] for key in one.keys]


def _plan(fields: dict[str, Any]) -> Plan:
    if fields["format"] != FORMAT:
        raise Damaged("the plan is of a cut of another format", hint="open it with the jebi that wrote it")
    about, picture = fields["about"], fields["picture"]
    return Plan(
        about=About(
            title=_texts(about["title"]),
            summary=_texts(about["summary"]),
            why=_texts(about["why"]),
            places=tuple(map(_text, about["places"])),
            themes=tuple(map(_text, about["themes"])),
            filmed=_text(about["filmed"]),
        ),
        picture=Picture(
            lines=_number(picture["lines"]), rate=_number(picture["rate"]), seed=bytes.fromhex(picture["seed"])
        ),
        sources=tuple(map(_source, fields["sources"])),
        parts=tuple(Part(source=s, start_ms=a, end_ms=b) for s, a, b in map(_numbers, fields["parts"])),
        voice=_text(fields["voice"]),
    )


def _source(fields: dict[str, Any]) -> Source:
    return Source(
        clip=_text(fields["clip"]),
        sha256=_text(fields["sha256"]),
        covers=tuple(
            Cover(kind=cover["kind"], style=cover["style"], keys=tuple(map(_key, cover["keys"])))
            for cover in fields["covers"]
        ),
        open=tuple(Moving(keys=tuple(map(_key, keys))) for keys in fields["open"]),
        sounds=tuple(Sound(start_ms=_number(a), end_ms=_number(b), how=how) for a, b, how in fields["sounds"]),
        lines=tuple(
            Line(start_ms=_number(a), end_ms=_number(b), language=_text(language), text=_text(text))
            for a, b, language, text in fields["lines"]
        ),
    )


def _key(numbers: list[Any]) -> Key:
    time, x, y, width, height = _numbers(numbers)
    return Key(time_ms=time, x=x, y=y, width=width, height=height)


def _numbers(values: list[Any]) -> list[int]:
    return [_number(value) for value in values]


def _texts(values: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((language, _text(text)) for language, text in values.items())


def _text(value: object) -> str:
    """A text; a list of letters would do in many places."""
    if type(value) is not str:
        raise TypeError("not a text")
    return value


def _number(value: object) -> int:
    """A whole number; JSON also has true, and 1.0."""
    if type(value) is not int:
        raise TypeError("not a whole number")
    return value
