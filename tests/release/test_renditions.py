import pytest

from jebi.errors import Damaged
from jebi.release.boxes import Bytes, Stretch
from jebi.release.container import Examined, examine, examine_stream
from jebi.release.leaks import Reason
from jebi.release.renditions import differing, digest, fragmented, parts, played
from release.made import Exports, patched, pieces, reasons


def of(film: bytes) -> bytes:
    return digest([Bytes(film)], examine(Bytes(film)))


def test_a_stream_without_new_encoding_is_the_film_itself(exports: Exports) -> None:
    parts = list(map(Bytes, exports.segments))
    assert digest(parts, examine_stream(Bytes(exports.head), parts)) == of(exports.film)


def test_one_bit_of_a_sample_or_of_its_time_is_another_rendition(exports: Exports) -> None:
    at = int(pieces(exports.silent)[0].samples.offsets[3]) + 9
    other = exports.silent[:at] + bytes((exports.silent[at] ^ 1,)) + exports.silent[at + 1 :]
    later = patched(exports.silent, b"mdhd", 12, (12799).to_bytes(4, "big"))
    assert len({of(exports.film), of(exports.silent), of(other), of(later)}) == 4


def test_a_rendition_that_was_not_checked_is_found_by_its_place(exports: Exports) -> None:
    film, silent = of(exports.film), of(exports.silent)
    assert list(differing([film], [film, silent])) == []
    found = list(differing([film, silent, film], [film]))
    assert reasons(found) == {Reason.RENDITION_DIFFERS}
    assert [one.what for one in found] == ["rendition 2 is none of those that were checked"]


def test_what_has_no_pictures_or_not_all_samples_is_damage(exports: Exports) -> None:
    with pytest.raises(Damaged):
        digest([], Examined(pictures=None, sound=None, findings=()))
    with pytest.raises(Damaged):
        digest([Bytes(exports.silent[:4000])], examine(Bytes(exports.silent)))


def in_fragments(exports: Exports) -> tuple[bytes, str]:
    """The stream as one file, and its playlist by ranges."""
    film, lines, at = exports.head + b"".join(exports.segments), [], len(exports.head)
    for segment in exports.segments:
        lines += ["#EXTINF:0.4,", f"#EXT-X-BYTERANGE:{len(segment)}@{at}", "240.mp4"]
        at += len(segment)
    first = f'#EXTM3U\n#EXT-X-MAP:URI="240.mp4",BYTERANGE="{len(exports.head)}@0"\n'
    return film, first + "\n".join(lines) + "\n"


def test_what_a_playlist_plays_is_all_of_its_film(exports: Exports) -> None:
    film, playlist = in_fragments(exports)
    assert played(Bytes(film), playlist.encode()) == fragmented(Bytes(film)) == of(exports.film)
    head, rest = parts(Bytes(film))
    assert b"".join(part.read_at(0, part.size) for part in (head, *rest)) == film
    assert all(part.read_at(4, 4) == b"moof" for part in rest)


def test_a_playlist_that_leaves_something_out_plays_another_rendition(exports: Exports) -> None:
    film, playlist = in_fragments(exports)
    shorter = playlist[: playlist.rindex("#EXTINF")]
    assert played(Bytes(film), shorter.encode()) != fragmented(Bytes(film))
    beyond = playlist.replace("@0", f"@{len(film)}", 1)
    for bad in (beyond, ""):
        with pytest.raises(Damaged):
            played(Bytes(film), bad.encode())


def test_what_has_no_fragments_is_all_head() -> None:
    assert parts(Bytes(b"no film")) == (Stretch(Bytes(b"no film"), 0, 7), ())
    with pytest.raises(Damaged):
        fragmented(Bytes(b"no film"))
