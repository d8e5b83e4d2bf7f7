"""The checks of a report that need only bytes, words and what another reader said: run, counted and put into words.

Each function runs one or more checks of `leaks.CHECKS` and hands back what goes into the report. What could not be run because something before it
failed is a check with the finding that says so, and never left out.

Invariants: whatever is given, the answer is checks. A secret is named by its place in the list; a foreign tag by its name, never by what it says.
Peak: that of `container` and `traces`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Final

from jebi.release import bitstream, container
from jebi.release.boxes import Source
from jebi.release.container import Examined
from jebi.release.leaks import LONGEST_WORDS, Check, Finding, Reason, most, not_run
from jebi.release.secret_words import Secrets
from jebi.release.subtitles_out import subtitles
from jebi.release.traces import too_short, traces

LONGEST_TAG: Final = 100  # characters of a tag's name, of which no more are shown
SAME: Final = frozenset({"secrets", "too short", "disguised"})  # what is counted and is the same for each file


def film(output: Source, secrets: Secrets, *, version: str, has_credential: bool = False) -> tuple[Check, ...]:
    """The checks `container`, `bitstream` and `traces` of a progressive film. `version` is jebi's, which goes into the report.

    `has_credential`: it is signed, and one box of C2PA credentials is in it, which is for another check.
    """
    examined = container.examine(output, has_credential=has_credential)
    return _inspected(examined, [output], [output], secrets, version)


def stream(head: Source, segments: Sequence[Source], secrets: Secrets, *, version: str) -> tuple[Check, ...]:
    """The same of a stream: its head, and all of its segments in their order."""
    return _inspected(container.examine_stream(head, segments), segments, [head, *segments], secrets, version)


def words(texts: Mapping[str, str], cues: Mapping[str, bytes], secrets: Secrets, *, version: str) -> Check:
    """The check `words`: what the public reads beside a film (by where it stands), and its subtitles (WebVTT by language)."""
    findings = chain(_told(texts, secrets), *(subtitles(content, secrets) for content in cues.values()))
    measured = {
        "texts": len(texts),
        "subtitles": len(cues),
        "secrets": len(secrets.words),
        "too short": secrets.ignored,
    }
    return Check(name="words", tools={"jebi": version}, measured=measured, findings=most(findings))


def metadata(foreign: Iterable[tuple[str, str]], *, tool: str, read: int, is_cut: bool) -> Check:
    """The check `metadata`: what another reader found that no neutral file says, as group and name; `read` is how much it found in all."""
    findings = [
        Finding(reason=Reason.FOREIGN_METADATA, what=f"it says {_shown(f'{group}:{name}')}") for group, name in foreign
    ]
    if is_cut or not read:
        findings.append(Finding(reason=Reason.NOT_CHECKED, what="not everything that it says could be read"))
    name, _, number = tool.rpartition(" ")
    return Check(name="metadata", tools={name or "reader": number}, measured={"read": read}, findings=most(findings))


def together(name: str, found: Mapping[str, Check]) -> Check:
    """One check, run over several files, as one: what was counted is added up, and each finding says in which file it is."""
    tools = {tool: version for check in found.values() for tool, version in check.tools.items()}
    measured: dict[str, int | str] = {}
    for check in found.values():
        for what, count in check.measured.items():
            before = measured.get(what)
            if isinstance(count, int) and isinstance(before, int) and what not in SAME:
                measured[what] = before + count
            else:
                measured[what] = count
    findings = (_in_file(finding, file) for file, check in found.items() for finding in check.findings)
    return Check(name=name, tools=tools, measured=measured, findings=most(findings))


def _inspected(
    examined: Examined, sources: Sequence[Source], parts: Sequence[Source], secrets: Secrets, version: str
) -> tuple[Check, ...]:
    tools = {"jebi": version}
    tracks = [track for track in (examined.pictures, examined.sound) if track is not None]
    counts = {"bytes": sum(part.size for part in parts), "files": len(parts), "tracks": len(tracks)}
    boxes = Check(name="container", tools=tools, measured=counts, findings=most(examined.findings))
    if examined.pictures is None:
        inside = not_run("bitstream", "the container cannot be read, so nobody looked into its samples")
    else:
        found = most(chain.from_iterable(bitstream.examine(sources, track) for track in tracks))
        samples = [sum(len(piece.samples) for piece in track.pieces) for track in tracks]
        inside = Check(
            name="bitstream", tools=tools, measured={"pictures": samples[0], "sound": sum(samples[1:])}, findings=found
        )
    left = most(chain.from_iterable(traces(part, secrets.words) for part in parts))
    looked = {"secrets": len(secrets.words), "too short": too_short(secrets.words)}
    return boxes, inside, Check(name="traces", tools=tools, measured=looked, findings=left)


def _told(texts: Mapping[str, str], secrets: Secrets) -> Iterable[Finding]:
    for where, text in texts.items():
        for place in secrets.found_in(text):
            yield Finding(reason=Reason.PAGE_SECRET, what=f"{_shown(where)} has word {place} of the secrets list in it")


def _in_file(finding: Finding, file: str) -> Finding:
    return replace(finding, what=f"{_shown(file)}: {finding.what}"[:LONGEST_WORDS])


def _shown(words: str) -> str:
    shown = "".join(letter if letter.isprintable() else "?" for letter in words)[:LONGEST_TAG]
    assert len(shown) < LONGEST_WORDS
    return shown or "?"
