"""Seal clips onto sticks, so that any enough of them bring the clips home and nobody on the way can open them.

Takes files and folders straight off a camera card, and only reads them. Says done when every stick was read back. A
stick that fails stops only itself. Leaves no log and no key; a kit's seed moves on. Name folders rather than clips:
until jebi has started, names on the command line can be seen by other users of this machine.
"""

import argparse
import os
from collections.abc import Sequence
from typing import TextIO

from jebi.cli.options import AS, CARRIERS, add_onto, add_passphrase, add_unprepared, add_wait, survive
from jebi.cli.terminal import Terminal
from jebi.errors import Exit, Refused, Unable
from jebi.field.depart import plan
from jebi.field.intake import Taken
from jebi.office import inside
from jebi.parcel import trip
from jebi.parcel.card import Card, parse_card
from jebi.parcel.trip import TripSeed
from jebi.vault import files

NAMES = ("field", "seal")
HELP = "seal clips onto sticks"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("clips", nargs="+", metavar="CLIP", help="clips and folders; - reads names from standard input")
    add_onto(parser)
    add_wait(parser)
    add_unprepared(parser)
    parser.add_argument("--as", dest="carrier", choices=(*CARRIERS, "whole"), help=AS)
    parser.add_argument("--kit", required=True, metavar="FILE", help="the trip's kit, or its card")
    parser.add_argument(
        "--number", type=int, metavar="N", help="with a card: which parcel of the trip it is (default: 1)"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    add_passphrase(parser)


def run(options: argparse.Namespace, terminal: Terminal) -> Exit:
    card = parse_card(files.read(options.kit))
    taken = inside.list_clips(_names(terminal.input()) if options.clips == ["-"] else options.clips)
    inside.check_apart(taken, options.onto)
    seed = _seed(card, options, terminal)
    if options.dry_run:
        would = _plan(taken, card, seed, options)
        terminal.result(would, plan=would)
        return Exit.DONE
    with terminal.progress():
        if options.carrier == "whole":
            sealed = inside.seal_whole(taken, card, seed, options.onto, progress=terminal)
        else:
            sealed = inside.seal_onto(
                taken,
                card,
                seed,
                options.onto,
                survive=survive(options),
                carrier=options.carrier,
                progress=terminal,
                patience=options.wait,
                unprepared=options.unprepared,
            )
    kit_is_new = not (card.seed and sealed.whole) or _move_on(options.kit, card.after(seed, sealed.manifest_digest))
    status = _report(sealed, terminal)
    if not kit_is_new:
        terminal.say(f"{options.kit} could not be written: its next parcel gets the same number; the desk takes both")
        return Exit.PARTLY
    return status


def _move_on(kit: str, after: Card) -> bool:
    """Let the kit's seed move on; the sticks are good even where that cannot be written down."""
    try:
        files.replace(kit, str(after).encode())
    except Unable:
        return False
    return True


def _plan(taken: Sequence[Taken], card: Card, seed: TripSeed, options: argparse.Namespace) -> str:
    sticks, is_whole = len(options.onto), options.carrier == "whole"
    lost = sticks - 1 if is_whole else survive(options)
    departure = plan(taken, card, seed.signer(card.signing), seed.number, sticks=sticks, survive=lost)
    if is_whole:
        return f"{departure.clips}, sealed to {departure.sealed_length / 1e6:.1f} MB in each of {sticks} places"
    return str(departure)


def _names(listed: TextIO) -> list[str]:
    """Names as cameras and people write them, one a line; they need not be valid in this machine's language."""
    return [os.fsdecode(line.rstrip(b"\n")) for line in listed.buffer if line.strip()]


def _seed(card: Card, options: argparse.Namespace, terminal: Terminal) -> TripSeed:
    if card.seed:
        if options.number is not None:
            raise Refused("a kit counts its parcels itself", hint="leave --number out; it is for cards")
        return card.seed
    number = 1 if options.number is None else options.number
    if number < 1:
        raise Refused(f"a trip's parcels are counted from 1, and this would be number {number}")
    return trip.from_passphrase(card.trip, terminal.words(options.passphrase_file)).at(number)


def _report(sealed: inside.Sealed, terminal: Terminal) -> Exit:
    for failure in sealed.failed.values():
        terminal.error(failure)
    facts = {"parcel": sealed.parcel, "whole": sealed.whole, "failed": sorted(sealed.failed)}
    if not sealed.suffices:
        raise Unable(
            f"only {len(sealed.whole)} of the sticks were read back, and {sealed.departure.spread.enough} are needed",
            hint="the clips are untouched; run it again with other sticks",
        )
    terminal.result(f"parcel {sealed.parcel}: {sealed.plan}; {len(sealed.whole)} read back", **facts)
    if sealed.failed:
        terminal.say(
            f"{len(sealed.failed)} failed: of the {len(sealed.whole)} good ones, {len(sealed.whole) - sealed.departure.spread.enough} may be lost"
        )
        return Exit.PARTLY
    return Exit.DONE
