"""Which files go out with a film, and where playlists lead."""

import io
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from jebi.release.beside import ALWAYS, beside, sizes
from jebi.release.leaks import Check, Reason
from jebi.release.secret_words import Secrets
from release.made import reasons

SECRETS = Secrets(words=("Robert Quill",))
HEAD = "#EXTM3U\n#EXT-X-VERSION:7\n"
MAIN = HEAD + "#EXT-X-STREAM-INF:BANDWIDTH=1\n240.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=2\n480.m3u8\n"


def of_size(name: str) -> str:
    ranges = "#EXTINF:4.0,\n#EXT-X-BYTERANGE:70@30\n"
    return f'{HEAD}#EXT-X-MAP:URI="{name}",BYTERANGE="30@0"\n{ranges}{name}\n#EXT-X-ENDLIST\n'


def jpeg(kind: str = "JPEG") -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (48, 32), (20, 120, 60)).save(stream, kind)
    return stream.getvalue()


CONTENTS = {
    "stream.m3u8": MAIN.encode(),
    "240.m3u8": of_size("240.mp4").encode(),
    "480.m3u8": of_size("480.mp4").encode(),
    "poster.jpg": jpeg(),
    "card.jpg": jpeg(),
}
PATHS = sorted({*CONTENTS, "film.mp4", "240.mp4", "480.mp4"})


def checked(paths: list[str] = PATHS, contents: Mapping[str, bytes] | None = None) -> Check:
    return beside(paths, {**CONTENTS, **(contents or {})}, SECRETS, version="0.1")


def test_an_output_with_all_its_files_passes() -> None:
    check = checked()
    assert check.findings == ()
    assert check.measured == {"files": 8, "sizes": 2, "stills": 2}


@pytest.mark.parametrize("name", ["second.jpg", "film2.mp4", "720.mp4", "720.m3u8", "a/film.mp4", "notes.txt"])
def test_a_file_that_no_output_has_is_found(name: str) -> None:
    assert reasons(checked([*PATHS, name]).findings) == {Reason.EXTRA_FILE}


def test_its_name_is_looked_at_too_and_not_told() -> None:
    check = checked([*PATHS, "robert-quill.mp4"])
    assert reasons(check.findings) == {Reason.EXTRA_FILE, Reason.FILE_NAME}
    assert not any("quill" in finding.what for finding in check.findings)


def test_a_clip_that_was_called_as_our_own_files_are_gives_nothing_away() -> None:
    secrets = Secrets(words=("film", "stream", "poster", "0480", "240"))
    assert beside(PATHS, CONTENTS, secrets, version="0.1").findings == ()
    assert reasons(beside([*PATHS, "film/other.mp4"], CONTENTS, secrets, version="0.1").findings) >= {Reason.FILE_NAME}


@pytest.mark.parametrize("name", PATHS)
def test_a_file_that_is_not_there_was_not_checked(name: str) -> None:
    contents = {one: content for one, content in CONTENTS.items() if one != name}
    paths = [one for one in PATHS if one != name]
    found = reasons(beside(paths, contents, SECRETS, version="0.1").findings)
    without_sizes = {Reason.EXTRA_FILE} if name == "stream.m3u8" else set()  # then nothing says which sizes there are
    assert found == {Reason.NOT_CHECKED, *without_sizes}
    assert (name in ALWAYS) == (name in {"film.mp4", "poster.jpg", "card.jpg", "stream.m3u8"})


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("stream.m3u8", MAIN + "240.mp4\n"),
        ("stream.m3u8", MAIN + "stream.m3u8\n"),
        ("240.m3u8", of_size("480.mp4")),
        ("240.m3u8", of_size("240.mp4") + "480.mp4\n"),
        ("240.m3u8", of_size("240.m3u8")),
        ("240.m3u8", HEAD),
        ("240.m3u8", of_size("240.mp4") + "# by the dam\n"),
    ],
)
def test_a_playlist_leads_to_its_own_film_and_tells_nothing(name: str, content: str) -> None:
    assert reasons(checked(contents={name: content.encode()}).findings) == {Reason.PLAYLIST}


def test_a_still_is_a_plain_jpeg() -> None:
    assert reasons(checked(contents={"poster.jpg": jpeg("PNG")}).findings) == {Reason.UNREADABLE}
    assert reasons(checked(contents={"poster.jpg": jpeg() + b"x"}).findings) == {Reason.HIDDEN_BYTES}


def test_sizes_are_those_that_a_main_playlist_leads_to() -> None:
    assert sizes(MAIN.encode()) == ("240", "480")
    assert sizes(b"#EXTM3U\n0240.m3u8\nfilm.m3u8\n24.m3u8\n24.m3u8\n") == ("24",)
    assert len(sizes(b"#EXTM3U\n" + b"".join(b"%d.m3u8\n" % lines for lines in range(10, 99)))) == 8


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode), st.sampled_from(sorted(CONTENTS)))
def test_of_garbage_comes_a_check(content: bytes, name: str) -> None:
    assert checked(contents={name: content}).findings
    checked(contents={name: CONTENTS[name] + content})
