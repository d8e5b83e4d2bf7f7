"""Show the whole crossing on footage of your own: from a camera card, over five sticks and a relay, to the desk.

Works in a folder of its own, which is removed in the end unless --keep names it. Takes the files in the folder, not those
in folders below it. Needs mkfs.fat and mcopy.
"""

import argparse
import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Sequence

from jebi.cli.terminal import Terminal
from jebi.errors import Exit, Refused, failures_named
from jebi.office import sticks
from jebi.office.demo import Demo

NAMES = ("demo",)
HELP = "show the whole crossing on footage of your own"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("footage", metavar="FOLDER", help="a folder with some clips")
    parser.add_argument("--keep", metavar="FOLDER", help="work in this new folder, and leave it")


def run(options: argparse.Namespace, terminal: Terminal) -> Exit:
    clips = _clips(options.footage)

    def run_line(arguments: Sequence[str]) -> int:
        sys.stdout.flush()
        return int(options.again(arguments))

    if options.keep and os.path.lexists(options.keep):
        raise Refused(f"{options.keep} exists already", hint="name a folder that does not exist yet")
    with failures_named(options.keep or "a folder for the demo", "made"):
        folder = options.keep or tempfile.mkdtemp(prefix="jebi-demo-")
        os.makedirs(os.path.join(folder, "card"))
    before = os.getcwd()
    os.environ["PATH"] = f"{os.environ.get('PATH', '')}:{sticks.TOOLS}"  # mkfs.fat is where not every shell looks
    try:
        with failures_named("the footage", "copied"):
            copies = [shutil.copy(clip, os.path.join(folder, "card")) for clip in clips]
        film = os.path.relpath(min(copies, key=os.path.getsize), folder)
        os.chdir(folder)
        Demo(film, run_line, terminal.say, lambda line: terminal.say(f"   $ {shlex.join(line.split())}", "cyan")).play()
    finally:
        os.chdir(before)
        if not options.keep:
            shutil.rmtree(folder)
    return Exit.DONE


def _clips(footage: str) -> list[str]:
    with failures_named(footage, "read"):
        paths = [os.path.join(footage, name) for name in sorted(os.listdir(footage))]
    if clips := [path for path in paths if os.path.isfile(path)]:
        return clips
    raise Refused(f"there is no clip in {footage}", hint="name a folder with some films in it, such as a camera card's")
