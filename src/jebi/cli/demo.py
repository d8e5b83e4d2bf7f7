"""Show the whole crossing on footage of your own: from a camera card, over five sticks and a relay, to the desk.

Works in a folder of its own, which is removed in the end unless --keep names it. Needs mkfs.fat and mcopy.
"""

import argparse
import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Sequence

from jebi.cli.terminal import Terminal
from jebi.errors import Exit, Refused
from jebi.office.demo import Demo

NAMES = ("demo",)
HELP = "show the whole crossing on footage of your own"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("footage", metavar="FOLDER", help="a folder with some clips")
    parser.add_argument("--keep", metavar="FOLDER", help="work in this new folder, and leave it")


def run(options: argparse.Namespace, terminal: Terminal) -> Exit:
    footage = os.path.abspath(options.footage)
    clips = sorted(name for name in os.listdir(footage) if os.path.isfile(os.path.join(footage, name)))
    if not clips:
        raise Refused(f"there is no clip in {options.footage}")

    def run_line(arguments: Sequence[str]) -> int:
        sys.stdout.flush()
        return int(options.again(arguments))

    folder = options.keep or tempfile.mkdtemp(prefix="jebi-demo-")
    if options.keep:
        os.makedirs(folder)
    before = os.getcwd()
    try:
        os.chdir(folder)
        shutil.copytree(footage, "card")
        film = min((os.path.join("card", clip) for clip in clips), key=os.path.getsize)
        Demo(film, run_line, terminal.say, lambda line: terminal.say(f"   $ {shlex.join(line.split())}", "cyan")).play()
    finally:
        os.chdir(before)
        if not options.keep:
            shutil.rmtree(folder)
    return Exit.DONE
