"""Say what the newsroom's site is called, what it tells of the newsroom, and in which languages; and show the key that signs it.

The settings are a small TOML file: docs/formats/site.md, "Settings". They are kept in the archive, and the log names them: a file that somebody
altered there is not published. The first time, the site's key is made and sealed into the archive. Its public half must reach readers by another way than the
site: in print, by radio, from hand to hand.

It publishes nothing: jebi desk publish does.
"""

import argparse
import time

from jebi.cli.options import add_archive
from jebi.cli.terminal import Terminal
from jebi.errors import Exit
from jebi.office.desk import open_desk
from jebi.vault import files

NAMES = ("desk", "site")
HELP = "what the site is called, and its key"


def configure(parser: argparse.ArgumentParser) -> None:
    add_archive(parser)
    parser.add_argument("--settings", metavar="FILE", help="keep these settings from now on")
    parser.add_argument(
        "--as", dest="actor", default="desk", metavar="MEMBER", help="who does it; it stands in the log"
    )


def run(options: argparse.Namespace, terminal: Terminal) -> Exit:
    from jebi.office.public_site import settle, settled  # the field's laptop has none of what it needs

    written = files.read(options.settings) if options.settings else None
    passphrase = terminal.secret("passphrase of the archive", options.passphrase_file)
    with open_desk(options.archive, passphrase) as desk:
        if written is not None:
            settle(desk, written, by=f"member/{options.actor}", time=int(time.time()))
        called, signer = settled(desk)
    terminal.say(f"{called.title.best('en')[1]}, in {', '.join(called.languages)}. The site's key, for readers:")
    terminal.result(
        str(signer.verifier()),
        key=str(signer.verifier()),
        title=dict(called.title.texts),
        languages=called.languages,
        address=called.address,
    )
    return Exit.DONE
