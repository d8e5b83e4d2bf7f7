"""A cut as somebody at a terminal looks at it before they clear it: what was found, where to look first, what the public will read.

Invariants: what is signed is exactly what was looked at here: the same output, the same plan, the same report; where one of them changed meanwhile, nothing is
signed. The secret half of a key is used here and kept nowhere. Peak: the plan and the report.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from jebi.errors import NothingFound, Refused
from jebi.office.clearing import Clearances, reporter
from jebi.office.releasing import SECOND, Releases
from jebi.office.showing import Showing
from jebi.parcel import note
from jebi.parcel.note import Ed25519Signer
from jebi.release import publication
from jebi.release.checklist import Seen
from jebi.release.clear import Cut
from jebi.release.doubts import Doubt, doubts
from jebi.release.leaks import Check, Report, open_report
from jebi.release.plan import How, Plan
from jebi.release.publish import Film, Words
from jebi.release.register import Released
from jebi.vault import cuts
from jebi.vault.cuts import Output, OutputFile

SHORTHAND = 16  # hexadecimal digits by which a person knows a film
HEARD: Mapping[How, str] = {
    "plain": "as it was",
    "surroundings": "surroundings, without voices",
    "disguised": "a disguised voice",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedOver:
    """The newest output of a cut, and all that is known of it.

    Args:
        cut: what is signed who clears it.
        name: of the cut, at the desk.
        output: the row that it is kept under.
        files: what it is made of; the film first.
        report: what was found.
        film: what the public would be shown, under a number that it has not yet.
        plan: what it was rendered from.
        doubts: where to look first.
    """

    cut: Cut
    name: str
    output: Output
    files: tuple[OutputFile, ...]
    report: Report
    film: Film
    plan: Plan
    doubts: tuple[Doubt, ...]

    def lines(self) -> Iterator[str]:
        """All of it in words, for a terminal."""
        verdict = "passed" if self.report.passed else "did not pass"
        yield f"cut {self.cut.number}, {self.name}: {self.film.seconds} s; the leak check {verdict}"
        yield f"  film {self.shorthand}"
        for check in self.report.checks:
            yield from _check(check)
        yield "look first at, in seconds of the film:"
        yield "  " + (", ".join(f"{one.at_ms / 1000:.1f} ({one.why})" for one in self.doubts) or "nothing stands out")
        yield "the public reads:"
        for what, told in (("title", self.film.title), ("summary", self.film.summary), ("why", self.film.why)):
            yield from _texts(what, told)
        named = {"places": self.film.places, "themes": self.film.themes, "filmed": (self.film.filmed or "not told",)}
        yield from (f"  {what}: {', '.join(told)}" for what, told in named.items())
        yield from (f"  changed: {kind}{f', {count}' if count else ''}" for kind, count in self.film.changes)
        for one in self.film.subtitles:
            yield f"  subtitles: {one.language}, {len(one.cues)} lines"
            yield from (f"    {cue.start_ms / SECOND:.1f} s: {cue.text}" for cue in one.cues)
        yield f"is heard{'' if (heard := list(publication.heard(self.plan))) else ': nothing of the originals'}"
        yield from (f"  {one.start_ms / SECOND:.1f}–{one.end_ms / SECOND:.1f} s: {HEARD[one.how]}" for one in heard)
        yield from ([f"  the lines in {self.plan.voice}, spoken by a machine"] if self.plan.voice else [])

    @property
    def shorthand(self) -> str:
        """The film, as a person can tell it from another: the first digits of its output's SHA-256."""
        return self.cut.output[:SHORTHAND]


def find(clearances: Clearances, named: str) -> tuple[cuts.Cut, Output]:
    """A cut by its name or number, and its newest output.

    Raises:
        NothingFound: there is no such cut.
        Refused: it was not rendered.
    """
    with clearances.catalogue.reading() as connection:
        by_name = cuts.named(connection, named)
        by_number = cuts.get(connection, int(named[:15])) if named.isascii() and named.isdigit() else None
        if by_name and by_number and by_name != by_number:
            raise Refused(
                f"one cut is named {named}, and another has that number",
                hint=f"name the first by its number, {by_name.id}; or the second by its name, {by_number.name}",
            )
        if (found := by_name or by_number) is None:
            raise NothingFound("there is no such cut", hint="jebi desk protect makes one")
        outputs = cuts.outputs(connection, found.id)
    if not outputs:
        raise Refused("the cut is not rendered yet", hint="jebi desk work renders what was planned")
    return found, outputs[0]


def refuse(clearances: Clearances, named: str, name: str) -> tuple[cuts.Cut, tuple[Output, ...]]:
    """Have a member refuse the newest output of a cut, and the one that is shown to the public if it is another; raises as `find`.

    Returns the cut, and what was refused; the newest first.
    """
    found, newest = find(clearances, named)
    shown = Releases(clearances).told().register.shown_of(found.id)
    with clearances.catalogue.reading() as connection:
        there = cuts.outputs(connection, found.id)
    refused = tuple(one for one in there if one.id == newest.id or (shown and one.sha256 == shown.output))
    for one in refused:
        clearances.refuse(one.id, name)
    return found, refused


def look_over(clearances: Clearances, named: str) -> LookedOver:
    """Lay everything about a cut on the table. Raises as `find`, and `Refused` where nobody looked for leaks, or it cannot be published."""
    found, output = find(clearances, named)
    with clearances.catalogue.reading() as connection:
        reported, planned = cuts.last_report(connection, output.id), cuts.get_plan(connection, output.cut_plan)
        files = cuts.files(connection, output.id)
    if reported is None or planned is None:
        raise Refused("nobody looked yet whether anything leaks from the cut", hint="jebi desk work looks")
    report = open_report(clearances.kept.read(reported.blob), reporter(clearances.desk).verifier())
    time = clearances.now_ms() // SECOND
    would = Released(number=1, cut=found.id, output=output.sha256, plan=planned.sha256, time=time, by="")
    showing = Showing(clearances.catalogue, clearances.kept)
    found_ms = [one.at_ms for one in report.findings if one.at_ms is not None]
    return LookedOver(
        cut=Cut(number=found.id, output=output.sha256, plan=planned.sha256, report=reported.sha256),
        name=found.name,
        output=output,
        files=tuple(sorted(files, key=lambda one: one.name != "film.mp4")),
        report=report,
        film=showing.film(would),
        plan=(plan := showing.plan(would)),
        doubts=doubts(plan, found_ms),
    )


def clear(clearances: Clearances, looked: LookedOver, name: str, seen: Seen, signer: Ed25519Signer) -> None:
    """Have the desk ask, sign what was looked at, and hand it in.

    Raises:
        Refused: not enough was seen or answered; the key is another's; something changed meanwhile; or as `Clearances.clear`.
    """
    if signer.name != f"{clearances.desk.name}/{name}":
        raise Refused("the key is another member's", hint="clear with the key that was made in your name")
    if not seen.has_watched:
        raise Refused(
            "who did not watch the whole film does not clear it", hint="--film FILE lays it out to be watched"
        )
    asked = clearances.ask(looked.output.id, name, seen=seen)
    if asked != looked.cut.statement(asked.rstrip("\n").rpartition(" ")[2]):
        raise Refused("the cut changed while it was looked at", hint="look at it again")
    clearances.clear(looked.output.id, name, str(note.sign(asked, signer)).encode())


def _check(check: Check) -> Iterator[str]:
    tools = ", ".join(f"{name} {version}" for name, version in check.tools.items())
    measured = ", ".join(f"{name} {value}" for name, value in check.measured.items())
    yield f"  {check.name}: {f'{len(check.findings)} found' if check.findings else 'nothing found'}"
    yield from (f"    {what}: {told}" for what, told in (("with", tools), ("measured", measured)) if told)
    for one in check.findings:
        yield f"    {one.what}{'' if one.at_ms is None else f', at {one.at_ms / 1000:.1f} s'}"


def _texts(what: str, told: Words | None) -> Iterator[str]:
    yield from (f"  {what} ({language}): {text}" for language, text in (told.texts if told else ()))
