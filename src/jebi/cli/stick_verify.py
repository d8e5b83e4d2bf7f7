"""Read a whole stick for errors, check its file system, and count what it carries.

Only reads, and opens nothing. With a route key it says of every parcel whether this stick alone is enough, or how many
like it are. Without one, noise is noise.
"""

import argparse

from jebi.cli.terminal import Terminal
from jebi.errors import Exit
from jebi.office import sticks
from jebi.parcel.card import parse_route_key
from jebi.vault import files

NAMES = ("stick", "verify")
HELP = "read everything, check, count slots"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("stick", metavar="STICK", help="a device, an image or a file of slots")
    parser.add_argument("--route", metavar="FILE", help="the route key")


def run(options: argparse.Namespace, terminal: Terminal) -> Exit:
    route = parse_route_key(files.read(options.route)) if options.route else None
    with terminal.progress():
        verified = sticks.verify(options.stick, route, terminal)
    terminal.result(str(verified), **verified.facts())
    return verified.exit
