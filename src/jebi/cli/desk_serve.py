"""Open the archive in a browser: what arrived, clips, search, trips, the custody log, jobs, health.

The pages are for this machine alone, unless you name another address to listen at, and then only behind a server that
speaks https: name what it is called there with --origin. The first time, an admin is made, and their password shown once.
Sticks that are plugged in, and what lies in --inbox, are received on the page of arrivals; clips are looked at meanwhile, in
the jail. With --site what two people cleared is published by a third on the page of releases, into that folder and nowhere
else. Ctrl-C closes everything; what was being done goes on the next time.
"""

import argparse
import ipaddress
import os
import re
import secrets
import socket
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from jebi.cli.options import add_archive, natural
from jebi.cli.second import add_second, second_person
from jebi.cli.terminal import Terminal
from jebi.errors import Exit, Refused, Unable
from jebi.office.desk import open_desk
from jebi.parcel import trip

if TYPE_CHECKING:
    from jebi.office.house import House

NAMES = ("desk", "serve")
HELP = "open the archive in a browser on this machine"
PORT = 8765
LAST_PORT = 65535
_ORIGIN = re.compile(r"https://(\[[0-9a-f:]+\]|[a-z0-9-]+(\.[a-z0-9-]+)*)(:[0-9]{1,5})?")


def configure(parser: argparse.ArgumentParser) -> None:
    add_archive(parser)
    add_second(parser)
    parser.add_argument(
        "--host", type=_address, default="127.0.0.1", metavar="ADDRESS", help="listen there (default: 127.0.0.1)"
    )
    parser.add_argument("--port", type=_port, default=PORT, metavar="N", help=f"listen there (default: {PORT}; 0: any)")
    parser.add_argument(
        "--origin",
        type=_origin,
        metavar="URL",
        action="append",
        default=[],
        help="what the desk is called behind https, as https://desk.example",
    )
    parser.add_argument(
        "--inbox",
        metavar="FOLDER",
        action="append",
        default=[],
        help="offer what lies in there to be received, beside what is plugged in",
    )
    parser.add_argument(
        "--site", metavar="FOLDER", default="", help="the site's folder, into which films are published"
    )
    parser.add_argument("--models", metavar="FOLDER", help="models (default: jebi/models in the XDG data folder)")
    parser.add_argument("--workers", type=natural, metavar="N", help="clips looked at at once (default: one a core)")


def run(options: argparse.Namespace, terminal: Terminal) -> Exit:
    from jebi.media.models import usual_folder  # the field's laptop has none of what these need
    from jebi.office.serving import open_house
    from jebi.web.app import create_app, serve
    from jebi.web.settings import Settings
    from jebi.web.site.generator import generate

    with _listening(options.host, options.port) as listening:
        origins = options.origin or _origins(options.host, listening.getsockname()[1])
        zone = datetime.now().astimezone().tzinfo
        assert zone is not None
        settings = Settings(origins=tuple(origins), clock=time.time, dice=os.urandom, complain=terminal.say, zone=zone)
        passphrase = terminal.secret("passphrase of the archive", options.passphrase_file)
        outer = second_person(options.second, terminal)
        models = Path(options.models) if options.models else usual_folder(os.environ, Path.home())
        with (
            open_desk(options.archive, passphrase) as desk,
            open_house(
                desk,
                models,
                zone=zone,
                complain=terminal.say,
                workers=options.workers,
                outer=outer,
                inboxes=options.inbox,
                site=options.site,
                generate=generate,
            ) as house,
        ):
            first = _first_admin(house)
            terminal.result(_welcome(origins[0], first), address=f"{origins[0]}/", **first)
            serve(create_app(house, settings), listening)
    return Exit.DONE


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address("127.0.0.1" if text == "localhost" else text))
    except ValueError as error:
        raise argparse.ArgumentTypeError("that is no IP address") from error


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:6]) <= LAST_PORT):
        raise argparse.ArgumentTypeError(f"a port is a number up to {LAST_PORT}")
    return int(text)


def _origin(text: str) -> str:
    """Browsers write it so, and the pages compare it letter by letter."""
    if not _ORIGIN.fullmatch(text.lower().removesuffix("/")):
        raise argparse.ArgumentTypeError("it is written https://desk.example, or https://desk.example:8443")
    return text.lower().removesuffix("/").removesuffix(":443")


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        why = os.strerror(error.errno or 0).lower()
        raise Unable(
            f"the address {host}, port {port}, could not be listened at: {why}",
            hint="if jebi is open there already, go to it; or name another port: --port N",
        ) from error


def _origins(host: str, port: int) -> list[str]:
    """How browsers on this machine call the desk. Raises `Refused` for an address that others reach."""
    if not ipaddress.ip_address(host).is_loopback:
        raise Refused(
            f"at {host} others reach the desk, and its pages do not encrypt",
            hint="listen at 127.0.0.1 behind a server that speaks https, and name it: --origin https://DESK.EXAMPLE",
        )
    named = f"[{host}]" if ":" in host else host
    return [f"http://{named}:{port}", f"http://localhost:{port}"]


def _first_admin(house: "House") -> dict[str, str]:
    """The first time somebody has to let the others in: their name and a password that they must change at once."""
    from jebi.office.kinds import Role
    from jebi.office.members import FIRST_ADMIN, Member
    from jebi.web import passwords

    if any(member.role is Role.ADMIN for member in house.members()):
        return {}
    password = trip.words(secrets.token_bytes(trip.WORDS_DICE))
    verifier = passwords.verifier(password, os.urandom)
    house.keep_member(Member(name=FIRST_ADMIN, role=Role.ADMIN, verifier=verifier, must_change=True), by="desk")
    return {"member": FIRST_ADMIN, "password": password}


def _welcome(origin: str, first: dict[str, str]) -> str:
    text = f"the archive is open at {origin}/ until you press Ctrl-C"
    if not first:
        return text
    return f"{text}\nsign in as {first['member']}, with the password, shown this once: {first['password']}"
