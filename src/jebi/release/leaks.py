"""What a leak is called, and the signed report that says whether an output has one (docs/formats/cuts.md, "Report").

Invariants: a report that exists speaks of every check of the list, in its order; one that was not run stands there with a
finding that says so. A report has one encoding: bytes that we would not write ourselves are no report. What a finding says
shows as itself and is short; it never quotes a secret, only its place in the list.
It never looks for a leak itself.
Peak: some ten times the report, which has a limit.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from jebi.errors import Damaged
from jebi.parcel import note as notes
from jebi.parcel.note import Note, Signer, Verifier

TITLE: Final = "jebi leak report"
LONGEST_REPORT: Final = 8 << 20  # bytes; thirteen checks with all the findings they may have take four
MOST_FINDINGS: Final = 1000  # of one check: nobody reads more, and one is enough to refuse
MOST_TOOLS: Final = 64
MOST_MEASURES: Final = 256
LONGEST_WORDS: Final = 400  # characters of a finding, a name or a measured text
LARGEST_NUMBER: Final = 1 << 53  # what every reader of JSON keeps exactly
DIGEST: Final = 32

CHECKS: Final = (  # all must have run over an output; the order of the report
    "container",  # boxes and fields: container.py
    "bitstream",  # units of the picture, elements of the sound: bitstream.py
    "traces",  # words of the secrets list and names of encoders in the bytes, at every bit: traces.py
    "metadata",  # what exiftool finds: media/readback.py
    "words",  # titles, summaries, places and subtitles: secret_words.py, subtitles_out.py
    "files",  # which files there are, their names, playlists and stills: beside.py
    "renditions",  # sizes of the stream and stills show and sound as the film does: renditions.py
    "credentials",  # what the film says of itself is what was to be said, and a stock reader verifies it: credentials.py
    "faces",  # another family of detectors sees no face
    "likeness",  # nobody resembles somebody in the originals
    "writing",  # nothing legible is on the secrets list
    "voices",  # no voice is one of the originals'
    "camera",  # the sensor's noise is not in the picture
)


class Reason(StrEnum):
    """Why an output, or what goes beside it, is refused."""

    # what is seen and heard
    FACE_SEEN = "face-seen"
    FACE_KNOWN = "face-known"
    FACE_MISSED = "face-missed"
    TEXT_SECRET = "text-secret"  # noqa: S105 - a reason, no password
    VOICE_KNOWN = "voice-known"
    VOICE_HEARD = "voice-heard"
    CAMERA_KNOWN = "camera-known"
    # the container
    UNREADABLE = "unreadable"
    UNKNOWN_BOX = "unknown-box"
    BOX_FIELD = "box-field"
    TAGS = "tags"
    LOCATION = "location"
    TIME_STAMP = "time-stamp"
    TRACK_NAME = "track-name"
    ENCODER_STRING = "encoder-string"
    HIDDEN_BYTES = "hidden-bytes"
    HIDDEN_FRAMES = "hidden-frames"
    SAMPLE_TABLE = "sample-table"
    SIDE_TRACK = "side-track"
    SECOND_PICTURE = "second-picture"
    SECOND_SOUND = "second-sound"
    PICTURE_IN_FILE = "picture-in-file"
    # the bitstream
    SEI = "sei"
    FILLER = "filler"
    UNKNOWN_UNIT = "unknown-unit"
    PARAMETER_SET = "parameter-set"
    PICTURE_UNIT = "picture-unit"
    SOUND_ELEMENT = "sound-element"
    # other readers, and what goes beside the film
    FOREIGN_METADATA = "foreign-metadata"
    SUBTITLE_NOTE = "subtitle-note"
    SUBTITLE_NAME = "subtitle-name"
    PLAYLIST = "playlist"
    RENDITION_DIFFERS = "rendition-differs"
    STILL_DIFFERS = "still-differs"
    PAGE_COMMENT = "page-comment"
    PAGE_SECRET = "page-secret"  # noqa: S105 - a reason, no password
    PAGE_FORM = "page-form"
    PICTURE_NOTE = "picture-note"
    FILE_NAME = "file-name"
    EXTRA_FILE = "extra-file"
    CREDENTIAL_DIFFERS = "credential-differs"
    CREDENTIAL_INVALID = "credential-invalid"
    # what was not looked at is not known to be clean
    NOT_CHECKED = "not-checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One leak: why, in words, and when in the cut (ms), if it has a time."""

    reason: Reason
    what: str
    at_ms: int | None = None

    def __post_init__(self) -> None:
        _check_words(self.what)
        if self.at_ms is not None and not 0 <= self.at_ms <= LARGEST_NUMBER:
            raise ValueError("a finding's time is within the cut")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check that was run, or that could not be.

    Args:
        name: one of `CHECKS`.
        tools: what it was run with: each tool's version or digest by its name.
        measured: what it counted or measured, in whole numbers or words.
        findings: what it found; none means that it passed.
    """

    name: str
    tools: Mapping[str, str] = field(default_factory=dict)
    measured: Mapping[str, int | str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        if self.name not in CHECKS:
            raise ValueError("a check is one of the list")
        if (
            max(len(self.findings) - MOST_FINDINGS, len(self.tools) - MOST_TOOLS, len(self.measured) - MOST_MEASURES)
            > 0
        ):
            raise ValueError("a check says more than anybody reads")
        for words in (*self.tools, *self.tools.values(), *self.measured):
            _check_words(words)
        for value in self.measured.values():
            _check_measured(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was looked for in one output of one plan, and what was found. `reported` makes it."""

    output: bytes
    plan: bytes
    checks: tuple[Check, ...]

    def __post_init__(self) -> None:
        if tuple(check.name for check in self.checks) != CHECKS:
            raise ValueError("a report speaks of every check of the list, once, in its order")
        if (len(self.output), len(self.plan)) != (DIGEST, DIGEST):
            raise ValueError("a report names an output and a plan by their SHA-256")

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All that was found."""
        return tuple(finding for check in self.checks for finding in check.findings)

    @property
    def passed(self) -> bool:
        """Whether every check was run, and none found anything."""
        return not self.findings

    def text(self) -> str:
        """The text of the signed note."""
        verdict = "passed" if self.passed else "refused"
        body = _written({"checks": list(map(_plain, self.checks))})
        return f"{TITLE}\noutput {self.output.hex()}\nplan {self.plan.hex()}\n{verdict}\n{body}\n"


def reported(*, output: bytes, plan: bytes, checks: Iterable[Check]) -> Report:
    """The report over an output and a plan, by their SHA-256. A check of the list that is lacking becomes a finding."""
    given = list(checks)
    ran = {check.name: check for check in given}
    if len(ran) != len(given):
        raise ValueError("a check is run once")
    return Report(output=output, plan=plan, checks=tuple(ran.get(name) or not_run(name) for name in CHECKS))


def not_run(name: str, why: str = "this check was not run") -> Check:
    """A check that could not be run, which is a finding."""
    return Check(name=name, findings=(Finding(reason=Reason.NOT_CHECKED, what=why),))


def most(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """As many findings as a check holds, from an iterator that is not drawn from any further; the last says so."""
    kept: list[Finding] = []
    for finding in findings:
        if len(kept) == MOST_FINDINGS - 1:
            return (*kept, Finding(reason=Reason.NOT_CHECKED, what="there is more, which was not looked at"))
        kept.append(finding)
    return tuple(kept)


def sign_report(report: Report, signer: Signer) -> Note:
    """The report as the desk's report key signs it."""
    return notes.sign(report.text(), signer)


def open_report(untrusted_note: bytes, verifier: Verifier) -> Report:
    """Read a signed report.

    Raises:
        Damaged: it is not signed by this key, or not to the byte what `Report.text` writes.
    """
    if len(untrusted_note) > LONGEST_REPORT:
        raise Damaged("the leak report is too long to be one")
    note = notes.parse(untrusted_note)
    if not note.signed_by(verifier):
        raise Damaged("the leak report is not signed by the desk's report key")
    return parse_report(note.text)


def parse_report(untrusted_text: str) -> Report:
    """Read the text of a report, nobody's signature being looked at. Raises `Damaged` for what we would not write."""
    lines = untrusted_text.split("\n")
    if len(untrusted_text) > LONGEST_REPORT or len(lines) != 6 or lines[0] != TITLE:
        raise Damaged("this is no leak report")
    try:
        checks = tuple(map(_check, _list(_table(json.loads(lines[4]), "checks")["checks"])))
        report = Report(output=_digest(lines[1], "output "), plan=_digest(lines[2], "plan "), checks=checks)
    except (ValueError, TypeError, RecursionError) as error:
        raise Damaged("the leak report cannot be read") from error
    if report.text() != untrusted_text:
        raise Damaged("the leak report is written in another way than reports are")
    return report


def _written(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _plain(check: Check) -> dict[str, object]:
    findings: list[dict[str, object]] = []
    for finding in check.findings:
        time = {} if finding.at_ms is None else {"at": finding.at_ms}
        findings.append({"reason": str(finding.reason), "what": finding.what, **time})
    measured, tools = dict(check.measured), dict(check.tools)
    return {"findings": findings, "measured": measured, "name": check.name, "tools": tools}


def _check(untrusted: object) -> Check:
    table = _table(untrusted, "findings", "measured", "name", "tools")
    tools = {name: _text(value) for name, value in _any_table(table["tools"]).items()}
    measured = {name: _measure(value) for name, value in _any_table(table["measured"]).items()}
    findings = tuple(map(_finding, _list(table["findings"])))
    return Check(name=_text(table["name"]), tools=tools, measured=measured, findings=findings)


def _finding(untrusted: object) -> Finding:
    table = _any_table(untrusted)
    if not {"reason", "what"} <= table.keys() <= {"reason", "what", "at"}:
        raise ValueError("a finding has other fields")
    at_ms = _whole(table["at"]) if "at" in table else None
    return Finding(reason=Reason(_text(table["reason"])), what=_text(table["what"]), at_ms=at_ms)


def _table(untrusted: object, *names: str) -> dict[str, object]:
    table = _any_table(untrusted)
    if table.keys() != set(names):
        raise ValueError("an object has other fields")
    return table


def _any_table(untrusted: object) -> dict[str, object]:
    if not isinstance(untrusted, dict):
        raise TypeError("this is no object")
    return untrusted


def _list(untrusted: object) -> list[object]:
    if not isinstance(untrusted, list):
        raise TypeError("this is no list")
    return untrusted


def _text(untrusted: object) -> str:
    if not isinstance(untrusted, str):
        raise TypeError("this is no text")
    return untrusted


def _whole(untrusted: object) -> int:
    if not isinstance(untrusted, int) or isinstance(untrusted, bool):
        raise TypeError("this is no whole number")
    return untrusted


def _measure(untrusted: object) -> int | str:
    return untrusted if isinstance(untrusted, str) else _whole(untrusted)


def _digest(line: str, before: str) -> bytes:
    if not line.startswith(before):
        raise ValueError("a line is missing")
    return bytes.fromhex(line.removeprefix(before))


def _check_words(words: str) -> None:
    if not words or len(words) > LONGEST_WORDS or not words.isprintable():
        raise ValueError("words of a report are short, and show as themselves")


def _check_measured(value: int | str) -> None:
    if isinstance(value, str):
        _check_words(value)
    elif abs(value) > LARGEST_NUMBER:
        raise ValueError("a measured number is one that every reader keeps exactly")
