"""Cosign a desk's log, if it continues what this witness saw before. Refuses a fork or a roll-back, and says so."""

import argparse
import hashlib
import os
import time

from jebi.archive.checkpoint import open_checkpoint
from jebi.archive.witness import Cosigner, cosign
from jebi.cli.options import add_passphrase, new_file
from jebi.cli.terminal import Terminal
from jebi.errors import Damaged, Exit, Refused, WrongKey
from jebi.parcel import seal
from jebi.parcel.keys import Passphrase
from jebi.parcel.note import Ed25519Verifier
from jebi.vault import files

NAMES = ("witness", "cosign")
HELP = "cosign a desk's log"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("request", metavar="REQUEST", help="the desk's request")
    parser.add_argument("--folder", required=True, metavar="FOLDER", help="the witness's key and memory")
    parser.add_argument("--log", required=True, metavar="VKEY", help="the key of the desk's log")
    parser.add_argument("--out", required=True, metavar="FILE", help="the answer, for the desk")
    add_passphrase(parser)


def run(options: argparse.Namespace, terminal: Terminal) -> Exit:
    new_file(options.out)
    log = Ed25519Verifier.parse(options.log)
    if not os.path.exists(os.path.join(options.folder, "key.age")):
        raise Refused(f"there is no witness's key in {options.folder}", hint="make one: jebi witness init")
    passphrase = terminal.secret("passphrase of the witness's key", options.passphrase_file)
    cosigner = _open_key(options.folder, passphrase)
    with files.locked(options.folder):
        memory = os.path.join(options.folder, f"seen-{hashlib.sha256(str(log).encode()).hexdigest()[:16]}.checkpoint")
        last = open_checkpoint(files.read(memory), log) if os.path.exists(memory) else None
        line, checkpoint = cosign(
            files.read(options.request), log=log, last=last, cosigner=cosigner, time=int(time.time())
        )
        files.replace(memory, checkpoint.written())  # before the cosignature leaves, or a crash could sign a fork
    files.replace(options.out, str(line).encode())
    terminal.result(f"cosigned {checkpoint.origin} at {checkpoint.size} records", size=checkpoint.size)
    return Exit.DONE


def _open_key(folder: str, passphrase: bytes) -> Cosigner:
    path = os.path.join(folder, "key.age")
    try:
        name, secret = seal.open_in_memory(files.read(path), [Passphrase(passphrase)]).decode().split()
        return Cosigner(name=name, secret=bytes.fromhex(secret))
    except WrongKey as error:
        raise WrongKey("this is not the witness's passphrase", hint="capitals and spaces count; try again") from error
    except ValueError as error:
        raise Damaged(f"{path} holds no witness's key", hint="name the folder that jebi witness init made") from error
