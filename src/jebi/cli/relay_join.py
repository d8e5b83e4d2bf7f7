"""Join whatever came, and make fresh sticks of it, without being able to read any of it.

A parcel that is whole here is split anew: old and new sticks add up, in any mix. What is not whole is passed on as it
came. The route key takes masks off; it opens nothing.
"""

import argparse

from jebi.cli.options import AS, CARRIERS, add_onto, add_unprepared, add_wait, survive
from jebi.cli.terminal import Terminal
from jebi.errors import Exit, Unable
from jebi.office.relay import Joined, join
from jebi.parcel.card import parse_route_key
from jebi.vault import files

NAMES = ("relay", "join")
HELP = "join what came, make fresh sticks"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("sources", nargs="+", metavar="FROM", help="devices, images, films, files, folders")
    add_onto(parser)
    add_wait(parser)
    add_unprepared(parser)
    parser.add_argument("--as", dest="carrier", choices=CARRIERS, help=AS)
    parser.add_argument("--route", required=True, metavar="FILE", help="the route key")
    parser.add_argument(
        "--spool", metavar="FOLDER", help="where parcels are put together, sealed (default: the temporary folder)"
    )


def run(options: argparse.Namespace, terminal: Terminal) -> Exit:
    route = parse_route_key(files.read(options.route))
    joined: list[Joined] = []
    try:
        with terminal.progress():
            for one in join(
                options.sources,
                route,
                options.onto,
                survive=survive(options),
                carrier=options.carrier,
                spool=options.spool,
                progress=terminal,
                patience=options.wait,
                unprepared=options.unprepared,
            ):
                joined.append(one)  # noqa: PERF402  (what is done is reported even if the next one fails)
    finally:
        for one in joined:
            _report(one, terminal)
    if any(not one.whole for one in joined):
        raise Unable("no fresh stick could be read back", hint="run it again with other sticks; what came is untouched")
    return Exit.PARTLY if any(one.failed or one.shortfall for one in joined) else Exit.DONE


def _report(one: Joined, terminal: Terminal) -> None:
    for failure in one.failed.values():
        terminal.error(failure)
    if one.whole:
        terminal.result(
            str(one),
            parcel=one.parcel,
            whole=one.whole,
            failed=sorted(one.failed),
            liars=one.liars,
            missing_bytes=one.shortfall.size if one.shortfall else 0,
        )
