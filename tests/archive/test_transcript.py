"""Transcripts: what subtitle tools write is read, what could harm is not, and machine text stays marked."""

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.archive.transcript import (
    LARGEST_FILE,
    LATEST_MS,
    LONGEST_TEXT,
    MOST_CUES,
    Cue,
    Transcript,
    clean,
    clean_speaker,
    parse_transcript,
    write_srt,
    write_webvtt,
)
from jebi.errors import Damaged

RICE = Cue(start_ms=1000, end_ms=2500, text="쌀값이 올랐다")


def read(text: str) -> Transcript:
    return parse_transcript(text.encode())


def words(text: str) -> list[str]:
    return [cue.text for cue in read(text).cues]


TEXTS = st.text(max_size=60) | st.text(alphabet="<>{}\\[]machine&;lt-\n v/\u0338", max_size=60)
CUES = st.builds(
    lambda start, lasts, text, speaker, is_machine: Cue(
        start_ms=start,
        end_ms=start + lasts,
        text=clean(text) or "…",
        speaker=clean_speaker(speaker),
        is_machine=is_machine,
    ),
    st.integers(0, LATEST_MS // 2),
    st.integers(1, LATEST_MS // 2),
    TEXTS,
    TEXTS,
    st.booleans(),
)


@given(st.lists(CUES, max_size=6))
def test_what_is_written_as_webvtt_reads_back(cues: list[Cue]) -> None:
    ordered = tuple(sorted(cues, key=lambda cue: cue.start_ms))

    read_back = parse_transcript(write_webvtt(cues))

    assert read_back.cues == ordered
    assert all("NOTE" in remark for remark in read_back.remarks)


@given(st.lists(CUES, min_size=1, max_size=6))
def test_what_is_written_as_srt_reads_back_with_speakers_among_the_words(cues: list[Cue]) -> None:
    read_back = parse_transcript(write_srt(cues))

    for cue, again in zip(sorted(cues, key=lambda cue: cue.start_ms), read_back.cues, strict=True):
        assert (again.start_ms, again.end_ms, again.is_machine) == (cue.start_ms, cue.end_ms, cue.is_machine)
        assert again.text == (f"{cue.speaker}: {cue.text}" if cue.speaker else cue.text)
    assert read_back.remarks == ()


@given(TEXTS)
def test_cleaning_what_is_clean_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert clean_speaker(clean_speaker(text)) == clean_speaker(text)


@pytest.mark.parametrize("write", [write_webvtt, write_srt])
def test_machine_text_stays_marked_through_a_tool_that_drops_notes_voices_and_tags(write: object) -> None:
    machine = Cue(start_ms=0, end_ms=900, text="쌀값 <3", speaker="여자", is_machine=True)
    assert callable(write)
    written = write([machine, RICE]).decode()

    plain = "\n\n".join(block for block in written.split("\n\n") if "NOTE" not in block).replace("<v 여자>", "")

    assert [cue.is_machine for cue in read(plain).cues] == [True, False]
    assert ("NOTE" in written) == (write is write_webvtt)


@pytest.mark.parametrize("mark", ["[machine]", "[MACHINE]", "[<b>machine</b>]", "[mach\u200bine]", "[ma<<b>b>chine]"])
def test_a_mark_is_known_again_wherever_it_stands_and_however_it_is_dressed(mark: str) -> None:
    text = f"1\n00:00:01,000 --> 00:00:02,000\nhe said {mark} rice\n"

    assert [(cue.text, cue.is_machine) for cue in read(text).cues] == [("he said rice", True)]


ONE = "00:00:01.000 --> 00:00:02.500"
TOLERATED = {
    "a byte order mark": f"\ufeffWEBVTT\n\n{ONE}\n쌀값이 올랐다\n",
    "line ends of Windows": f"WEBVTT\r\n\r\n{ONE}\r\n쌀값이 올랐다\r\n",
    "line ends of old Macs": f"WEBVTT\r\r{ONE}\r쌀값이 올랐다\r",
    "a title": f"WEBVTT - of a film\nKind: captions\nLanguage: ko\n\n{ONE}\n쌀값이 올랐다\n",
    "no empty line after the head": f"WEBVTT\n{ONE}\n쌀값이 올랐다\n",
    "a name of the cue": f"WEBVTT\n\nfirst\n{ONE}\n쌀값이 올랐다\n",
    "settings": f"WEBVTT\n\n{ONE} align:start position:10%,line-left\n쌀값이 올랐다\n",
    "notes, styles and regions": f"WEBVTT\n\nSTYLE\n::cue {{ color: red }}\n\nREGION\nid:a\n\nNOTE one\ntwo\n\n{ONE}\n쌀값이 올랐다\n",
    "a short time": "WEBVTT\n\n00:01.000 --> 00:02.500\n쌀값이 올랐다\n",
    "tags": f"WEBVTT\n\n{ONE}\n<b>쌀값</b>이 <c.red>올<00:00:01.500>랐다</c>\n",
    "SRT": "1\n00:00:01,000 --> 00:00:02,500\n쌀값이 올랐다\n",
    "SRT with points": "1\n0:00:01.0 --> 0:00:02.5\n쌀값이 올랐다\n",
    "SRT without numbers": "00:00:01,000-->00:00:02,500\n쌀값이 올랐다",
    "SRT with places": "1\n00:00:01,000 --> 00:00:02,500 X1:10 X2:20 Y1:1 Y2:2\n쌀값이 올랐다\n",
    "SRT with codes": "1\n00:00:01,000 --> 00:00:02,500\n{\\an8}<font color='#fff'>쌀값이</font> 올랐다\n",
    "empty lines before": "\n\n\n1\n00:00:01,000 --> 00:00:02,500\n쌀값이 올랐다\n\n\n\n",
    "spaces around": "  1 \n 00:00:01,000  -->  00:00:02,500 \n  쌀값이 올랐다  \n",
    "letters of a Mac": "1\n00:00:01,000 --> 00:00:02,500\n\u110a\u1161\u11af값이 올랐다\n",
    "unseen letters": "1\n00:00:01,000 --> 00:00:02,500\n\u200b쌀값\u202e이\0 \u2066올랐다\x1b\n",
}


@pytest.mark.parametrize("case", TOLERATED)
def test_what_tools_really_write_is_read(case: str) -> None:
    assert read(TOLERATED[case]).cues == (RICE,)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_windows_calls_unicode_is_read(encoding: str) -> None:
    assert parse_transcript(TOLERATED["SRT"].encode(encoding)).cues == (RICE,)


def test_a_missing_empty_line_between_cues_is_tolerated_and_takes_no_number_into_the_words() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\nrice\n2\n00:00:03,000 --> 00:00:04,000\n1984\n\n3\n00:00:05,000 --> 00:00:06,000\nend"

    assert words(text) == ["rice", "1984", "end"]


def test_words_after_an_empty_line_stay_with_their_cue_and_are_remarked() -> None:
    transcript = read("1\n00:00:01,000 --> 00:00:02,000\none\n\ntwo\nthree\n\n2\n00:00:03,000 --> 00:00:04,000\nfour")

    assert [cue.text for cue in transcript.cues] == ["one\ntwo\nthree", "four"]
    assert transcript.remarks == ("words after an empty line were taken to the cue before it (line 5)",)


def test_what_was_left_out_is_remarked_once_a_kind() -> None:
    transcript = read(f"WEBVTT\n\nNOTE a\n\nNOTE b\nmore\n\nSTYLE\nx\n\n{ONE}\n<i></i>\n\n{ONE}\nrice\n")

    assert transcript.remarks == (
        "NOTE blocks were left out (line 3, and 1 more)",
        "STYLE blocks were left out (line 8)",
        "cues without words were left out (line 11)",
    )


def test_lines_before_the_first_times_are_left_out_and_remarked() -> None:
    transcript = read("by somebody\nfor somebody\n\n1\n00:00:01,000 --> 00:00:02,000\nrice")

    assert [cue.text for cue in transcript.cues] == ["rice"]
    assert transcript.remarks == ("lines before the first times were left out (line 1, and 1 more)",)


def test_what_looks_escaped_in_an_srt_file_is_words() -> None:
    assert words("1\n00:00:01,000 --> 00:00:02,000\n&lt;b&gt; &amp;\n") == ["&lt;b&gt; &amp;"]


def test_a_note_in_an_srt_file_is_words() -> None:
    assert words("1\n00:00:01,000 --> 00:00:02,000\nNOTE\n") == ["NOTE"]


def test_cues_out_of_order_are_put_in_order_and_remarked() -> None:
    transcript = read("00:00:03,000 --> 00:00:04,000\nb\n\n00:00:01,000 --> 00:00:02,000\na")

    assert [cue.text for cue in transcript.cues] == ["a", "b"]
    assert transcript.remarks == ("cues were not in the order of their times (line 1)",)


def test_a_voice_is_a_speaker_and_several_stay_before_their_words() -> None:
    transcript = read(f"WEBVTT\n\n{ONE}\n<v.loud Kim &amp; Lee>rice</v>\n\n{ONE}\n<v A>hi</v>\n<v B>you\n")

    assert [(cue.speaker, cue.text) for cue in transcript.cues] == [("Kim Lee", "rice"), ("", "A: hi\nB: you")]


def test_the_longest_text_reads_back_though_all_of_it_is_escaped() -> None:
    cue = Cue(start_ms=0, end_ms=1, text="&" * LONGEST_TEXT, speaker="가" * 100, is_machine=True)

    assert parse_transcript(write_webvtt([cue])).cues == (cue,)


def test_hours_beyond_99_are_read_and_written() -> None:
    cue = Cue(start_ms=123 * 3_600_000, end_ms=LATEST_MS, text="late")

    assert b"123:00:00.000 --> 999:59:59.999" in write_webvtt([cue])
    assert parse_transcript(write_srt([cue])).cues == (cue,)


def test_nothing_that_a_browser_could_run_comes_through() -> None:
    texts = words(f"WEBVTT\n\n{ONE}\n<script>a</script>&lt;img src=x&gt;<<b>i>x</i> <!-- &amp;lt; 1 < 2 {{\\i1}}\n")

    assert texts == ["ax <!-- &lt; 1 < 2"]
    assert b"<" not in write_webvtt([Cue(start_ms=0, end_ms=1, text="1 < 2 & 3 > 2")]).replace(b"-->", b"")


DAMAGED = {
    "line 2 has an arrow": "1\n00:00:01,000 --> soon\nrice",
    "line 4 has an arrow": "00:00:01,000 --> 00:00:02,000\nrice\n\n00:61:01,000 --> 00:62:02,000\nrice",
    "line 3: the cue ends before it starts": "WEBVTT\n\n00:03.000 --> 00:02.000\nrice",
    "line 6: the words of one cue do not end": f"WEBVTT\n\n{ONE}\nrice\n\n" + "x" * 7 * LONGEST_TEXT,
    "line 1: the words of one cue do not end": "00:00:01,000 --> 00:00:02,000\n" + "x" * (LONGEST_TEXT + 1),
    "no line with times": "only words",
    "neither WebVTT nor SRT": "",
    "line 2 has an arrow and": "1\n٠٠:00:01,000 --> 00:00:02,000\nrice",
}


@pytest.mark.parametrize("why", DAMAGED)
def test_what_cannot_be_read_is_named_by_its_line(why: str) -> None:
    with pytest.raises(Damaged, match=why):
        read(DAMAGED[why])


def test_an_old_korean_encoding_is_named_with_what_to_do() -> None:
    with pytest.raises(Damaged, match="line 3 is not UTF-8") as caught:
        parse_transcript("1\n00:00:01,000 --> 00:00:02,000\n쌀값".encode("cp949"))

    assert "UTF-8" in caught.value.hint


def test_a_file_that_is_no_transcript_by_its_size_is_damaged() -> None:
    with pytest.raises(Damaged, match="16 MiB"):
        parse_transcript(b"\n" * (LARGEST_FILE + 1))
    with pytest.raises(Damaged, match="more than"):
        parse_transcript(b"0:0-->0:1\na\n" * (MOST_CUES + 1))


def test_an_empty_webvtt_file_is_a_transcript_without_cues() -> None:
    assert read("WEBVTT\n") == read("WEBVTT") == Transcript(cues=())


@pytest.mark.parametrize(
    "hostile",
    [
        "<" * 7000,
        "<a" * 3500,
        "<<<<b>" * 1100,
        "<a" + "<b>" * 2300,
        "[[machine]machine]" * 380,
        "{\\" * 3500,
        "&lt;b" * 1400,
    ],
    ids=lambda text: text[:6],
)
def test_nested_marks_cost_no_time(hostile: str) -> None:
    started = time.monotonic()
    cleaned = clean(hostile)

    assert clean(cleaned) == cleaned
    assert time.monotonic() - started < 20  # a hang, not a speed


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ({"start_ms": 5, "end_ms": 5}, "end after"),
        ({"start_ms": -1}, "end after"),
        ({"end_ms": LATEST_MS + 1}, "end after"),
        ({"text": ""}, "text"),
        ({"text": "<b>rice</b>"}, "text"),
        ({"text": "[machine] rice"}, "text"),
        ({"text": "rice\u202e"}, "text"),
        ({"text": "x" * (LONGEST_TEXT + 1)}, "text"),
        ({"speaker": "a: b"}, "speaker"),
        ({"speaker": "a --"}, "speaker"),
        ({"speaker": "x" * 101}, "speaker"),
    ],
    ids=str,
)
def test_a_cue_that_could_not_be_read_back_cannot_be(what: dict[str, str], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Cue(**{"start_ms": 0, "end_ms": 9, "text": "rice", **what})  # type: ignore[arg-type]


def test_cues_out_of_order_are_no_transcript() -> None:
    with pytest.raises(ValueError, match="order"):
        Transcript(cues=(RICE, Cue(start_ms=0, end_ms=1, text="early")))


PIECES = st.sampled_from(
    [
        "WEBVTT",
        "NOTE",
        "STYLE",
        "\n",
        "\n\n",
        "\r",
        ONE,
        "00:01 --> ",
        "1",
        "rice",
        "<v A>",
        "-->",
        "[machine]",
        "&lt;",
        "\ufeff",
        "\0",
    ]
)


@given(st.lists(PIECES | st.text(max_size=9), max_size=25), st.binary(max_size=40))
def test_garbage_as_a_transcript_raises_damaged(pieces: list[str], tail: bytes) -> None:
    for file in ("".join(pieces).encode(), ("WEBVTT\n" + "\n".join(pieces)).encode() + tail, tail):
        with contextlib.suppress(Damaged):
            transcript = parse_transcript(file)
            assert parse_transcript(write_webvtt(transcript.cues)).cues == transcript.cues
