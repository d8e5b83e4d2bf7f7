"""`jebi stick verify`, as it is typed."""

from typing import TYPE_CHECKING

import pytest

from jebi.errors import Exit
from jebi.parcel.card import RouteKey

if TYPE_CHECKING:
    from cli.conftest import Jebi


def test_a_stick_that_can_be_read_is_done_and_stays_as_it_was(stick: "Jebi") -> None:
    before = stick.content()
    said = stick("stick", "verify", "stick.img")
    assert (said.status, said.err) == (Exit.DONE, "")
    assert "stick.img: all of its 16.8 MB can be read" in said.out
    assert "fsck.fat: clean" in said.out
    assert stick.content() == before


def test_with_the_route_key_it_says_how_many_sticks_like_this_are_enough(office: "Jebi") -> None:
    said = office("stick", "verify", "s1", "--route", "route")
    assert (said.status, "2 sticks like this one are enough" in said.out) == (Exit.DONE, True)
    office.write("both", office.read("s1") + office.read("s2"))
    assert "this stick alone is enough" in office("stick", "verify", "both", "--route", "route").out


def test_machines_get_what_was_read_and_what_was_found(office: "Jebi") -> None:
    fact = office("stick", "verify", "s1", "--route", "route", "--json").fact
    assert (fact["stick"], fact["size"], fact["tried"], fact["bad"]) == ("s1", 8 * 65536, 8 * 65536, [])
    assert isinstance(fact["parcels"], list)
    assert (fact["parcels"][0]["slots"], fact["parcels"][0]["enough"]) == (4, 2)
    assert office("stick", "verify", "s1", "--json").fact["parcels"] is None


def test_another_route_finds_nothing(office: "Jebi") -> None:
    said = office("stick", "verify", "s1", "--route", "route2")
    assert (said.status, "no slots of this route" in said.out) == (Exit.NOTHING_FOUND, True)


def test_a_file_system_with_errors_is_damaged_and_says_what_fsck_said(stick: "Jebi") -> None:
    content = bytearray(stick.read("stick.img"))
    start = int.from_bytes(content[14:16], "little") * 512  # the first copy of the FAT
    content[start + 4 : start + 6] = b"\xf0\xff"
    stick.write("stick.img", bytes(content))
    said = stick("stick", "verify", "stick.img")
    assert (said.status, "fsck.fat: errors" in said.out) == (Exit.DAMAGED, True), said


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["none"], Exit.UNABLE, "none could not be opened"),
        (["."], Exit.UNABLE, "neither a file nor a device"),
        (["/dev/null"], Exit.UNABLE, "neither a file nor a device"),
        (["stick.img", "--route", "none"], Exit.UNABLE, "none could not be read"),
        (["stick.img", "--route", "stick.img"], Exit.DAMAGED, "no jebi route"),
        (["stick.img", "--route", "cut"], Exit.DAMAGED, "copy it again, whole"),
        ([], Exit.USAGE, "STICK"),
    ],
)
def test_what_cannot_be_is_said(stick: "Jebi", words: list[str], status: Exit, said: str) -> None:
    stick.write("cut", RouteKey(bytes(range(32))).written()[:-4])
    done = stick("stick", "verify", *words)
    assert (done.status, said in done.err, done.out) == (status, True, ""), done
