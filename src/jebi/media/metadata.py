"""What a file says of itself, read completely: times, places, devices, all of it, by exiftool in the jail.

Nothing in it is true because it stands there: whoever made the file, or altered it, could write anything. It is kept and
shown as claims, in the order of the file; what is removed on the way out is another module's business.

Invariants: a claim is text on one line, without characters that play tricks; claims are bounded in length and number, and a
record from which something was left out says so. What the file system says (names, dates, rights) is not asked.
Peak: 300 MiB, for the longest answer made of nothing but brackets; commonly one.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from jebi.errors import Damaged
from jebi.media.confinement import FOOTAGE
from jebi.media.jail import Jail
from jebi.media.run import Budget, Confined, Undecodable
from jebi.media.untrusted import number, parsed, plain, rows

LONGEST_ANSWER: Final = 8 << 20  # bytes; a photograph takes 20 KiB, a retouched one with its history 2 MiB
MOST_CLAIMS: Final = 20_000
LONGEST_NAME: Final = 256  # characters of a group or a name; names are cut from the file, too
DEEPEST: Final = 12  # structures in structures; XMP regions have four
BUDGET: Final = Budget(
    processor=30, memory=1 << 30, stall=60, output=LONGEST_ANSWER + (1 << 20)
)  # it takes one second at most

COMMAND: Final = (
    *("exiftool", "-config", "", "-json", "-G1:4", "-a", "-u", "-struct", "-c", "%+.6f", "-charset", "utf8"),
    *("-api", "largefilesupport=1", "--system:all", FOOTAGE),
)
VERSION: Final = ("ExifTool", "ExifToolVersion")
TIME: Final = re.compile(r"(?!0000)\d{4}:\d\d:\d\d(?: \d\d:\d\d|$)")
PLACE: Final = re.compile(r"([+-]\d{1,3}\.\d+), ([+-]\d{1,3}\.\d+)(?:,|$)")  # as `-c` writes it
DEVICE: Final = re.compile(
    "(?:.*(?:Make|Model|SerialNumber|DeviceName|DeviceID|OwnerName|ImageUniqueID|AndroidVersion)"
    "|Software|HostComputer|Encoder|Encoded_?By|CreatorTool|WritingApp|MuxingApp|CompressorName|Author|Artist)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One thing that a file says of itself, and where in the file it says so."""

    group: str
    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a file says it was made, in degrees north and east."""

    latitude: float
    longitude: float
    claim: Claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """All that a file says of itself.

    Args:
        tool: who read it, with its version.
        claims: in the order of the file.
        is_cut: something was left out: there was more of it, or it was deeper, than is kept.
    """

    tool: str
    claims: tuple[Claim, ...]
    is_cut: bool

    @property
    def times(self) -> tuple[Claim, ...]:
        """Claims that begin with a date. Most say nothing of their time zone; cameras' clocks are often wrong."""
        return tuple(claim for claim in self.claims if TIME.match(claim.text))

    @property
    def places(self) -> tuple[Place, ...]:
        """Claimed places, each once."""
        found = {(place.latitude, place.longitude): place for place in map(_place, self.claims) if place}
        return tuple(found.values())

    @property
    def devices(self) -> tuple[Claim, ...]:
        """Claims of a camera, a telephone, a program or an owner: what links a film to a person."""
        return tuple(claim for claim in self.claims if DEVICE.fullmatch(claim.name) and claim.text)


def metadata(jail: Jail, path: str, *, can_stop: Callable[[], bool] | None = None) -> Metadata:
    """Read what a file says of itself. Whatever it is, there is an answer, if only that its kind is unknown.

    Raises:
        Damaged: exiftool's answer makes no sense, or is too long.
        TooCostly, Stopped, Unable: as `Jail.start`.
    """
    with jail.start(COMMAND, budget=BUDGET, footage=path, can_stop=can_stop) as run:
        untrusted_answer = run.stdout.read(LONGEST_ANSWER + 1)
        if len(untrusted_answer) <= LONGEST_ANSWER:
            _finish(run, untrusted_answer)
    return understood(parsed(untrusted_answer, longest=LONGEST_ANSWER))


def _finish(run: Confined, untrusted_answer: bytes) -> None:
    """Wait for the end. That exiftool knows nothing of such a file is an answer."""
    try:
        run.finish()
    except Undecodable:
        if b'"ExifTool:Error":' not in untrusted_answer:
            raise


def understood(untrusted: object) -> Metadata:
    """The record of what exiftool answered. Raises `Damaged` if that makes no sense."""
    answers = rows(untrusted)
    if len(answers) != 1:
        raise Damaged("what it says about itself cannot be read", hint="keep it as a mere file")
    claims: list[Claim] = []
    is_cut = False
    for key, value in answers[0].items():
        group, _, name = key.rpartition(":")
        for place, text in _leaves(value, DEEPEST):
            is_cut = is_cut or text is None or len(claims) == MOST_CLAIMS
            if text is not None and len(claims) < MOST_CLAIMS and key != "SourceFile":
                claims.append(_claim(group, name + place, text))
    version = next((claim.text for claim in claims if (claim.group, claim.name) == VERSION), "of unknown version")
    kept = tuple(claim for claim in claims if (claim.group, claim.name) != VERSION)
    return Metadata(tool=f"exiftool {version}", claims=kept, is_cut=is_cut)


def _claim(group: str, name: str, text: str) -> Claim:
    where = re.sub(r":Copy\d+", "", group)  # exiftool numbers what comes twice; the order says it already
    return Claim(group=plain(where, longest=LONGEST_NAME), name=plain(name, longest=LONGEST_NAME), text=plain(text))


def _leaves(untrusted: object, depth: int) -> Iterator[tuple[str, str | None]]:
    """Where in a structure each text stands; None for what lies too deep."""
    if isinstance(untrusted, dict | list) and not depth:
        yield "", None
    elif isinstance(untrusted, dict):
        for name, value in untrusted.items():
            yield from ((f"/{name}{place}", text) for place, text in _leaves(value, depth - 1))
    elif isinstance(untrusted, list):
        for value in untrusted:
            yield from _leaves(value, depth - 1)
    else:
        yield "", str(untrusted)


def _place(claim: Claim) -> Place | None:
    match = PLACE.match(claim.text)
    latitude = number(match[1], least=-90, most=90) if match else None
    longitude = number(match[2], least=-180, most=180) if match else None
    if latitude is None or longitude is None:
        return None
    return Place(latitude=latitude, longitude=longitude, claim=claim)
