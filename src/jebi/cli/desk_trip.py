"""Issue a trip: what the traveller takes, what the relay gets, and the card of receipt codes.

With --memorise the traveller carries a card without a seed and remembers eight words, which are shown once. Otherwise
the kit holds the seed: who finds it can sign as this trip, and open nothing.
"""

import argparse
import os
import time

from jebi.cli.options import add_archive, new_file
from jebi.cli.terminal import Terminal
from jebi.errors import Exit, Refused
from jebi.office.desk import open_desk
from jebi.vault import files

NAMES = ("desk", "trip")
HELP = "issue a trip: kit or card, route key, receipt card"


def configure(parser: argparse.ArgumentParser) -> None:
    add_archive(parser)
    parser.add_argument(
        "--kit", required=True, metavar="FILE", help="what the traveller takes: a kit, or a card with --memorise"
    )
    parser.add_argument("--route", required=True, metavar="FILE", help="the route key, for relays")
    parser.add_argument("--receipts", required=True, metavar="FILE", help="the card of receipt codes, to print")
    parser.add_argument("--memorise", action="store_true", help="no seed in the kit, but eight words to remember")
    parser.add_argument(
        "--mac", action="store_true", help="sign so that only this desk can verify, and anybody can deny"
    )
    parser.add_argument("--note-file", metavar="FILE", help="whose trip it is: kept sealed, shown nowhere")
    parser.add_argument(
        "--share-route-file", metavar="FILE", help="a file that names another trip whose relays read these sticks too"
    )


def run(options: argparse.Namespace, terminal: Terminal) -> Exit:
    paths = [new_file(path) for path in (options.kit, options.route, options.receipts)]
    if len(set(map(os.path.realpath, paths))) < len(paths):
        raise Refused("kit, route key and receipt card are for different people", hint="name a file for each")
    note = files.read(options.note_file).decode(errors="replace") if options.note_file else ""
    share = files.read(options.share_route_file).decode(errors="replace").strip() if options.share_route_file else ""
    passphrase = terminal.secret("passphrase of the archive", options.passphrase_file)
    with open_desk(options.archive, passphrase) as desk:
        issued = desk.issue(
            signing="mac" if options.mac else "signature",
            memorise=options.memorise,
            note=note,
            share_route=share,
            time=int(time.time()),
        )
    files.replace(options.kit, str(issued.card).encode())
    files.replace(options.route, issued.route.written().encode())
    files.replace(options.receipts, issued.receipts.encode())
    if issued.passphrase:
        terminal.say("to be remembered, and written nowhere; it is not shown again:")
        terminal.result(issued.passphrase, trip=issued.trip, passphrase=issued.passphrase)
    else:
        terminal.result(f"trip {issued.trip}", trip=issued.trip)
    return Exit.DONE
