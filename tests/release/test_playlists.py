import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged
from jebi.release.leaks import Reason
from jebi.release.playlists import LARGEST_FILE, Range, addresses, playlist, ranges
from release.made import Exports, reasons

MAIN = """#EXTM3U
#EXT-X-VERSION:7
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="words",NAME="한국어",LANGUAGE="ko",DEFAULT=YES,AUTOSELECT=YES,FORCED=NO,URI="words-ko.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=900000,AVERAGE-BANDWIDTH=800000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=25.000,SUBTITLES="words"
high/play.m3u8
"""


def found(content: bytes) -> set[Reason]:
    return reasons(list(playlist(content)))


def test_what_ffmpeg_and_a_site_write_passes(exports: Exports) -> None:
    assert found(exports.playlist) == set()
    assert found(MAIN.encode()) == set()


def test_its_addresses_are_read_in_their_order(exports: Exports) -> None:
    assert addresses(MAIN.encode()) == ("words-ko.m3u8", "high/play.m3u8")
    assert addresses(exports.playlist)[:2] == ("init.mp4", "part-0.m4s")


@pytest.mark.parametrize(
    "line",
    [
        *("", " ", "# note", "#EXT-X-KEY:METHOD=NONE", "#EXTINF:1.0, ", "#EXTINF:1.0,dam", "part 1.m4s", "Part-1.m4s"),
        *(
            "/part-1.m4s",
            "http://a/b.m4s",
            "//a/b.m4s",
            "../b.m4s",
            "data:,x",
            "part-1.exe",
            "part-1.m4s?k=1",
            "part-1.m4s ",
        ),
        *("#EXT-X-DATERANGE:ID=1", "#EXT-X-SESSION-DATA:DATA-ID=a", '#EXT-X-MAP:URI="/init.mp4"', "#EXT-X-STREAM-INF:"),
        *("#EXT-X-STREAM-INF:BANDWIDTH=1,BANDWIDTH=2", "#EXT-X-STREAM-INF:BANDWIDTH=1,", "#EXT-X-STREAM-INF:NOTE=1"),
        *('#EXT-X-MEDIA:TYPE=AUDIO,NAME="Kim"', "#EXT-X-VERSION:٧", "#EXTM3U\r"),
    ],
)
def test_a_line_that_is_not_on_the_list_is_found(line: str) -> None:
    assert found((MAIN + line + "\n").encode()) == {Reason.PLAYLIST}


def test_what_is_no_playlist_is_found() -> None:
    for content in (b"", b"\xff", b"\xef\xbb\xbf" + MAIN.encode(), MAIN.encode() + b"\n" * LARGEST_FILE):
        assert found(content) == {Reason.PLAYLIST}


def test_a_line_of_endless_attributes_is_soon_read() -> None:
    assert found(b"#EXTM3U\n#EXT-X-MEDIA:" + b"A=," * 100_000 + b"\n") == {Reason.PLAYLIST}
    assert found(b"#EXTM3U\n" + b"a-" * 1_000_000 + b"\n") == {Reason.PLAYLIST}


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_of_garbage_come_findings(content: bytes) -> None:
    found(content)
    found(MAIN.encode() + content)
    addresses(content)


OF_ONE = '#EXTM3U\n#EXT-X-MAP:URI="240.mp4",BYTERANGE="30@0"\n#EXTINF:4.0,\n#EXT-X-BYTERANGE:70@30\n240.mp4\n'


def test_what_a_playlist_plays_of_a_film_is_read_in_its_order() -> None:
    more = "#EXTINF:4.0,\n#EXT-X-BYTERANGE:50\n240.mp4\n#EXTINF:4.0,\n#EXT-X-BYTERANGE:9@7\n240.mp4\n"
    played = Range(70, 30), Range(50, 100), Range(9, 7)
    assert ranges((OF_ONE + more).encode()) == (Range(30, 0), played)


@pytest.mark.parametrize(
    "bad",
    [
        "",
        OF_ONE.replace('BYTERANGE="30@0"', ""),
        OF_ONE.replace("#EXT-X-BYTERANGE:70@30\n", ""),
        OF_ONE + "240.mp4\n",
        OF_ONE + "#EXT-X-BYTERANGE:70@30\n480.mp4\n",
        OF_ONE + '#EXT-X-MAP:URI="240.mp4",BYTERANGE="30@0"\n',
    ],
)
def test_a_playlist_of_anything_else_than_ranges_of_one_film_is_damaged(bad: str) -> None:
    with pytest.raises(Damaged, match="one film by its ranges"):
        ranges(bad.encode())


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_of_garbage_come_ranges_or_damage(content: bytes) -> None:
    for bad in (content, OF_ONE.encode() + content):
        with contextlib.suppress(Damaged):
            ranges(bad)
