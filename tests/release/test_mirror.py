"""The signed list of a site, and copies that are checked against it."""

import hashlib
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from jebi.errors import Damaged, Refused
from jebi.parcel import note as notes
from jebi.parcel.note import Ed25519Signer
from jebi.parcel.safename import SafeName
from jebi.release.mirror import (
    LAST_EDITION,
    NOTE,
    Entry,
    SiteList,
    changes,
    compare,
    following,
    parse_list,
    sign_list,
    site_list,
    sums,
)
from published import DAY, SIGNER

CONTENTS = {
    "index.html": b"<!doctype html>",
    "en/feed.xml": b"<feed/>",
    "films/0001/film.mp4": b"film",
    "films/0001/en.vtt": b"WEBVTT\n",
}
OTHER = Ed25519Signer(name=SIGNER.name, secret=bytes(32))


def entry(path: str, content: bytes) -> Entry:
    return Entry(path=SafeName(path), size=len(content), sha256=hashlib.sha256(content).hexdigest())


LISTED = site_list([entry(path, content) for path, content in CONTENTS.items()], edition=3, day=DAY)
SIGNED = str(sign_list(LISTED, SIGNER)).encode()
FOUND = {str(one.path): (one.size, one.sha256) for one in LISTED.entries}


def signed(text: str) -> bytes:
    return str(notes.sign(text, SIGNER)).encode()


def test_a_list_reads_back_as_it_was_written() -> None:
    assert parse_list(SIGNED, SIGNER.verifier()) == LISTED


def test_a_list_of_another_key_or_with_one_letter_changed_is_refused() -> None:
    for untrusted in (str(sign_list(LISTED, OTHER)).encode(), SIGNED.replace(b"edition 3", b"edition 4")):
        with pytest.raises(Refused):
            parse_list(untrusted, SIGNER.verifier())


@pytest.mark.parametrize(
    "text",
    [
        "jebi sites\nedition 1\nday 2026-11-23\n",
        "jebi site\n",
        "jebi site\nedition 1\n",
        "jebi site\nedition 0\nday 2026-11-23\n",
        "jebi site\nedition 01\nday 2026-11-23\n",
        "jebi site\nedition ١\nday 2026-11-23\n",
        "jebi site\nedition 1\nday 2026-02-30\n",
        "jebi site\nedition 1\nday 2026-11-23\nno line\n",
        f"jebi site\nedition 1\nday 2026-11-23\n{'0' * 64} 1 ../up\n",
        f"jebi site\nedition 1\nday 2026-11-23\n{'0' * 64} 1 {NOTE}\n",
        f"jebi site\nedition 1\nday 2026-11-23\n{'0' * 64} 01 a\n",
        f"jebi site\nedition 1\nday 2026-11-23\n{'0' * 64} 9999999999999 a\n",
        f"jebi site\nedition 1\nday 2026-11-23\n{'0' * 64} 1 b\n{'0' * 64} 1 a\n",
        f"jebi site\nedition 1\nday 2026-11-23\n{'0' * 64} 1 a\n{'0' * 64} 1 A\n",
        f"jebi site\nedition 1\nday 2026-11-23\n{'0' * 64} 1 a\n{'0' * 64} 1 a/b\n",
    ],
)
def test_a_signed_text_that_is_no_list_is_damaged(text: str) -> None:
    with pytest.raises(Damaged):
        parse_list(signed(text), SIGNER.verifier())


def test_an_edition_beyond_the_last_is_none() -> None:
    with pytest.raises(Damaged):
        SiteList(edition=LAST_EDITION + 1, day=DAY, entries=())


def test_a_whole_copy_has_nothing_wrong() -> None:
    assert compare(LISTED, {**FOUND, NOTE: (len(SIGNED), "")}) == ()


def test_each_kind_of_wrong_copy_is_named() -> None:
    found = {**FOUND, "evil.js": (1, "0" * 64), "index.html": (15, "0" * 64)}
    del found["en/feed.xml"]
    assert set(compare(LISTED, found)) == {
        ("missing", "en/feed.xml"),
        ("altered", "index.html"),
        ("foreign", "evil.js"),
    }


def test_files_go_before_pages_and_only_what_the_old_list_named_is_removed() -> None:
    new = site_list(
        [
            entry("index.html", b"<!doctype html><p>"),
            entry("films/0002/film.mp4", b"two"),
            entry("en/feed.xml", b"<feed/>"),
        ],
        edition=4,
        day=date(2026, 11, 24),
    )
    sending = changes(LISTED, new)
    assert [str(one.path) for one in sending.files] == ["films/0002/film.mp4"]
    assert [str(one.path) for one in sending.pages] == ["index.html"]
    assert [str(path) for path in sending.gone] == ["films/0001/en.vtt", "films/0001/film.mp4"]
    assert str(sending) == "1 files and 1 pages, 21 bytes; 2 to remove"
    assert changes(new, new) == replace(sending, files=(), pages=(), gone=())
    assert len(changes(None, new).files + changes(None, new).pages) == 3


def test_the_next_list_follows_the_newest_that_is_known_unless_that_names_the_same_files() -> None:
    later, other = date(2026, 11, 24), [entry("index.html", b"other")]
    assert following(LISTED.entries, [], day=later) == replace(LISTED, edition=1, day=later)
    assert following(LISTED.entries, [LISTED], day=later) == LISTED
    assert following(other, [LISTED, replace(LISTED, edition=12)], day=later) == site_list(other, edition=13, day=later)
    assert following(LISTED.entries, [site_list(other, edition=12, day=DAY), LISTED], day=later).edition == 13
    assert following(LISTED.entries, [site_list(other, edition=3, day=DAY), LISTED], day=later).edition == 4


def test_what_a_run_that_was_stopped_may_have_left_is_put_right_before_another_begins() -> None:
    kept, page, changed = entry("a/kept.html", b"1"), entry("a/page.html", b"1"), entry("a/page.html", b"2")
    film, other = entry("films/0002/film.mp4", b"film"), entry("films/0001/film.mp4", b"one")
    old = site_list([kept, page, other], edition=3, day=DAY)
    coming = site_list([kept, changed, film], edition=4, day=DAY)  # it may have sent two of these, and removed one
    new = site_list([kept, page, other, entry("a/more.html", b"m")], edition=5, day=DAY)
    sending = changes(old, new, coming)
    assert [str(path) for path in sending.stray] == ["films/0002/film.mp4"]
    assert sending.restored == (page, other)
    assert [str(one.path) for one in sending.pages] == ["a/more.html"]
    assert (sending.files, sending.gone) == ((), ())
    assert changes(old, coming, coming) == changes(old, coming)
    assert changes(None, new, coming).stray == (film.path,)
    assert str(sending) == "0 files and 3 pages, 5 bytes; 1 to remove"


def test_sha256sum_checks_a_copy_by_the_sums(tmp_path: Path) -> None:
    for path, content in CONTENTS.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    (tmp_path / "sums").write_bytes(sums(LISTED.entries))
    check = ["sha256sum", "-c", "--strict", "--quiet", "sums"]
    assert subprocess.run(check, cwd=tmp_path, check=False).returncode == 0
    (tmp_path / "index.html").write_bytes(b"<!doctype htmx>")
    assert subprocess.run(check, cwd=tmp_path, check=False, capture_output=True).returncode == 1
