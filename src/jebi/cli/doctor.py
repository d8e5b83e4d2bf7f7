"""Look whether this machine has what jebi needs, and print the one line that installs what is missing.

Where the desk's part of jebi is installed, footage is opened in a jail. Whether that holds is not believed but tried: a
dozen and more canaries try to get out. With `--archive` it also looks whether that archive's disk is encrypted.

jebi itself opens and seals without `age`. That one is for the day when there is no jebi, and is tried here on a file as
jebi seals them: many systems still have one that is too old for it.
"""

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys

from jebi.cli.terminal import Terminal
from jebi.device.encryption import is_encrypted
from jebi.errors import Exit, JebiError
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
DESK = {  # the same, where the desk's part is installed; these are started from /usr/bin and nowhere else
    "bwrap": ("bubblewrap", "footage is not opened without a jail"),
    "espeak-ng": ("espeak-ng", "nobody can be given a machine's voice"),
    "exiftool": ("libimage-exiftool-perl", "what footage says of itself cannot be read"),
    "ffmpeg": ("ffmpeg", "footage cannot be opened"),
    "ffprobe": ("ffmpeg", "footage cannot be opened"),
    "tesseract": ("tesseract-ocr", "text in pictures cannot be read"),
}
LANGUAGES = {"eng": "English", "jpn": "Japanese", "kor": "Korean"}
DISKS = {
    True: ("the archive's disk is encrypted", ""),
    False: (
        "the archive's disk is not encrypted, as far as this machine tells: whoever takes it reads the catalogue",
        "yellow",
    ),
    None: ("whether the archive's disk is encrypted cannot be told here: see for yourself", "yellow"),
}
TRIED = b"it opens"
PATIENCE = 20  # seconds; it takes a hundredth of one


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--archive", metavar="FOLDER", help="look also whether the disk that this is on is encrypted")


def run(options: argparse.Namespace, terminal: Terminal) -> Exit:
    path = f"{os.environ.get('PATH', '')}:{sticks.TOOLS}"  # where not every user's shell looks, and jebi does
    is_desk = importlib.util.find_spec("pyseccomp") is not None
    missing = {tool: facts for tool, facts in TOOLS.items() if shutil.which(tool, path=path) is None}
    if is_desk:
        missing |= {tool: facts for tool, facts in DESK.items() if shutil.which(tool, path="/usr/bin") is None}
    age = shutil.which("age", path=path)
    age_opens = age is not None and _opens_parcels(age)
    wrong = _wrong_with_jail() if is_desk and missing.keys().isdisjoint(DESK) else []
    disk = {"disk_is_encrypted": is_encrypted(options.archive)} if options.archive else {}
    cores = len(os.sched_getaffinity(0))
    terminal.result(
        f"Python {sys.version.split()[0]}, {cores} cores",
        python=sys.version.split()[0],
        cores=cores,
        missing=sorted(missing),
        age_opens_parcels=age_opens,
        jail={"is_needed": is_desk, "wrong": wrong},
        **disk,
    )
    for tool, (_, without) in missing.items():
        terminal.say(f"{tool} is missing: {without}", "yellow")
    for sentence in wrong:
        terminal.say(sentence, "bold red")
    for answer in disk.values():
        terminal.say(*DISKS[answer])
    if age and not age_opens:
        terminal.say(
            "age is here and cannot open parcels: they are post-quantum, which takes age 1.3 or later", "yellow"
        )
        terminal.say("jebi opens them without it; what else does is in docs/without-jebi.md")
    if missing:
        packages = " ".join(sorted({package for package, _ in missing.values()}))
        terminal.say(f"to install what is missing: apt-get install {packages}")
    if missing or wrong:
        return Exit.UNABLE
    terminal.say("everything is here" if age_opens else "everything that jebi itself needs is here")
    return Exit.DONE


def _wrong_with_jail() -> list[str]:
    """What keeps footage from being opened safely here; tried, which takes two seconds."""
    # A courier's machine has neither these libraries nor a use for them.
    from jebi.media import canaries, jail  # noqa: PLC0415

    try:
        found = jail.Jail.find()
        with found.start(["tesseract", "--list-langs"], budget=jail.TRIAL) as listing:
            known = listing.stdout.read(jail.TRIAL.output).decode(errors="replace").split()
            listing.finish()
        wrong = [
            f"Tesseract reads no {language}: apt-get install tesseract-ocr-{code}"
            for code, language in LANGUAGES.items()
            if code not in known
        ]
        escaped = [canary.attempt for canary in canaries.prove(found) if not canary.was_stopped]
        return wrong + [f"the jail does not hold: what is in it {attempt}. Open no footage here" for attempt in escaped]
    except JebiError as error:
        return [f"{error.what}; {error.hint}" if error.hint else error.what]


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
