"""`jebi desk receive`, as it is typed."""

import fcntl
import shutil
from typing import TYPE_CHECKING

import pytest

from jebi.errors import Exit
from jebi.parcel.keys import PostQuantumIdentity

if TYPE_CHECKING:
    from cli.conftest import Jebi

SECOND = PostQuantumIdentity(bytes(range(32)))
ARCHIVE = ("--archive", "archive", "--passphrase-file", "pw")
CLIPS = ("a.mp4", "b.mov")


@pytest.fixture
def kit_before(office: "Jebi") -> bytes:
    """The kit as the desk issued it, before anything was sealed: what somebody may have copied."""
    office.done("desk", "trip", *ARCHIVE, "--kit", "fresh", "--route", "fresh-route", "--receipts", "fresh-codes")
    before = office.read("fresh")
    for name in ("s1", "s2", "s3"):
        (office.folder / name).unlink()
    office.done("field", "seal", "clips", "--onto", "s1", "s2", "s3", "--survive", "1", "--kit", "fresh")
    (office.folder / "fresh").replace(office.folder / "kit")
    return before


def assert_clips_came(office: "Jebi", folder: str = "archive") -> None:
    (parcel,) = (office.folder / folder / "clips").iterdir()
    for name in CLIPS:
        assert (parcel / name).read_bytes() == office.read(f"clips/{name}")


def test_one_stick_waits_and_says_what_it_lacks_and_a_second_one_completes_it(office: "Jebi") -> None:
    waiting = office.desk("receive", "s1")
    assert waiting.status == Exit.PARTLY
    assert "waiting for more" in waiting.out
    assert "any other stick of this parcel helps" in waiting.out
    whole = office.desk("receive", "s3", "--plain")
    assert whole.status == Exit.DONE
    assert "2 clips, 0.1 MB, every one as it was sealed" in whole.out
    assert_clips_came(office)


def test_machines_get_one_line_a_parcel(office: "Jebi") -> None:
    waiting = office.desk("receive", "s1", "--json").fact
    assert waiting["state"] == "waiting for more"
    assert (waiting["slots"], waiting["clips"], waiting["trip"]) == ({"s1": 4}, None, "")
    assert isinstance(waiting["missing_bytes"], int)
    assert waiting["missing_bytes"] > 0
    assert waiting["blocks_not_whole"] == 1
    whole = office.desk("receive", "s2", "--json").fact
    assert (whole["state"], whole["clips"], whole["trip"]) == ("whole", 2, office.trip_of("kit"))
    assert (whole["missing_bytes"], whole["liars"], whole["why"], whole["remarks"]) == (0, [], "", [])
    assert whole["parcel"] == waiting["parcel"] == office.parcel


def test_what_is_here_already_is_done(archive: "Jebi") -> None:
    said = archive.desk("receive", "s3", "--json")
    assert (said.status, said.fact["state"]) == (Exit.DONE, "here already")


def test_a_number_that_comes_twice_is_taken_and_remarked(office: "Jebi", kit_before: bytes) -> None:
    """Who copied the kit seals under the same numbers."""
    first = office.desk("receive", "s1", "s2", "--json").fact["parcel"]
    office.write("copied", kit_before)
    (office.folder / "other").mkdir()
    office.write("other/c.mp4", b"somebody else filmed this")
    office.done("field", "seal", "other", "--onto", "forged", "--kit", "copied")
    said = office.desk("receive", "forged")
    assert said.status == Exit.DONE
    assert f"its number 1 was used before, by parcel {first}: a kit was copied, or a seal was repeated" in said.out
    again = office.desk("receive", "s3", "--json")
    assert again.status == Exit.DONE
    assert "its number 1 was used again, later, by parcel " in str(again.fact["remarks"])


def test_a_number_that_did_not_come_and_a_chain_that_is_broken_are_remarked(office: "Jebi", kit_before: bytes) -> None:
    office.write("copied", kit_before)
    office.done("field", "seal", "clips", "--onto", "second", "--kit", "kit")
    assert "of this trip, number 1 has not come" in office.desk("receive", "second").out
    (office.folder / "other").mkdir()
    office.write("other/c.mp4", b"somebody else filmed this")
    office.done("field", "seal", "other", "--onto", "f1", "--kit", "copied")
    office.done("field", "seal", "other", "--onto", "f2", "--kit", "copied")
    assert "has not come" not in office.desk("receive", "s1", "s2").out
    remarks = str(office.desk("receive", "f2", "--json").fact["remarks"])
    assert "its number 2 was used before" in remarks
    assert "it does not follow what came as number 1" in remarks


def test_what_came_before_the_one_that_it_does_not_follow_is_remarked_when_that_one_comes(
    office: "Jebi", kit_before: bytes
) -> None:
    office.write("copied", kit_before)
    (office.folder / "other").mkdir()
    office.write("other/c.mp4", b"somebody else filmed this")
    office.done("field", "seal", "other", "--onto", "f1", "--kit", "copied")
    office.done("field", "seal", "other", "--onto", "f2", "--kit", "copied")
    second = office.desk("receive", "f2", "--json").fact["parcel"]
    said = office.desk("receive", "s1", "s2")
    assert f"parcel {second}, which came as number 2, does not follow it" in said.out


def test_folders_are_searched_and_results_go_to_stdout_alone(office: "Jebi") -> None:
    (office.folder / "pile" / "deep").mkdir(parents=True)
    shutil.move(office.folder / "s1", office.folder / "pile" / "one")
    shutil.move(office.folder / "s2", office.folder / "pile" / "deep" / "two")
    said = office.desk("receive", "pile")
    assert (said.status, said.err) == (Exit.DONE, "")


def test_clips_stay_sealed_unless_they_are_wanted_plain(office: "Jebi") -> None:
    assert office.desk("receive", "s1", "s2").status == Exit.DONE
    assert list((office.folder / "archive" / "clips").iterdir()) == []
    assert office.exists(f"archive/parcels/{office.parcel}.age")


def test_salvage_says_what_it_could_lay_out(office: "Jebi") -> None:
    said = office.desk("receive", "s1", "--salvage")
    assert said.status == Exit.PARTLY
    assert "salvaged" in said.out


def test_a_whole_sealed_file_is_received(office: "Jebi") -> None:
    office.done("field", "seal", "clips", "--onto", "whole.age", "--as", "whole", "--kit", "kit")
    assert office.desk("receive", "whole.age", "--plain").status == Exit.DONE
    assert_clips_came(office)


def test_a_sealed_file_that_is_cut_off_is_rejected_with_the_reason(office: "Jebi") -> None:
    office.done("field", "seal", "clips", "--onto", "whole.age", "--as", "whole", "--kit", "kit")
    office.write("cut.age", office.read("whole.age")[:-1000])
    said = office.desk("receive", "cut.age", "--json")
    assert (said.status, said.fact["state"]) == (Exit.DAMAGED, "rejected")
    assert said.fact["why"]


@pytest.mark.parametrize(
    ("carriers", "status", "said"),
    [
        (["none"], Exit.UNABLE, "none could not be opened: no such file"),
        (["s1", "none"], Exit.UNABLE, "none could not be opened"),
        (["empty"], Exit.NOTHING_FOUND, "nothing of this desk's"),
        (["folder"], Exit.NOTHING_FOUND, "nothing of this desk's"),
        (["/dev/null"], Exit.UNABLE, "neither a file nor a device"),
        (["clips"], Exit.NOTHING_FOUND, "route keys"),
        (["s1", "--with", "none"], Exit.UNABLE, "none could not be read"),
        (["s1", "--with", "folder"], Exit.UNABLE, "is a directory"),
        (["s1", "--with", "pw"], Exit.DAMAGED, "identity"),
        (["s1", "--with", "locked.age"], Exit.REFUSED, "at a terminal"),
        (["s1", "--passphrase-file", "wrong-pw"], Exit.WRONG_KEY, "capitals and spaces count"),
        (["s1", "--passphrase-file", "empty"], Exit.WRONG_KEY, "capitals and spaces count"),
        (["s1", "--archive", "clips"], Exit.UNABLE, "clips is no archive"),
        (["s1", "--archive", "pw"], Exit.UNABLE, "pw is no archive"),
        ([], Exit.USAGE, "CARRIER"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_kept(
    office: "Jebi", carriers: list[str], status: Exit, said: str
) -> None:
    office.write("empty", b"")
    (office.folder / "folder").mkdir()
    office.put_under_passphrase("locked.age", SECOND.written().encode())
    done = office("desk", "receive", "--archive", "archive", "--passphrase-file", "pw", *carriers)
    assert (done.status, said in done.err, done.out) == (status, True, ""), done
    assert list((office.folder / "archive" / "tray").iterdir()) == []


def test_an_archive_that_another_jebi_has_is_busy(office: "Jebi") -> None:
    with (office.folder / "archive" / "lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = office.desk("receive", "s1")
    assert said.status == Exit.BUSY
    assert "wait until it is done" in said.err


def test_an_archive_whose_settings_cannot_be_read_is_damaged(office: "Jebi") -> None:
    office.write("archive/desk.toml", 'name = "cut off')
    said = office.desk("receive", "s1")
    assert (said.status, "desk.toml cannot be read" in said.err) == (Exit.DAMAGED, True)
