"""Make a key with which a member clears cuts, in a file of their own, under a passphrase of their own.

It needs no archive, and is best made on the member's own machine. The public key is shown: the desk enrols it with jebi desk member.
The file belongs on a stick that its owner keeps, and never into the archive.

It proves who signed as far as nobody else has file and passphrase. Neither can be brought back: a key that is lost is revoked, and another made.
"""

import argparse
import secrets

from jebi.cli.options import add_passphrase, new_file
from jebi.cli.terminal import Terminal
from jebi.errors import Exit
from jebi.office.members import check_member_name
from jebi.parcel.note import Ed25519Signer, check_name
from jebi.release import member_key
from jebi.vault import files

NAMES = ("member", "key")
HELP = "make the key with which a member clears cuts"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="the new key file")
    parser.add_argument("--desk", required=True, metavar="NAME", help="the desk's name, such as example.org/desk")
    parser.add_argument("--name", required=True, metavar="MEMBER", help="the pseudonym of whose key it is")
    add_passphrase(parser)


def run(options: argparse.Namespace, terminal: Terminal) -> Exit:
    new_file(options.file)
    check_name(options.desk)
    check_member_name(options.name)
    passphrase = terminal.new_secret("passphrase for the new key", options.passphrase_file)
    signer = Ed25519Signer(name=f"{options.desk}/{options.name}", secret=secrets.token_bytes(member_key.SECRET))
    kept = member_key.sealed(
        signer,
        passphrase.decode(),
        salt=secrets.token_bytes(member_key.SALT),
        nonce=secrets.token_bytes(member_key.NONCE),
    )
    files.replace(options.file, kept.written())
    terminal.say(f"made {options.file}: keep it with you. The public key, for the desk:")
    terminal.result(str(kept.verifier), key=str(kept.verifier))
    return Exit.DONE
