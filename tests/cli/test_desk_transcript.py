"""`jebi desk transcript`, as it is typed."""

from typing import TYPE_CHECKING

import pytest

from jebi.errors import Exit

if TYPE_CHECKING:
    from cli.conftest import Jebi

VTT = "WEBVTT\n\nSTYLE\nx\n\n00:01.000 --> 00:02.000\n쌀값이 올랐다\n"


@pytest.fixture
def heard(archive: "Jebi") -> "Jebi":
    """The archive's clips are in its catalogue; the number of one is in the file `clip`."""
    archive.desk("work", "--models", "none", "--workers", "1")
    archive.write("words.vtt", VTT)
    archive.write("clip", str(archive.desk("search", "mp4", "--json").fact["clip"]))
    return archive


def transcript(jebi: "Jebi", *options: str) -> tuple[int, str, str]:
    said = jebi.desk("transcript", jebi.read("clip").decode(), *options)
    return said.status, said.out, said.err


def test_what_is_brought_in_is_listed_logged_and_written_out(heard: "Jebi") -> None:
    status, out, err = transcript(heard, "--in", "words.vtt", "--language", "ko")
    key = out.split()[1].rstrip(":")

    assert (status, out) == (Exit.DONE, f"transcript {key}: 1 lines\n")
    assert "STYLE blocks were left out" in err
    assert transcript(heard)[1] == f"{key}  transcript  ko  1 lines, by desk\n"
    assert b"transcript-brought-in" in heard.read("archive/log/records.jsonl")
    assert heard.desk("check").status == Exit.DONE
    for name, begin in (("out.vtt", b"WEBVTT\n"), ("out.srt", b"1\n00:00:01,000")):
        assert transcript(heard, "--out", name)[0] == Exit.DONE
        assert heard.read(name).startswith(begin)
        assert "쌀값이 올랐다".encode() in heard.read(name)
    assert transcript(heard, "--out", "form", "--form", "srt")[0] == Exit.DONE
    assert heard.read("form") == heard.read("out.srt")


def test_of_several_one_is_named(heard: "Jebi") -> None:
    transcript(heard, "--in", "words.vtt", "--language", "ko")
    key = heard.desk("transcript", heard.read("clip").decode(), "--json").fact["transcript"]
    transcript(heard, "--in", "words.vtt", "--language", "en", "--translation")

    assert "2 transcripts fit" in transcript(heard, "--out", "out.vtt")[2]
    assert not heard.exists("out.vtt")
    for name, options in (
        ("1", ["--number", str(key)]),
        ("2", ["--language", "en"]),
        ("3", ["--translation"]),
    ):
        assert transcript(heard, "--out", name, *options)[0] == Exit.DONE
    assert transcript(heard, "--out", "4", "--language", "ja")[0] == Exit.NOTHING_FOUND


def test_what_cannot_be_is_refused_before_anything_is_done(heard: "Jebi") -> None:
    heard.write("bad.srt", "1\n00:00:01,000 --> then\nx\n")

    assert transcript(heard)[0] == Exit.NOTHING_FOUND
    assert "--language ko" in transcript(heard, "--in", "words.vtt")[2]
    assert transcript(heard, "--in", "bad.srt", "--language", "ko")[0] == Exit.DAMAGED
    assert "line 2" in transcript(heard, "--in", "bad.srt", "--language", "ko")[2]
    assert transcript(heard, "--in", "nowhere", "--language", "ko")[0] == Exit.UNABLE
    assert transcript(heard, "--out", "clip")[0] == Exit.REFUSED
    assert transcript(heard, "--in", "words.vtt", "--out", "x", "--language", "ko")[0] == Exit.USAGE
    assert transcript(heard)[0] == Exit.NOTHING_FOUND
