import pytest

from jebi.release.boxes import Bytes
from jebi.release.fields import FIELDS, brands_wrong, fields_wrong, handler_wrong, value_of
from jebi.release.leaks import Reason
from release.made import Exports, nth, reasons, walked


def test_every_box_of_a_clean_film_holds_what_it_may(exports: Exports) -> None:
    seen = set()
    for part in (exports.film, exports.head, *exports.segments):
        for box in walked(part):
            if box.kind in FIELDS:
                seen.add(box.kind)
                assert list(fields_wrong(box.kind, Bytes(part).read_at(box.payload, box.length))) == []
    assert seen == set(FIELDS)


@pytest.mark.parametrize("kind", FIELDS)
def test_a_box_that_is_longer_or_shorter_is_wrong(kind: bytes) -> None:
    length = sum(field.length for field in FIELDS[kind])
    for content in (bytes(length - 1), bytes(length + 1), b""):
        assert reasons(list(fields_wrong(kind, content))) == {Reason.BOX_FIELD}


def test_a_time_is_called_a_time(exports: Exports) -> None:
    mdhd = nth(exports.film, b"mdhd")
    content = bytearray(exports.film[mdhd.payload : mdhd.stop])
    content[7] = 1
    assert reasons(list(fields_wrong(b"mdhd", bytes(content)))) == {Reason.TIME_STAMP}


def test_a_number_is_read_by_the_name_of_its_field(exports: Exports) -> None:
    mdhd = nth(exports.film, b"mdhd", 1)
    assert value_of(b"mdhd", "timescale", exports.film[mdhd.payload : mdhd.stop]) == 48000
    assert value_of(b"mdhd", "duration", b"") == 0
    with pytest.raises(KeyError):
        value_of(b"mdhd", "weather", bytes(24))


@pytest.mark.parametrize(
    "content", [b"", b"isom", b"qt  \0\0\0\0", b"isom\0\0\2\1isom", b"isom\0\0\2\0isomXAVC", b"isom" + bytes(97)]
)
def test_brands_are_of_the_list(content: bytes) -> None:
    assert reasons(list(brands_wrong("ftyp", content))) == {Reason.BOX_FIELD}
    assert list(brands_wrong("ftyp", b"isom\0\0\2\0isomavc1")) == []


def test_a_handler_has_a_kind_and_no_name() -> None:
    assert list(handler_wrong(bytes(8) + b"soun" + bytes(13))) == []
    assert reasons(list(handler_wrong(bytes(8) + b"soun" + bytes(12) + b"Kim\0"))) == {Reason.TRACK_NAME}
    assert reasons(list(handler_wrong(bytes(8) + b"tmcd" + bytes(13)))) == {Reason.BOX_FIELD}
    assert reasons(list(handler_wrong(b"\0\0\0\0mhlrsoun" + bytes(13)))) == {Reason.BOX_FIELD}
    assert reasons(list(handler_wrong(b""))) == {Reason.BOX_FIELD}
    assert reasons(list(handler_wrong(bytes(8) + b"soun" + bytes(99)))) == {Reason.TRACK_NAME}
