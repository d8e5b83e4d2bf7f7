"""The second person of a desk that two must open: their identity file, and the passphrase that it may have."""

import argparse
from collections.abc import Sequence

from jebi.cli.terminal import Terminal
from jebi.errors import Refused, WrongKey
from jebi.parcel import seal
from jebi.parcel.keys import Identity, Passphrase, parse_identities
from jebi.vault import files


def add_second(parser: argparse.ArgumentParser) -> None:
    """`--with`."""
    parser.add_argument("--with", dest="second", metavar="IDENTITY", help="the second person's identity file")


def second_person(path: str | None, terminal: Terminal) -> Sequence[Identity]:
    """The second person's identities; none where no file is named."""
    return parse_identities(_text(path, terminal)) if path else ()


def _text(path: str, terminal: Terminal) -> str:
    content = files.read(path)
    if content.startswith(b"age-encryption.org/"):
        try:
            passphrase = terminal.secret(f"passphrase of {path}", None)
        except Refused as error:
            raise Refused(
                f"{path} has a passphrase, and there is no terminal to ask for it",
                hint="run it at a terminal: the second person types it",
            ) from error
        try:
            content = seal.open_in_memory(content, [Passphrase(passphrase)])
        except WrongKey as error:
            raise WrongKey(
                f"this is not the passphrase of {path}", hint="capitals and spaces count; try again"
            ) from error
    return content.decode(errors="replace")
