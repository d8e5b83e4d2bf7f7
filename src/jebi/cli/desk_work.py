"""Take received clips into the catalogue and look at them: what they are, copies to watch, shots, sound, text, faces.

All decoding happens in a jail without a network; originals stay sealed. What cannot be opened is refused clip by clip,
with its reason. Stop it whenever you like: run again, it goes on.
"""

import argparse
import os
from pathlib import Path

from jebi.cli.options import add_archive, natural
from jebi.cli.terminal import Terminal
from jebi.errors import Exit
from jebi.office.desk import open_desk

NAMES = ("desk", "work")
HELP = "look at received clips, in the jail"


def configure(parser: argparse.ArgumentParser) -> None:
    add_archive(parser)
    parser.add_argument("--models", metavar="FOLDER", help="models (default: jebi/models in the XDG data folder)")
    parser.add_argument("--workers", type=natural, metavar="N", help="how many at once (default: one a core)")


def run(options: argparse.Namespace, terminal: Terminal) -> Exit:
    from jebi.media.models import usual_folder  # the field's laptop has none of what these need
    from jebi.office.attending import attend

    passphrase = terminal.secret("passphrase of the archive", options.passphrase_file)
    models = Path(options.models) if options.models else usual_folder(os.environ, Path.home())
    with open_desk(options.archive, passphrase) as desk, terminal.progress():
        attended = attend(desk, models, terminal, workers=options.workers)
    terminal.result(str(attended), admitted=attended.admitted, jobs=attended.jobs, clips=attended.clips)
    return Exit.PARTLY if attended.jobs["failed"] else Exit.DONE
