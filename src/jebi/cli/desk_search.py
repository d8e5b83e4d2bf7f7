"""Search the archive: what was said, read on signs, noted, named and claimed, in Korean, Japanese and English.

"Words in quotes" stand one behind the other; -word must not be there (write -- before words that begin with a hyphen).
Hits that only mean the same come last. A hit is a clip's number, the time in it, and the text with what was found; what was
found by a tag or a name has no time.
"""

import argparse
import sys
import time
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from jebi.cli.options import add_archive, natural
from jebi.cli.terminal import Terminal, visible
from jebi.errors import Exit, NothingFound
from jebi.office.desk import open_desk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from jebi.office.seeking import Hit
    from jebi.vault.grid import Label, Wanted

NAMES = ("desk", "search")
HELP = "find clips by what is said, written or noted in them"
PAGE = 20  # hits, unless more are asked for
MOST = 1_000
MATCH = "bold yellow"
DAY_MS = 24 * 3600 * 1000


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", nargs="+", metavar="WORDS", help="what to look for")
    add_archive(parser)
    parser.add_argument(
        "--from", dest="since", type=_day, metavar="DAY", help="arrived on this day or later: 2026-04-01"
    )
    parser.add_argument("--to", dest="until", type=_day, metavar="DAY", help="arrived on this day or earlier")
    parser.add_argument("--place", metavar="PLACE", help="filmed there, by the desk's name for it")
    parser.add_argument("--trip", metavar="TRIP", help="brought by this trip")
    parser.add_argument("--tag", metavar="TAG", help="tagged so")
    parser.add_argument("--limit", type=natural, default=PAGE, metavar="N", help=f"hits to show (default: {PAGE})")


def run(options: argparse.Namespace, terminal: Terminal) -> Exit:
    from jebi.office.admission import open_catalogue  # the field's laptop has none of what these need
    from jebi.office.attending import meanings_of
    from jebi.office.seeking import search

    passphrase = terminal.secret("passphrase of the archive", options.passphrase_file)
    with open_desk(options.archive, passphrase) as desk, open_catalogue(desk) as catalogue:
        with catalogue.reading() as connection:
            wanted = _wanted(connection, options)
        with meanings_of(desk) as meanings:
            query, limit = " ".join(options.words), min(options.limit, MOST)
            found = search(catalogue, query, wanted, limit=limit, meanings=meanings)
    for hit in found.hits:
        _show(hit, terminal)
    at_least = "" if found.is_exact else "at least "
    terminal.say(f"{len(found.hits)} of {at_least}{found.total} hits")
    if not found.has_meanings:
        terminal.say("only words were looked for: the model for meanings is not there, or died", "yellow")
    return Exit.DONE if found.hits else Exit.NOTHING_FOUND


def _wanted(connection: "Connection", options: argparse.Namespace) -> "Wanted":
    from jebi.vault.grid import Wanted, places, tags

    return Wanted(
        arrived_from_ms=options.since,
        arrived_to_ms=None if options.until is None else options.until + DAY_MS - 1,
        trip=options.trip,
        place=_numbered(places(connection), options.place, "place"),
        tag=_numbered(tags(connection), options.tag, "tag"),
    )


def _numbered(labels: "Sequence[Label]", name: str | None, what: str) -> int | None:
    if name is None:
        return None
    for label in labels:
        if label.name == name:
            return int(label.id)
    raise NothingFound(f"the archive has no {what} of that name", hint="look at the list of them: jebi desk serve")


def _show(hit: "Hit", terminal: Terminal) -> None:
    """One line a hit, for the eye: nothing of a text steers the terminal, or looks like another hit."""
    if terminal.as_json:
        facts = asdict(hit)
        terminal.result("", words=facts.pop("text"), **facts)
        return
    machine = " (machine)" if hit.is_machine else ""
    line = Text(f"{hit.clip}  {_time(hit.start_ms):>8}  {hit.kind}{machine}  ")
    console = Console(file=sys.stdout, highlight=False, soft_wrap=True, emoji=False)
    end = 0
    for start, stop in hit.spans:
        line.append(_plain(hit.text[end:start]))
        found = _plain(hit.text[start:stop])
        line.append(found if console.is_terminal else f"[{found}]", MATCH)
        end = stop
    line.append(_plain(hit.text[end:]))
    console.print(line)


def _plain(text: str) -> str:
    return visible(text.replace("\n", " "))


def _time(start_ms: int | None) -> str:
    if start_ms is None:
        return "-"
    seconds = start_ms // 1000
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _day(text: str) -> int:
    """Midnight of a day by this machine's clock, in milliseconds."""
    try:
        return int(time.mktime(time.strptime(text, "%Y-%m-%d"))) * 1000
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError("a day is written as 2026-04-01") from None
