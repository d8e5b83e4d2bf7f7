"""Make a witness's key: a partner who remembers the desk's log, and cosigns it only while it grows.

The public key is shown; the desk and whoever checks its proofs need it. The secret stays here, under a passphrase.
"""

import argparse
import os
import secrets

from jebi.archive.witness import Cosigner
from jebi.cli.options import add_passphrase
from jebi.cli.terminal import Terminal
from jebi.errors import Exit, Refused, failures_named
from jebi.parcel import seal
from jebi.vault import files

NAMES = ("witness", "init")
HELP = "make a witness's key"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--folder", required=True, metavar="FOLDER", help="where the witness keeps its key and memory")
    parser.add_argument("--name", required=True, help="the witness's name, such as example.org/witness")
    add_passphrase(parser)


def run(options: argparse.Namespace, terminal: Terminal) -> Exit:
    is_leftover = os.path.isdir(options.folder) and set(os.listdir(options.folder)) <= {"key.age.new"}
    if (
        os.path.lexists(options.folder) and not is_leftover
    ):  # a leftover is of a run that was stopped before it had a key
        raise Refused(f"{options.folder} exists already", hint="name a folder that does not exist yet")
    cosigner = Cosigner(name=options.name, secret=secrets.token_bytes(32))
    key = str(cosigner.verifier())
    passphrase = terminal.new_secret("passphrase for the witness's key", options.passphrase_file)
    with failures_named(options.folder, "made"):
        os.makedirs(options.folder, mode=0o700, exist_ok=True)
    content = f"{options.name}\n{cosigner.secret.hex()}\n".encode()
    files.replace(os.path.join(options.folder, "key.age"), seal.with_passphrase(content, passphrase))
    terminal.result(key, key=key)
    return Exit.DONE
