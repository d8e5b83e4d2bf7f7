import subprocess
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from jebi.release.captions import ebu_tt_d, subrip, webvtt
from jebi.release.programme import Cue
from programmes import CUES

TT = "{http://www.w3.org/ns/ttml}"


def cue(start: int, stop: int, text: str) -> Cue:
    return Cue(start=start, stop=stop, text=text)


def read_by_ffmpeg(written: bytes, path: Path) -> list[tuple[int, int, str]]:
    path.write_bytes(written)
    command = ["ffprobe", "-v", "error", "-of", "csv=p=0", "-show_entries", "packet=pts,duration", str(path)]
    asked = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-f", "srt", "pipe:1"]
    blocks = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip().split("\n\n")
    times = [tuple(map(int, line.split(",")[:2])) for line in asked]
    texts = [block.split("\n", 2)[2] for block in blocks]
    return [(start, start + length, text) for (start, length), text in zip(times, texts, strict=True)]


PLAIN = (cue(0, 1500, "쌀값이 올랐다"), cue(1500, 3_600_001, "두 줄\n모두"), cue(3_600_001, 3_601_000, "끝"))


@pytest.mark.parametrize("ending", ["vtt", "srt"])
def test_ffmpeg_reads_what_was_written(ending: str, tmp_path: Path) -> None:
    written = webvtt(PLAIN) if ending == "vtt" else subrip(PLAIN)
    assert read_by_ffmpeg(written, tmp_path / f"x.{ending}") == [(one.start, one.stop, one.text) for one in PLAIN]


def test_webvtt_shows_markup_as_text() -> None:
    assert "\n&lt;b&gt;둘째&lt;/b&gt; 줄\n그리고 &amp; 셋째\n" in webvtt(CUES["ko"]).decode()
    assert "--&gt;" in webvtt([cue(0, 9, "a --> b")]).decode()


def test_subrip_has_no_markup_even_where_a_text_looks_like_it() -> None:
    written = subrip([cue(0, 9, "<i>no</i> {\\an8}no")]).decode()
    assert "<i>" not in written
    assert "{\\" not in written


def test_ebu_tt_d_is_laid_out_as_its_schema_wants_it() -> None:
    root = ET.fromstring(ebu_tt_d(CUES["ko"], "ko"))
    assert root.tag == f"{TT}tt"
    assert root.attrib["{http://www.w3.org/ns/ttml#parameter}timeBase"] == "media"
    assert root.attrib["{http://www.w3.org/XML/1998/namespace}lang"] == "ko"
    assert [child.tag for child in root] == [f"{TT}head", f"{TT}body"]
    assert [child.tag for child in root[0]] == [f"{TT}metadata", f"{TT}styling", f"{TT}layout"]
    marks = [element.attrib.get("{http://www.w3.org/XML/1998/namespace}id") for element in root.iter(f"{TT}p")]
    assert marks == ["c1", "c2"]
    known = {
        element.attrib["{http://www.w3.org/XML/1998/namespace}id"]
        for element in root[0].iter()
        if "id" in str(element.attrib)
    }
    for element in root[1].iter():
        assert {element.attrib[name] for name in ("style", "region") if name in element.attrib} <= known


def test_ebu_tt_d_says_what_is_said() -> None:
    paragraphs = list(ET.fromstring(ebu_tt_d(CUES["ko"], "ko")).iter(f"{TT}p"))
    assert [span.text for span in paragraphs[1] if span.tag == f"{TT}span"] == ["<b>둘째</b> 줄", "그리고 & 셋째"]
    assert (paragraphs[1].attrib["begin"], paragraphs[1].attrib["end"]) == ("00:00:05.000", "00:00:07.000")


@pytest.mark.parametrize("cues", [(), PLAIN])
def test_the_same_cues_give_the_same_bytes_and_no_cues_a_whole_file(cues: Sequence[Cue]) -> None:
    assert webvtt(cues).startswith(b"WEBVTT\n")
    assert ET.fromstring(ebu_tt_d(cues, "en")) is not None
    assert subrip(cues) == subrip(list(cues))
