"""Make a new archive, with keys of its own, and three papers of which two bring its key back.

Keep the papers in different places. Who has two of them and an archive can open it; who has none and forgets the
passphrase has lost everything sealed to this desk.
"""

import argparse
import time

from jebi.cli.options import add_archive
from jebi.cli.terminal import Terminal
from jebi.errors import Exit
from jebi.office import desk
from jebi.vault import files

NAMES = ("desk", "init")
HELP = "make a new archive and its keys"


def configure(parser: argparse.ArgumentParser) -> None:
    add_archive(parser)
    parser.add_argument("--name", required=True, help="the desk's name in its log, such as example.org/desk")
    parser.add_argument(
        "--with",
        dest="outer",
        action="append",
        default=[],
        metavar="RECIPIENT",
        help="a second person (age1pq1…) without whom nothing opens",
    )
    parser.add_argument("--from-papers", metavar="FILE", help="use the key on two back-up papers, one a line")


def run(options: argparse.Namespace, terminal: Terminal) -> Exit:
    papers = []
    if options.from_papers:
        text = files.read(options.from_papers).decode(errors="replace")
        papers = [line for line in text.splitlines() if line.strip()]
    passphrase = terminal.new_secret("passphrase for the new archive", options.passphrase_file)
    written = desk.init(
        options.archive, options.name, passphrase, papers=papers, outer=options.outer, time=int(time.time())
    )
    terminal.say(f"made {options.archive}. Write these three papers by hand; any two bring the key back:")
    terminal.result("\n\n".join(f"paper {i}: {paper}" for i, paper in enumerate(written, 1)), papers=written)
    return Exit.DONE
