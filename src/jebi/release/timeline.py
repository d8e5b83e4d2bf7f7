"""From the clock of a cut to the clocks of its sources: which picture shows what, and what is said when (docs/formats/cuts.md, "Plan").

Invariants: pictures come at a steady rate, each belongs to one part, and their times rise; a line is shown only while its own part is. All is exact:
no time is ever the sum of rounded ones.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from jebi.release.plan import Line, Part, Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """A part of a cut on its clock: its place among the parts, when it begins, and the numbers of its pictures."""

    number: int
    part: Part
    begins_ms: int
    first: int
    end: int

    def source_ms(self, picture: int, rate: int) -> int:
        """What time it is in the source when a picture is shown; rounded down, as no frame is shown before its time."""
        return self.part.start_ms + picture * 1000 // rate - self.begins_ms


def showings(plan: Plan) -> Iterator[Showing]:
    """The parts of a cut, in order. One that is too short for a picture has none."""
    begins, rate = 0, plan.picture.rate
    for number, part in enumerate(plan.parts):
        end = begins + part.length_ms
        first, last = (-(-time * rate // 1000) for time in (begins, end))
        yield Showing(number=number, part=part, begins_ms=begins, first=first, end=last)
        begins = end


def picture_ms(picture: int, rate: int) -> int:
    """When a picture of a cut is shown, to the nearest millisecond."""
    return (2000 * picture + rate) // (2 * rate)


def lines(plan: Plan, language: str) -> Iterator[Line]:
    """What is said in a language, on the clock of the cut, cut off where its part is."""
    for showing in showings(plan):
        part = showing.part
        for line in plan.sources[part.source].lines:
            start, end = max(line.start_ms, part.start_ms), min(line.end_ms, part.end_ms)
            if line.language == language and start < end:
                shift = showing.begins_ms - part.start_ms
                yield Line(start_ms=start + shift, end_ms=end + shift, language=language, text=line.text)


def languages(plan: Plan) -> list[str]:
    """The languages in which something is said in what is shown."""
    said = {line.language for source in plan.sources for line in source.lines}
    return sorted(language for language in said if next(lines(plan, language), None))
