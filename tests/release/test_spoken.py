"""Who cleared and who refuses an output, by what the log has."""

import pytest

from jebi.archive.record import Event
from jebi.release.spoken import CLEARED, REFUSED, Spoken, spoken

ONE, OTHER = "ab" * 32, "cd" * 32


def said(kind: str, who: str, time: int = 1, *, output: str = ONE, cut: int = 7, more: str = "") -> Event:
    detail = f"output sha256 {output}{more}"
    return Event(kind=kind, subject=f"cut/{cut}", detail=detail, actor=f"member/{who}", time=time)


def people(*names: str) -> frozenset[str]:
    return frozenset(names)


@pytest.mark.parametrize(
    ("events", "told"),
    [
        ([], Spoken()),
        ([said(CLEARED, "crane", 5)], Spoken(cleared=people("crane"), last=5)),
        ([said(CLEARED, "crane", 5), said(CLEARED, "heron", 3)], Spoken(cleared=people("crane", "heron"), last=5)),
        ([said(CLEARED, "crane"), said(REFUSED, "stork")], Spoken(refused=people("stork"), last=1)),
        ([said(REFUSED, "stork"), said(CLEARED, "stork", 2)], Spoken(cleared=people("stork"), last=2)),
        (
            [said(REFUSED, "stork"), said(CLEARED, "crane", 2)],
            Spoken(cleared=people("crane"), refused=people("stork"), last=2),
        ),
        ([said(CLEARED, "crane", more=" #4")], Spoken()),
        ([said(REFUSED, "stork", more=" #4")], Spoken(refused=people("stork"))),
        ([said(REFUSED, "stork"), said(CLEARED, "stork", more=" #4")], Spoken(refused=people("stork"))),
        ([said(CLEARED, "crane", output=OTHER)], Spoken()),
        ([said("cut-planned", "wren")], Spoken()),
    ],
    ids=[
        "nobody spoke",
        "one cleared",
        "two cleared, and the clock went back",
        "a refusal ends what was cleared",
        "whoever refused may clear",
        "a refusal stands whoever clears",
        "what came by way of a row clears nothing",
        "what came by way of a row refuses",
        "what came by way of a row takes no refusal back",
        "another output",
        "another kind",
    ],
)
def test_what_was_said_last_counts(events: list[Event], told: Spoken) -> None:
    assert spoken(events).of(ONE) == told


def test_whoever_cleared_any_output_of_a_cut_is_known_for_ever() -> None:
    words = spoken([said(CLEARED, "crane"), said(REFUSED, "stork"), said(CLEARED, "heron", output=OTHER)])
    assert words.ever_cleared(7) == {"crane", "heron"}
    assert words.ever_cleared(8) == people()
