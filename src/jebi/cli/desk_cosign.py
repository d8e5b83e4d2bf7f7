"""Have a witness cosign the custody log, by two files.

First --request FILE writes what the witness needs; it goes there by any way. The witness answers with a line or two,
and --answer FILE adds them to the archive for ever. From then on nobody, not even this desk, can roll the log back
unseen to before that moment. A request goes on from the newest checkpoint whose cosignature was taken in, of any
witness; with --witness, of that one. A witness that saw another one last says from which size to ask: --since.
"""

import argparse

from jebi.archive.witness import CosignatureVerifier, add_cosignatures, ask
from jebi.cli.options import add_archive, natural, new_file
from jebi.cli.terminal import Terminal
from jebi.errors import Exit, Refused
from jebi.office.desk import open_desk
from jebi.office.pending import last_cosigned, recall, remember
from jebi.vault import files

NAMES = ("desk", "cosign")
HELP = "have a witness cosign the log"


def configure(parser: argparse.ArgumentParser) -> None:
    add_archive(parser)
    step = parser.add_mutually_exclusive_group(required=True)
    step.add_argument("--request", metavar="FILE", help="write a request for the witness")
    step.add_argument("--answer", metavar="FILE", help="take in the witness's answer")
    parser.add_argument(
        "--since",
        type=natural,
        metavar="N",
        help="with --request: the log's size when this witness last cosigned (default: as its last answer says)",
    )
    parser.add_argument("--witness", metavar="VKEY", help="the witness's key; --answer needs it")


def run(options: argparse.Namespace, terminal: Terminal) -> Exit:
    if options.answer and not options.witness:
        raise Refused("an answer is checked with the witness's key", hint="give it: --witness")
    if options.answer and options.since is not None:
        raise Refused("an answer belongs to the request that was made", hint="leave --since out")
    witness = CosignatureVerifier.parse(options.witness) if options.witness else None
    passphrase = terminal.secret("passphrase of the archive", options.passphrase_file)
    with open_desk(options.archive, passphrase) as desk:
        if options.request:
            new_file(options.request)
            since = last_cosigned(desk, witness) if options.since is None else options.since
            checkpoint = desk.log.checkpoint()
            request = ask(desk.ledger, since, checkpoint).written()
            remember(desk, checkpoint.written())
            files.replace(options.request, request)
            text = f"wrote {options.request}, about {checkpoint.size} records, the first {since} of which it knows"
            terminal.result(text, size=checkpoint.size, since=since)
            return Exit.DONE
        assert witness
        answer = files.read(options.answer)
        kept = recall(desk, lambda checkpoint: desk.log.keep(add_cosignatures(checkpoint, answer, [witness]).written()))
        terminal.result(f"cosigned by {witness.name}; kept as {kept}", kept=kept)
    return Exit.DONE
