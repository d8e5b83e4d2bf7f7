"""Show what a finder sees on a stick: its names, deleted ones too, and whether its free space is blank, plain or noise.

Only reads. Nothing here knows a key: what it cannot tell, a finder cannot tell by these means either; he may have others.
On sticks with more than 8 GB of free space not every part of it is measured, and the share is said.
"""

import argparse

from rich.console import Console
from rich.text import Text

from jebi.carriers.statistics import Mark
from jebi.cli.terminal import Terminal, visible
from jebi.errors import Exit
from jebi.office import sticks

NAMES = ("stick", "look")
HELP = "see what a finder sees"
COLOURS = {Mark.USED: "blue", Mark.BLANK: "bright_black", Mark.PLAIN: "yellow", Mark.NOISE: "magenta"}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("stick", metavar="STICK", help="a device or an image")


def run(options: argparse.Namespace, terminal: Terminal) -> Exit:
    with terminal.progress():
        seen = sticks.look(options.stick, terminal)
    if terminal.as_json:
        terminal.result("", **seen.facts())
        return Exit.DONE
    picture = Text(visible(str(seen)))
    for mark, colour in COLOURS.items():
        picture.highlight_words([sticks.PICTURE[mark]], colour)
    Console(highlight=False, soft_wrap=True).print(picture)
    return Exit.DONE
