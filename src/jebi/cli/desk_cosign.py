"""Have a witness cosign the custody log, by two files.

First --request FILE writes what the witness needs; it goes there by any way. The witness answers with a line or two,
and --answer FILE adds them to the archive for ever. From then on nobody, not even this desk, can roll the log back
unseen to before that moment.
"""

import argparse

from jebi.archive.witness import CosignatureVerifier, add_cosignatures, ask
from jebi.cli.options import add_archive, natural, new_file
from jebi.cli.terminal import Terminal
from jebi.errors import Exit, Refused
from jebi.office.desk import open_desk
from jebi.office.pending import recall, remember
from jebi.vault import files

NAMES = ("desk", "cosign")
HELP = "have a witness cosign the log"


def configure(parser: argparse.ArgumentParser) -> None:
    add_archive(parser)
    step = parser.add_mutually_exclusive_group(required=True)
    step.add_argument("--request", metavar="FILE", help="write a request for the witness")
    step.add_argument("--answer", metavar="FILE", help="take in the witness's answer")
    parser.add_argument(
        "--since", type=natural, default=0, metavar="N", help="the log's size when this witness last cosigned"
    )
    parser.add_argument("--witness", metavar="VKEY", help="with --answer: the witness's key")


def run(options: argparse.Namespace, terminal: Terminal) -> Exit:
    if options.answer and not options.witness:
        raise Refused("an answer is checked with the witness's key", hint="give it: --witness")
    passphrase = terminal.secret("passphrase of the archive", options.passphrase_file)
    with open_desk(options.archive, passphrase) as desk:
        if options.request:
            new_file(options.request)
            checkpoint = desk.log.checkpoint()
            remember(desk, checkpoint.written())
            files.replace(options.request, ask(desk.ledger, options.since, checkpoint).written())
            terminal.result(f"wrote {options.request}, about {checkpoint.size} records", size=checkpoint.size)
            return Exit.DONE
        answer, witness = files.read(options.answer), CosignatureVerifier.parse(options.witness)
        kept = recall(desk, lambda checkpoint: desk.log.keep(add_cosignatures(checkpoint, answer, [witness]).written()))
        terminal.result(f"cosigned by {witness.name}; kept as {kept}", kept=kept)
    return Exit.DONE
