"""Look in a published receipt list for news of one's own parcels. Nobody else can tell what was found.

With a kit, or with a card and the trip's eight words. The list's signature is checked with the desk's key on the card.
Look at the day that is shown: an old list is signed, too.
"""

import argparse

from jebi.cli.options import add_passphrase
from jebi.cli.terminal import Terminal
from jebi.errors import Exit
from jebi.parcel import trip
from jebi.parcel.card import parse_card
from jebi.radio import receipt
from jebi.vault import files

NAMES = ("field", "receipts")
HELP = "look for news of one's own parcels"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("list", metavar="LIST", help="the published list")
    parser.add_argument("--kit", required=True, metavar="FILE", help="the trip's kit, or its card")
    add_passphrase(parser)


def run(options: argparse.Namespace, terminal: Terminal) -> Exit:
    card = parse_card(files.read(options.kit))
    key = card.receipts
    if key is None:
        key = trip.receipt_key(trip.from_passphrase(card.trip, terminal.words(options.passphrase_file)))
    receipts = receipt.parse_list(files.read(options.list), card.desk)
    found = receipt.match(receipts, key)
    terminal.say(f"the list of {receipts.day}, signed by {card.desk.name}")
    for news in found:
        terminal.result(
            f"parcel {news.parcel}: {news.kind.words}", parcel=news.parcel, news=news.kind.words, day=receipts.day
        )
    if not found:
        terminal.say("nothing for this trip in it; that does not mean that nothing arrived")
        return Exit.NOTHING_FOUND
    return Exit.DONE
