"""The campaign from the command line: all parsers or some, any number of inputs, or one input again.

PYTHONPATH=tests .venv/bin/python -m garbage --inputs 1000000
PYTHONPATH=tests .venv/bin/python -m garbage note --replay 4711
"""

import argparse
import os
import sys
import time

from garbage.campaign import MIB, Tally, dice_of, run
from garbage.table import PARSERS

HEAD = f"{'parser':<18} {'inputs':>9} {'seconds':>8} {'worst ms':>9} {'peak MiB':>9} {'valid %':>8} {'deep %':>7} {'places':>6}  slowest"


def main() -> int:
    wanted = argparse.ArgumentParser(prog="garbage")
    wanted.add_argument("names", nargs="*", help="parsers; none means all")
    wanted.add_argument("--inputs", type=int, default=3000)
    wanted.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    wanted.add_argument("--replay", type=int, help="give this one input again, and let what it raises through")
    wanted.add_argument("--places", action="store_true", help="say where inputs failed, and how many")
    given = wanted.parse_args()
    names = given.names or list(PARSERS)
    if given.replay is not None:
        return _again(names[0], given.replay)
    print(HEAD, flush=True)
    is_clean = True
    for name in names:
        began = time.monotonic()
        tally = run(name, PARSERS[name](), range(given.inputs), given.jobs)
        print(_row(name, tally, time.monotonic() - began), flush=True)
        if given.places:
            for place, many in tally.places.most_common():
                print(f"    {100 * many / tally.inputs:7.3f} % {place}")
        if tally.failure:
            is_clean = False
            print(tally.failure, flush=True)
    return 0 if is_clean else 1


def _row(name: str, tally: Tally, seconds: float) -> str:
    share = 100 / max(1, tally.inputs)
    return (
        f"{name:<18} {tally.inputs:>9} {seconds:>8.1f} {1000 * tally.worst:>9.1f} {tally.peak / MIB:>9.1f} "
        f"{share * tally.valid:>8.2f} {share * tally.deep:>7.2f} {len(tally.places):>6}  {tally.worst_number}"
    )


def _again(name: str, number: int) -> int:
    parser = PARSERS[name]()
    given = parser.draw(dice_of(name, number))
    print(repr(given)[:20_000])
    try:
        print(f"read: {parser.parse(given)!r:.2000}")
    except parser.raises as error:
        print(f"{type(error).__name__}: {error}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
