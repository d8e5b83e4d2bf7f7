"""Overwrite and delete files, and say honestly what may remain.

For a kit, a card, clips that were copied. For a stick's free space use `jebi stick prepare`, which fills it with noise.
On flash, and that is every stick, card and most laptops, overwriting does not reach old copies in the chip.
"""

import argparse
import secrets

from jebi.cli.terminal import Terminal
from jebi.device import erasing
from jebi.errors import Exit, Refused
from jebi.field.erase import Item, Medium, plan_erase

NAMES = ("field", "erase")
HELP = "overwrite and delete files, and say what may remain"
MEDIA = {"disk": Medium.DISK, "flash": Medium.FLASH, "memory": Medium.MEMORY, "unknown": Medium.UNKNOWN}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    parser.add_argument("--yes", action="store_true", help="do not ask")


def run(options: argparse.Namespace, terminal: Terminal) -> Exit:
    described = [(path, *erasing.describe(path)) for path in options.files]
    plan = plan_erase(
        Item(path=path, size=size, links=links, medium=MEDIA[kind]) for path, size, links, kind in described
    )
    terminal.result(str(plan), steps=[step.item.path for step in plan.steps], remains=plan.remains)
    if options.dry_run:
        return Exit.DONE
    if not terminal.ask("overwrite and delete these files?", assume=options.yes):
        raise Refused("nothing was erased", hint="answer y, or give --yes")
    for step in plan.steps:
        erasing.overwrite_and_delete(step.item.path, secrets.token_hex(8))
    terminal.say(f"{len(plan.steps)} overwritten and deleted; what may remain is named above")
    return Exit.DONE
