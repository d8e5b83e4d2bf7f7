"""How pages are drawn: every value escaped, nothing from elsewhere, the same keys in every language."""

import base64
import hashlib
import importlib.resources
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from typing import Any

import pytest

from jebi.archive.transcript import Cue, parse_transcript
from jebi.release.publish import Change, Retraction, Subtitles, words
from jebi.web import wording
from jebi.web.site.drawing import MACHINE, Drawing, said, subtitles
from jebi.web.site.layout import Page, pages
from published import DAY, cues, film, signed_site

HOSTILE = "<script>alert(1)</script>\"' onload='x' &amp; {{ 7 * 7 }}"
SITE = signed_site(
    [
        film(
            1,
            {},
            title=words({"en": HOSTILE}),
            summary=words({"ko": HOSTILE}),
            why=words({"ja": HOSTILE}),
            places=(HOSTILE,),
        ),
        film(2, {}, changes=tuple((change, at % 3) for at, change in enumerate(Change)), has_credentials=True),
        Retraction(number=3, day=DAY, words=words({"en": HOSTILE})),
        film(4, {}, subtitles=(cues("en", 600, machine=True),), filmed=""),
    ]
)


class Seen(HTMLParser):
    """The elements of a page, with attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def drawn() -> dict[str, str]:
    drawing = Drawing(SITE)
    return {page.path: drawing.draw(page).decode() for page in pages(SITE, drawing.look)}


def language(code: str) -> wording.Language:
    file = importlib.resources.files("jebi.web.site") / "languages" / f"{code}.toml"
    return wording.read_one(file.read_text("utf-8"), code)


def shape(value: Any) -> set[str]:
    """The places of a sentence, in all its forms."""
    return {
        place
        for form in ([value] if isinstance(value, str) else value.values())
        for place in re.findall(r"\{(\w+)\}", form)
    }


def test_the_same_keys_and_places_are_in_every_language() -> None:
    english = language("en")
    for code in ("ko", "ja"):
        other = language(code)
        assert other.words.keys() == english.words.keys()
        assert {key: shape(value) for key, value in other.words.items()} == {
            key: shape(value) for key, value in english.words.items()
        }


def test_every_change_has_words_with_and_without_a_count() -> None:
    keys = language("en").words.keys()
    assert {f"{table}.{change.value}" for table in ("change", "some") for change in Change} <= keys


def test_text_from_outside_does_nothing(drawn: dict[str, str]) -> None:
    scripts = 0
    for path, page in drawn.items():
        if path.endswith(".html"):
            found = Seen(page).found
            scripts += sum(tag == "script" for tag, _ in found)
            assert not [one for _, one in found for name in one if name.startswith("on") or name == "style"], path
        assert "<script>alert" not in page, path
        assert "49" not in re.findall(r"&amp;amp; (.{2})", page), path
    assert scripts == sum("<video" in page for page in drawn.values())


def test_style_and_script_are_those_that_the_policy_names(drawn: dict[str, str]) -> None:
    for path, page in drawn.items():
        if not path.endswith(".html"):
            continue
        policy = next(
            one["content"] or "" for _, one in Seen(page).found if one.get("http-equiv") == "Content-Security-Policy"
        )
        for tag in ("style", "script"):
            for inside in re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL):
                pin = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
                assert f"{tag}-src 'sha256-{pin}'" in policy, path
        assert policy.startswith("default-src 'none'; ")
        assert "unsafe" not in policy


def test_no_page_names_an_address_of_another_place(drawn: dict[str, str]) -> None:
    for path, page in drawn.items():
        if path.endswith(".html"):
            for tag, values in Seen(page).found:
                for name in ("href", "src", "poster", "action", "srcset", "data-stream"):
                    address = values.get(name) or ""
                    assert not re.match(r"[a-z]+:|/", address), (path, tag, address)


def test_every_address_leads_to_a_page_or_a_file(drawn: dict[str, str]) -> None:
    files = {f"films/{one.number:04}/{file.name}" for one in SITE.films for file in one.files}
    there = drawn.keys() | files | {"swallow.svg"}
    for path, page in drawn.items():
        if path.endswith(".html"):
            for _, values in Seen(page).found:
                for name in ("href", "src", "poster"):
                    address = (values.get(name) or "#").partition("#")[0]
                    if address:
                        parts = path.split("/")[:-1]
                        for part in address.split("/"):
                            parts = parts[:-1] if part == ".." else [*parts, part]
                        assert "/".join(parts) in there, (path, address)


def test_a_page_is_in_its_language_and_leads_to_itself_in_the_others(drawn: dict[str, str]) -> None:
    page = Seen(drawn["ko/films/0002.html"]).found
    assert next(values for tag, values in page if tag == "html")["lang"] == "ko"
    others = {values["hreflang"]: values["href"] for tag, values in page if tag == "link" and "hreflang" in values}
    assert others == {code: f"../../{code}/films/0002.html" for code in ("en", "ko", "ja")}
    assert '<h1 lang="en">' in drawn["ja/films/0001.html"]


def test_a_withdrawn_film_leaves_its_notice(drawn: dict[str, str]) -> None:
    page = drawn["en/films/0003.html"]
    assert "This film was withdrawn" in page
    assert "films/0003/" not in page
    assert "Withdrawn" in drawn["en/archive.html"]
    assert "film.mp4" not in page


def test_feeds_are_atom_with_stable_ids(drawn: dict[str, str]) -> None:
    space = "{http://www.w3.org/2005/Atom}"
    feed = ET.fromstring(drawn["en/feed.xml"])
    assert feed.tag == f"{space}feed"
    for one in (feed, *feed.findall(f"{space}entry")):
        assert all(one.find(f"{space}{name}") is not None for name in ("id", "title", "updated", "link"))
    ids = [one.findtext(f"{space}id") for one in feed.iter(f"{space}entry")]
    assert len(set(ids)) == len(ids) == 4
    assert ids == [one.findtext(f"{space}id") for one in ET.fromstring(drawn["ko/feed.xml"]).iter(f"{space}entry")]


def test_a_feed_names_whole_addresses_where_the_site_has_one() -> None:
    site = signed_site(SITE.entries, address="https://films.example/")
    drawing = Drawing(site)
    page = next(one for one in pages(site, drawing.look) if one.path == "ja/feed.xml")
    links = [one.attrib["href"] for one in ET.fromstring(drawing.draw(page)).iter("{http://www.w3.org/2005/Atom}link")]
    assert all(link.startswith("https://films.example/ja/") for link in links)


def test_subtitles_are_plain_cues_that_read_back_and_keep_the_mark_of_the_machine() -> None:
    given = (
        Cue(start_ms=0, end_ms=900, text="a & b\n두 줄", speaker="One"),
        Cue(start_ms=1000, end_ms=2000, text="기계", is_machine=True),
    )
    written = subtitles(given)
    assert b"NOTE" not in written
    assert b"<v" not in written
    read = parse_transcript(written)
    assert [(cue.text, cue.is_machine) for cue in read.cues] == [("One: a & b\n두 줄", False), ("기계", True)]
    assert read.remarks == ()
    assert [said(cue) for cue in given] == ["One: a & b 두 줄", f"{MACHINE}기계"]


def test_the_same_page_is_drawn_from_the_same_values() -> None:
    for page in pages(SITE, "look"):
        assert Drawing(SITE).draw(page) == Drawing(SITE).draw(page)
        break
    page = Page(path="films/0001/en.vtt", template="", language="en", inputs="", values={"cues": cues("en", 2).cues})
    assert Drawing(SITE).draw(page) == subtitles(Subtitles(language="en", cues=cues("en", 2).cues).cues)
