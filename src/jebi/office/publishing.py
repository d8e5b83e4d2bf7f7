"""Brings the site's folder to where it is served from, and only what changed: the list that lies there says what that is.

Films first, pages next, then what was withdrawn goes, and the signed list last: whoever reads the list finds all that it names.
A run that was stopped leaves the old list there, so the next one sees the same to do and goes on.

Invariants: the list there is ours, or there is none; a later edition alone takes its place; nothing is removed that it does not name.
Peak: two lists, and a piece.
"""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass

from jebi.parcel.note import LONGEST_NOTE, Verifier
from jebi.release import mirror
from jebi.release.mirror import NOTE, Entry, Sending, SiteList
from jebi.vault.files import read
from jebi.vault.outlet import Outlet, Sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What there was to send, and how many files of it were not there yet."""

    sending: Sending
    sent: int


def there(outlet: Outlet, verifier: Verifier) -> SiteList | None:
    """The list of the place, or `None` where nothing is served yet; raises as `plan`."""
    untrusted_note = outlet.read(NOTE, LONGEST_NOTE)
    return mirror.parse_list(untrusted_note, verifier) if untrusted_note is not None else None


def plan(folder: str, outlet: Outlet, verifier: Verifier) -> tuple[SiteList, Sending]:
    """The list of the folder, and what brings the place there.

    Raises:
        Damaged, Refused: a list is damaged, or is not signed by our key; the list there is another, and this is no later one.
        Unable: the place does not answer.
    """
    listed = mirror.parse_list(read(os.path.join(folder, NOTE)), verifier)
    served = there(outlet, verifier)
    if served and served != listed and served.edition >= listed.edition:
        raise Refused(
            f"edition {served.edition} of the site is served there, and this folder has edition {listed.edition} of another",
            hint="run jebi desk publish again with this --site and this --to: it begins after what is served there",
        )
    return listed, mirror.changes(served, listed)


def publish(
    folder: str, outlet: Outlet, verifier: Verifier, *, tell: Callable[[Sent], None] = lambda _: None
) -> Published:
    """Send what changed, and take away what is gone; raises as `plan`, and `Unable` where it stopped half-way."""
    _, sending = plan(folder, outlet, verifier)
    note = read(os.path.join(folder, NOTE))
    last = Sent(path=NOTE, size=len(note), sha256=hashlib.sha256(note).hexdigest())
    files = [_sent(one) for one in (*sending.files, *sending.pages)]
    sent = outlet.publish(folder, files, gone=[str(path) for path in sending.gone], last=last, tell=tell)
    return Published(sending=sending, sent=sent)


def _sent(one: Entry) -> Sent:
    return Sent(path=str(one.path), size=one.size, sha256=one.sha256)
