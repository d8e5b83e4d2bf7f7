"""Names and texts off a card are hostile, and stay text on every page."""

from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any

import pytest

from jebi.office.kinds import Role
from web.archive import SampleArchive, sample
from web.served import Served

SCRIPT = "<script>alert('x')</script>\"'><img src=x onerror=alert(1)>"
HOSTILE = {
    "a script": SCRIPT,
    "an attribute": '" onmouseover="alert(1)" x="',
    "a template": "{{ visitor.token }}{% include 'x' %}",
    "a turned direction": "clip\u202e4pm.exe\u2066\u200f",
    "three hundred characters": "가나다라마바사아자차" * 30,
    "controls": "a\0b\x1bc\x7fd\x85e",
    "a line": "one\r\ntwo\u2028three",
    "an address": "javascript:alert(1)//../../../etc/passwd?x#y%00",
    "nothing": " ",
}
PAGES = (
    "/archive", "/archive?tag=x&place=%3Cscript%3Ealert(1)%3C/script%3E", "/search?q=%3Cscript%3Ealert(1)%3C/script%3E",
    "/parcels", "/parcels/9a41c07be2d15f36", "/parcels/0d4f6b1129ce87a5", "/clips/c00000", "/clips/c00000/people", "/clips/c00005",
    "/trips", "/trips/4f1c09ab", "/log", "/jobs", "/health", "/account",
)  # fmt: skip


def turned(value: object, text: str, *, keep: frozenset[str]) -> object:
    """The same value with every free text in it replaced."""
    if isinstance(value, tuple):
        return tuple(turned(one, text, keep=keep) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        changes = {
            one.name: turned(getattr(value, one.name), text, keep=keep) for one in fields(value) if one.name not in keep
        }
        return replace(value, **changes)
    return text if isinstance(value, str) and not isinstance(value, Enum) else value


def poisoned(text: str) -> SampleArchive:
    """The sample archive with a text in every place for text, but in ids, which are ours."""
    archive = sample(8)
    keep = frozenset({"id", "parcel", "sha256", "language", "media_type", "trip", "clip", "corroborating"})
    places: tuple[dict[str, Any], ...] = (archive.clips_by_id, archive.parcels_by_id, archive.jobs_by_id)
    for place in places:
        for key, value in list(place.items()):
            place[key] = turned(value, text, keep=keep)
    log: list[Any] = archive.log
    log[:] = [turned(one, text, keep=keep) for one in log]
    return archive


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_name_is_text_on_every_page(kind: str) -> None:
    text = HOSTILE[kind]
    served = Served(archive=poisoned(text))
    editor = served.signed_in(Role.EDITOR)
    for path in PAGES:
        answer = editor.client.get(path)
        assert answer.status_code == 200, (path, served.complaints)
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text
        assert 'onmouseover="' not in answer.text
        assert editor.form_token not in answer.text.replace(f'value="{editor.form_token}"', "")
        assert not {one for one in answer.text if not one.isprintable()} - set("\n\t\u3000")
        for attribute in (' style="', " onclick=", " onload=", "javascript:alert(1)//..&#34; href"):
            assert attribute not in answer.text


def test_a_filter_in_the_address_is_text() -> None:
    editor = Served(archive=sample(3)).signed_in(Role.EDITOR)
    for name in ("place", "trip", "tag", "collection", "since", "until", "state", "key", "q"):
        for path in ("/archive", "/search"):
            answer = editor.client.get(path, params={name: SCRIPT})
            assert answer.status_code == 200
            assert "<script>alert" not in answer.text


@pytest.mark.parametrize("language", ["en", "ko", "ja"])
@pytest.mark.parametrize("role", [Role.EDITOR, Role.ADMIN])
def test_every_page_is_drawn_in_every_language(language: str, role: Role) -> None:
    editor = Served(archive=sample(8)).signed_in(role)
    editor.post("/account/look", {"language": language})
    for path in (*PAGES, "/help", "/members", "/nothing"):
        answer = editor.client.get(path)
        assert answer.status_code in {200, 403, 404}, path
        if answer.status_code != 404:
            assert f'<html lang="{language}"' in answer.text


def test_an_empty_desk_is_drawn() -> None:
    served = Served(archive=SampleArchive())
    editor = served.signed_in(Role.EDITOR)
    for path in ("/archive", "/search?q=x", "/parcels", "/trips", "/log", "/jobs", "/health"):
        assert editor.client.get(path).status_code == 200, (path, served.complaints)


def test_no_page_has_a_script_or_a_style_of_its_own() -> None:
    editor = Served(archive=sample(8)).signed_in(Role.EDITOR)
    for path in PAGES:
        text = editor.client.get(path).text
        assert text.count("<script") == 1
        assert '<script type="module" src="/static/islands.js?v=' in text
        assert "<style" not in text
        assert "http://" not in text
        assert "https://" not in text
