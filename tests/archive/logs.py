"""Logs on real folders, and what tests do to them."""

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import strategies as st

from jebi.archive.audit import Checked, check
from jebi.archive.custody import CustodyLog
from jebi.archive.ledger import LogDamaged
from jebi.archive.record import DICE, SALT, Event, Record, parse_record
from jebi.parcel.note import Ed25519Signer
from jebi.vault.ledger import Ledger

SIGNER = Ed25519Signer(name="desk.example/custody", secret=bytes(range(32)))
LOG = SIGNER.verifier()
PLAIN = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=40)
EVENTS = st.builds(
    Event,
    kind=st.from_regex(r"[a-z0-9._-]{1,64}", fullmatch=True),
    subject=PLAIN,
    detail=PLAIN | st.just(""),
    actor=PLAIN.filter(lambda text: len(text.encode()) <= 128),
    time=st.integers(0, (1 << 53) - 1),
)


def event(number: int, detail: str = 'say "제비"') -> tuple[Event, bytes]:
    """An event and its dice."""
    what = Event(
        kind="received", subject=f"2031-{number:04}", detail=detail, actor="desk-1", time=1_900_000_000 + number
    )
    return what, hashlib.sha256(f"dice {number}".encode()).digest()[:DICE]


def record(number: int, detail: str = 'say "제비"') -> Record:
    """A well-formed record as somebody without the log's key makes it: with any salt."""
    what, dice = event(number, detail)
    return Record(event=what, salt=dice + hashlib.sha256(dice).digest()[: SALT - DICE])


def make(folder: Path, count: int, *, step: int = 1) -> None:
    """A log of `count` records, `step` to an append."""
    with Ledger.create(folder) as ledger:
        log = CustodyLog(ledger, SIGNER)
        for start in range(0, count, step):
            log.append_all([event(number) for number in range(start, min(start + step, count))])


def checked(folder: Path, *, remembered: tuple[bytes, ...] = ()) -> Checked:
    with Ledger(folder, readonly=True) as ledger:
        return check(ledger, LOG, remembered=remembered)


def first_wrong(folder: Path, *, remembered: tuple[bytes, ...] = ()) -> int:
    """The index that `check` names."""
    with pytest.raises(LogDamaged) as caught:
        checked(folder, remembered=remembered)
    return caught.value.index


def lines_of(folder: Path) -> list[bytes]:
    return (folder / "records.jsonl").read_bytes().splitlines(keepends=True)


def records_of(folder: Path) -> list[Record]:
    return [parse_record(line.removesuffix(b"\n")) for line in lines_of(folder)]


def rewrite(folder: Path, lines: list[bytes]) -> None:
    (folder / "records.jsonl").write_bytes(b"".join(lines))


def pend(folder: Path, lines: bytes) -> None:
    """Write behind the records, as a crash leaves them there, or a stranger."""
    with (folder / "records.jsonl").open("ab") as file:
        file.write(lines)


def copies(folder: Path, number: int) -> Iterator[tuple[int, Path]]:
    for i in range(number):
        yield i, Path(shutil.copytree(folder, folder.with_name(f"copy{i}")))
