"""Brings the site's folder to where it is served from, and only what changed: the list that lies there says what that is.

First the signed list of what is coming, under a name of its own; then films, pages; then what was withdrawn goes; and the list takes its
place last: whoever reads it finds all that it names. A run that was stopped leaves the old list there, so the next one sees the same to do
and goes on; and where that is not the same any more, it sees by the list of what was coming what may lie there, and takes it away.

Invariants: the lists there are ours, or there are none; a later edition alone takes the place of one; what lies there otherwise than `site.note`
says is among what `site.next.note` says otherwise; nothing is removed that neither names. Peak: three lists, and a piece.
"""

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from jebi.errors import Refused
from jebi.parcel.note import LONGEST_NOTE, Verifier
from jebi.release import mirror
from jebi.release.mirror import COMING, NOTE, Entry, Sending, SiteList
from jebi.vault.files import read
from jebi.vault.outlet import Outlet, Sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What there was to send, and how many files of it were not there yet."""

    sending: Sending
    sent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class There:
    """The lists of the place: what is served, and what a run that was stopped was bringing; `None` where there is none."""

    served: SiteList | None
    coming: SiteList | None

    def lists(self) -> tuple[SiteList, ...]:
        """Those that there are."""
        return tuple(one for one in (self.served, self.coming) if one)


def there(outlet: Outlet, verifier: Verifier) -> There:
    """What lies at the place; raises as `plan`."""

    def listed(path: str) -> SiteList | None:
        untrusted_note = outlet.read(path, LONGEST_NOTE)
        return None if untrusted_note is None else mirror.parse_list(untrusted_note, verifier)

    return There(served=listed(NOTE), coming=listed(COMING))


def plan(folder: str, outlet: Outlet, verifier: Verifier) -> tuple[SiteList, Sending]:
    """The list of the folder, and what brings the place there.

    Raises:
        Damaged, Refused: a list is damaged, or is not signed by our key; the list there is another, and this is no later one.
        Unable: the place does not answer.
    """
    listed = mirror.parse_list(read(os.path.join(folder, NOTE)), verifier)
    found = there(outlet, verifier)
    if found.served and found.served != listed and found.served.edition >= listed.edition:
        raise Refused(
            f"edition {found.served.edition} is served there, and edition {listed.edition} of this folder does not follow it",
            hint="run jebi desk publish again with this --site and this --to: it begins after what is served there",
        )
    return listed, mirror.changes(found.served, listed, found.coming)


def publish(
    folder: str, outlet: Outlet, verifier: Verifier, *, tell: Callable[[Sent], None] = lambda _: None
) -> Published:
    """Send what changed, and take away what is gone; raises as `plan`, and `Unable` where it stopped half-way."""
    _, sending = plan(folder, outlet, verifier)
    note = read(os.path.join(folder, NOTE))
    last = Sent(path=NOTE, size=len(note), sha256=hashlib.sha256(note).hexdigest())
    for path in sending.stray:
        outlet.remove(str(path))
    sent = outlet.send(folder, _sent(sending.restored), tell=tell)
    if not outlet.holds(last):
        outlet.write(COMING, note)
    files, gone = _sent((*sending.files, *sending.pages)), [str(path) for path in sending.gone]
    sent += outlet.publish(folder, files, gone=gone, last=last, tell=tell)
    outlet.remove(COMING)
    return Published(sending=sending, sent=sent)


def _sent(entries: Sequence[Entry]) -> list[Sent]:
    return [Sent(path=str(one.path), size=one.size, sha256=one.sha256) for one in entries]
