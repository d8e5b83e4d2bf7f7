"""`jebi relay join`, as it is typed."""

from typing import TYPE_CHECKING

import pytest

from jebi.errors import Exit

if TYPE_CHECKING:
    from cli.conftest import Jebi

ROUTE = ("--route", "route")


def test_a_parcel_that_is_whole_gets_fresh_sticks_that_add_up_with_old_ones(office: "Jebi") -> None:
    said = office("relay", "join", "s1", "s2", "--onto", "f1", "f2", "f3", "--survive", "1", *ROUTE)
    assert (said.status, said.err) == (Exit.DONE, "")
    assert "whole; fresh sticks made: 3, read back" in said.out
    assert office.desk("receive", "f2", "s3").status == Exit.DONE


def test_machines_get_the_parcel_and_what_became_of_each_stick(office: "Jebi") -> None:
    fact = office("relay", "join", "s1", "s2", "--onto", "f1", *ROUTE, "--json").fact
    assert (fact["whole"], fact["failed"], fact["liars"], fact["missing_bytes"]) == (["f1"], [], [], 0)
    assert len(str(fact["parcel"])) == 16


def test_what_is_not_whole_is_passed_on_and_says_what_it_lacks(office: "Jebi") -> None:
    said = office("relay", "join", "s1", "--onto", "p1", *ROUTE)
    assert (said.status, "not whole yet, it lacks at least" in said.out) == (Exit.PARTLY, True)
    assert office.desk("receive", "p1", "s2").status == Exit.DONE


def test_several_parcels_get_files_of_their_own(office: "Jebi") -> None:
    office.done("field", "seal", "clips/b.mov", "--onto", "m1", "--kit", "kit")
    said = office("relay", "join", "s1", "s2", "m1", "--onto", "f1", *ROUTE, "--json")
    assert (said.status, sorted(str(fact["whole"]) for fact in said.facts)) == (Exit.DONE, ["['f1']", "['f1.2']"])
    assert office.desk("receive", "f1", "f1.2").status == Exit.DONE


def test_what_came_is_only_read_and_nothing_stays_in_the_spool(office: "Jebi") -> None:
    (office.folder / "spool").mkdir()
    before = office.content()
    assert office("relay", "join", "s1", "s2", "--onto", "f1", *ROUTE, "--spool", "spool").status == Exit.DONE
    assert {name: content for name, content in office.content().items() if name != "f1"} == before


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["none", "--onto", "f1", *ROUTE], Exit.UNABLE, "none could not be opened"),
        (["empty", "--onto", "f1", *ROUTE], Exit.NOTHING_FOUND, "nothing of this route"),
        (["clips", "--onto", "f1", *ROUTE], Exit.NOTHING_FOUND, "is it the right route key?"),
        (["s1", "--onto", "f1", "--route", "route2"], Exit.NOTHING_FOUND, "is it the right route key?"),
        (["s1", "--onto", "f1", "--route", "kit"], Exit.DAMAGED, "no jebi route"),
        (["s1", "--onto", "f1", "--route", "empty"], Exit.DAMAGED, "no jebi route"),
        (["s1", "--onto", "f1", "--route", "clips"], Exit.UNABLE, "is a directory"),
        (["s1", "--onto", "f1", "--route", "none"], Exit.UNABLE, "none could not be read"),
        (["s1", "--onto", "s1", *ROUTE], Exit.REFUSED, "read and written at once"),
        (["s1", "--onto", "s2", *ROUTE], Exit.REFUSED, "jebi overwrites none"),
        (["s1", "--onto", "clips", *ROUTE], Exit.REFUSED, "clips is a folder"),
        (["s1", "--onto", "f1", "f1", *ROUTE], Exit.REFUSED, "named twice"),
        (["s1", "s2", "--onto", "f1", "--survive", "1", *ROUTE], Exit.REFUSED, "--survive takes"),
        (["s1", "--onto", "none/f1", *ROUTE], Exit.UNABLE, "none/f1"),
        (["s1", "s2", "--onto", "f1", *ROUTE, "--spool", "none"], Exit.UNABLE, "none could not be used as spool"),
        (["s1", "--onto", "f1"], Exit.USAGE, "--route"),
        (["s1", "--onto", "f1", *ROUTE, "--as", "whole"], Exit.USAGE, "invalid choice"),
    ],
)
def test_what_cannot_be_is_said_and_no_stick_is_made(office: "Jebi", words: list[str], status: Exit, said: str) -> None:
    office.write("empty", b"")
    before = office.content()
    done = office("relay", "join", *words)
    assert (done.status, said in done.err, done.out) == (status, True, ""), done
    assert office.content() == before
