"""Receive whatever came: sticks, images, films, files and folders of them, in any order and any state.

Whole parcels are verified to the last byte and kept sealed; `jebi desk serve` shows their clips. Parcels that are not
whole wait in the tray for more: bring other sticks whenever they come. What is odd beside the other parcels of the same
trip is remarked: a number that was used before, numbers that did not come, a parcel that does not follow the one before.
"""

import argparse

from jebi.archive.receive import Arrival, State, logged, remarked
from jebi.cli.options import add_archive
from jebi.cli.second import add_second, second_person
from jebi.cli.terminal import Terminal
from jebi.errors import Exit
from jebi.office.answering import events
from jebi.office.desk import open_desk
from jebi.office.receiving import Wish, receive

NAMES = ("desk", "receive")
HELP = "receive carriers: restore, verify, log"


def configure(parser: argparse.ArgumentParser) -> None:
    add_archive(parser)
    parser.add_argument("carriers", nargs="+", metavar="CARRIER", help="devices, images, films, files, folders")
    parser.add_argument(
        "--plain", action="store_true", help="also lay the clips out, unsealed, in the archive's clips/"
    )
    parser.add_argument(
        "--salvage",
        action="store_true",
        help="lay out what can be had of parcels that are not whole, with a map of the gaps",
    )
    add_second(parser)


def run(options: argparse.Namespace, terminal: Terminal) -> Exit:
    passphrase = terminal.secret("passphrase of the archive", options.passphrase_file)
    outer = tuple(second_person(options.second, terminal))
    with open_desk(options.archive, passphrase) as desk, terminal.progress():
        arrivals = receive(
            desk, options.carriers, Wish(clips=options.plain, salvage=options.salvage, outer=outer), terminal
        )
        parcels = logged(events(desk))
    arrivals = [remarked(arrival, parcels) for arrival in arrivals]
    for arrival in arrivals:
        terminal.result(str(arrival), **_facts(arrival))
    states = {arrival.state for arrival in arrivals}
    if states <= {State.WHOLE, State.KNOWN}:
        return Exit.DONE
    return Exit.PARTLY if State.REJECTED not in states else Exit.DAMAGED


def _facts(arrival: Arrival) -> dict[str, object]:
    lack = arrival.shortfall
    return {
        "parcel": arrival.parcel,
        "state": arrival.state.value,
        "sealed_bytes": arrival.shape.sealed_length,
        "trip": arrival.trip,
        "clips": len(arrival.manifest.clips) if arrival.manifest else None,
        "missing_bytes": lack.size if lack else 0,
        "blocks_not_whole": lack.blocks if lack else 0,
        "slots": dict(arrival.slots),
        "liars": list(arrival.liars),
        "why": arrival.why,
        "remarks": list(arrival.remarks),
    }
