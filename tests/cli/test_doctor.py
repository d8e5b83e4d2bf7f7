"""`jebi doctor`, as it is typed, on this machine and where a tool is missing."""

import os
import sys
from typing import TYPE_CHECKING

from jebi.errors import Exit

if TYPE_CHECKING:
    from cli.conftest import Jebi


def test_on_a_machine_that_was_set_up_everything_is_here(jebi: "Jebi") -> None:
    said = jebi("doctor")
    assert said.status == Exit.DONE
    assert said.out == f"Python {sys.version.split()[0]}, {len(os.sched_getaffinity(0))} cores\n"
    assert said.err == "everything is here\n"


def test_machines_get_what_is_missing(jebi: "Jebi") -> None:
    fact = jebi("doctor", "--json").fact
    assert (fact["missing"], fact["cores"]) == ([], len(os.sched_getaffinity(0)))


def test_what_is_missing_is_said_with_the_one_line_that_installs_it(jebi: "Jebi") -> None:
    """Where a user's shell looks there is nothing; but jebi itself looks where Debian keeps fsck and mkfs."""
    said = jebi.alone("doctor", environment={"PATH": str(jebi.folder)})
    assert said.status == Exit.UNABLE
    assert "mcopy is missing: the demo cannot put films on sticks" in said.err
    assert "fsck" not in said.err
    assert said.err.endswith("to install what is missing: apt-get install age mtools\n")
