"""Have a timestamp authority (RFC 3161) date the custody log, by two files.

First --request FILE writes a request, which a machine with a network sends to any authority; it learns one hash.
--answer FILE takes the authority's response in, after verifying it against the certificates given with --roots. Those
between a root and the authority may be given there, too, for an authority that sends only its own.
"""

import argparse
import time

from jebi.archive import timestamp
from jebi.archive.checkpoint import Checkpoint
from jebi.cli.options import add_archive, new_file
from jebi.cli.terminal import Terminal
from jebi.errors import Exit, Refused
from jebi.office.checking import imprint
from jebi.office.desk import open_desk
from jebi.office.pending import recall, remember
from jebi.vault import files

NAMES = ("desk", "timestamp")
HELP = "have an authority date the log"


def configure(parser: argparse.ArgumentParser) -> None:
    add_archive(parser)
    step = parser.add_mutually_exclusive_group(required=True)
    step.add_argument("--request", metavar="FILE", help="write a request (.tsq)")
    step.add_argument("--answer", metavar="FILE", help="take in the authority's response (.tsr)")
    parser.add_argument("--roots", metavar="FILE", help="with --answer: certificates of authorities to believe (PEM)")


def run(options: argparse.Namespace, terminal: Terminal) -> Exit:
    if options.answer and not options.roots:
        raise Refused("a response is checked with the authority's certificate", hint="give it: --roots")
    passphrase = terminal.secret("passphrase of the archive", options.passphrase_file)
    with open_desk(options.archive, passphrase) as desk:
        if options.request:
            new_file(options.request)
            checkpoint = desk.log.checkpoint().written()
            remember(desk, checkpoint)
            files.replace(options.request, timestamp.request(checkpoint).content)
            terminal.result(f"wrote {options.request}")
            return Exit.DONE
        answer, roots = files.read(options.answer), files.read(options.roots)
        imprint(answer)  # or every pending checkpoint would be blamed for an answer that nobody can read

        def accept(checkpoint: Checkpoint) -> timestamp.Stamped:
            stamped = timestamp.verify(answer, checkpoint.written(), [roots], nonce=None)
            desk.log.keep(checkpoint.written(), stamp=answer)
            return stamped

        stamped = recall(desk, accept)
    when = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(stamped.no_later_than))
    terminal.result(f"the log was as it is no later than {when}", no_later_than=stamped.no_later_than)
    return Exit.DONE
