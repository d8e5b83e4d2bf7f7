"""A cut from its clips to its report in one go, for whoever sits at a terminal: faces looked for, planned, rendered, looked through for leaks.

Invariants: each step is kept before the next begins, so whoever is interrupted goes on where it stopped. What is made stays sealed.
"""

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jebi.office import cutting
from jebi.office.admission import drain, open_catalogue
from jebi.office.attending import attend, kept_of
from jebi.office.clearing import reporter
from jebi.office.cutting import Wanted
from jebi.office.desk import Desk
from jebi.office.exhibiting import find
from jebi.office.progress import Progress
from jebi.office.protecting import SEARCH, TEXT
from jebi.parcel.keys import Identity
from jebi.release.leaks import Report
from jebi.release.plan import SEED, Plan
from jebi.vault.cuts import Output, OutputFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Protected:
    """A cut: its plan, what was rendered from it, and what leaks from that."""

    plan: Plan
    output: Output
    files: tuple[OutputFile, ...]
    report: Report


def protect(
    desk: Desk,
    models: Path,
    progress: Progress,
    asked: Wanted | tuple[str, Plan],
    *,
    by: str,
    outer: Sequence[Identity] = (),
) -> Protected:
    """Make a cut.

    Args:
        desk: the archive, held.
        models: with which faces are found.
        progress: for whoever waits.
        asked: clips, by their numbers or beginnings, or the name of a cut and a plan for it.
        by: who plans it.
        outer: the second person's identities, where the desk needs one.

    Raises:
        NothingFound, Refused: as `cutting`; also where rendering or looking through failed, with the reason.
    """
    kept = kept_of(desk)
    if isinstance(asked, Wanted):
        with open_catalogue(desk) as catalogue:
            shown = tuple(find(catalogue, asked.clips))
            for task in (SEARCH, TEXT) if asked.has_texts else (SEARCH,):
                cutting.want_search(catalogue, shown, _now_ms(), task=task)
        attend(desk, models, progress, outer=outer)
        with open_catalogue(desk) as catalogue:
            plan = cutting.propose(catalogue, kept, asked.of(shown), secrets.token_bytes(SEED))
        name = asked.name
    else:
        name, plan = asked
    with open_catalogue(desk) as catalogue:
        number = cutting.keep(catalogue, kept, name, plan, by, _now_ms())
        drain(desk, catalogue)
    attend(desk, models, progress, outer=outer)
    with open_catalogue(desk) as catalogue:
        output = cutting.newest_output(catalogue, number)
        files = tuple(cutting.files(catalogue, output))
        report = cutting.last_report(catalogue, kept, reporter(desk).verifier(), output)
    return Protected(plan=plan, output=output, files=files, report=report)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
