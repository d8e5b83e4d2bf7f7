"""Take on who clears and publishes, and enrol or revoke the keys that they clear with. Without a name, everybody is listed.

Whoever is taken on here has a pseudonym and a role, and no password: an admin gives one on the page of members, for whoever also works in the
browser. Admins are made and altered there, too. A key is made by its owner, with jebi member key; the desk enrols its public half.

It does not know who somebody is: that two members are two people, the newsroom has to see to. A key that was revoked counts for
nothing that is not released yet; whoever is disabled, or gets another role, clears nothing any more.
"""

import argparse
import time
from typing import TYPE_CHECKING

from jebi.cli.options import add_archive
from jebi.cli.terminal import Terminal
from jebi.errors import Exit, Refused
from jebi.office.desk import open_desk
from jebi.office.kinds import Role
from jebi.parcel.note import Ed25519Verifier

if TYPE_CHECKING:  # the field's laptop has none of what it needs
    from jebi.office.staffing import OnRoll, Staffing

NAMES = ("desk", "member")
HELP = "take on who clears and publishes, enrol their keys"
ROLES = tuple(role.value for role in Role if role is not Role.ADMIN)


def configure(parser: argparse.ArgumentParser) -> None:
    add_archive(parser)
    parser.add_argument("member", nargs="?", metavar="MEMBER", help="their pseudonym")
    parser.add_argument("--role", choices=ROLES, help="take them on in this role, or give them this one instead")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--enrol", metavar="VKEY", help="their public key, as jebi member key showed it")
    what.add_argument("--revoke", metavar="VKEY", help="a key of theirs that counts for nothing from now on")
    what.add_argument("--disable", action="store_true", help="they may do nothing any more")
    parser.add_argument(
        "--as", dest="actor", default="desk", metavar="MEMBER", help="who does it; it stands in the log"
    )


def run(options: argparse.Namespace, terminal: Terminal) -> Exit:
    from jebi.office.admission import open_catalogue  # the field's laptop has none of what these need
    from jebi.office.attending import kept_of
    from jebi.office.staffing import Staffing
    from jebi.web.passwords import NOBODY

    key = options.enrol or options.revoke
    verifier = Ed25519Verifier.parse(key) if key else None
    if not options.member and (options.role or options.disable or verifier):
        raise Refused("whose role or key it is has to be said", hint="jebi desk member MEMBER …")
    passphrase = terminal.secret("passphrase of the archive", options.passphrase_file)
    with open_desk(options.archive, passphrase) as desk, open_catalogue(desk) as catalogue:
        staffing = Staffing(desk, catalogue, kept_of(desk), _now_ms, by=options.actor, nobodys=NOBODY)
        _change(staffing, options, verifier)
        for one in staffing.roll():
            if options.member in {None, one.name}:
                _tell(one, terminal)
    return Exit.DONE


def _change(staffing: "Staffing", options: argparse.Namespace, verifier: Ed25519Verifier | None) -> None:
    if options.role:
        staffing.take_on(options.member, Role(options.role))
    if options.disable:
        staffing.disable(options.member)
    elif verifier and options.enrol:
        staffing.enrol(options.member, verifier)
    elif verifier:
        staffing.revoke(options.member, verifier)


def _tell(one: "OnRoll", terminal: Terminal) -> None:
    keys = [str(key) for key in one.keys]
    lines = [f"{one.name}: {'disabled' if one.is_disabled else one.role}", *(f"  {key}" for key in keys)]
    terminal.result("\n".join(lines), member=one.name, role=one.role, disabled=one.is_disabled, keys=keys)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
