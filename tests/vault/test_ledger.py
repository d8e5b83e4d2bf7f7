"""The ledger on a real disk: what survives, what is cut off, and who may write."""

import contextlib
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from depth import often
from jebi.archive.audit import check
from jebi.archive.custody import CustodyLog
from jebi.archive.record import DICE, Event, parse_record
from jebi.errors import Busy, Damaged, Exit, NoRoom, NothingFound, Refused, Unable
from jebi.parcel.note import Ed25519Signer
from jebi.vault.ledger import LARGEST_FILE, LONGEST_LINE, Ledger

SIGNER = Ed25519Signer(name="desk.example/custody", secret=bytes(range(32)))
KILLS = often(100, 25)

# A process that waits for a word, and then forks a child that appends and says so, until somebody kills it.
APPENDER = """
import hashlib, os, sys
from pathlib import Path
from jebi.archive.custody import CustodyLog
from jebi.archive.record import DICE, Event
from jebi.parcel.note import Ed25519Signer
from jebi.vault.ledger import Ledger

def append_for_ever(folder):
    with Ledger(folder) as ledger:
        log = CustodyLog(ledger, Ed25519Signer(name="desk.example/custody", secret=bytes(range(32))))
        while True:
            number = ledger.count
            batch = [
                (
                    Event(kind="k", subject=str(number + i), detail="d" * 3000, actor="a", time=number + i),
                    hashlib.sha256(str(number + i).encode()).digest()[:DICE],
                )
                for i in range(1 + number % 3 * 15)
            ]
            first = log.append_all(batch)
            os.write(1, b"kept %d\\n" % (first + len(batch)))

for line in sys.stdin:
    child = os.fork()
    if child == 0:
        append_for_ever(Path(line.strip()))
    os.write(1, b"child %d\\n" % child)
    os.waitpid(child, 0)
    os.write(1, b"dead\\n")
"""


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.create(tmp_path / "log") as made:
        yield made


@given(
    lines=st.lists(st.binary(max_size=300).filter(lambda line: b"\n" not in line), max_size=20), cut=st.integers(0, 20)
)
@settings(deadline=None, max_examples=40)
def test_lines_read_back_after_opening_anew(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], cut: int
) -> None:
    folder = tmp_path_factory.mktemp("ledger") / "log"
    with Ledger.create(folder) as made:
        made.append(lines[:cut])
        made.append(lines[cut:])

    with Ledger(folder) as opened:
        assert opened.count == len(lines)
        assert list(opened.records()) == lines
        assert list(opened.records(cut)) == lines[cut:]
        assert [opened.record(index) for index in range(len(lines))] == lines


def test_a_half_written_last_line_is_not_read_and_the_next_append_cuts_it_off(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "log") as made:
        made.append([b"one", b"two"])
    records = tmp_path / "log/records.jsonl"
    records.write_bytes(records.read_bytes() + b"half of a much longer line")

    with Ledger(tmp_path / "log") as opened:
        assert list(opened.records()) == [b"one", b"two"]
        assert records.read_bytes().endswith(b"line")
        opened.append([b"three"])

    assert records.read_bytes() == b"one\ntwo\nthree\n"


def test_files_read_back_are_listed_and_can_be_deleted(ledger: Ledger, tmp_path: Path) -> None:
    ledger.write([("tile/0/000.p/1", b"a"), ("tile/0/x001/000", b"b"), ("checkpoint", b"c")])
    ledger.write([("checkpoint", b"d")])

    assert ledger.paths("tile") == ["tile/0/000.p/1", "tile/0/x001/000"]
    assert (ledger.read("checkpoint"), ledger.read("tile/0/x001/000")) == (b"d", b"b")
    ledger.delete(["tile/0/000.p/1", "tile/0/000.p/2"])
    assert ledger.paths("tile") == ["tile/0/x001/000"]
    assert not (tmp_path / "log/tile/0/000.p").exists()
    assert not any((tmp_path / "log/new").iterdir())


def test_a_missing_or_far_too_large_file_is_damaged(ledger: Ledger, tmp_path: Path) -> None:
    ledger.write([("tile/0/000", bytes(LARGEST_FILE + 1))])

    for path in ("tile/0/000", "tile/0/001", "checkpoint", "tile/0", "checkpoint/none"):
        with pytest.raises(Damaged):
            ledger.read(path)


def test_a_line_that_no_record_fills_is_damaged_and_read_by_nobody(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "log") as made:
        made.append([b"one"])
    with (tmp_path / "log/records.jsonl").open("ab") as file:
        file.write(bytes(LONGEST_LINE + 1) + b"\ntwo\n")

    with Ledger(tmp_path / "log") as opened:
        assert opened.count == 3
        assert (opened.record(0), opened.record(2)) == (b"one", b"two")
        with pytest.raises(Damaged, match="record 1"):
            list(opened.records())


def test_a_path_out_of_the_folder_is_a_mistake_of_the_caller(ledger: Ledger) -> None:
    for path in ("../x", "/etc/x", "tile/../../x", "", "tile//0", "Tile", "tile/\n"):
        with pytest.raises(ValueError):
            ledger.write([(path, b"")])


def test_a_line_with_a_line_end_in_it_is_a_mistake_of_the_caller(ledger: Ledger) -> None:
    for line in (b"two\nlines", bytes(LONGEST_LINE + 1)):
        with pytest.raises(ValueError):
            ledger.append([line])


def test_a_second_opening_is_busy(ledger: Ledger, tmp_path: Path) -> None:
    for readonly in (False, True):
        with pytest.raises(Busy) as caught:
            Ledger(tmp_path / "log", readonly=readonly)
        assert caught.value.exit is Exit.BUSY
    ledger.close()
    with Ledger(tmp_path / "log", readonly=True), Ledger(tmp_path / "log", readonly=True):
        pass


def test_another_process_is_busy_until_the_first_has_ended(ledger: Ledger, tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from jebi.errors import Busy; from jebi.vault.ledger import Ledger\n"
    )
    program += "try: Ledger(Path(sys.argv[1]))\nexcept Busy as error: sys.exit(error.exit)"
    command = [sys.executable, "-c", program, str(tmp_path / "log")]

    assert subprocess.run(command, check=False).returncode == 16
    ledger.close()
    assert subprocess.run(command, check=False).returncode == 0


def test_a_folder_without_a_log_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(NothingFound):
            Ledger(folder)
    assert list(tmp_path.iterdir()) == []


def test_a_log_is_not_made_over_something_else(tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("dear")

    with pytest.raises(Refused):
        Ledger.create(tmp_path)
    Ledger.create(tmp_path / "a/b/c").close()
    with pytest.raises(Refused):
        Ledger.create(tmp_path / "a/b/c")


def test_only_the_owner_can_read_the_records(ledger: Ledger, tmp_path: Path) -> None:
    assert (tmp_path / "log").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "log/records.jsonl").stat().st_mode & 0o777 == 0o600


def test_a_ledger_open_for_reading_writes_nothing(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "log") as made:
        made.append([b"one"])
        made.write([("checkpoint", b"c")])
    (tmp_path / "log/new/0").write_bytes(b"left by a crash")

    with Ledger(tmp_path / "log", readonly=True) as opened:
        with pytest.raises(ValueError):
            opened.append([b"x"])
        with pytest.raises(ValueError):
            opened.write([])
        with pytest.raises(ValueError):
            opened.delete([])
        assert list(opened.records()) == [b"one"]
    assert (tmp_path / "log/new/0").exists()
    Ledger(tmp_path / "log").close()
    assert not (tmp_path / "log/new/0").exists()


def test_a_disk_that_refuses_is_unable_and_the_next_opening_goes_on(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "log") as made:
        made.append([b"one"])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    previous = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with Ledger(tmp_path / "log") as opened:
        resource.setrlimit(resource.RLIMIT_FSIZE, (40, hard))
        try:
            with pytest.raises(Unable):
                opened.append([b"x" * 30, b"y" * 30])
            with pytest.raises(Unable):
                opened.write([("checkpoint", bytes(100))])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            signal.signal(signal.SIGXFSZ, previous)
        with pytest.raises(Unable):
            opened.append([b"z"])

    with Ledger(tmp_path / "log") as opened:
        assert list(opened.records()) == [b"one", b"x" * 30]
        assert not opened.has("checkpoint")
        opened.append([b"two"])
        assert list(opened.records()) == [b"one", b"x" * 30, b"two"]


def test_a_full_disk_ends_nothing_once_there_is_room_again(small: Path) -> None:
    with Ledger.create(small / "log") as ledger:
        ledger.append([b"before"])
        (small / "filling").write_bytes(bytes(os.statvfs(small).f_bavail * 4096 - 4096))
        for _ in range(2):
            with pytest.raises(NoRoom):
                ledger.append([b"x" * 9000, b"y" * 9000])
            assert (small / "log/records.jsonl").read_bytes() == b"before\n"
        (small / "filling").unlink()
        ledger.append([b"after"])
        assert list(ledger.records()) == [b"before", b"after"]
    with Ledger(small / "log") as ledger:
        assert list(ledger.records()) == [b"before", b"after"]


def test_a_full_disk_is_said_to_be_full_and_the_old_file_stays(ledger: Ledger, tmp_path: Path) -> None:
    ledger.write([("checkpoint", b"old")])
    (tmp_path / "log/new/0").symlink_to("/dev/full")

    with pytest.raises(NoRoom):
        ledger.write([("checkpoint", b"new")])
    assert ledger.read("checkpoint") == b"old"


def test_a_device_or_a_pipe_in_the_place_of_a_file_is_damaged(ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other/records.jsonl").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "log/checkpoint")

    with pytest.raises(Damaged):
        Ledger(tmp_path / "other")
    with pytest.raises(Damaged):
        ledger.read("checkpoint")


@given(st.binary(max_size=2000))
@settings(deadline=None)
def test_garbage_as_records_opens_and_reads_or_is_damaged(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    folder = tmp_path_factory.mktemp("garbage")
    (folder / "records.jsonl").write_bytes(content)

    with Ledger(folder) as opened:
        assert opened.count == content.count(b"\n")
        assert b"".join(line + b"\n" for line in opened.records()) == content[: content.rfind(b"\n") + 1]
        with pytest.raises(Damaged):
            check(opened, SIGNER.verifier())
        for line in opened.records():
            with contextlib.suppress(Damaged):
                parse_record(line)


def test_whatever_was_acknowledged_survives_being_killed_at_any_moment(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    with Ledger.create(folder) as made:
        CustodyLog(made, SIGNER)
    dice = random.Random(7)
    remembered: list[bytes] = []
    acknowledged = torn = pending = 0
    with subprocess.Popen([sys.executable, "-c", APPENDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdin
        assert parent.stdout
        for _ in range(KILLS):
            parent.stdin.write(f"{folder}\n".encode())
            parent.stdin.flush()
            acknowledged = max(acknowledged, killed_after(dice.random() ** 2 * 0.15, parent.stdout))

            torn += not (folder / "records.jsonl").read_bytes().endswith(b"\n")
            with Ledger(folder) as ledger:
                result = check(ledger, SIGNER.verifier(), remembered=remembered[-3:])
                assert result.checkpoint.size >= acknowledged
                assert ledger.count == result.checkpoint.size + result.pending
                for index in range(max(0, acknowledged - 5), ledger.count):
                    assert parse_record(ledger.record(index)).event.subject == str(index)
                pending += result.pending > 0
            remembered.append((folder / "checkpoint").read_bytes())
        parent.stdin.close()
    with Ledger(folder) as ledger:
        log = CustodyLog(ledger, SIGNER)
        last = log.append(Event(kind="k", subject="end", detail="", actor="a", time=0), b"e" * DICE)
        result = log.check(remembered=remembered)

    assert (result.pending, result.compared, result.checkpoint.size) == (0, KILLS, last + 1)
    assert acknowledged > KILLS
    print(f"{KILLS} kills, {acknowledged} records, {torn} torn lines, {pending} times records without a checkpoint")


def killed_after(seconds: float, replies: IO[bytes]) -> int:
    """Kill the child that was just started after so long; returns how many records it said are kept."""
    word, child = replies.readline().split()
    kept = 0
    while word != b"child":
        word, child = replies.readline().split()
    time.sleep(seconds)
    os.kill(int(child), signal.SIGKILL)
    while (line := replies.readline()) != b"dead\n":
        kept = int(line.split()[1])
    return kept
