"""Make a day's receipt list: codes that tell trips that their parcels arrived, among dummies.

What to announce comes from a file, one line each: TRIP PARCEL arrived|send-more|erase-now REPEAT, where REPEAT counts
the days on which the same news goes out, from 1 to 3. An empty file makes a list of dummies only, which is what most
days should be. A day has one list.
"""

import argparse
import os
import secrets
import time

from jebi.archive.custody import parse_record
from jebi.cli.options import add_archive, new_file
from jebi.cli.terminal import Terminal
from jebi.errors import Damaged, Exit, Refused
from jebi.office.desk import Trip, open_desk
from jebi.radio import receipt
from jebi.radio.receipt import Card, Code, Kind, News
from jebi.vault import files

NAMES = ("desk", "receipts")
HELP = "make a day's receipt list"
KINDS = {kind.words.replace(" ", "-"): kind for kind in Kind}
LONGEST_NUMBER = 3  # digits; no card covers so many parcels, and the card says what it covers


def configure(parser: argparse.ArgumentParser) -> None:
    add_archive(parser)
    parser.add_argument("--news", required=True, metavar="FILE", help="what to announce; - is standard input")
    parser.add_argument("--day", help="the list's day, as 2026-11-22 (default: today, UTC)")
    parser.add_argument("--out", required=True, metavar="FILE", help="the signed list")
    parser.add_argument("--paper", metavar="FILE", help="the list to print and to read aloud")


def run(options: argparse.Namespace, terminal: Terminal) -> Exit:
    new_file(options.out)
    if options.paper and os.path.realpath(new_file(options.paper)) == os.path.realpath(options.out):
        raise Refused("the list and its paper are two files", hint="name another file after --paper")
    day = options.day or time.strftime("%Y-%m-%d", time.gmtime())
    text = terminal.input().read() if options.news == "-" else files.read(options.news).decode(errors="replace")
    passphrase = terminal.secret("passphrase of the archive", options.passphrase_file)
    with open_desk(options.archive, passphrase) as desk:
        events = (parse_record(line).event for line in desk.ledger.records())
        if any((event.kind, event.subject) == ("receipts-listed", day) for event in events):
            raise Refused(
                f"{day} has its list already; a second one would show which codes are real",
                hint="publish that one; for another day's list: --day",
            )
        trips = {known.trip: known for known in desk.trips()}
        codes = [_code(line, number, trips) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
        receipts = receipt.compose(day, codes, secrets.token_bytes(32))
        signed = receipt.sign_list(receipts, desk.signer)
        files.replace(options.out, str(signed).encode())
        if options.paper:
            files.replace(options.paper, receipts.paper().encode())
        desk.append("receipts-listed", day, "", actor="desk", time=int(time.time()))
    terminal.result(f"wrote {options.out}: {receipt.LIST_LENGTH} codes for {day}", day=day, codes=receipt.LIST_LENGTH)
    return Exit.DONE


def _code(line: str, number: int, trips: dict[str, Trip]) -> Code:
    words = line.split()
    if len(words) != 4 or words[0] not in trips or words[2] not in KINDS or not all(map(_is_number, words[1::2])):
        raise Damaged(
            f"line {number} of the news cannot be read",
            hint=f"TRIP PARCEL KIND REPEAT, where KIND is {', '.join(KINDS)}",
        )
    news = News(parcel=int(words[1]), kind=KINDS[words[2]], repeat=int(words[3]))
    return Card(trips[words[0]].receipts).code(news)


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= LONGEST_NUMBER
