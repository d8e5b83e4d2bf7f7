"""What the desk's pages show of cuts, as plain values, and all that they ask of them; `cutting_room.CuttingRoom` answers.

Plans and reports are shown as they are (`release.plan`, `release.leaks`): whoever reads a page reads what is signed. Times in a cut or a source are
milliseconds, all others POSIX seconds. Names of clips are hostile.

Invariants: values and a protocol only; what a page is shown counts for nothing: what clears a cut stands in the custody log (`clearing`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from jebi.office.kinds import CutState
from jebi.office.shown import Blob, Job, Page
from jebi.release.concerns import Concern
from jebi.release.leaks import Report
from jebi.release.plan import Plan, Style


@dataclass(frozen=True, slots=True, kw_only=True)
class CutCard:
    """A cut in the list. `plans` were kept of it so far; `state` is that of the newest."""

    number: int
    name: str
    state: CutState
    made: int
    by: str
    plans: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPlan:
    """A plan that was kept of a cut, by whom."""

    number: int
    by: str
    made: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CutOutput:
    """What was rendered from a plan; `report` is the newest on it, `None` where nobody looked it through yet."""

    number: int
    plan: int
    state: CutState
    made: int
    sha256: str
    size: int
    report: Report | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """All that there is to say of a cut: its newest plan, all plans and outputs, the newest first, and jobs that are not done."""

    card: CutCard
    plan: Plan
    names: Mapping[str, str]
    plans: tuple[KeptPlan, ...]
    outputs: tuple[CutOutput, ...] = ()
    jobs: tuple[Job, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What of a transcript or a translation may become lines of a plan: that for which persons, `by`, stand. For `left` lines more only a machine does.

    Lines are their start, their end and their words.
    """

    language: str
    is_translation: bool
    by: tuple[str, ...]
    lines: tuple[tuple[int, int, str], ...]
    left: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EditedSource:
    """A clip of a plan that is edited. `concerns` are worst first; without `is_searched` nobody looked for faces, and there is none."""

    clip: str
    name: str
    length_ms: int
    is_searched: bool
    has_viewing: bool
    concerns: tuple[Concern, ...] = ()
    said: tuple[Checked, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """The newest plan of a cut, for whoever edits it: its number, its bytes, its sources."""

    number: int
    written: bytes
    sources: tuple[EditedSource, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Whether a clip was looked through; `job` does it, if somebody wanted it."""

    is_done: bool
    job: Job | None = None


Sought = Literal["faces", "text"]


class Cuts(Protocol):
    """What the pages ask of cuts. See `counter.Archive`."""

    def cuts(self, *, key: str = "") -> Page[CutCard]: ...

    def cut(self, cut: str, /) -> Cut: ...

    def cut_picture(self, cut: str, /) -> Blob:
        """The poster of the newest output, or, where there is none, of the first clip as it was filmed."""

    def cut_film(self, cut: str, output: str, /) -> Blob: ...

    def searched(self, clip: str, sought: Sought, /) -> Search: ...

    def want_searched(self, clip: str, sought: Sought, /, *, by: str) -> None:
        """Have a clip looked through, again where it failed."""

    def begin_cut(self, clip: str, name: str, style: Style, /, *, has_figures: bool, has_texts: bool, by: str) -> int:
        """Keep a proposal for a new cut that shows a whole clip; returns its number.

        Raises `Refused` when there is a cut of that name, or nobody looked the clip through for what is to be covered.
        """

    def edited_plan(self, cut: str, /) -> Edited: ...

    def keep_plan(self, cut: str, based: int, untrusted_plan: bytes, /, *, by: str) -> None:
        """Keep an edited plan in the place of the one that it is based on.

        Raises:
            Damaged: it is no plan.
            Refused: another is the newest by now, or it is of other clips, or in another picture, or beyond them.
        """
