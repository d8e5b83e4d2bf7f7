"""Pack a published film for a broadcaster: a film to edit with, its sound, subtitles, lists of cuts and shots, terms, and the sums of all.

Everything is made of the film that two people cleared, and of nothing else: no original is opened, no cover is thinner than in the published film. The film has H.264 at a
high rate, with a key frame every half second; EDL and FCPXML tell editing suites where it was cut. Only a publisher packs, and it stands in the log.

--terms FILE says on what terms, in TOML: credit, contact, embargo, and rights in English, Japanese and Korean. Whoever has the package can show and copy it: what you agreed
with them is all that holds them to the terms.
"""

import argparse
import time

from jebi.cli.options import add_archive, new_file
from jebi.cli.terminal import Terminal
from jebi.errors import Exit
from jebi.office.desk import open_desk
from jebi.vault import files

NAMES = ("desk", "broadcast")
HELP = "pack a published film for a broadcaster"


def configure(parser: argparse.ArgumentParser) -> None:
    add_archive(parser)
    parser.add_argument("cut", metavar="CUT", help="its name or number")
    parser.add_argument("--as", dest="member", metavar="MEMBER", required=True, help="the publisher who packs it")
    parser.add_argument("--terms", metavar="FILE", required=True, help="on what terms it is passed on, TOML")
    parser.add_argument("--onto", metavar="FOLDER", required=True, help="a new folder")


def run(options: argparse.Namespace, terminal: Terminal) -> Exit:
    from jebi.media.jail import Jail  # the field's laptop has none of what these need
    from jebi.office.admission import drain, open_catalogue
    from jebi.office.attending import kept_of
    from jebi.office.broadcasting import pack
    from jebi.office.clearing import Clearances
    from jebi.office.looking_over import find
    from jebi.office.releasing import Releases

    target, terms = new_file(options.onto), files.read(options.terms)
    passphrase = terminal.secret("passphrase of the archive", options.passphrase_file)
    with (
        open_desk(options.archive, passphrase) as desk,
        open_catalogue(desk) as catalogue,
        terminal.progress(),
    ):
        drain(desk, catalogue)
        clearances = Clearances(desk, catalogue, kept_of(desk), lambda: time.time_ns() // 1_000_000)
        cut, _ = find(clearances, options.cut)
        packed = pack(Jail.find(), Releases(clearances), cut.id, options.member, terms, target, terminal)
    terminal.result(
        f"film {packed.film} is packed: {packed.files} files, {packed.size / 1e6:.1f} MB; sums {packed.sha256[:16]}…",
        film=packed.film,
        files=packed.files,
        size=packed.size,
        sums=packed.sha256,
    )
    return Exit.DONE
