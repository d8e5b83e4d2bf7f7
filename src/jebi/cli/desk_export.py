"""Export clips as evidence: originals, what was made of them, what is known of them, and all that proves it.

What leaves is one folder, or one .zip or .tar by the target's ending, that anybody checks without jebi: a BagIt bag with a
verifier in it that needs nothing but Python. It is NOT encrypted. It shows faces, voices and places as they were filmed,
and the whole list of files of each clip's parcel: keep it on an encrypted disk, and pass it on to those only who must have
it. A clip of somebody who refused or withdrew consent is refused. The export itself is an event of the custody log.
"""

import argparse
import time

from jebi.archive.witness import CosignatureVerifier
from jebi.cli.options import add_archive, new_file
from jebi.cli.second import add_second, second_person
from jebi.cli.terminal import Terminal
from jebi.errors import Exit
from jebi.office.desk import open_desk

NAMES = ("desk", "export")
HELP = "export clips as evidence that anybody can check"


def configure(parser: argparse.ArgumentParser) -> None:
    add_archive(parser)
    parser.add_argument(
        "clips", nargs="+", metavar="CLIP", help="clips' numbers as the archive shows them, or beginnings"
    )
    parser.add_argument("--onto", required=True, metavar="TARGET", help="a new folder, or a new file: .zip or .tar")
    parser.add_argument(
        "--witness", metavar="VKEY", action="append", default=[], help="a witness whose cosignatures date it"
    )
    parser.add_argument(
        "--as",
        dest="actor",
        default="desk",
        metavar="PSEUDONYM",
        help="who packs it; it stands in the log (default: desk)",
    )
    parser.add_argument("--notes", action="store_true", help="put in what staff wrote as notes, too: read them before")
    parser.add_argument(
        "--despite-refusal",
        action="store_true",
        help="also clips of persons who refused or withdrew consent; it is logged who did so",
    )
    add_second(parser)


def run(options: argparse.Namespace, terminal: Terminal) -> Exit:
    from jebi.office.admission import drain, open_catalogue  # the field's laptop has none of what these need
    from jebi.office.attending import kept_of
    from jebi.office.exhibiting import exhibits, find
    from jebi.office.exporting import export
    from jebi.office.originals import Originals

    target = new_file(options.onto)
    witnesses = [CosignatureVerifier.parse(text) for text in options.witness]
    passphrase = terminal.secret("passphrase of the archive", options.passphrase_file)
    outer = second_person(options.second, terminal)
    with (
        open_desk(options.archive, passphrase) as desk,
        open_catalogue(desk) as catalogue,
        Originals(desk, outer) as originals,
        terminal.progress(),
    ):
        drain(desk, catalogue)
        shown = exhibits(
            desk,
            catalogue,
            originals,
            kept_of(desk),
            find(catalogue, options.clips),
            with_notes=options.notes,
            overruled_by=options.actor if options.despite_refusal else "",
        )
        laid = export(
            desk,
            shown.exhibits,
            shown.parcels,
            target,
            witnesses=witnesses,
            actor=options.actor,
            now=int(time.time()),
            progress=terminal,
        )
        key = str(desk.signer.verifier())
    terminal.say("It is not encrypted. Who checks it needs the log's key, to be passed on another way:")
    terminal.say(key)
    count = len(shown.exhibits)
    clips = "1 clip" if count == 1 else f"{count} clips"
    terminal.result(
        f"{laid.target}: {laid.name}, {clips} in {laid.files} files, {laid.size / 1e6:.1f} MB",
        target=laid.target,
        name=laid.name,
        clips=count,
        files=laid.files,
        bytes=laid.size,
        key=key,
    )
    return Exit.DONE
