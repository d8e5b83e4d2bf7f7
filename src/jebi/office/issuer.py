"""The organisation's credential: what films are signed with, kept as the desk's other keys are (docs/formats/credentials.md, "Who keeps the key").

It is made when it is needed for the first time, under a root of the organisation's own, or taken over from a recognised authority. The root's
certificate is for everybody: readers take it as their anchor.

Invariants: it is there whole or not at all, and once, however many need it at the same moment; on the disk it is sealed to the desk. Its keys are in no
`repr`, no error and no log.
"""

import json
import secrets
from dataclasses import dataclass, field
from datetime import date
from os.path import exists

from jebi.errors import Damaged, Refused
from jebi.office.desk import Workplace
from jebi.parcel import seal
from jebi.release import chain
from jebi.release.chain import LONGEST_NAME, Credential
from jebi.release.publish import MOST_ROOTS
from jebi.vault import files

KEPT = ("keys", "credential.age")
_BEGIN = b"-----BEGIN CERTIFICATE-----"
YEARS = (
    20  # for which a certificate is good: a film whose certificate ended is called invalid, and there is no time stamp
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Who signs films.

    Args:
        credential: what with.
        root: PEM of the certificate that readers trust; public.
        root_key: PEM, of a root of the organisation's own; else empty.
        earlier: PEM of the roots before it, the newest first: films that were published then are known by them.
    """

    credential: Credential
    root: bytes
    root_key: bytes = field(default=b"", repr=False)
    earlier: bytes = b""

    @property
    def anchors(self) -> bytes:
        """All that readers are to trust, PEM, the newest first."""
        return self.root + self.earlier


def issuer(workplace: Workplace, today: date) -> Issuer:
    """The organisation's, made if there is none yet. Raises `Damaged` where what was kept is none."""
    path = workplace.path(*KEPT)
    if not exists(path):
        with files.alone(path):
            if not exists(path):  # nobody made it while we waited
                _keep(workplace, _made(str(workplace.settings["name"]), today))
    return _read(workplace)


def take_over(
    workplace: Workplace, untrusted_chain: bytes, untrusted_key: bytes, untrusted_root: bytes, today: date
) -> Issuer:
    """Sign with what an authority issued from now on, instead of what there is.

    Args:
        workplace: the archive.
        untrusted_chain: PEM, the signing certificate first, the root's left out.
        untrusted_key: PEM of PKCS #8, not encrypted.
        untrusted_root: PEM of the one certificate that signed the last of the chain.
        today: it has to be good.

    Raises:
        Damaged: they cannot be read.
        Refused: they do not fit what readers demand, or each other.
    """
    credential = chain.adopt(untrusted_chain, untrusted_key, today=today)
    root, path = chain.anchor(credential, untrusted_root), workplace.path(*KEPT)
    with files.alone(path):
        before = _read(workplace).anchors if exists(path) else b""
        taken = Issuer(credential=credential, root=root, earlier=before.replace(root, b""))
        if taken.anchors.count(_BEGIN) > MOST_ROOTS:
            raise Refused(f"a newsroom is known by at most {MOST_ROOTS} roots", hint="keep the authority that you have")
        _keep(workplace, taken)
    return taken


def _made(desk: str, today: date) -> Issuer:
    """A root in the organisation's name and a certificate under it, by whole years: the day of its making is nobody's business."""
    first, last = date(today.year, 1, 1), date(today.year + YEARS, 12, 31)
    name = desk.partition("/")[0][:LONGEST_NAME]
    authority = chain.found(name, first=first, last=last, randomness=secrets.token_bytes)
    credential = chain.issue(authority, first=first, last=last, randomness=secrets.token_bytes)
    return Issuer(credential=credential, root=authority.certificate, root_key=authority.key)


def _read(workplace: Workplace) -> Issuer:
    return _parsed(seal.open_in_memory(files.read(workplace.path(*KEPT)), [workplace.identity]))


def _keep(workplace: Workplace, what: Issuer) -> None:
    facts = {
        "chain": what.credential.chain.decode(),
        "key": what.credential.key.decode(),
        "root": what.root.decode(),
        "root-key": what.root_key.decode(),
        "earlier": what.earlier.decode(),
    }
    sealed = seal.in_memory(json.dumps(facts).encode(), [workplace.identity.recipient()])
    files.replace(workplace.path(*KEPT), sealed)


def _parsed(written: bytes) -> Issuer:
    """Sealed by this desk to itself, so it is ours or the disk's fault."""
    try:
        facts = json.loads(written)
        values = {name: str(facts[name]).encode() for name in ("chain", "key", "root", "root-key")}
        earlier = str(facts.get("earlier", "")).encode()  # which older archives do not have
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Damaged(
            "the organisation's credential cannot be read", hint="restore keys/credential.age from a copy"
        ) from None
    credential = Credential(chain=values["chain"], key=values["key"])
    return Issuer(credential=credential, root=values["root"], root_key=values["root-key"], earlier=earlier)
