"""Cuts, their plans, what was rendered from them, and what leaked: rows that are added and never altered.

Invariants: a plan, an output and a report stay what they were, each with the digest of its bytes; a newer one stands beside it. A blob is kept before a
row names it. It knows nothing of what a plan says or a report means.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from jebi.vault.catalogue import Change, Event, columns, row, rows
from jebi.vault.limits import LONGEST_NAME, LONGEST_SENTENCE, check_hex, check_number, check_text
from jebi.vault.schema import cut, cut_clip, cut_plan, output, output_file, report

SHA256 = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A film in the making."""

    id: int
    name: str
    made_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Something that is kept as a sealed blob: the digest and size of what it opens to."""

    sha256: str
    blob: str
    size: int

    def __post_init__(self) -> None:
        check_hex("a digest", self.sha256, SHA256)
        check_hex("a blob's name", self.blob, SHA256)
        check_number("a size", self.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan of a cut, and who wrote it."""

    id: int
    cut: int
    sha256: str
    blob: str
    size: int
    author: str
    made_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """What was rendered from a plan: the digest of the list of its files, and the tools that made them."""

    id: int
    cut: int
    cut_plan: int
    sha256: str
    tools: str
    made_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputFile:
    """One file of an output."""

    name: str
    blob: str
    size: int
    sha256: str

    def __post_init__(self) -> None:
        check_text("a file's name", self.name, LONGEST_NAME, least=1)
        Kept(sha256=self.sha256, blob=self.blob, size=self.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """What was found when an output was looked through for leaks."""

    id: int
    output: int
    sha256: str
    passed: int
    blob: str
    size: int
    made_ms: int


def begin(change: Change, name: str, clips: Iterable[str], event: Event) -> int:
    """Begin a cut of some clips; returns its number. Raises `Refused` when the name is taken."""
    check_text("a cut's name", name, LONGEST_NAME, least=1)
    number = change.add_numbered(cut, {"name": name}, made_ms=change.now_ms)
    change.put(cut_clip, [{"cut": number, "clip": clip} for clip in clips], keep=True)
    change.say(event)
    return number


def plan(change: Change, of: int, kept: Kept, clips: Iterable[str], author: str, event: Event) -> int:
    """Keep a plan beside the earlier ones; returns its number."""
    check_text("a member's name", author, LONGEST_NAME, least=1)
    number = change.add_numbered(cut_plan, kept, cut=of, author=author, made_ms=change.now_ms)
    change.put(cut_clip, [{"cut": of, "clip": clip} for clip in clips], keep=True)
    change.say(event)
    return number


def render(change: Change, of: Planned, sha256: str, files: Sequence[OutputFile], tools: str, event: Event) -> int:
    """Keep what was rendered from a plan; returns its number."""
    check_hex("a digest", sha256, SHA256)
    check_text("the tools", tools, LONGEST_SENTENCE, least=1)
    made = {"cut": of.cut, "cut_plan": of.id, "sha256": sha256, "tools": tools}
    number = change.add_numbered(output, made, made_ms=change.now_ms)
    for file in files:
        change.add(output_file, file, output=number)
    change.say(event)
    return number


def add_report(change: Change, of: int, kept: Kept, event: Event, *, has_passed: bool) -> int:
    """Keep a report on an output; returns its number."""
    number = change.add_numbered(report, kept, output=of, passed=int(has_passed), made_ms=change.now_ms)
    change.say(event)
    return number


def get(connection: Connection, number: int) -> Cut | None:
    """The cut of that number."""
    return row(connection, Cut, cut, id=number)


def named(connection: Connection, name: str) -> Cut | None:
    """The cut of that name."""
    return row(connection, Cut, cut, name=name)


def newest(connection: Connection, *, limit: int, before: int | None = None) -> list[Cut]:
    """Cuts, the newest first."""
    asked = select(*columns(Cut, cut)).order_by(cut.c.id.desc()).limit(limit)
    return rows(connection, Cut, asked if before is None else asked.where(cut.c.id < before))


def of_clip(connection: Connection, clip: str) -> list[Cut]:
    """The cuts in which a clip is shown, or was."""
    asked = select(*columns(Cut, cut)).join(cut_clip, cut_clip.c.cut == cut.c.id).where(cut_clip.c.clip == clip)
    return rows(connection, Cut, asked.order_by(cut.c.id))


def get_plan(connection: Connection, number: int) -> Planned | None:
    """The plan of that number."""
    return row(connection, Planned, cut_plan, id=number)


def plans(connection: Connection, of: int) -> list[Planned]:
    """All plans of a cut, the newest first."""
    asked = select(*columns(Planned, cut_plan)).where(cut_plan.c.cut == of)
    return rows(connection, Planned, asked.order_by(cut_plan.c.id.desc()))


def get_output(connection: Connection, number: int) -> Output | None:
    """The output of that number."""
    return row(connection, Output, output, id=number)


def outputs(connection: Connection, of: int) -> list[Output]:
    """All outputs of a cut, the newest first."""
    asked = select(*columns(Output, output)).where(output.c.cut == of)
    return rows(connection, Output, asked.order_by(output.c.id.desc()))


def files(connection: Connection, of: int) -> list[OutputFile]:
    """The files of an output, by their names."""
    asked = select(*columns(OutputFile, output_file)).where(output_file.c.output == of)
    return rows(connection, OutputFile, asked.order_by(output_file.c.name))


def last_report(connection: Connection, of: int) -> Reported | None:
    """The newest report on an output: no other counts."""
    asked = select(*columns(Reported, report)).where(report.c.output == of).order_by(report.c.id.desc()).limit(1)
    return next(iter(rows(connection, Reported, asked)), None)


def blobs(connection: Connection) -> set[str]:
    """Every blob that a plan, an output or a report names."""
    return {name for table in (cut_plan, output_file, report) for (name,) in connection.execute(select(table.c.blob))}
