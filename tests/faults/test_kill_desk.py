"""The desk's commands, killed at any moment, lose nothing: neither sticks nor parcels, nor a record of the log."""

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from depth import often

if TYPE_CHECKING:
    from faults.conftest import Yard

KILLS, STEP = often(20, 6), often(1, 3)
SEAL = ("field", "seal", "card", "--survive", "1", "--kit", "kit", "--onto")


@pytest.fixture
def desk(yard: "Yard") -> "Desk":
    yard.done(*SEAL, "s1", "s2", "s3")
    return Desk(yard)


class Desk:
    """Sticks that came, an archive as it was, and what must be true after an accident."""

    def __init__(self, yard: "Yard") -> None:
        self.yard = yard
        self._archive = yard.folder / "archive"
        shutil.copytree(self._archive, yard.folder / "archive-before")
        self._sticks = self._digests()

    def prepare(self) -> None:
        shutil.rmtree(self._archive)
        shutil.copytree(self.yard.folder / "archive-before", self._archive)

    def receive(self, *sticks: str) -> list[str]:
        return self.yard.archive("desk", "receive", "--plain", *sticks)

    def receive_again(self, turn: int) -> None:
        """The same sticks again, in one or two visits; what the first visit brought waits when its stick is gone."""
        assert self._digests() == self._sticks
        if turn % 2:
            self.yard.assert_restored("s1", "s2")
        else:
            ended = self.yard.call(*self.receive("s1"))
            assert ended.status in {0, 3}, ended
            os.rename(self.yard.path("s1"), self.yard.path("gone"))
            self.yard.assert_restored("s2")
            os.rename(self.yard.path("gone"), self.yard.path("s1"))
        self.yard.assert_archive_agrees()
        assert len(os.listdir(self._archive / "parcels")) == 1
        assert os.listdir(self._archive / "tray") == []
        assert self._digests() == self._sticks

    def receive_once(self) -> str:
        self.yard.done(*self.receive("s1", "s2"))
        (name,) = os.listdir(self._archive / "parcels")
        shutil.rmtree(self.yard.folder / "archive-before")
        shutil.copytree(self._archive, self.yard.folder / "archive-before")
        return Path(name).stem

    def records(self) -> int:
        return (self._archive / "log" / "records.jsonl").read_bytes().count(b"\n")

    def _digests(self) -> dict[str, bytes]:
        return {name: (self.yard.folder / name).read_bytes() for name in ("s1", "s2", "s3")}


def test_a_whole_parcel_is_received_by_the_next_run(desk: Desk) -> None:
    receive = desk.receive("s1", "s2")
    for turn, delay in enumerate(desk.yard.moments(KILLS, desk.prepare, *receive)):
        desk.yard.kill(delay, *receive)
        desk.receive_again(turn)
    print(f"\n{desk.yard.kills} kills while receiving; a run takes {desk.yard.usual:.2f} s")


def test_whatever_change_of_a_name_it_dies_before_the_next_run_receives(desk: Desk) -> None:
    change = 1
    while desk.yard.kill_at(change, *desk.receive("s1", "s2")):
        desk.receive_again(change)
        desk.prepare()
        change += STEP
    print(f"\n{desk.yard.kills} kills, one before each change of a name, while receiving")
    assert desk.yard.kills >= 15 // STEP


@pytest.mark.deep
def test_half_a_parcel_waits_in_the_tray_whatever_change_of_a_name_it_dies_before(desk: Desk) -> None:
    change = 1
    while desk.yard.kill_at(change, *desk.receive("s1")):
        desk.receive_again(0)
        desk.prepare()
        change += STEP
    print(f"\n{desk.yard.kills} kills, one before each change of a name, while keeping half a parcel")
    assert desk.yard.kills >= 5 // STEP


@pytest.mark.deep
def test_a_sealed_file_is_received_by_the_next_run_whatever_change_of_a_name_it_dies_before(desk: Desk) -> None:
    desk.yard.done("field", "seal", "card", "--kit", "kit", "--as", "whole", "--onto", "sealed.age")
    change = 1
    while desk.yard.kill_at(change, *desk.receive("sealed.age")):
        desk.yard.assert_restored("sealed.age")
        desk.yard.assert_archive_agrees()
        desk.prepare()
        change += STEP
    print(f"\n{desk.yard.kills} kills, one before each change of a name, while receiving a sealed file")
    assert desk.yard.kills >= 10 // STEP


@pytest.mark.deep
def test_a_proof_is_whole_or_not_there(desk: Desk) -> None:
    parcel, proof = desk.receive_once(), desk.yard.folder / "proof"
    prove = [*desk.yard.archive("desk", "prove", parcel), "--out", "proof"]

    def prepare() -> None:
        desk.prepare()
        proof.unlink(missing_ok=True)

    for delay in desk.yard.moments(KILLS // 3, prepare, *prove):
        desk.yard.kill(delay, *prove)
        if proof.exists():
            proof.rename(desk.yard.folder / "found")
        key = desk.yard.called(*prove).out.strip()
        for name in ("proof", "found"):
            if (desk.yard.folder / name).exists():
                desk.yard.called("desk", "check", "--proof", name, "--key", key)
        desk.yard.assert_archive_agrees()
    print(f"\n{desk.yard.kills} kills while proving; a run takes {desk.yard.usual:.2f} s")


def test_the_log_goes_on_whatever_change_of_a_name_an_append_dies_before(desk: Desk) -> None:
    before, change = desk.records(), 1
    names = ("new-kit", "new-route", "new-receipts")
    trip = [*desk.yard.archive("desk", "trip"), "--kit", names[0], "--route", names[1], "--receipts", names[2]]
    while desk.yard.kill_at(change, *trip):
        assert desk.records() - before in {0, 1}
        for name in names:
            (desk.yard.folder / name).unlink(missing_ok=True)
        desk.yard.called(*trip)
        desk.yard.called(*SEAL[:5], "--kit", names[0], "--onto", "x1", "x2")
        desk.yard.assert_restored("x2")
        assert desk.records() - before in {2, 3}
        desk.yard.assert_archive_agrees()
        for name in (*names, "x1", "x2"):
            (desk.yard.folder / name).unlink(missing_ok=True)
        desk.prepare()
        change += STEP
    print(f"\n{desk.yard.kills} kills, one before each change of a name, while a trip is issued and logged")
    assert desk.yard.kills >= 8 // STEP
