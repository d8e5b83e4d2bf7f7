"""Look whether this machine has what jebi needs, and print the one line that installs what is missing."""

import argparse
import os
import shutil
import sys

from jebi.cli.terminal import Terminal
from jebi.errors import Exit
from jebi.office import sticks

NAMES = ("doctor",)
HELP = "look whether this machine has what jebi needs"

TOOLS = {  # program: Debian package, and what is missing without it
    "fsck.fat": ("dosfstools", "stick look and verify cannot check FAT file systems"),
    "fsck.exfat": ("exfatprogs", "stick look and verify cannot check exFAT file systems"),
    "mkfs.fat": ("dosfstools", "the demo cannot make sticks"),
    "mcopy": ("mtools", "the demo cannot put films on sticks"),
    "age": ("age", "nobody can see that parcels open without jebi"),
}


def configure(_parser: argparse.ArgumentParser) -> None:
    """Nothing to choose."""


def run(_options: argparse.Namespace, terminal: Terminal) -> Exit:
    path = f"{os.environ.get('PATH', '')}:{sticks.TOOLS}"  # where not every user's shell looks, and jebi does
    missing = {tool: facts for tool, facts in TOOLS.items() if shutil.which(tool, path=path) is None}
    cores = len(os.sched_getaffinity(0))
    terminal.result(
        f"Python {sys.version.split()[0]}, {cores} cores",
        python=sys.version.split()[0],
        cores=cores,
        missing=sorted(missing),
    )
    for tool, (_, without) in missing.items():
        terminal.say(f"{tool} is missing: {without}", "yellow")
    if missing:
        packages = " ".join(sorted({package for package, _ in missing.values()}))
        terminal.say(f"to install what is missing: apt-get install {packages}")
        return Exit.UNABLE
    terminal.say("everything is here")
    return Exit.DONE
