"""Publish a cut that two others cleared: its film comes into the site's folder and, with --to, to where the site is served.

Only a publisher does it, who cleared nothing of the cut, and only to the byte what was cleared. It believes your name: who has the archive's
passphrase can publish what two cleared in the name of a publisher, and can publish nothing else. Without a cut the site is brought on as it is: for a place
that did not answer, or settings that changed. Whatever is stopped goes on when it is run again.

With --retract the film of a cut is withdrawn: its files go, and the words that you say stay in its place, in the log and on the site for ever.
They go from this site and from copies that follow it; nobody can take back what was saved elsewhere. Whoever serves the site sees who asks for what.

A film that somebody refused since, or that is not what was cleared any more, is left out of the site and named: exit status 3. It keeps back no other film, and no withdrawal.
"""

import argparse
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from jebi.cli.options import add_archive
from jebi.cli.terminal import Terminal
from jebi.errors import Exit, Refused
from jebi.office.desk import open_desk

if TYPE_CHECKING:  # the field's laptop has none of what it needs
    from jebi.office.releasing import Releases

NAMES = ("desk", "publish")
HELP = "publish a cleared cut, or withdraw its film"


def configure(parser: argparse.ArgumentParser) -> None:
    add_archive(parser)
    parser.add_argument("cut", nargs="?", metavar="CUT", help="its name or number")
    parser.add_argument("--as", dest="member", metavar="MEMBER", help="who publishes it; it stands in the log")
    parser.add_argument("--site", required=True, metavar="FOLDER", help="the site's folder")
    parser.add_argument("--to", default="", metavar="URL", help="also send it there: a folder, sftp://…, s3://…")
    parser.add_argument("--retract", action="store_true", help="withdraw the film of the cut")
    parser.add_argument(
        "--words",
        action="append",
        default=[],
        metavar="LANGUAGE=TEXT",
        help="with --retract: what readers are told, as en=…; for each language",
    )


def run(options: argparse.Namespace, terminal: Terminal) -> Exit:
    from jebi.office.admission import drain, open_catalogue  # the field's laptop has none of what these need
    from jebi.office.attending import kept_of
    from jebi.office.clearing import Clearances
    from jebi.office.issuer import issuer
    from jebi.office.public_site import bring, settled
    from jebi.office.releasing import Releases
    from jebi.web.site.generator import generate

    if options.cut and not options.member:
        raise Refused("whoever publishes says who they are", hint="name yourself: --as MEMBER")
    if options.retract != bool(options.words) or (options.retract and not options.cut):
        raise Refused("a film is withdrawn with words for its readers", hint="--retract CUT --words en=… --words ko=…")
    texts = dict(map(_text, options.words))
    passphrase = terminal.secret("passphrase of the archive", options.passphrase_file)
    with open_desk(options.archive, passphrase) as desk, open_catalogue(desk) as catalogue:
        drain(desk, catalogue)
        releases = Releases(Clearances(desk, catalogue, kept_of(desk), _now_ms))
        settled(desk)  # or a film would be released that has no site
        number = _done(releases, options, texts) if options.cut else None
        drain(desk, catalogue)
        root = issuer(desk, datetime.now(UTC).date()).anchors
        brought = bring(releases, generate, options.site, to=options.to, root=root)
    done = "" if number is None else f"film {number} is {'withdrawn' if options.retract else 'published'}; "
    sent = "" if brought.sent is None else f", {brought.sent} files sent"
    terminal.result(
        f"{done}edition {brought.edition} of the site has {brought.films} films; {brought.drawn} pages drawn{sent}",
        film=number,
        edition=brought.edition,
        films=brought.films,
        drawn=brought.drawn,
        taken=brought.taken,
        sent=brought.sent,
        left_out=brought.left_out,
    )
    for one in brought.left_out:
        terminal.say(f"left out: {one}")
    return Exit.PARTLY if brought.left_out else Exit.DONE


def _done(releases: "Releases", options: argparse.Namespace, texts: dict[str, str]) -> int:
    """Release or withdraw; returns the film's number."""
    from jebi.office.looking_over import find

    cut, output = find(releases.clearances, options.cut)
    if options.retract:
        return releases.withdraw(cut.id, options.member, texts).number
    return releases.release(output.id, options.member).number


def _text(given: str) -> tuple[str, str]:
    language, equals, text = given.partition("=")
    if not equals:
        raise Refused("words are written with their language before them", hint="--words en=…")
    return language, text


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
