"""Check the whole archive, or one proof without any archive.

The archive: every record, tile and checkpoint of the custody log against each other and against what witnesses saw;
every sealed parcel against the digest that was logged when it came; every timestamp against its checkpoint, but not
against its authority. A proof: against the log's key, and against the keys of witnesses that must have cosigned.
"""

import argparse
import time

from jebi.archive import proof
from jebi.archive.witness import CosignatureVerifier
from jebi.cli.options import add_archive
from jebi.cli.terminal import Terminal
from jebi.errors import Exit, Refused
from jebi.office.checking import check_archive
from jebi.office.desk import open_desk
from jebi.parcel.note import Ed25519Verifier
from jebi.vault import files

NAMES = ("desk", "check")
HELP = "check the archive, or a proof"


def configure(parser: argparse.ArgumentParser) -> None:
    add_archive(parser)
    parser.add_argument("--proof", metavar="FILE", help="check this proof; needs no archive")
    parser.add_argument("--key", metavar="VKEY", help="with --proof: the log's key")
    parser.add_argument(
        "--witness", metavar="VKEY", action="append", default=[], help="a witness that must have cosigned"
    )
    parser.add_argument("--remembered", metavar="FILE", action="append", default=[], help="a checkpoint kept elsewhere")


def run(options: argparse.Namespace, terminal: Terminal) -> Exit:
    if options.remembered and options.proof:
        raise Refused(
            "a remembered checkpoint is compared with an archive, not with a proof", hint="leave one of them out"
        )
    if options.key and not options.proof:
        raise Refused("an archive is checked with its own key", hint="leave --key out, or name a proof: --proof")
    witnesses = [CosignatureVerifier.parse(text) for text in options.witness]
    if options.proof:
        if not options.key:
            raise Refused(
                "a proof proves nothing without the log's key", hint="ask the desk for it, and give it: --key"
            )
        return _check_proof(options, witnesses, terminal)
    passphrase = terminal.secret("passphrase of the archive", options.passphrase_file)
    with open_desk(options.archive, passphrase) as desk, terminal.progress():
        remembered = [files.read(path) for path in options.remembered]
        checked = check_archive(desk, witnesses, remembered, terminal)
    terminal.result(
        str(checked),
        records=checked.records,
        parcels=checked.parcels,
        compared=checked.compared,
        stamps=checked.stamps,
    )
    return Exit.DONE


def _check_proof(options: argparse.Namespace, witnesses: list[CosignatureVerifier], terminal: Terminal) -> Exit:
    proven = proof.verify(files.read(options.proof), Ed25519Verifier.parse(options.key), witnesses)
    event = proven.event
    when = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(event.time))
    text = (
        f"true: record {proven.index} of {proven.checkpoint.origin}, by {event.actor}, {when}\n"
        f"  {event.kind} {event.subject}\n  {event.detail}\n"
        f"  the log's key signed it among {proven.checkpoint.size} records; {_cosigned(len(witnesses))}\n"
        "  it says when the desk had these bytes, not when they were filmed"
    )
    terminal.result(text, index=proven.index, **event.fields())
    return Exit.DONE


def _cosigned(witnesses: int) -> str:
    if not witnesses:
        return "no witness was asked for: --witness"
    return "the witness cosigned it" if witnesses == 1 else f"all {witnesses} witnesses cosigned it"
