"""The measurement of search runs, small; what it says of speed is for nobody to assert."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parent.parent.parent / "bench"
RUN = """
import json, sys
from pathlib import Path
import search
print(json.dumps([row.written() for row in search.measure(Path(sys.argv[1]))]))
"""


@pytest.mark.deep
def test_search_is_measured_in_both_databases_beside_others_and_by_meaning() -> None:
    environment = {**os.environ, "JEBI_BENCH_CLIPS": "40", "PYTHONPATH": str(BENCH)}
    with tempfile.TemporaryDirectory() as folder:  # not pytest's: PostgreSQL's user may not go there
        run = subprocess.run(
            [sys.executable, "-c", RUN, folder], env=environment, capture_output=True, text=True, check=False
        )
    assert run.returncode == 0, run.stderr
    rows = {row["name"]: row for row in json.loads(run.stdout)}
    for database in ("sqlite", "postgresql"):
        for part in ("", ".words", ".trip", ".words.ko2"):
            assert rows[f"search.{database}{part}.p95"]["goal"] == "<= 50"
        assert rows[f"search.{database}.size"]["goal"] == "<= 2"
    for peer in ("trigram", "unicode61", "simple"):
        assert all(rows[f"search.recall.{peer}.{length}"]["met"] for length in range(1, 6))
    assert {row["peer"] for row in rows.values()} >= {"FTS5 trigram", "FTS5 unicode61", "PostgreSQL simple"}
    assert {"search.meaning.passages", "search.meaning.nearest.p95"} <= rows.keys()
