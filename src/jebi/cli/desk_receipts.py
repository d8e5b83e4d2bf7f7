"""Make a day's receipt list: codes that tell trips that their parcels arrived, among dummies.

What to announce comes from a file, one line each: TRIP PARCEL arrived|send-more|erase-now REPEAT, where REPEAT counts
the days on which the same news goes out, from 1 to 3. An empty file makes a list of dummies only, which is what most
days should be. A day has one list, a line goes out on one day, and arrived and erase-now are said only of parcels that
the log knows as received.
"""

import argparse
import os
import time

from jebi.cli.options import add_archive, new_file
from jebi.cli.terminal import Terminal
from jebi.errors import Exit, Refused
from jebi.office.answering import parse_news, publish
from jebi.office.desk import open_desk
from jebi.radio import receipt
from jebi.vault import files

NAMES = ("desk", "receipts")
HELP = "make a day's receipt list"


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
    day = receipt.check_day(options.day or time.strftime("%Y-%m-%d", time.gmtime()))
    text = terminal.input().read() if options.news == "-" else files.read(options.news).decode(errors="replace")
    news = parse_news(text)
    passphrase = terminal.secret("passphrase of the archive", options.passphrase_file)
    with open_desk(options.archive, passphrase) as desk:
        publish(desk, day, news, options.out, options.paper or "", time=int(time.time()))
    terminal.result(f"wrote {options.out}: {receipt.LIST_LENGTH} codes for {day}", day=day, codes=receipt.LIST_LENGTH)
    return Exit.DONE
