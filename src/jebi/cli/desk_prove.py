"""Export an offline proof of what the custody log says of a parcel.

The proof is one file. Anybody verifies it with `jebi desk check --proof`, or with sixty lines of Python that the
documentation prints, and the log's key, which is shown here and must reach them another way.
"""

import argparse

from jebi.archive.ledger import kept_checkpoints
from jebi.archive.proof import prove
from jebi.archive.record import parse_record
from jebi.cli.options import add_archive, new_file
from jebi.cli.terminal import Terminal
from jebi.errors import Exit, Refused
from jebi.office.desk import Desk, open_desk
from jebi.vault import files

NAMES = ("desk", "prove")
HELP = "export an offline proof about a parcel"


def configure(parser: argparse.ArgumentParser) -> None:
    add_archive(parser)
    parser.add_argument("parcel", metavar="PARCEL", help="the parcel's public name, as receiving showed it")
    parser.add_argument("--out", required=True, metavar="FILE", help="the proof, by custom ending in .tlog-proof")
    parser.add_argument("--cosigned", action="store_true", help="prove under the newest cosigned checkpoint")


def run(options: argparse.Namespace, terminal: Terminal) -> Exit:
    new_file(options.out)
    passphrase = terminal.secret("passphrase of the archive", options.passphrase_file)
    with open_desk(options.archive, passphrase) as desk:
        index, written = _prove(desk, options.parcel, cosigned=options.cosigned)
        key = str(desk.signer.verifier())
    files.replace(options.out, written)
    terminal.say(f"wrote {options.out}, which proves record {index}. The log's key, to be passed on another way:")
    terminal.result(key, index=index, key=key)
    return Exit.DONE


def _prove(desk: Desk, parcel: str, *, cosigned: bool) -> tuple[int, bytes]:
    records = [(i, parse_record(line)) for i, line in enumerate(desk.ledger.records())]
    of_parcel = [(i, record) for i, record in records if record.event.subject == parcel]
    if not of_parcel:
        raise Refused("the log knows no parcel of that name", hint="jebi desk receive shows the names of parcels")
    index, record = of_parcel[-1]
    checkpoint = desk.log.checkpoint()
    size = checkpoint.size
    if cosigned:
        kept = [one for one in kept_checkpoints(desk.ledger, desk.signer.verifier()) if one.size > index]
        kept = [one for one in kept if len(one.note.signatures) > 1]  # others were stamped, and nobody cosigned them
        if not kept:
            raise Refused(
                "no cosigned checkpoint is as new as this parcel", hint="ask a witness first: jebi desk cosign"
            )
        checkpoint = kept[-1]
    return index, prove(desk.ledger, record, index, checkpoint, size=size).written()
