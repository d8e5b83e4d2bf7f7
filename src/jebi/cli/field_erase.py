"""Overwrite and delete files, and say honestly what may remain.

For a kit, a card, clips that were copied. For a stick's free space use `jebi stick prepare`, which fills it with noise.
On flash, and that is every stick, card and most laptops, overwriting does not reach old copies in the chip. A file that
fails stops only itself: the others are erased, and run again it goes on.
"""

import argparse
import os
import secrets

from jebi.cli.terminal import Terminal
from jebi.device import erasing
from jebi.errors import Exit, JebiError, Refused
from jebi.field.erase import ErasePlan, Item, Medium, plan_erase

NAMES = ("field", "erase")
HELP = "overwrite and delete files, and say what may remain"
MEDIA = {"disk": Medium.DISK, "flash": Medium.FLASH, "memory": Medium.MEMORY, "unknown": Medium.UNKNOWN}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="ordinary files; no folders, links or devices")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    parser.add_argument("--yes", action="store_true", help="do not ask")


def run(options: argparse.Namespace, terminal: Terminal) -> Exit:
    failures: list[JebiError] = []
    plan = plan_erase(_items(options.files, failures, terminal))
    if not plan.steps:
        return failures[0].exit
    terminal.result(
        str(plan),
        steps=[{"file": step.item.path, "bytes": step.item.size, "unsure": step.unsure} for step in plan.steps],
        remains=plan.remains,
    )
    if options.dry_run:
        return Exit.PARTLY if failures else Exit.DONE
    if not terminal.ask("overwrite and delete these files?", assume=options.yes):
        raise Refused("nothing was erased", hint="answer y, or give --yes")
    done = _erase(plan, failures, terminal)
    terminal.say(f"{done} overwritten and deleted; what may remain is named above")
    if failures:
        terminal.say(f"{len(failures)} not erased, as was said", "bold red")
        return Exit.PARTLY if done else failures[0].exit
    return Exit.DONE


def _items(paths: list[str], failures: list[JebiError], terminal: Terminal) -> list[Item]:
    items = []
    once_each = {os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path)): path for path in paths}
    for path in once_each.values():
        try:
            size, links, kind = erasing.describe(path)
        except JebiError as error:
            _fail(error, failures, terminal)
        else:
            items.append(Item(path=path, size=size, links=links, medium=MEDIA[kind]))
    return items


def _erase(plan: ErasePlan, failures: list[JebiError], terminal: Terminal) -> int:
    done = 0
    for step in plan.steps:
        try:
            erasing.overwrite_and_delete(step.item.path, secrets.token_hex(8))
            done += 1
        except JebiError as error:
            _fail(error, failures, terminal)
    return done


def _fail(error: JebiError, failures: list[JebiError], terminal: Terminal) -> None:
    failures.append(error)
    terminal.error(error)
