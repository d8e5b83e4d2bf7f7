"""Who signs the newsroom's films: show it, write its root for readers, or take over a certificate of a recognised authority.

Films are signed with content credentials when they are rendered, with a key in the archive that is sealed to the desk. It is made when it is needed for the
first time, in the name of the organisation before the slash in the desk's name. Readers verify what it signed and say that they do not know who that is, unless they are given
its root: --root FILE writes it, and it may be shown to everybody.

--chain, --key and --anchor take over what an authority issued. From then on it signs, and what was rendered before has to be rendered anew. Destroy the file with
the key afterwards: whoever has it signs in your name.
"""

import argparse
import hashlib
import time
from datetime import UTC, datetime

from jebi.cli.options import add_archive, new_file
from jebi.cli.terminal import Terminal
from jebi.errors import Exit, Refused
from jebi.office.desk import open_desk
from jebi.vault import files

NAMES = ("desk", "credential")
HELP = "show who signs films, or take over a certificate"
TAKEN_OVER = "credential-taken-over"


def configure(parser: argparse.ArgumentParser) -> None:
    add_archive(parser)
    parser.add_argument("--root", metavar="FILE", help="write the root's certificate to a new file, for readers")
    parser.add_argument(
        "--chain", metavar="FILE", help="take over: the certificate that signs first, the root left out"
    )
    parser.add_argument("--key", metavar="FILE", help="take over: its key, as PEM without a passphrase")
    parser.add_argument("--anchor", metavar="FILE", help="take over: the root's certificate")


def run(options: argparse.Namespace, terminal: Terminal) -> Exit:
    from jebi.office.issuer import issuer, take_over  # the field's laptop has none of what it needs

    given = (options.chain, options.key, options.anchor)
    if any(given) and not all(given):
        raise Refused("a certificate is taken over with its key and its root", hint="give --chain, --key and --anchor")
    root = new_file(options.root) if options.root else None
    passphrase = terminal.secret("passphrase of the archive", options.passphrase_file)
    now = int(time.time())
    today = datetime.fromtimestamp(now, UTC).date()
    with open_desk(options.archive, passphrase) as desk:
        if all(given):
            chain, key, anchor = map(files.read, given)
            signs = take_over(desk, chain, key, anchor, today)
            detail = (
                f"by {signs.credential.organisation}, certificate sha256 {_digest(signs.credential.certificates[0])}"
            )
            desk.append(TAKEN_OVER, "credential", detail, actor="desk", time=now)
        else:
            signs = issuer(desk, today)
    if root:
        files.replace(root, signs.anchors)
    _, until = signs.credential.validity
    sha256 = _digest(signs.credential.certificates[0])
    terminal.result(
        f"{signs.credential.organisation} signs films until {until:%Y-%m-%d}; certificate sha256 {sha256}",
        organisation=signs.credential.organisation,
        until=f"{until:%Y-%m-%d}",
        certificate=sha256,
    )
    return Exit.DONE


def _digest(certificate: bytes) -> str:
    return hashlib.sha256(certificate).hexdigest()
