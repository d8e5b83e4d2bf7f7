import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.archive.transcript import Cue, write_webvtt
from jebi.release.leaks import Reason
from jebi.release.secret_words import Secrets
from jebi.release.subtitles_out import LARGEST_FILE, subtitles
from release.made import reasons

SECRETS = Secrets(words=("박은하",))
CUES = (
    Cue(start_ms=1000, end_ms=2500, text="강이 보인다 & 멀다"),
    Cue(start_ms=2500, end_ms=4000, text="a < b\n둘째 줄"),
)


def found(content: bytes) -> set[Reason]:
    return reasons(list(subtitles(content, SECRETS)))


def test_what_we_write_passes() -> None:
    assert found(write_webvtt(CUES)) == set()
    assert found(write_webvtt([])) == set()


def test_a_speaker_and_the_mark_of_a_machine_do_not() -> None:
    assert found(write_webvtt([Cue(start_ms=1, end_ms=2, text="말", speaker="K")])) == {Reason.SUBTITLE_NOTE}
    assert found(write_webvtt([Cue(start_ms=1, end_ms=2, text="말", is_machine=True)])) == {Reason.SUBTITLE_NOTE}


@pytest.mark.parametrize(
    "changed",
    [
        *("WEBVTT - by Kim\n\n", "WEBVTT\nKind: captions\n\n", "\ufeffWEBVTT\n\n", "WEBVTT\r\n\r\n", "", "1\n"),
        *("WEBVTT\n\nNOTE x\n\n", "WEBVTT\n\nREGION\nid:a\n\n", "WEBVTT\n\nX-TIMESTAMP-MAP=MPEGTS:1\n\n"),
        "WEBVTT\n\n00:00:05.000 --> 00:00:06.000\nlater\n\n",
    ],
)
def test_another_head_or_block_is_found(changed: str) -> None:
    assert found(changed.encode() + write_webvtt(CUES)[8:]) == {Reason.SUBTITLE_NOTE}


@pytest.mark.parametrize(
    "cue",
    [
        *(
            "reel\n00:00:01.000 --> 00:00:02.000\n강",
            "00:00:01.000 --> 00:00:02.000 line:0\n강",
            "00:00:01.000 --> 00:00:02.000",
        ),
        *(
            "00:00:02.000 --> 00:00:01.000\n강",
            "00:00:01.000 --> 00:00:02.000\n<c.kim>강",
            "00:00:01,000 --> 00:00:02,000\n강",
        ),
        *(
            "00:00:01.000 --> 00:00:02.000\n강\u200b",
            "00:00:01.000 --> 00:00:02.000\n&#48149;",
            "강",
            "٠٠:00:01.000 --> 00:00:02.000\n강",
        ),
    ],
)
def test_a_cue_has_times_and_plain_words_only(cue: str) -> None:
    assert found(f"WEBVTT\n\n{cue}\n".encode()) == {Reason.SUBTITLE_NOTE}


def test_a_name_is_found_with_its_time() -> None:
    content = write_webvtt([*CUES, Cue(start_ms=61_000, end_ms=62_000, text="박 은하")])
    assert [(one.reason, one.at_ms) for one in subtitles(content, SECRETS)] == [(Reason.SUBTITLE_NAME, 61_000)]


def test_what_is_no_text_or_too_long_is_found() -> None:
    for content in (b"\xff\xfe", b"WEBVTT\n\n" + bytes(LARGEST_FILE)):
        assert found(content) == {Reason.SUBTITLE_NOTE}


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_of_garbage_come_findings(content: bytes) -> None:
    found(content)
    found(b"WEBVTT\n\n" + content)
