"""Measure, print a table, and keep the rows. `run.py AREA…` measures only those areas."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as jebi does, before anything loads NumPy

import camera
import crossing
import cut
import desk
import faces
import protecting
import search
import site_pages
import voice
from rows import Row, save, table

AREAS: dict[str, Callable[[Path], Iterator[Row]]] = {
    "camera": camera.measure,
    "crossing": crossing.measure,
    "cut": cut.measure,
    "desk": desk.measure,
    "faces": faces.measure,
    "protecting": protecting.measure,
    "search": search.measure,
    "site": site_pages.measure,
    "voice": voice.measure,
}


def main(wanted: list[str]) -> int:
    unknown = set(wanted) - AREAS.keys()
    if unknown:
        print(f"there is no area {', '.join(sorted(unknown))}; there are: {', '.join(AREAS)}", file=sys.stderr)
        return 2
    for area in wanted or AREAS:
        rows = []
        with tempfile.TemporaryDirectory(prefix="jebi-bench-", dir=crossing.FOLDER) as folder:
            for row in AREAS[area](Path(folder)):
                print(table([row]).splitlines()[1], flush=True)
                rows.append(row)
        print(f"\n{table(rows)}\n\nwrote {save(area, rows)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
