"""A clip's original, unsealed onto the worker's bench for one job, and gone afterwards.

Invariants: its name there tells nothing; what it is, the jail says. Peak: a piece.
"""

import contextlib
import secrets
from collections.abc import Iterator

from jebi.media.jail import Jail
from jebi.media.probe import Probe, probe
from jebi.office.admission import place_of
from jebi.office.labour import Report
from jebi.office.originals import Originals
from jebi.vault.clips import Clip


@contextlib.contextmanager
def plain(originals: Originals, clip: Clip) -> Iterator[str]:
    """The original, as a file under a name that tells nothing."""
    place = place_of(originals.shelf(clip.parcel), clip)
    with originals.copy(clip.parcel, place, secrets.token_hex(8)) as path:
        yield path


@contextlib.contextmanager
def probed(originals: Originals, jail: Jail, clip: Clip, report: Report) -> Iterator[tuple[str, Probe]]:
    """The same, and what kind of film, sound or picture it is. Raises as `probe`."""
    with plain(originals, clip) as path:
        yield path, probe(jail, path, can_stop=report.can_stop)
