"""Look whether this machine has what jebi needs, and print the one line that installs what is missing.

jebi itself opens and seals without `age`. That one is for the day when there is no jebi, and is tried here on a file as
jebi seals them: many systems still have one that is too old for it.
"""

import argparse
import os
import shutil
import subprocess
import sys

from jebi.cli.terminal import Terminal
from jebi.errors import Exit
from jebi.office import sticks
from jebi.parcel import seal
from jebi.parcel.keys import PostQuantumIdentity

NAMES = ("doctor",)
HELP = "look whether this machine has what jebi needs"

TOOLS = {  # program: Debian package, and what is missing without it
    "fsck.fat": ("dosfstools", "stick look and verify cannot check FAT file systems"),
    "fsck.exfat": ("exfatprogs", "stick look and verify cannot check exFAT file systems"),
    "mkfs.fat": ("dosfstools", "the demo cannot make sticks"),
    "mcopy": ("mtools", "the demo cannot put films on sticks"),
    "age": ("age", "nobody can see that parcels open without jebi"),
}
TRIED = b"it opens"
PATIENCE = 20  # seconds; it takes a hundredth of one


def configure(_parser: argparse.ArgumentParser) -> None:
    """Nothing to choose."""


def run(_options: argparse.Namespace, terminal: Terminal) -> Exit:
    path = f"{os.environ.get('PATH', '')}:{sticks.TOOLS}"  # where not every user's shell looks, and jebi does
    missing = {tool: facts for tool, facts in TOOLS.items() if shutil.which(tool, path=path) is None}
    age = shutil.which("age", path=path)
    age_opens = age is not None and _opens_parcels(age)
    cores = len(os.sched_getaffinity(0))
    terminal.result(
        f"Python {sys.version.split()[0]}, {cores} cores",
        python=sys.version.split()[0],
        cores=cores,
        missing=sorted(missing),
        age_opens_parcels=age_opens,
    )
    for tool, (_, without) in missing.items():
        terminal.say(f"{tool} is missing: {without}", "yellow")
    if age and not age_opens:
        terminal.say(
            "age is here and cannot open parcels: they are post-quantum, which takes age 1.3 or later", "yellow"
        )
        terminal.say("jebi opens them without it; what else does is in docs/without-jebi.md")
    if missing:
        packages = " ".join(sorted({package for package, _ in missing.values()}))
        terminal.say(f"to install what is missing: apt-get install {packages}")
        return Exit.UNABLE
    terminal.say("everything is here" if age_opens else "everything that jebi itself needs is here")
    return Exit.DONE


def _opens_parcels(age: str) -> bool:
    """Whether an `age` opens what is sealed to a post-quantum key; tried with a key that is nobody's."""
    nobody = PostQuantumIdentity(bytes(32))
    reading, writing = os.pipe()
    try:
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(nobody.written().encode() + b"\n")
        done = subprocess.run(
            [age, "-d", "-i", f"/dev/fd/{reading}"],
            input=seal.in_memory(TRIED, [nobody.recipient()]),
            pass_fds=[reading],
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):  # not for this machine, or it hangs
        return False
    finally:
        os.close(reading)
    return done.stdout == TRIED
