"""What people said of outputs, as the custody log tells it: who cleared one, and who refuses it (docs/formats/cuts.md, "Release").

Invariants: only what the desk wrote into the log itself clears: an event that came by way of a row bears its number at the end. A refusal counts whichever way it
came, ends what was cleared before it, and stands until whoever refused clears. It reads no row and no file. Peak: a few names an output.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from jebi.archive.record import Event
from jebi.release.register import MEMBER

CLEARED: Final = "cut-cleared"
REFUSED: Final = "cut-refused"
KINDS: Final = (CLEARED, REFUSED)
_OUTPUT = re.compile(r"output sha256 ([0-9a-f]{64})(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What was said of one output: who cleared it since it was last refused, who refuses it now, and when it was last cleared (POSIX seconds)."""

    cleared: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    last: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What was said of all outputs, by their hash; and of each cut, by the subject of its events, who ever cleared an output of it."""

    outputs: Mapping[str, Spoken] = field(default_factory=dict)
    cuts: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def of(self, output: str) -> Spoken:
        """What was said of one; nothing where nobody spoke."""
        return self.outputs.get(output, Spoken())

    def ever_cleared(self, cut: int) -> frozenset[str]:
        """Who ever cleared any output of a cut."""
        return self.cuts.get(subject(cut), frozenset())


def subject(cut: int) -> str:
    """How events name a cut."""
    return f"cut/{cut}"


def detail(output: str) -> str:
    """What the log says of an output that is cleared or refused."""
    return f"output sha256 {output}"


def spoken(events: Iterable[Event]) -> Words:
    """What events of the log, in their order, tell of outputs; others are passed over."""
    outputs, by_cut = dict[str, Spoken](), dict[str, frozenset[str]]()
    for event in events:
        told = _OUTPUT.fullmatch(event.detail) if event.kind in KINDS else None
        if not told:
            continue
        output, name = told[1], event.actor.removeprefix(MEMBER)
        before = outputs.get(output, Spoken())
        if event.kind == REFUSED:
            outputs[output] = replace(before, cleared=frozenset(), refused=before.refused | {name})
        elif not told[2]:  # else it came by way of a row
            last = max(before.last, event.time)
            outputs[output] = Spoken(cleared=before.cleared | {name}, refused=before.refused - {name}, last=last)
            by_cut[event.subject] = by_cut.get(event.subject, frozenset()) | {name}
    return Words(outputs=outputs, cuts=by_cut)
