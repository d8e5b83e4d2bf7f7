"""The custody log on real folders: what it keeps, and every way of tampering with it."""

import hmac
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.logs import (
    EVENTS,
    LOG,
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
from jebi.archive.custody import CustodyLog, LogDamaged, kept_checkpoints
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


def test_every_flipped_byte_of_a_small_log_is_found(log_of_7: Path) -> None:
    flipped = 0
    for path in sorted(p for p in log_of_7.rglob("*") if p.is_file()):
        content = path.read_bytes()
        for place in range(len(content)):
            path.write_bytes(content[:place] + bytes([content[place] ^ 1 << place % 8]) + content[place + 1 :])
            with pytest.raises(Damaged):
                checked(log_of_7)
            flipped += 1
        path.write_bytes(content)

    assert flipped > 3000  # records, checkpoint, and seven partial tiles and bundles
    assert checked(log_of_7).checkpoint.size == 7


def test_every_flipped_byte_of_the_records_is_named_with_its_index(log_of_7: Path) -> None:
    content = (log_of_7 / "records.jsonl").read_bytes()
    for place in range(len(content)):
        (log_of_7 / "records.jsonl").write_bytes(content[:place] + bytes([content[place] ^ 2]) + content[place + 1 :])
        assert first_wrong(log_of_7) == content[:place].count(b"\n")


def test_every_dropped_record_is_named(log_of_7: Path) -> None:
    lines = lines_of(log_of_7)
    for index in range(7):
        rewrite(log_of_7, lines[:index] + lines[index + 1 :])
        assert first_wrong(log_of_7) == index


def test_every_pair_of_swapped_records_is_named(log_of_7: Path) -> None:
    lines = lines_of(log_of_7)
    for one in range(7):
        for other in range(one + 1, 7):
            swapped = list(lines)
            swapped[one], swapped[other] = lines[other], lines[one]
            rewrite(log_of_7, swapped)
            assert first_wrong(log_of_7) == one


def test_every_truncation_of_the_records_is_named(log_of_7: Path) -> None:
    content = (log_of_7 / "records.jsonl").read_bytes()
    for length in range(len(content)):
        (log_of_7 / "records.jsonl").write_bytes(content[:length])
        assert first_wrong(log_of_7) == content[:length].count(b"\n")


def test_every_missing_or_cut_file_is_found(log_of_7: Path) -> None:
    for path in sorted(p for p in log_of_7.rglob("*") if p.is_file()):
        content = path.read_bytes()
        if path.parent.name == "tile" or path.name in {"7", "checkpoint"}:
            path.unlink()
            with pytest.raises(Damaged):
                checked(log_of_7)
        for length in range(0, len(content), 5):
            path.write_bytes(content[:length])
            with pytest.raises(Damaged):
                checked(log_of_7)
        path.write_bytes(content)


def test_a_foreign_file_among_the_tiles_or_checkpoints_is_found(log_of_7: Path) -> None:
    for name in ("tile/0/001", "tile/9/000", "tile/0/000.p/256", "tile/notes", "tile/0/ \x1b[2J", "checkpoints/x"):
        path = log_of_7 / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x" * 32)
        with pytest.raises(LogDamaged) as caught:
            checked(log_of_7)
        assert str(caught.value).isprintable()
        path.unlink()


def test_where_the_tiles_are_wrong_the_error_says_that_the_records_are_right(log_of_7: Path) -> None:
    path = log_of_7 / "tile/0/000.p/7"
    content = bytearray(path.read_bytes())
    content[4 * 32 + 5] ^= 1
    path.write_bytes(content)

    with pytest.raises(
        LogDamaged, match=r"tile/0/000\.p/7 is damaged, at record 4; all signed records are as they were"
    ):
        checked(log_of_7)


def test_a_rewritten_history_is_found_when_the_forger_lacks_the_key(tmp_path: Path, log_of_7: Path) -> None:
    forged = tmp_path / "forged"
    stranger = Ed25519Signer(name=SIGNER.name, secret=bytes(32))
    with Ledger.create(forged) as ledger:
        CustodyLog(ledger, stranger).append_all([event(n, "forged" if n == 3 else 'say "제비"') for n in range(7)])
    with pytest.raises(Damaged, match="did not sign"):
        checked(forged)

    shutil.copy(log_of_7 / "checkpoint", forged / "checkpoint")
    with pytest.raises(LogDamaged, match="rewritten"):
        checked(forged)


def test_a_fork_signed_with_the_key_is_found_by_whoever_remembers_a_checkpoint(tmp_path: Path, log_of_7: Path) -> None:
    fork = tmp_path / "fork"
    with Ledger.create(fork) as ledger:
        CustodyLog(ledger, SIGNER).append_all([event(n, "forged" if n == 3 else 'say "제비"') for n in range(9)])
    remembered = [(log_of_7 / "checkpoint").read_bytes()]
    for size in (2, 3, 4):
        make(tmp_path / f"of{size}", size)
        remembered.append((tmp_path / f"of{size}" / "checkpoint").read_bytes())

    assert checked(fork).checkpoint.size == 9
    assert first_wrong(fork, remembered=tuple(remembered)) == 3
    assert first_wrong(fork, remembered=(remembered[0],)) == 0


def test_a_roll_back_is_found_by_whoever_remembers_a_checkpoint(tmp_path: Path, log_of_7: Path) -> None:
    old = tmp_path / "old"
    shutil.copytree(log_of_7, old)
    with Ledger(log_of_7) as ledger:
        CustodyLog(ledger, SIGNER).append(*event(7))
    newest = (log_of_7 / "checkpoint").read_bytes()

    assert checked(old).checkpoint.size == 7
    assert first_wrong(old, remembered=(newest,)) == 7
    assert checked(log_of_7, remembered=(newest, (old / "checkpoint").read_bytes())).compared == 2


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


def test_every_flipped_byte_of_a_kept_checkpoint_is_found(log_of_7: Path) -> None:
    with Ledger(log_of_7) as ledger:
        path = log_of_7 / CustodyLog(ledger, SIGNER).keep((log_of_7 / "checkpoint").read_bytes(), stamp=b"response")
    content = path.read_bytes()

    assert checked(log_of_7).compared == 1
    assert path.with_suffix(".tsr").read_bytes() == b"response"
    for place in range(len(content)):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        with pytest.raises(Damaged):
            checked(log_of_7)
    path.unlink()
    with pytest.raises(LogDamaged):
        checked(log_of_7)


def test_kept_checkpoints_are_listed_by_size(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "log") as ledger:
        log = CustodyLog(ledger, SIGNER)
        for number in range(12):
            log.append(*event(number))
            log.keep(log.checkpoint().written())

        assert [one.size for one in kept_checkpoints(ledger, LOG)] == list(range(1, 13))
        assert log.check().compared == 12


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


def test_an_edit_anywhere_in_a_log_of_three_tile_rows_is_named(tmp_path: Path) -> None:
    make(tmp_path / "log", 700, step=250)
    assert checked(tmp_path / "log").checkpoint.size == 700

    for i, copy in copies(tmp_path / "log", 12):
        index = (i * 61 + 13) % 700
        lines = lines_of(copy)
        lines[index] = record(index, "edited").written() + b"\n"
        rewrite(copy, lines)
        assert first_wrong(copy) == index


def test_an_edit_that_is_carried_through_to_the_tiles_is_named_where_it_starts_to_differ(tmp_path: Path) -> None:
    make(tmp_path / "log", 300, step=300)
    make_edited = tmp_path / "edited"
    with Ledger.create(make_edited) as ledger:
        CustodyLog(ledger, SIGNER).append_all([event(n, "x" if n == 5 else 'say "제비"') for n in range(300)])
    shutil.copytree(make_edited / "tile", tmp_path / "log/tile", dirs_exist_ok=True)

    with pytest.raises(LogDamaged, match="all signed records are as they were") as caught:
        checked(tmp_path / "log")
    assert caught.value.index == 5


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
