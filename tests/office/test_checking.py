"""Checking a whole archive: whatever somebody did to it is found and named, and nothing is changed."""

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.archive.ledger import LogDamaged
from jebi.archive.timestamp import LONGEST_RESPONSE
from jebi.archive.witness import Cosigner, add_cosignatures
from jebi.errors import Damaged, Unable
from jebi.office.checking import CheckedArchive, check_archive, imprint
from jebi.office.desk import open_desk
from jebi.office.pending import recall, remember
from jebi.office.progress import Quiet
from office.conftest import NOW, PASSPHRASE, SMALL, Office, Steps, files_in, opened

COSIGNER = Cosigner(name="w.example", secret=bytes(range(32)))


@pytest.fixture(scope="module")
def made(archive_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with three parcels, two of slots and one that came as a file, and a cosigned checkpoint."""
    folder = tmp_path_factory.mktemp("checked")
    shutil.copytree(archive_once, folder / "archive")
    with opened(folder / "archive") as office:
        issued = office.issue()
        for number in range(2):
            office.seal(issued.card, office.card(SMALL, f"card{number}", seed=number), f"s{number}")
            office.arrive(f"s{number}")
        remember(office.desk, office.desk.log.checkpoint().written())
        cosigned = office.desk.log.checkpoint()
        line = str(COSIGNER.sign(cosigned.note.text.encode(), NOW)).encode()
        verifier = COSIGNER.verifier()
        recall(office.desk, lambda one: office.desk.log.keep(add_cosignatures(one, line, [verifier]).written()))
        office.seal_whole(issued.card, office.path("card0"), "came.age")
        office.arrive("came.age")
    return folder / "archive"


@pytest.fixture
def archive(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "archive")
    return tmp_path / "archive"


@pytest.fixture
def office(archive: Path) -> Iterator[Office]:
    with opened(archive) as office:
        yield office


def checked(archive: Path, remembered: list[bytes] | None = None) -> CheckedArchive:
    with open_desk(str(archive), PASSPHRASE) as desk:
        return check_archive(desk, [COSIGNER.verifier()], remembered or [], Quiet())


def parcels(archive: Path) -> list[Path]:
    return sorted((archive / "parcels").iterdir())


def test_an_archive_that_nobody_touched_agrees_and_stays_as_it_was(office: Office, archive: Path) -> None:
    before, progress = files_in(archive), Steps()
    found = check_archive(office.desk, [COSIGNER.verifier()], [], progress)
    assert (found.records, found.compared, found.parcels) == (5, 1, 3)
    assert "5 records of the custody log agree" in str(found)
    assert "sealed parcels that are as they came: 3" in str(found)
    assert files_in(archive) == before
    kept = [*parcels(archive), *(archive / "trips").iterdir()]
    assert progress.done == [total for _, total in progress.announced] == [sum(path.stat().st_size for path in kept)]


def test_a_trip_that_somebody_put_there_is_named(office: Office, archive: Path) -> None:
    """Whoever can write to the archive has the desk's recipient, and could have parcels of his own taken for a trip's."""
    (trip,) = (archive / "trips").iterdir()
    (archive / "trips" / "0a1b2c3d.age").write_bytes(trip.read_bytes())
    with pytest.raises(Damaged, match=r"trips/0a1b2c3d.age lies in the archive"):
        check_archive(office.desk, [], [], Steps())


def test_a_trip_that_was_replaced_is_named(office: Office, archive: Path) -> None:
    (trip,) = (archive / "trips").iterdir()
    trip.write_bytes(trip.read_bytes()[:-1])
    with pytest.raises(Damaged, match=f"trips/{trip.name} is not what it was"):
        check_archive(office.desk, [], [], Steps())


def test_an_archive_into_which_nothing_came_agrees(archive_once: Path, tmp_path: Path) -> None:
    shutil.copytree(archive_once, tmp_path / "new")
    assert checked(tmp_path / "new") == CheckedArchive(records=1, compared=0, parcels=0)


def one_bit(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize(
    "alter",
    [
        lambda path: one_bit(path, 0),
        lambda path: one_bit(path, -1),
        lambda path: os.truncate(path, path.stat().st_size - 1),
        lambda path: path.write_bytes(path.read_bytes() + b"\0"),
        lambda path: path.write_bytes(b""),
    ],
    ids=["first bit", "last bit", "cut", "longer", "empty"],
)
def test_a_parcel_that_is_not_what_it_was_is_named(archive: Path, number: int, alter: Callable[[Path], object]) -> None:
    path = parcels(archive)[number]
    alter(path)
    with pytest.raises(Damaged, match=f"parcels/{path.stem}.age is not what it was"):
        checked(archive)


def test_two_parcels_that_changed_places_are_not_what_they_were(archive: Path) -> None:
    one, other, _ = parcels(archive)
    one.rename(archive / "x")
    other.rename(one)
    (archive / "x").rename(other)
    with pytest.raises(Damaged, match="is not what it was"):
        checked(archive)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_parcel_that_is_gone_is_named_and_can_be_received_again(archive: Path, number: int) -> None:
    path = parcels(archive)[number]
    path.unlink()
    with pytest.raises(Damaged, match=f"parcels/{path.stem}.age is in the log and not"):
        checked(archive)


def test_what_was_received_again_after_it_was_lost_agrees(archive: Path, made: Path) -> None:
    for path in parcels(archive):
        path.unlink()
    with opened(archive) as office:
        for name in ("s0", "s1", "came.age"):
            shutil.copy(made.parent / name, office.path(name))
            office.arrive(name)
    assert checked(archive).parcels == 3


def test_a_parcel_that_the_log_knows_nothing_of_is_named(archive: Path) -> None:
    shutil.copy(parcels(archive)[0], archive / "parcels" / "0123456789abcdef.age")
    with pytest.raises(Damaged, match="0123456789abcdef"):
        checked(archive)


def test_what_a_killed_receive_left_is_nobodys_parcel(archive: Path) -> None:
    (archive / "parcels" / "0123456789abcdef.age.part").write_bytes(b"half")
    assert checked(archive).parcels == 3


@pytest.mark.parametrize("kind", ["folder", "link to itself"])
def test_what_is_no_file_in_the_place_of_a_parcel_is_an_error(archive: Path, kind: str) -> None:
    path = parcels(archive)[0]
    path.unlink()
    path.mkdir() if kind == "folder" else path.symlink_to(path.name)
    with pytest.raises((Damaged, Unable), match=path.stem):
        checked(archive)


def lines(archive: Path) -> list[bytes]:
    return (archive / "log" / "records.jsonl").read_bytes().splitlines(keepends=True)


@pytest.mark.parametrize("index", range(5))
def test_a_record_that_was_altered_is_named(archive: Path, index: int) -> None:
    log = lines(archive)
    log[index] = log[index].replace(b'"actor":"', b'"actor":"x', 1)
    (archive / "log" / "records.jsonl").write_bytes(b"".join(log))
    with pytest.raises(LogDamaged) as caught:
        checked(archive)
    assert caught.value.index == index


@pytest.mark.parametrize(
    "alter",
    [
        lambda log: log[:-1],
        lambda log: log[1:],
        lambda log: [log[1], log[0], *log[2:]],
        lambda log: [],
    ],
    ids=["last dropped", "first dropped", "swapped", "all dropped"],
)
def test_a_log_with_other_records_is_damaged(archive: Path, alter: Callable[[list[bytes]], list[bytes]]) -> None:
    (archive / "log" / "records.jsonl").write_bytes(b"".join(alter(lines(archive))))
    with pytest.raises(LogDamaged):
        checked(archive)


def test_a_record_behind_the_signed_ones_is_never_signed_unless_the_desk_wrote_it_there(archive: Path) -> None:
    log = lines(archive)
    (archive / "log" / "records.jsonl").write_bytes(b"".join([*log, log[-1]]))
    with opened(archive) as office, pytest.raises(LogDamaged, match="record 5 is not one that the desk wrote"):
        office.desk.append("note", "x", "", actor="desk", time=NOW)


def every_file_of_the_log(archive: Path) -> list[Path]:
    return sorted(path for path in (archive / "log").rglob("*") if path.is_file())


def test_no_file_of_the_log_can_be_altered_cut_or_dropped_unseen(made: Path, tmp_path: Path) -> None:
    names = [path.relative_to(made) for path in every_file_of_the_log(made)]
    assert len(names) > 4
    for number, name in enumerate(names):
        for how in ("altered", "cut", "dropped"):
            copy = tmp_path / f"{number} {how}"
            shutil.copytree(made, copy)
            if how == "altered":
                one_bit(copy / name, (copy / name).stat().st_size // 2)
            elif how == "cut":
                os.truncate(copy / name, (copy / name).stat().st_size - 5)
            else:
                (copy / name).unlink()
            if how == "dropped" and ("checkpoints" in name.parts or name.match("000.p/[1-4]")):
                continue  # a kept checkpoint is missed by whoever remembers it; a tile with fewer hashes by nobody
            with pytest.raises(Damaged):
                checked(copy)


def test_a_log_that_was_emptied_is_found_by_the_parcels_that_are_there(archive: Path) -> None:
    """A new empty log agrees with itself; but no desk has one, for its making is its first record."""
    shutil.rmtree(archive / "log")
    (archive / "log").mkdir()
    (archive / "log" / "records.jsonl").write_bytes(b"")
    with pytest.raises(Damaged, match="log"):
        checked(archive)
    shutil.rmtree(archive / "parcels")
    (archive / "parcels").mkdir()
    with pytest.raises(Damaged, match="log"):
        checked(archive)


def test_a_log_that_was_rolled_back_is_found_by_whoever_remembers(archive: Path, made: Path) -> None:
    with opened(archive) as office:
        office.desk.append("note", "x", "", actor="desk", time=NOW)
        newest = office.desk.log.checkpoint().written()
    assert checked(archive, [newest]).compared == 2
    assert checked(made).parcels == 3
    with pytest.raises(LogDamaged, match="rolled back"):
        checked(made, [newest])


def test_a_log_that_was_forked_is_found_by_whoever_remembers(archive: Path, tmp_path: Path) -> None:
    fork = shutil.copytree(archive, tmp_path / "fork")
    for place, subject in ((archive, "x"), (fork, "y")):
        with opened(place) as office:
            office.desk.append("note", subject, secrets.token_hex(4), actor="desk", time=NOW)
    with open_desk(str(fork), PASSPHRASE) as desk:
        other = desk.log.checkpoint().written()
    with pytest.raises(LogDamaged, match="forked"):
        checked(archive, [other])


def test_a_false_cosignature_is_found(archive: Path) -> None:
    (kept,) = [path for path in every_file_of_the_log(archive) if "checkpoints" in path.parts]
    forged = Cosigner(name="w.example", secret=bytes(32))
    text = kept.read_bytes().split(b"\n\n")[0] + b"\n"
    true = str(COSIGNER.sign(text, NOW)).encode()
    assert true in kept.read_bytes()
    with opened(archive) as office:
        note = kept.read_bytes().replace(
            true, true[: len("— w.example ") + 40] + b"AAAA" + true[len("— w.example ") + 44 :]
        )
        assert note != kept.read_bytes()
        path = office.desk.log.keep(note)
    assert path
    assert forged.name == COSIGNER.name
    with pytest.raises(Damaged, match=r"w\.example"):
        checked(archive)


REFUSAL = bytes.fromhex("30053003020102")  # a whole response: status "rejection", and no token


@given(st.binary(max_size=200), st.integers(0, len(REFUSAL)))
def test_garbage_is_no_timestamp_and_raises_nothing_but_damaged(noise: bytes, place: int) -> None:
    for garbage in (noise, REFUSAL[:place] + noise):
        with pytest.raises(Damaged):
            imprint(garbage)


def test_a_timestamp_that_was_refused_or_is_too_long_is_none() -> None:
    with pytest.raises(Damaged, match="did not grant"):
        imprint(REFUSAL)
    with pytest.raises(Damaged, match="too long"):
        imprint(bytes(LONGEST_RESPONSE + 1))


def test_a_garbage_timestamp_beside_a_good_checkpoint_is_named(archive: Path) -> None:
    with opened(archive) as office:
        kept = office.desk.log.keep(office.desk.log.checkpoint().written(), stamp=b"garbage")
        with pytest.raises(Damaged, match="not a timestamp response") as caught:
            check_archive(office.desk, [], [], Quiet())
    assert f"log/{kept.removesuffix('.note')}.tsr" in caught.value.what
