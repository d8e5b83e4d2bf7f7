"""`jebi relay join`, killed at any moment, loses nothing, and leaves nothing where it put a parcel together."""

import os
from typing import TYPE_CHECKING

import pytest

from depth import often

if TYPE_CHECKING:
    from faults.conftest import Yard

KILLS, STEP = often(12, 4), often(1, 3)
FRESH = ("r1", "r2", "r3")
AGAIN = ("again-r1", "again-r2", "again-r3")
SPOOL = ("--spool", "spool", "--route", "route")


def join(came: tuple[str, ...], onto: tuple[str, ...]) -> list[str]:
    return ["relay", "join", *came, "--onto", *onto, "--survive", "1", *SPOOL]


@pytest.fixture
def border(yard: "Yard") -> "Border":
    yard.done("field", "seal", "card", "--onto", "s1", "s2", "s3", "--survive", "1", "--kit", "kit")
    (yard.folder / "spool").mkdir()
    return Border(yard)


class Border:
    """Three sticks that came, and what must be true after an accident."""

    def __init__(self, yard: "Yard") -> None:
        self.yard = yard
        self._came = self._digests()

    def prepare(self) -> None:
        for name in (*FRESH, *AGAIN, *(f"{name}.part" for name in FRESH)):
            (self.yard.folder / name).unlink(missing_ok=True)

    def join_again(self, came: tuple[str, ...], *with_these: str) -> None:
        """What came and the spool are as they were; the next run makes fresh sticks, and two of them suffice."""
        assert self._digests() == self._came
        assert os.listdir(self.yard.folder / "spool") == []
        assert os.listdir(self.yard.folder / "tmp") == []
        finished = [name for name in FRESH if (self.yard.folder / name).exists()]
        again = self.yard.call(*join(came, FRESH))
        names = FRESH
        if finished:
            assert again.status == 12, again
            names = AGAIN
            again = self.yard.call(*join(came, AGAIN))
        assert again.status == (3 if with_these else 0), again
        for name in (*finished, *names):
            self.yard.assert_all_slots(name)
        self.yard.assert_restored(names[0], names[2], *with_these)
        assert self._digests() == self._came

    def _digests(self) -> dict[str, bytes]:
        return {name: (self.yard.folder / name).read_bytes() for name in ("s1", "s2", "s3", "route")}


def test_a_whole_parcel_is_minted_anew_by_the_next_run(border: Border) -> None:
    came = ("s1", "s2")
    for delay in border.yard.moments(KILLS, border.prepare, *join(came, FRESH)):
        border.yard.kill(delay, *join(came, FRESH))
        border.join_again(came)
    border.yard.assert_archive_agrees()
    print(f"\n{border.yard.kills} kills while minting; a run takes {border.yard.usual:.2f} s")


def test_whatever_change_of_a_name_it_dies_before_the_next_run_mints(border: Border) -> None:
    came, change = ("s1", "s2"), 1
    while border.yard.kill_at(change, *join(came, FRESH)):
        border.join_again(came)
        border.prepare()
        change += STEP
    border.yard.assert_archive_agrees()
    print(f"\n{border.yard.kills} kills, one before each change of a name, while minting")
    assert border.yard.kills >= (2 * len(FRESH) + 1) // STEP


@pytest.mark.deep
def test_half_a_parcel_is_passed_on_by_the_next_run(border: Border) -> None:
    for delay in border.yard.moments(KILLS // 2, border.prepare, *join(("s3",), FRESH)):
        border.yard.kill(delay, *join(("s3",), FRESH))
        border.join_again(("s3",), "s1")
    border.yard.assert_archive_agrees()
    print(f"\n{border.yard.kills} kills while passing on; a run takes {border.yard.usual:.2f} s")
