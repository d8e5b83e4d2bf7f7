"""A whole log, checked: every way of tampering with it is found, and named."""

import shutil
from pathlib import Path

import pytest

from archive.logs import SIGNER, checked, copies, event, first_wrong, lines_of, make, record, rewrite
from depth import often
from jebi.archive.custody import CustodyLog
from jebi.archive.ledger import LogDamaged
from jebi.errors import Damaged
from jebi.parcel.note import Ed25519Signer
from jebi.vault.ledger import Ledger

STEP = often(1, 3)  # bytes from one that is flipped to the next


def test_every_flipped_byte_of_a_small_log_is_found(log_of_7: Path) -> None:
    flipped = 0
    for path in sorted(p for p in log_of_7.rglob("*") if p.is_file()):
        content = path.read_bytes()
        for place in range(0, len(content), STEP):
            path.write_bytes(content[:place] + bytes([content[place] ^ 1 << place % 8]) + content[place + 1 :])
            with pytest.raises(Damaged):
                checked(log_of_7)
            flipped += 1
        path.write_bytes(content)

    assert flipped > 3000 // STEP  # records, checkpoint, and seven partial tiles and bundles
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
