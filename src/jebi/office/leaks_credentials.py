"""Whether a signed film says of itself what it was to say, and nothing else; and whether a stock reader believes it.

Every byte of the credentials is held against what follows from the plan; the film without them is what their numbers are made of; and c2pa-rs reads
them in the jail, with the organisation's root as its only anchor.

Invariants: whatever lies in the film, the answer is a check. It never trusts the reader's verdict alone, nor goes without it. Peak: that of
`media.credentials`; on the disk the film once more.
"""

import hashlib

import jebi
from jebi.device import blocks
from jebi.errors import Damaged, Refused, failures_named
from jebi.media.credentials import read, reader
from jebi.media.jail import Jail
from jebi.office.issuer import Issuer
from jebi.office.labour import Report
from jebi.release.boxes import Source
from jebi.release.credential_box import opened, without
from jebi.release.credentials import differences, objections
from jebi.release.leaks import LONGEST_WORDS, Check, Finding, Reason, most
from jebi.release.plan import Plan
from jebi.release.statement import statement

DIFFERS, INVALID = Reason.CREDENTIAL_DIFFERS, Reason.CREDENTIAL_INVALID


def check_credentials(
    jail: Jail, film: str, bare: str, plan: Plan, issuer: Issuer, report: Report
) -> tuple[Check, bool]:
    """The check `credentials`; and whether the film without them lies in the new file `bare` now.

    Args:
        jail: in which it is read.
        film: the file.
        bare: a file that does not exist.
        plan: what it was rendered from.
        issuer: who was to sign it.
        report: for whoever waits.

    Raises:
        Unable, Stopped: as `Jail.start`, or the disk failed.
    """
    found: list[tuple[Reason, str]] = []
    with blocks.open_for_reading(film) as source:
        is_bare = _against_plan(found, source, bare, plan, issuer)
    found += _by_reader(jail, film, issuer, report)
    tool, _, version = reader().partition(" ")
    measured = {"differences": sum(reason is DIFFERS for reason, _ in found)}
    findings = most(Finding(reason=reason, what=_words(what)) for reason, what in found)
    check = Check(
        name="credentials", tools={"jebi": jebi.__version__, tool: version}, measured=measured, findings=findings
    )
    return check, is_bare


def _against_plan(found: list[tuple[Reason, str]], film: Source, bare: str, plan: Plan, issuer: Issuer) -> bool:
    """Add what differs; whether `bare` is the film without its credentials now."""
    is_bare = False
    try:
        lies = opened(film)
        if lies is None:
            found.append((DIFFERS, "the film has no credentials"))
        else:
            said = statement(plan, _laid(film, bare))
            is_bare = True
            found += ((DIFFERS, what) for what in differences(lies, statement=said, credential=issuer.credential))
    except Damaged as error:
        found.append((INVALID, error.what))
    return is_bare


def _laid(film: Source, bare: str) -> bytes:
    """Write the film as it was before it was signed; its digest."""
    digest = hashlib.sha256()
    with failures_named("the film", "written"), open(bare, "xb") as file:
        for piece in without(film):
            digest.update(piece)
            file.write(piece)
    return digest.digest()


def _by_reader(jail: Jail, film: str, issuer: Issuer, report: Report) -> list[tuple[Reason, str]]:
    try:
        answer = read(jail, film, anchors=issuer.root, can_stop=report.can_stop)
    except (Damaged, Refused) as error:
        return [(INVALID, error.what)]
    return [(INVALID, what) for what in objections(answer)]


def _words(what: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in what)[:LONGEST_WORDS]
