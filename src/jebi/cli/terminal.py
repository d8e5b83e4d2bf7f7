"""How jebi talks at a terminal. The whole policy is here.

Results go to standard output, everything else to standard error. Sentences of errors begin small and end without a
stop, after `jebi:`; a hint follows on its own line. Whatever takes longer than two seconds shows a bar with rate and
time left, but only to a terminal. Colours are for terminals, and not where `NO_COLOR` is set. Secrets are read without
echo, or from a file, never from the command line. Questions default to no. What no terminal can show, or what would
steer one, is shown as its number: names come from foreign sticks.
"""

import contextlib
import getpass
import io
import json
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from typing import TextIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    Task,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.text import Text
from shamir_mnemonic.wordlist import WORDLIST

from jebi.errors import JebiError, Refused
from jebi.parcel import trip
from jebi.vault import files

MOST_SECRET = 4096
LEAST_SECRET = 8  # characters of a passphrase that is being chosen; what is shorter is guessed in an afternoon


class Terminal:
    """Standard output, standard error, and a progress bar between them."""

    def __init__(self, *, as_json: bool = False) -> None:
        self.as_json = as_json
        self.talk = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)
        self._bars: Progress | None = None
        self._input_is_taken = False
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")  # what is done must not fail because it cannot be said

    def result(self, text: str, **facts: object) -> None:
        """The answer: `text` for people, `facts` as one JSON line for machines."""
        line = json.dumps(facts, ensure_ascii=False, default=str) if self.as_json else text
        print(visible(line), flush=True)  # noqa: T201

    def say(self, text: str, style: str = "") -> None:
        """Something worth knowing that is not the answer."""
        self.talk.print(visible(text), style=style or None, markup=False)

    def error(self, error: JebiError) -> None:
        """One sentence, and what to do."""
        self.say(f"jebi: {error.what}", "bold red")
        if error.hint:
            self.say(f"      {error.hint}")

    @contextlib.contextmanager
    def progress(self) -> Iterator["Terminal"]:
        """Show a bar while the block runs. Workers must be forked inside without harm: the bar has no thread."""
        columns = (
            TextColumn("{task.description:>13}"),
            BarColumn(bar_width=32),
            _Amount(),
            _Rate(),
            TimeRemainingColumn(compact=True),
        )
        quiet = self.as_json or not self.talk.is_terminal
        with Progress(*columns, console=self.talk, auto_refresh=False, transient=True, disable=quiet) as bars:
            self._bars = bars
            yield self
        self._bars = None

    def begin(self, what: str, total: int, unit: str = "bytes") -> None:
        """A step of `total` units begins."""
        if self._bars:
            for task in self._bars.tasks:
                self._bars.remove_task(task.id)
            self._bars.add_task(what, total=total, unit=unit)
            self._bars.refresh()

    def advance(self, done: int) -> None:
        """So many bytes more are done."""
        if self._bars and self._bars.tasks:
            self._bars.update(self._bars.tasks[-1].id, advance=done, refresh=True)

    def input(self) -> TextIO:
        """Standard input, which is one thing in a run; raises `Refused` the second time."""
        if self._input_is_taken:
            raise Refused("standard input cannot be two things at once", hint="name a file for one of them")
        self._input_is_taken = True
        return sys.stdin

    def secret(self, prompt: str, file: str | None) -> bytes:
        """A passphrase: the first line of `file` (`-` is standard input), or typed without echo."""
        if file == "-":
            text = self.input().readline(MOST_SECRET)
        elif file is not None:
            text = files.read(file)[:MOST_SECRET].decode(errors="replace").partition("\n")[0]
        elif sys.stdin.isatty():
            text = getpass.getpass(f"{prompt}: ", stream=sys.stderr)
        else:
            raise Refused(
                "a passphrase is needed, and there is no terminal to ask at",
                hint="give it in a file: --passphrase-file FILE, or - for standard input",
            )
        return text.rstrip("\r\n").encode()

    def new_secret(self, prompt: str, file: str | None) -> bytes:
        """A passphrase that is being chosen: typed twice."""
        chosen = self.secret(prompt, file)
        if file is None and chosen != self.secret(f"{prompt}, again", None):
            raise Refused("the two passphrases differ", hint="run it again")
        if len(chosen) < LEAST_SECRET:
            raise Refused(
                f"the passphrase is shorter than {LEAST_SECRET} characters",
                hint="six random words are good and can be learned",
            )
        return chosen

    def words(self, file: str | None) -> str:
        """The eight words of a trip. A mistyped one is noticed: what is sealed with it, the desk would have to reject."""
        words = self.secret("the trip's eight words", file).decode(errors="replace").split()
        if len(words) != trip.WORDS:
            raise Refused(
                f"a trip has {trip.WORDS} words, and these were {len(words)}", hint="type them again, in their order"
            )
        if wrong := [str(i) for i, word in enumerate(words, 1) if word.lower() not in WORDLIST]:
            raise Refused(
                f"{'word' if len(wrong) == 1 else 'words'} {', '.join(wrong)} of the eight cannot be: mistyped?",
                hint="all are plain English words of four to eight letters; type them again",
            )
        if not trip.are_words(words):
            raise Refused(
                "these are not the words of any trip: one of them is another, or they stand in another order",
                hint="try to remember; what is sealed with wrong words, the desk would have to reject",
            )
        return " ".join(words)

    def ask(self, question: str, *, assume: bool) -> bool:
        """A question before anything that destroys. Without a terminal the answer is no, unless `--yes` was given."""
        if assume:
            return True
        if not sys.stdin.isatty():
            return False
        self.talk.print(f"{question} [y/N] ", end="", markup=False)
        return sys.stdin.readline().strip().lower() in {"y", "yes", "예", "はい"}

    def choose(self, question: str, choices: Sequence[str]) -> str:
        """One of a few answers, typed. Raises `Refused` where there is no terminal: no machine answers for a person by being silent."""
        if not sys.stdin.isatty():
            raise Refused("questions are asked, and there is no terminal to ask at", hint="answer them in a file")
        while True:
            self.talk.print(f"{question} [{'/'.join(choices)}] ", end="", markup=False)
            said = sys.stdin.readline()
            if said.strip().lower() in choices:
                return said.strip().lower()
            if not said:
                raise Refused("the questions were not answered", hint="run it again")


class _Amount(DownloadColumn):
    """How much of how much; in its own unit where that is not bytes."""

    def render(self, task: Task) -> Text:
        unit = task.fields["unit"]
        return super().render(task) if unit == "bytes" else Text(f"{task.completed:.0f}/{task.total:.0f} {unit}")


class _Rate(TransferSpeedColumn):
    """How fast, for bytes."""

    def render(self, task: Task) -> Text:
        return super().render(task) if task.fields["unit"] == "bytes" else Text("")


def visible(text: str) -> str:
    """The text with whatever is not for the eye as an escape that JSON reads, too."""
    return "".join(letter if _is_for_the_eye(letter) else json.dumps(letter)[1:-1] for letter in text)


def _is_for_the_eye(letter: str) -> bool:
    return letter.isprintable() or letter == "\n" or unicodedata.category(letter) == "Zs"
