"""A clip's transcripts and translations: show them, bring one in, or write one to a file. WebVTT and SRT.

Without --in and --out it lists them, each with its number. What is brought in is nobody's overwriting: every file becomes a
transcript of its own, and what it marks as a machine's stays marked.
"""

import argparse
import time
from typing import TYPE_CHECKING

from jebi.cli.options import add_archive, new_file
from jebi.cli.terminal import Terminal
from jebi.errors import Exit, NothingFound, Refused, failures_named
from jebi.office.desk import Desk, open_desk
from jebi.vault import files

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jebi.office.transcribing import Transcript
    from jebi.vault.catalogue import Catalogue

NAMES = ("desk", "transcript")
HELP = "list a clip's transcripts, bring one in, write one out"
BY = "desk"  # who sits at this terminal holds the archive's passphrase; members have names in the web pages only


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("clip", metavar="CLIP", help="the clip's number, as jebi desk search shows it")
    add_archive(parser)
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--in", dest="source", metavar="FILE", help="bring in this file, WebVTT or SRT; needs --language")
    way.add_argument("--out", metavar="FILE", help="write a transcript to this new file")
    parser.add_argument("--language", metavar="LANGUAGE", help="of the words, such as ko, ja or en")
    parser.add_argument("--translation", action="store_true", help="they are a translation of what was said")
    parser.add_argument("--number", metavar="NUMBER", help="which transcript to write, if the clip has several")
    parser.add_argument(
        "--form", choices=("vtt", "srt"), help="what to write (default: as the file's name ends, or vtt)"
    )


def run(options: argparse.Namespace, terminal: Terminal) -> Exit:
    from jebi.office.admission import open_catalogue  # the field's laptop has none of what these need

    if options.source and not options.language:
        raise Refused("the language of the words is needed", hint="name it: --language ko")
    untrusted = _read(options.source) if options.source else b""
    path = new_file(options.out) if options.out else ""
    passphrase = terminal.secret("passphrase of the archive", options.passphrase_file)
    with open_desk(options.archive, passphrase) as desk, open_catalogue(desk) as catalogue:
        if options.source:
            _bring_in(desk, catalogue, untrusted, options, terminal)
        elif path:
            _write(catalogue, path, options, terminal)
        else:
            _list(catalogue, options, terminal)
    return Exit.DONE


def _read(path: str) -> bytes:
    """No more of a file than shows that it is too large."""
    from jebi.archive.transcript import LARGEST_FILE

    with failures_named(path, "read"), open(path, "rb") as file:
        return file.read(LARGEST_FILE + 1)


def _bring_in(
    desk: Desk, catalogue: "Catalogue", untrusted: bytes, options: argparse.Namespace, terminal: Terminal
) -> None:
    from jebi.office.admission import drain
    from jebi.office.transcribing import bring_in

    with catalogue.writing(time.time_ns() // 1_000_000) as change:
        brought = bring_in(
            change, options.clip, untrusted, language=options.language, is_translation=options.translation, by=BY
        )
    drain(desk, catalogue)
    for remark in brought.remarks:
        terminal.say(remark)
    said = f"transcript {brought.key}: {brought.lines} lines"
    terminal.result(said, transcript=brought.key, lines=brought.lines, remarks=brought.remarks)


def _write(catalogue: "Catalogue", path: str, options: argparse.Namespace, terminal: Terminal) -> None:
    from jebi.office.transcribing import listed, written

    form = options.form or ("srt" if path.lower().endswith(".srt") else "vtt")
    with catalogue.reading() as connection:
        chosen = _chosen(listed(connection, options.clip), options)
        files.replace(path, written(connection, options.clip, chosen.key, form))
    terminal.result(f"{path}: {len(chosen.lines)} lines", transcript=chosen.key, lines=len(chosen.lines))


def _list(catalogue: "Catalogue", options: argparse.Namespace, terminal: Terminal) -> None:
    from jebi.office.transcribing import listed

    with catalogue.reading() as connection:
        found = listed(connection, options.clip)
    if not found:
        raise NothingFound("the archive has no transcript of such a clip")
    for one in found:
        by = f"by the machine {one.model}" if one.origin == "machine" else f"by {one.author}"
        terminal.result(
            f"{one.key}  {one.kind}  {one.language or '?'}  {len(one.lines)} lines, {by}",
            transcript=one.key,
            kind=one.kind,
            language=one.language,
            lines=len(one.lines),
            machine=one.model,
            by=one.author,
            made_ms=one.made_ms,
        )


def _chosen(found: "Sequence[Transcript]", options: argparse.Namespace) -> "Transcript":
    """The one that was named, or the only one that fits."""
    fitting = [
        one
        for one in found
        if options.number in {None, one.key}
        and options.language in {None, one.language}
        and (one.kind == "translation" or not options.translation)
    ]
    if not fitting:
        raise NothingFound("the archive has no such transcript of such a clip", hint="list them: without --out")
    if len(fitting) > 1:
        raise Refused(
            f"{len(fitting)} transcripts fit", hint="name one: --number NUMBER; without --out they are listed"
        )
    return fitting[0]
