"""Events and records: one way to write them, and nothing else is read."""

import base64
import contextlib
import hashlib
import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.logs import EVENTS, record
from jebi.archive.record import Event, Record, parse_record
from jebi.errors import Damaged


@given(EVENTS, st.binary(min_size=32, max_size=32))
def test_a_record_reads_back_as_it_was_written(event: Event, salt: bytes) -> None:
    written = Record(event=event, salt=salt).written()

    assert parse_record(written) == Record(event=event, salt=salt)
    assert json.loads(event.canonical()) == json.loads(written)["event"]


def test_an_entry_is_the_hash_of_the_salt_and_the_canonical_event() -> None:
    one = Record(event=Event(kind="k", subject="s", detail='"\\', actor="a", time=0), salt=b"s" * 32)

    assert one.event.canonical() == b'{"actor":"a","detail":"\\"\\\\","kind":"k","subject":"s","time":0}'
    assert one.entry() == hashlib.sha256(b"s" * 32 + one.event.canonical()).digest()


@pytest.mark.parametrize(
    "change",
    [
        {"kind": ""},
        {"kind": "Received"},
        {"kind": "k" * 65},
        {"subject": ""},
        {"subject": "é" * 129},
        {"detail": "d" * 4097},
        {"actor": "a" * 129},
        {"actor": "two\nlines"},
        {"detail": "\u202egnorw"},
        {"detail": "\ud800"},
        {"detail": "\x9b31m"},
        {"time": -1},
        {"time": 1 << 53},
    ],
)
def test_an_event_outside_its_limits_cannot_be_made(change: dict[str, str | int]) -> None:
    fields = {"kind": "k", "subject": "s", "detail": "", "actor": "a", "time": 0} | change

    with pytest.raises(Damaged):
        Event(**fields)  # type: ignore[arg-type]


def test_the_largest_record_is_read() -> None:
    event = Event(kind="k" * 64, subject='"' * 256, detail="\\" * 4096, actor='"' * 128, time=(1 << 53) - 1)
    largest = Record(event=event, salt=bytes(32))

    assert parse_record(largest.written()) == largest


@pytest.mark.parametrize(
    "change",
    [
        lambda line: line.replace(b",", b", "),
        lambda line: line.replace(b'"time":1900000001', b'"time":1900000001.0'),
        lambda line: line.replace(b'"time":1900000001', b'"time":true'),
        lambda line: line.replace(b'"time":1900000001', b'"time":' + b"9" * 5000),
        lambda line: line.replace(b'"actor":"desk-1",', b'"actor":"x","actor":"desk-1",'),
        lambda line: line.replace(b'"desk-1"', b'"\\u0064esk-1"'),
        lambda line: line.replace(b'"desk-1"', b'["desk-1"]'),
        lambda line: line.replace(b'{"event"', b'{"a":1,"event"'),
        lambda line: b"[" * 16000,
        lambda line: line + b" " * 20000,
        lambda line: line.replace(b"=", b"", 1),
        lambda line: b"null",
    ],
)
def test_a_record_in_any_other_writing_is_damaged(change: Callable[[bytes], bytes]) -> None:
    with pytest.raises(Damaged):
        parse_record(change(record(1).written()))


@given(
    st.binary(max_size=300)
    | st.builds(lambda a, b: record(1).written()[:a] + b, st.integers(0, 250), st.binary(max_size=99))
)
def test_garbage_as_a_record_raises_damaged(line: bytes) -> None:
    with contextlib.suppress(Damaged):
        assert parse_record(line).written() == line


def test_a_salt_of_another_length_is_not_taken() -> None:
    with pytest.raises(Damaged):
        Record(event=record(1).event, salt=b"short")
    assert base64.b64encode(record(1).salt).decode() not in repr(record(1))
