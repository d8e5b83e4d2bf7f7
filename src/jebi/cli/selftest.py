"""Seal, split, hide, lose, find and open on this machine, in memory, and compare every byte.

Run it once on a machine before trusting it with footage: a bad build of a library shows here, not at the border.
"""

import argparse

from jebi.cli.terminal import Terminal
from jebi.errors import Exit
from jebi.office.trial import run_trials

NAMES = ("selftest",)
HELP = "try everything once on this machine"


def configure(_parser: argparse.ArgumentParser) -> None:
    """Nothing to choose."""


def run(_options: argparse.Namespace, terminal: Terminal) -> Exit:
    failed = [name for name, passed in run_trials() if not _say(terminal, name, passed=passed)]
    terminal.result("this machine can be used" if not failed else "do not use jebi on this machine", failed=failed)
    return Exit.UNABLE if failed else Exit.DONE


def _say(terminal: Terminal, name: str, *, passed: bool) -> bool:
    terminal.say(f"{'ok    ' if passed else 'FAILED'} {name}", "" if passed else "bold red")
    return passed
