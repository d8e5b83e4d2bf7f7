"""Seal, split, hide, lose, find and open on this machine, in memory; open every test vector; and compare every byte.

Run it once on a machine before trusting it with footage: a bad build of a library shows here, not at the border.
"""

import argparse

from jebi.cli.terminal import Terminal
from jebi.errors import Exit
from jebi.office import vectors
from jebi.office.trial import run_trials, run_vectors

NAMES = ("selftest",)
HELP = "try everything once on this machine"


def configure(_parser: argparse.ArgumentParser) -> None:
    """Nothing to choose."""


def run(_options: argparse.Namespace, terminal: Terminal) -> Exit:
    failed, counts = [name for name, passed in run_trials() if not _say(terminal, name, passed=passed)], {}
    for tried in run_vectors(vectors.folder()):
        counts[tried.folder] = tried.count - len(tried.failed)
        _say(terminal, f"vectors: {counts[tried.folder]} of {tried.count} in {tried.folder}", passed=tried.passed)
        wrong = [f"vectors/{tried.folder}/{name}" for name in tried.failed]
        for name in wrong:
            terminal.say(f"       {name}", "bold red")
        failed += wrong if tried.count else [f"vectors/{tried.folder}"]
    text = f"this machine can be used: all trials and all {sum(counts.values())} vectors passed"
    terminal.result("do not use jebi on this machine" if failed else text, failed=failed, vectors=counts)
    return Exit.UNABLE if failed else Exit.DONE


def _say(terminal: Terminal, name: str, *, passed: bool) -> bool:
    terminal.say(f"{'ok    ' if passed else 'FAILED'} {name}", "" if passed else "bold red")
    return passed
