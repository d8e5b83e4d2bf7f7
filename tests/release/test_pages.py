import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.release.leaks import Reason
from jebi.release.pages import LARGEST_FILE, page
from jebi.release.secret_words import Secrets
from release.made import reasons

SECRETS = Secrets(words=("박은하", "Robert Quill"))
PAGE = """<!DOCTYPE html>
<html lang="ko"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>강</title>
<link rel="stylesheet" href="../style.css" integrity="sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC"></head>
<body><video controls poster="poster.jpg"><source src="film.mp4" type="video/mp4"></video><p>강이 보인다 👩‍🌾</p></body></html>
"""


def found(text: str) -> set[Reason]:
    return reasons(list(page(text.encode(), SECRETS)))


def test_pages_of_a_site_pass() -> None:
    assert found(PAGE) == set()
    assert (
        found('<?xml version="1.0" encoding="utf-8"?>\n<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>')
        == set()
    )
    assert found('{"films":[{"title":"강","sha256":"00"}]}') == set()


@pytest.mark.parametrize("bad", ["<!-- x -->", "<![CDATA[x]]>", "<style>/* Kim */</style>", "<?php x ?>"])
def test_comments_are_found(bad: str) -> None:
    assert found(PAGE + bad) == {Reason.PAGE_COMMENT}


@pytest.mark.parametrize(
    "bad",
    [
        *(
            "<meta name=generator content=x>",
            '<META content="x" name="author">',
            "<generator>x</generator>",
            "<dc:creator>x</dc:creator>",
        ),
        *(
            "<metadata/>",
            "<g inkscape:label='x'/>",
            "<!ENTITY x 'y'>",
            "<a href='/home/kim/x'>",
            "C:\\Users\\kim",
            "file:///x",
        ),
        *("<img src=data:image/png;base64,AA>", "\u202e", "\u0000", "\ue000", "\U000e0041"),
    ],
)
def test_what_tells_of_its_making_or_is_not_seen_is_found(bad: str) -> None:
    assert found(PAGE + bad) == {Reason.PAGE_FORM}


@pytest.mark.parametrize(
    "bad", ["<p title='박은하'>", "robert&nbsp;quill", "<a href='?q=Robert+Quill'>", "%52obert%20Quill"]
)
def test_a_name_is_found(bad: str) -> None:
    assert found(PAGE + bad) == {Reason.PAGE_SECRET}


def test_a_finding_names_its_line_and_quotes_nothing() -> None:
    findings = list(page((PAGE + "<!-- 박은하 -->").encode(), SECRETS))
    assert [one.what for one in findings] == [
        "line 5 of a page holds a comment",
        "a page has word 1 of the secrets list in it",
    ]


def test_what_is_no_text_or_too_long_is_found() -> None:
    for content in (b"\xff", b"\xef\xbb\xbfx", b"x" * (LARGEST_FILE + 1)):
        assert reasons(list(page(content, SECRETS))) == {Reason.PAGE_FORM}


@pytest.mark.parametrize("piece", ["<", "<!", "&", "%", "\\u", "<meta ", "A", "<meta name=x ", "&amp;"])
def test_a_page_of_nothing_but_one_thing_is_soon_read(piece: str) -> None:
    list(page((piece * (60_000 // len(piece))).encode(), SECRETS))


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_of_garbage_come_findings(content: bytes) -> None:
    list(page(content, SECRETS))
