"""Look at a cut that was rendered, and clear it with your own key, or refuse it.

Shown is the newest output: each check with its tools and what it measured and found, where to look first, and what the public will read.
--film lays the film out to be watched: in the clear, so watch it on an encrypted disk and delete it. Without --key nothing more happens.

With --key every question about who could be recognised is asked, and the cut is signed with the key in that file. Without a terminal the answers are in a
file, about this film and no other: --questions writes it, a person fills it in, --answers reads it. --refuse needs no key, no answer and
no reason; it is said of the newest output, and of the one that is shown.

Two people clear, neither of whom planned the cut; a third publishes. It sees that questions were answered, not that anybody looked: nor does it
know who recognises a coat or a voice.
"""

import argparse
import time
from typing import TYPE_CHECKING

from jebi.cli.options import add_archive, new_file
from jebi.cli.terminal import Terminal
from jebi.errors import Exit, Refused
from jebi.office.desk import open_desk
from jebi.release import answer_sheet, member_key
from jebi.release.checklist import Answer, Seen
from jebi.vault import files

if TYPE_CHECKING:  # the field's laptop has none of what it needs
    from jebi.office.clearing import Clearances
    from jebi.office.looking_over import LookedOver

NAMES = ("desk", "clear")
HELP = "look at a cut, and clear or refuse it"


def configure(parser: argparse.ArgumentParser) -> None:
    add_archive(parser)
    parser.add_argument("cut", metavar="CUT", help="its name or number")
    parser.add_argument("--as", dest="member", required=True, metavar="MEMBER", help="who looks; it stands in the log")
    parser.add_argument("--film", metavar="FILE", help="write the film to a new file, in the clear, to watch it")
    parser.add_argument("--questions", metavar="FILE", help="write the questions about it to a new file")
    parser.add_argument("--key", metavar="FILE", help="clear it with this key file")
    parser.add_argument(
        "--key-passphrase-file", metavar="FILE", help="read the key's passphrase from a file's first line"
    )
    parser.add_argument("--answers", metavar="FILE", help="with --key: the questions, answered")
    parser.add_argument("--refuse", action="store_true", help="this may not be shown")


def run(options: argparse.Namespace, terminal: Terminal) -> Exit:
    from jebi.office.admission import drain, open_catalogue  # the field's laptop has none of what these need
    from jebi.office.attending import kept_of
    from jebi.office.clearing import Clearances
    from jebi.office.looking_over import look_over, refuse

    if options.refuse and options.key:
        raise Refused("a cut is cleared or refused", hint="leave --key or --refuse out")
    if options.answers and not options.key:
        raise Refused("answers alone clear nothing", hint="name your key file, too: --key")
    for path in filter(None, (options.film, options.questions)):
        new_file(path)
    passphrase = terminal.secret("passphrase of the archive", options.passphrase_file)
    with open_desk(options.archive, passphrase) as desk, open_catalogue(desk) as catalogue:
        drain(desk, catalogue)  # who planned it must be in the log before anybody clears it
        clearances = Clearances(desk, catalogue, kept_of(desk), _now_ms)
        if options.refuse:
            cut, refused = refuse(clearances, options.cut, options.member)
            drain(desk, catalogue)
            hashes = [one.sha256 for one in refused]
            terminal.result(f"{cut.name}: refused", cut=cut.name, output=hashes[0], outputs=hashes, said="refused")
            return Exit.DONE
        looked = look_over(clearances, options.cut)
        _show(looked, options, clearances, terminal)
        if options.key:
            _clear(looked, options, clearances, terminal)
            drain(desk, catalogue)
        said = "cleared" if options.key else "looked at"
        facts = {"output": looked.cut.output, "plan": looked.cut.plan, "report": looked.cut.report}
        passed, first = looked.report.passed, [one.at_ms for one in looked.doubts]
        terminal.result(
            f"{looked.name}: {said}", cut=looked.name, **facts, passed=passed, look_first_ms=first, said=said
        )
    return Exit.DONE


def _show(looked: "LookedOver", options: argparse.Namespace, clearances: "Clearances", terminal: Terminal) -> None:
    if not options.answers:  # whoever has answers in a file saw it when the questions were made
        for line in looked.lines():
            terminal.say(line)
    if options.film:
        film = looked.files[0]
        clearances.kept.lay_out(film.blob, film.sha256, options.film)
        terminal.say(
            f"wrote {options.film}, film {looked.shorthand}: in the clear, so delete it when you have watched it"
        )
    if options.questions:
        files.replace(options.questions, answer_sheet.sheet(looked.cut.output).encode())


def _clear(looked: "LookedOver", options: argparse.Namespace, clearances: "Clearances", terminal: Terminal) -> None:
    from jebi.office.looking_over import clear

    kept = member_key.parse(files.read(options.key))
    answers = options.answers
    seen = answer_sheet.parse(files.read(answers), looked.cut.output) if answers else _asked(terminal, looked.shorthand)
    passphrase = terminal.secret("passphrase of the key", options.key_passphrase_file)
    clear(clearances, looked, options.member, seen, kept.opened(passphrase.decode()))


def _asked(terminal: Terminal, film: str) -> Seen:
    """What somebody at the terminal says of a film, which is named: a newer one may lie there than they watched."""
    watched = terminal.choose(f"Did you watch the whole film {film}, to its end?", ("yes", "no"))
    answers = {
        question: Answer(terminal.choose(asked, tuple(Answer))) for question, asked in answer_sheet.QUESTIONS.items()
    }
    return Seen(answers=answers, has_watched=watched == "yes")


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
