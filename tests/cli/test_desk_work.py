"""`jebi desk work`, as it is typed."""

from typing import TYPE_CHECKING

from jebi.errors import Exit

if TYPE_CHECKING:
    from cli.conftest import Jebi


def test_every_clip_that_came_has_an_outcome_and_nothing_is_done_twice(office: "Jebi") -> None:
    office.desk("receive", "s1", "s3")

    first = office.desk("work", "--models", "none", "--workers", "1", "--json")
    again = office.desk("work", "--models", "none", "--workers", "1", "--json")

    assert (first.status, again.status) == (Exit.DONE, Exit.DONE)
    assert (first.fact["admitted"], first.fact["clips"]) == (2, {"refused": 2})  # they are noise, and no film
    assert (again.fact["admitted"], again.fact["clips"]) == (0, {"refused": 2})
    assert office.desk("check").status == Exit.DONE


def test_before_anything_came_there_is_nothing_to_do(office: "Jebi") -> None:
    assert "clips of the archive: none" in office.desk("work", "--models", "none").out
