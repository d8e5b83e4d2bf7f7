"""`jebi selftest`, as a relay far away runs it on her laptop."""

import json
import time

import pytest

from jebi.cli.main import main
from jebi.errors import Exit
from jebi.office.vectors import FOLDERS, vectors


def test_it_says_how_many_vectors_of_each_folder_passed(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["selftest"])
    said = capsys.readouterr()
    every = list(vectors())
    assert status == Exit.DONE
    assert f"all {len(every)} vectors passed" in said.out
    for name in FOLDERS:
        count = sum(vector.folder == name for vector in every)
        assert f"ok     vectors: {count} of {count} in {name}" in said.err


def test_it_says_so_to_machines_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["selftest", "--json"]) == Exit.DONE
    facts = json.loads(capsys.readouterr().out)
    assert facts["failed"] == []
    assert tuple(facts["vectors"]) == FOLDERS


def test_it_takes_less_than_five_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    start = time.process_time()
    assert main(["selftest"]) == Exit.DONE
    assert time.process_time() - start < 5
