"""Show the whole crossing on footage of your own: from a camera card, over five sticks and a relay, into the desk's archive.

Works in a folder of its own, which is removed in the end unless --keep names it. Takes the files in the folder, not those
in folders below it. Needs mkfs.fat and mcopy.
"""

import argparse
import http.client
import importlib.util
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from jebi.cli.terminal import Terminal
from jebi.errors import Exit, Refused, Unable, failures_named
from jebi.office import sticks
from jebi.office.demo import Demo

NAMES = ("demo",)
HELP = "show the whole crossing on footage of your own"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("footage", metavar="FOLDER", help="a folder with some clips")
    parser.add_argument("--models", metavar="FOLDER", help="models (default: jebi/models in the XDG data folder)")
    parser.add_argument("--keep", metavar="FOLDER", help="work in this new folder, and leave it")


def run(options: argparse.Namespace, terminal: Terminal) -> Exit:
    clips = _clips(options.footage)
    models = os.path.abspath(options.models) if options.models else ""  # before the demo goes to its own folder

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
        Demo(film, run_line, terminal.say, partial(_show, terminal), _opened(models, terminal)).play()
    finally:
        os.chdir(before)
        if not options.keep:
            shutil.rmtree(folder)
    return Exit.DONE


def _show(terminal: Terminal, line: str) -> None:
    terminal.say(f"   $ {shlex.join(line.split())}", "cyan")


def _opened(models: str, terminal: Terminal) -> Callable[[Sequence[str]], None] | None:
    """How the archive is shown, or `None` where the desk's part of jebi is not installed."""
    if importlib.util.find_spec("pyseccomp") is None:
        terminal.say("The desk's part is not installed: received clips will not be looked at.")
        return None
    from jebi.media.models import usual_folder  # noqa: PLC0415  (the field's laptop has none of what this needs)

    os.symlink(models or usual_folder(os.environ, Path.home()), "models")
    return partial(_serve, terminal)


def _serve(terminal: Terminal, arguments: Sequence[str]) -> None:
    """Open the archive. At a terminal it stays open until Ctrl-C; otherwise it is asked for its door, and closed."""
    line = [sys.executable, "-m", "jebi", *arguments, "--json"]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as served:
        try:
            assert served.stdout
            said = json.loads(served.stdout.readline() or b"{}")
            if "address" not in said:
                raise Unable("the archive could not be opened", hint="jebi doctor says what is missing")
            terminal.result(
                f"the archive is open at {said['address']}, for {said['member']}: {said['password']}", **said
            )
            if sys.stdin.isatty() and sys.stdout.isatty():
                terminal.say("   Open it in a browser on this machine. Ctrl-C closes it, and ends the demo.")
                served.wait()
            else:
                terminal.say(
                    f"   Its door says: {_door(said['address'])}. Now it is closed; at a terminal it stays open."
                )
        except KeyboardInterrupt:
            served.wait()
        finally:
            served.send_signal(signal.SIGINT)


def _door(address: str) -> str:
    """What a browser would be shown first."""
    place = urlsplit(address)
    connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=20)
    connection.request("GET", "/sign-in", headers={"Host": place.netloc})
    title = re.search(rb"<title>(.*?)</title>", connection.getresponse().read())
    connection.close()
    return title[1].decode() if title else "nothing"


def _clips(footage: str) -> list[str]:
    with failures_named(footage, "read"):
        paths = [os.path.join(footage, name) for name in sorted(os.listdir(footage))]
    if clips := [path for path in paths if os.path.isfile(path)]:
        return clips
    raise Refused(f"there is no clip in {footage}", hint="name a folder with some films in it, such as a camera card's")
