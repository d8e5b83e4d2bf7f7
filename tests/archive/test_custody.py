"""The custody log on real folders: what it keeps, and what it refuses to continue or to sign."""

import hmac
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.logs import (
    EVENTS,
    SIGNER,
    checked,
    copies,
    event,
    first_wrong,
    lines_of,
    make,
    pend,
    record,
    records_of,
    rewrite,
)
from jebi.archive.checkpoint import sign_checkpoint
from jebi.archive.custody import CustodyLog
from jebi.archive.ledger import LogDamaged
from jebi.archive.merkle import leaf_hash, root
from jebi.archive.record import DICE, SALT, Event, Record
from jebi.errors import Damaged
from jebi.parcel.note import Ed25519Signer
from jebi.vault.ledger import Ledger


@pytest.mark.parametrize("step", [1, 300])
def test_a_log_keeps_what_was_appended_and_checks(tmp_path: Path, step: int) -> None:
    make(tmp_path / "log", 300, step=step)

    result = checked(tmp_path / "log")

    assert (result.checkpoint.size, result.pending) == (300, 0)
    records = records_of(tmp_path / "log")
    assert [(one.event, one.salt[:DICE]) for one in records] == [event(n) for n in range(300)]
    assert result.checkpoint.root == root([leaf_hash(one.entry()) for one in records])


def test_append_returns_the_index(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "log") as ledger:
        log = CustodyLog(ledger, SIGNER)
        assert [log.append(*event(n)) for n in range(3)] == [0, 1, 2]
        assert log.append_all([event(3), event(4)]) == 3
        assert log.check().checkpoint.size == 5


def test_the_files_are_those_of_tlog_tiles_and_partial_tiles_go_when_the_full_one_is_there(tmp_path: Path) -> None:
    make(tmp_path / "log", 258)
    files = {p.relative_to(tmp_path / "log").as_posix() for p in (tmp_path / "log").rglob("*") if p.is_file()}

    assert files == {
        "records.jsonl",
        "checkpoint",
        "tile/0/000",
        "tile/0/001.p/1",
        "tile/0/001.p/2",
        "tile/1/000.p/1",
        "tile/entries/000",
        "tile/entries/001.p/1",
        "tile/entries/001.p/2",
    }
    bundle = (tmp_path / "log/tile/entries/001.p/2").read_bytes()
    entries = [one.entry() for one in records_of(tmp_path / "log")[256:]]
    assert bundle == b"\x00\x20" + entries[0] + b"\x00\x20" + entries[1]


def test_no_file_but_the_records_says_what_happened_or_to_whom(log_of_7: Path) -> None:
    salt = records_of(log_of_7)[3].salt
    for path in log_of_7.rglob("*"):
        if path.is_file() and path.name != "records.jsonl":
            content = path.read_bytes()
            assert b"2031" not in content
            assert b"desk-1" not in content
            assert salt[:DICE] not in content
            assert salt[DICE:] not in content


def test_an_append_writes_the_right_edge_only(tmp_path: Path) -> None:
    make(tmp_path / "log", 1000, step=1000)
    with Ledger(tmp_path / "log") as ledger:
        written: list[str] = []

        class Watched:
            """The ledger, with a list of what is written."""

            count = property(lambda self: ledger.count)
            append, records, read, has, paths, delete = (
                ledger.append,
                ledger.records,
                ledger.read,
                ledger.has,
                ledger.paths,
                ledger.delete,
            )

            def write(self, files: list[tuple[str, bytes]]) -> None:
                written.extend(path for path, _ in files)
                ledger.write(files)

        CustodyLog(Watched(), SIGNER).append(*event(1000))  # type: ignore[arg-type]

    assert written == ["tile/0/003.p/233", "tile/entries/003.p/233", "checkpoint"]


def test_an_old_checkpoint_put_back_is_found_by_a_kept_one_and_the_log_is_not_continued(log_of_7: Path) -> None:
    old = (log_of_7 / "checkpoint").read_bytes()
    with Ledger(log_of_7) as ledger:
        log = CustodyLog(ledger, SIGNER)
        log.append(*event(7))
        log.keep((log_of_7 / "checkpoint").read_bytes())
    (log_of_7 / "checkpoint").write_bytes(old)

    assert first_wrong(log_of_7) == 7
    with Ledger(log_of_7) as ledger, pytest.raises(LogDamaged, match="rolled back"):
        CustodyLog(ledger, SIGNER)


def test_a_checkpoint_of_a_fork_or_of_the_future_is_not_kept(log_of_7: Path) -> None:
    with Ledger(log_of_7) as ledger:
        log = CustodyLog(ledger, SIGNER)
        for size in (3, 7, 8):
            with pytest.raises(LogDamaged):
                log.keep(sign_checkpoint(size, bytes(32), SIGNER).written())


@pytest.mark.parametrize("name", ["checkpoint", "tile/0/000.p/7", "tile/entries/000.p/7", "records.jsonl"], ids=str)
def test_a_damaged_log_is_not_continued_and_nothing_is_written(log_of_7: Path, name: str) -> None:
    path = log_of_7 / name
    content = path.read_bytes()
    path.write_bytes(b"" if name == "records.jsonl" else content[:50] + bytes([content[50] ^ 1]) + content[51:])
    before = {p: p.read_bytes() for p in log_of_7.rglob("*") if p.is_file()}

    with Ledger(log_of_7) as ledger, pytest.raises(Damaged):
        CustodyLog(ledger, SIGNER).append(*event(7))

    assert {p: p.read_bytes() for p in before} == before


def test_a_log_without_its_checkpoint_is_damaged_and_not_started_anew(log_of_7: Path) -> None:
    (log_of_7 / "checkpoint").unlink()

    for records in (lines_of(log_of_7), []):
        rewrite(log_of_7, records)
        assert first_wrong(log_of_7) == 0
        with Ledger(log_of_7) as ledger, pytest.raises(LogDamaged):
            CustodyLog(ledger, SIGNER)


def test_records_that_a_crash_left_without_a_checkpoint_enter_with_the_next_append(
    tmp_path: Path, log_of_7: Path
) -> None:
    make(tmp_path / "longer", 10)
    lines = lines_of(tmp_path / "longer")
    pend(log_of_7, lines[7] + lines[8] + lines[9][:40])

    assert (checked(log_of_7).checkpoint.size, checked(log_of_7).pending) == (7, 2)
    with Ledger(log_of_7) as ledger:
        assert CustodyLog(ledger, SIGNER).append(*event(9)) == 9
    assert (checked(log_of_7).checkpoint.size, checked(log_of_7).pending) == (10, 0)
    assert lines_of(log_of_7) == lines


def refused_at(folder: Path) -> int:
    """The index that the next append names; nothing was signed or written."""
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with Ledger(folder) as ledger, pytest.raises(LogDamaged, match="not one that the desk wrote there") as caught:
        CustodyLog(ledger, SIGNER).append(*event(99))
    assert f"record {caught.value.index} " in caught.value.what
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    return caught.value.index


def test_a_record_that_a_stranger_wrote_behind_the_checkpoint_is_pending_and_never_signed(log_of_7: Path) -> None:
    pend(log_of_7, record(7, "smuggled").written() + b"\n")

    assert (checked(log_of_7).checkpoint.size, checked(log_of_7).pending) == (7, 1)
    assert refused_at(log_of_7) == 7


def test_a_record_that_another_desk_s_log_wrote_is_not_signed(tmp_path: Path, log_of_7: Path) -> None:
    stranger = Ed25519Signer(name=SIGNER.name, secret=bytes(32))
    with Ledger.create(tmp_path / "other") as ledger:
        CustodyLog(ledger, stranger).append_all([event(n) for n in range(8)])
    pend(log_of_7, lines_of(tmp_path / "other")[7])

    assert refused_at(log_of_7) == 7


@pytest.mark.parametrize("index", range(7))
def test_a_copy_of_an_earlier_record_behind_the_checkpoint_is_not_signed(log_of_7: Path, index: int) -> None:
    pend(log_of_7, lines_of(log_of_7)[index])

    assert checked(log_of_7).pending == 1
    assert refused_at(log_of_7) == 7


def test_of_pending_records_that_were_swapped_altered_or_added_to_the_first_wrong_one_is_named(
    tmp_path: Path, log_of_7: Path
) -> None:
    make(tmp_path / "longer", 10)
    genuine = lines_of(tmp_path / "longer")[7:]
    altered = genuine[1].replace(b"2031-0008", b"2031-0800")
    cases = [
        ([genuine[1], genuine[0], genuine[2]], 7),
        ([genuine[0], genuine[2]], 8),
        ([genuine[0], altered, genuine[2]], 8),
        ([*genuine, record(10).written() + b"\n"], 10),
    ]

    for (lines, wrong), (_, copy) in zip(cases, copies(log_of_7, len(cases)), strict=True):
        pend(copy, b"".join(lines))
        assert checked(copy).pending == len(lines)
        assert refused_at(copy) == wrong


def test_a_log_goes_on_once_a_smuggled_line_is_taken_out(tmp_path: Path, log_of_7: Path) -> None:
    make(tmp_path / "longer", 9)
    lines = lines_of(tmp_path / "longer")
    pend(log_of_7, record(7, "smuggled").written() + b"\n" + lines[7])
    assert refused_at(log_of_7) == 7

    rewrite(log_of_7, lines[:8])
    with Ledger(log_of_7) as ledger:
        assert CustodyLog(ledger, SIGNER).append(*event(8)) == 8
    assert lines_of(log_of_7) == lines
    assert (log_of_7 / "checkpoint").read_bytes() == (tmp_path / "longer/checkpoint").read_bytes()


@given(EVENTS, st.binary(min_size=DICE, max_size=DICE))
@settings(deadline=None, max_examples=30)
def test_a_salt_is_the_dice_and_the_mac_of_the_specification(
    tmp_path_factory: pytest.TempPathFactory, what: Event, dice: bytes
) -> None:
    folder = tmp_path_factory.mktemp("salt") / "log"
    with Ledger.create(folder) as ledger:
        CustodyLog(ledger, SIGNER).append_all([(what, dice)] * 3)
    extracted = hmac.digest(bytes(32), SIGNER.secret, "sha256")  # RFC 5869, without a salt, one block
    key = hmac.digest(extracted, b"jebi custody record\x01", "sha256")

    for index, one in enumerate(records_of(folder)):
        mac = hmac.digest(key, index.to_bytes(8, "big") + dice + what.canonical(), "sha256")
        assert one == Record(event=what, salt=dice + mac[:16])


def test_salts_look_random_even_where_event_and_dice_are_always_the_same(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "log") as ledger:
        CustodyLog(ledger, SIGNER).append_all([event(1)] * 1000)
    halves = [one.salt[DICE:] for one in records_of(tmp_path / "log")]
    bits = [int.from_bytes(half, "big") for half in halves]

    assert len(set(halves)) == 1000
    for place in range(8 * (SALT - DICE)):  # a fair bit is set 500 times of 1000, give or take 16
        assert 420 < sum(value >> place & 1 for value in bits) < 580


@pytest.mark.parametrize("length", [0, DICE - 1, DICE + 1, SALT])
def test_dice_of_another_length_are_a_mistake_of_the_caller_and_nothing_is_written(log_of_7: Path, length: int) -> None:
    with Ledger(log_of_7) as ledger, pytest.raises(ValueError, match="16 random bytes"):
        CustodyLog(ledger, SIGNER).append_all([event(7), (event(8)[0], bytes(length))])

    assert (checked(log_of_7).checkpoint.size, checked(log_of_7).pending) == (7, 0)


def test_a_broken_record_beyond_the_checkpoint_is_named_and_not_signed(log_of_7: Path) -> None:
    pend(log_of_7, b"nonsense\n")

    assert first_wrong(log_of_7) == 7
    with Ledger(log_of_7) as ledger, pytest.raises(LogDamaged) as caught:
        CustodyLog(ledger, SIGNER).append(*event(8))
    assert caught.value.index == 7
    assert lines_of(log_of_7)[7:] == [b"nonsense\n"]


@given(st.lists(st.integers(1, 400), min_size=1, max_size=5))
@settings(deadline=None, max_examples=15)
def test_a_log_is_the_same_however_its_records_were_grouped(
    tmp_path_factory: pytest.TempPathFactory, steps: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("grouped") / "log"
    total = 0
    with Ledger.create(folder) as ledger:
        log = CustodyLog(ledger, SIGNER)
        for step in steps:
            assert log.append_all([event(n) for n in range(total, total + step)]) == total
            total += step
        grouped = log.check().checkpoint
    make(folder.with_name("whole"), total, step=total)

    assert grouped == checked(folder.with_name("whole")).checkpoint
    assert grouped.root == root([leaf_hash(one.entry()) for one in records_of(folder)])


def test_a_batch_larger_than_one_piece_enters_whole(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "log") as ledger:
        log = CustodyLog(ledger, SIGNER)
        log.append_all([event(n % 9999) for n in range(20_000)])
        result = log.check()

    assert (result.checkpoint.size, result.pending) == (20_000, 0)
