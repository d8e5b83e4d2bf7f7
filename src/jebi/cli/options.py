"""Options that several verbs share, with the same names and the same words everywhere."""

import argparse
import os

from jebi.errors import Refused, Unable
from jebi.office.lasting import PATIENCE

CARRIERS = ("file", "freespace", "cover")
AS = "the kind of carrier (default: as the place is)"


def add_archive(parser: argparse.ArgumentParser) -> None:
    """`--archive` and the desk's passphrase."""
    home = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    parser.add_argument(
        "--archive",
        metavar="FOLDER",
        default=os.path.join(home, "jebi", "archive"),
        help="the desk's archive (default: jebi/archive in the XDG data folder)",
    )
    add_passphrase(parser)


def add_passphrase(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--passphrase-file", metavar="FILE", help="read the passphrase from a file's first line; - is standard input"
    )


def add_onto(parser: argparse.ArgumentParser) -> None:
    """Where slots go, and how many of the sticks may be lost."""
    parser.add_argument(
        "--onto", nargs="+", required=True, metavar="STICK", help="devices, images, films, or names of new files"
    )
    parser.add_argument(
        "--survive",
        type=int,
        default=None,
        metavar="N",
        help="how many of the sticks may be lost (default: two fifths, and one of two)",
    )


def add_wait(parser: argparse.ArgumentParser) -> None:
    """How long a stick that was pulled out is waited for."""
    parser.add_argument(
        "--wait",
        type=float,
        default=PATIENCE,
        metavar="SECONDS",
        help=f"how long to wait for a stick that was pulled out, when the others are done (default: {PATIENCE:.0f})",
    )


def add_unprepared(parser: argparse.ArgumentParser) -> None:
    """Whether sticks are taken whose free space is no noise."""
    parser.add_argument(
        "--unprepared", action="store_true", help="take sticks that were not prepared: slots stand out on them"
    )


def natural(text: str) -> int:
    """A number from 0 up."""
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text} is no number from 0 up")
    return int(text)


def survive(options: argparse.Namespace) -> int:
    """The number of sticks that may be lost."""
    if options.survive is None:
        return 1 if len(options.onto) == 2 else len(options.onto) * 2 // 5
    return int(options.survive)


def new_file(path: str) -> str:
    """A file that is to be made and must not exist; raises `Refused`, or `Unable` where it has no folder."""
    if os.path.lexists(path):
        raise Refused(f"{path} exists already, and jebi overwrites no file", hint="name another file")
    if not os.path.isdir(os.path.dirname(path) or "."):
        raise Unable(f"{path} cannot be made, for its folder is not there", hint="make the folder, or name another")
    return path
