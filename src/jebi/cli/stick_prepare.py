"""Fill all free space of sticks with noise, and prove that they are as large as they say.

Do it to every stick you own, before any of them ever travels: only a stick that was full of noise from the beginning can
carry something in it that does not show. It explains nothing to whoever asks why. Files and folders stay as they are;
what deleted files left in free space is overwritten. A counterfeit is noticed in seconds, before the long filling.
Sticks are prepared one after the other, and one that fails stops only itself. Unmount them first.
"""

import argparse

from jebi.cli.terminal import Terminal
from jebi.errors import Exit, JebiError, Refused
from jebi.office import filling

NAMES = ("stick", "prepare")
HELP = "fill free space with noise, prove the capacity"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("sticks", nargs="+", metavar="STICK", help="devices and images")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    parser.add_argument("--yes", action="store_true", help="do not ask")


def run(options: argparse.Namespace, terminal: Terminal) -> Exit:
    filling.check_once_each(options.sticks)
    failures: list[JebiError] = []
    plans = []
    for path in options.sticks:
        try:
            plans.append(filling.plan_prepare(path))
        except JebiError as error:
            _fail(failures, error, terminal, path)
    for plan in plans:
        if options.dry_run:
            terminal.result(str(plan), stick=plan.path, free=plan.free, outside=plan.outside, deleted=plan.deleted)
        else:
            terminal.say(str(plan))
    if options.dry_run or not plans:
        return _exit(len(plans), failures)
    if not terminal.ask("overwrite the free space?", assume=options.yes):
        raise Refused("nothing was written", hint="answer y, or give --yes")
    done = sum(_prepare(plan, failures, terminal) for plan in plans)
    return _exit(done, failures)


def _prepare(plan: filling.Plan, failures: list[JebiError], terminal: Terminal) -> bool:
    try:
        with terminal.progress():
            prepared = filling.prepare(plan.path, terminal)
    except JebiError as error:
        _fail(failures, error, terminal, plan.path)
        return False
    terminal.result(str(prepared), stick=prepared.path, filled=prepared.filled, slots=prepared.slots)
    return True


def _fail(failures: list[JebiError], error: JebiError, terminal: Terminal, path: str) -> None:
    """Damage in a volume is told without the stick's name."""
    failures.append(error)
    if path not in error.what:
        terminal.say(f"{path}:")
    terminal.error(error)


def _exit(done: int, failures: list[JebiError]) -> Exit:
    if not failures:
        return Exit.DONE
    return Exit.PARTLY if done else failures[0].exit
