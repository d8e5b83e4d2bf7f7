"""The command line: which verbs there are, and what a failure leaves behind.

One file a verb. Each has `NAMES`, `HELP`, `configure` and `run`, and decides nothing that the office could decide. Only
the verb that was typed is loaded: all of them take three times as long, and an old laptop feels that.
"""

import argparse
import contextlib
import importlib
import os
import resource
import signal
import sys
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import NoReturn

import setproctitle

from jebi import __version__
from jebi.errors import EXIT_MEANINGS, Exit, JebiError

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # jebi's cores are busy with processes; threads would only wait


@contextlib.contextmanager
def _loading() -> Iterator[None]:
    """While it loads, which takes a while, Ctrl-C ends it at once: libraries turn it into failures of their own."""
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield  # who runs jebi within a program of theirs has said what Ctrl-C does
        return
    signal.signal(signal.SIGINT, lambda _signal, _frame: _stop())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _stop() -> NoReturn:
    """Leave at once: an impatient hand may have interrupted the clearing up, too. Workers die with this process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        print("stopped; nothing was lost, and what was said to be done is. Run it again", file=sys.stderr, flush=True)  # noqa: T201
    os._exit(Exit.INTERRUPTED)


with _loading():
    from jebi.cli.terminal import Terminal

VERBS = (
    "demo",
    "doctor",
    "selftest",
    "desk init",
    "desk trip",
    "desk receive",
    "desk work",
    "desk serve",
    "desk search",
    "desk transcript",
    "desk receipts",
    "desk prove",
    "desk protect",
    "desk member",
    "desk clear",
    "desk site",
    "desk publish",
    "desk broadcast",
    "desk export",
    "desk check",
    "desk cosign",
    "desk credential",
    "desk timestamp",
    "field seal",
    "field receipts",
    "field erase",
    "relay join",
    "stick prepare",
    "stick look",
    "stick verify",
    "member key",
    "witness init",
    "witness cosign",
)  # each is the module of its words, joined by _
PLACES = {
    "desk": "the newsroom: archive, trips, receiving, proofs",
    "field": "inside: seal clips, read receipts, erase traces",
    "relay": "the border: join what came, make fresh sticks",
    "stick": "sticks and images: prepare, look, verify",
    "member": "whoever clears: a key of their own",
    "witness": "a partner who cosigns the desk's log",
}
EXITS = "exit status:\n" + "\n".join(f"  {int(code):>3}  {meaning}" for code, meaning in EXIT_MEANINGS.items())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; returns the exit status. Without `arguments` this process is jebi, from its start to its end."""
    if arguments is not None:
        return _run(arguments)
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash leaves no memory, with its keys and names, on a disk
        sys.unraisablehook = _say_it_again
        arguments = sys.argv[1:]
        setproctitle.setproctitle("jebi")  # names given on the command line are nobody else's business
        status = _run(arguments)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is done and said
    except KeyboardInterrupt:
        _stop()
    return status


def _say_it_again(unraisable: "sys.UnraisableHookArgs") -> None:
    """Python drops what is raised while it clears up an object, even Ctrl-C; and shows where, with names and all."""
    if issubclass(unraisable.exc_type, KeyboardInterrupt):
        signal.signal(signal.SIGALRM, signal.default_int_handler)
        signal.setitimer(signal.ITIMER_REAL, 0.001)


def _run(arguments: Sequence[str]) -> int:
    with _loading():
        verbs = _asked_for(arguments)
    parser = _parser(verbs)
    options = parser.parse_args(arguments)
    if not hasattr(options, "verb"):
        parser.print_help()
        return Exit.USAGE
    options.again = main  # for the demo, which types commands as a user does
    terminal = Terminal(as_json=getattr(options, "json", False))
    try:
        return int(options.verb.run(options, terminal))
    except JebiError as error:
        terminal.error(error)
        return error.exit
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115  (who read us is gone; nothing more can be said)
        return Exit.DONE
    except Exception as error:  # noqa: BLE001  (the one place; a traceback could show a name or a key)
        terminal.say(f"jebi: a mistake in jebi itself: {type(error).__name__} at {_place(error)}", "bold red")
        terminal.say("      nothing that was read back before is lost; please tell the people who make jebi")
        return Exit.UNEXPECTED


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with a command line without repeating what was given: it may be a secret."""

    def error(self, message: str) -> NoReturn:
        what, colon, given = message.partition("unrecognized arguments: ")
        options = [word.partition("=")[0] for word in given.split() if word.startswith("-")]
        super().error(what + colon + " ".join(options or ["too many"]) if colon else message)


def _asked_for(arguments: Sequence[str]) -> list[ModuleType]:
    """The verb that the arguments begin with; or all of its place, or all there are, so that help can show them."""
    beginnings = (" ".join(arguments[:count]) for count in (2, 1))
    asked = next((verbs for words in beginnings if (verbs := [verb for verb in VERBS if _begins(verb, words)])), VERBS)
    return [importlib.import_module("jebi.cli." + verb.replace(" ", "_")) for verb in asked]


def _begins(verb: str, words: str) -> bool:
    return verb == words or verb.startswith(words + " ")


def _parser(verbs: Sequence[ModuleType]) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="jebi",
        description="Carries footage out of places with no internet, and films in.",
        epilog=EXITS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"jebi {__version__}")
    words = parser.add_subparsers(metavar="WHERE", title="places and verbs")
    places: dict[str, argparse._SubParsersAction[_Parser]] = {}
    for verb in verbs:
        *place, name = verb.NAMES
        under = words
        if place:
            if place[0] not in places:
                group = words.add_parser(place[0], help=PLACES[place[0]], description=PLACES[place[0]])
                places[place[0]] = group.add_subparsers(metavar="VERB", title="verbs", required=True)
            under = places[place[0]]
        one = under.add_parser(
            name,
            help=verb.HELP,
            description=verb.__doc__,
            epilog=EXITS,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,  # `--passphrase SECRET` must not pass for a file's name, which errors show
        )
        one.set_defaults(verb=verb)
        with contextlib.suppress(argparse.ArgumentError):
            one.add_argument("--json", action="store_true", help="one line of JSON a result, for machines")
        verb.configure(one)
    return parser


def _place(error: BaseException) -> str:
    """Where a mistake happened, as module and line; never what was in the variables."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    if trace is None:
        return "an unknown place"
    return f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"
