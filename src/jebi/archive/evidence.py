"""The plan of an evidence package: a BagIt bag that anybody can check without us (docs/formats/evidence.md).

`custody_of` gathers the proofs, `plan` decides every file, `Plan.event` is logged, `Plan.tags` closes the bag. An edge lays it
down. What a package would claim is proven here first, so that none is made that its own verifier refuses.

Invariants: the same input gives the same bytes; clips have neutral names, the claimed one is metadata; facts that were
measured, claimed and said stay apart; machine text is marked; no folder of this machine is in any text or derived file.
It never searches, changes or judges an original, and never says when anything was filmed.

Peak: the texts and proofs; of a clip, one piece.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from jebi.archive import proof, receive
from jebi.archive.evidence_custody import Custody, events_of
from jebi.archive.evidence_readme import README
from jebi.archive.exhibit import SUFFIXES, Content, Exhibit, Json, as_json, content_of
from jebi.archive.proof import Proven
from jebi.archive.record import Event
from jebi.archive.transcript import write_webvtt
from jebi.errors import Damaged, Refused
from jebi.parcel import note as notes
from jebi.parcel.manifest import Clip, Manifest, digest_of, parse_manifest
from jebi.parcel.note import Ed25519Verifier
from jebi.parcel.trip import signer_name

EXPORTED = "evidence-exported"  # the kind of event by which the log remembers a package
MOST = 9999  # clips or parcels in one package: their numbers have four digits
LONGEST_TEXT = 1 << 26  # bytes of one text: every tag of the largest film, or its transcript, many times over
SHORTEST_SOUGHT = 8  # bytes; anything shorter is in films by chance, or by the hand of whom no package would suit
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SEALED = re.compile(r"sealed sha256 ([0-9a-f]{64}), ")
_KEY_WARNING = """\
# A public key that came with the package proves nothing by itself: whoever forges a package puts in a key of their own.
# Ask for it another way, and give that one to verify.py.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownParcel:
    """A parcel that clips came in: its public name, its signed manifest, and the key that signed it.

    `trip_key` is None where the trip signs by MAC, whose key must stay at the desk. `sealed` is the whole parcel, if it is
    to go out too; it holds all of the parcel's clips.
    """

    subject: str
    manifest: bytes = field(repr=False)
    trip_key: Ed25519Verifier | None = None
    sealed: Content | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scripts:
    """The two verifiers, byte for byte as they are in the documentation."""

    verify: bytes = field(repr=False)
    verify_proof: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file of a package: a neutral path, and its bytes."""

    path: str
    content: Content


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A package, decided: all of `data/` is known, sorted by path. Made by `plan`."""

    payload: tuple[File, ...]
    custody: Custody
    scripts: Scripts
    day: str

    @property
    def size(self) -> int:
        """Bytes of `data/`."""
        return sum(file.content.size for file in self.payload)

    @property
    def digest(self) -> bytes:
        """The payload digest: SHA-256 of `manifest-sha256.txt`."""
        return hashlib.sha256(self._sums()).digest()

    @property
    def name(self) -> str:
        """What the package is called: neutral, and the same for the same payload."""
        return f"evidence-{self.digest.hex()[:16]}"

    def event(self, *, actor: str, time: int) -> Event:
        """What has to be in the log before the package is laid down."""
        return Event(kind=EXPORTED, subject=self.name, detail=self._detail(), actor=actor, time=time)

    def tags(self, sha512: Mapping[str, bytes], exported: bytes) -> tuple[File, ...]:
        """All files outside `data/`, sorted.

        Args:
            sha512: the SHA-512 of every payload file by its path, as it was laid down.
            exported: the `.tlog-proof` of `event`.

        Raises:
            Damaged: that proof does not hold, or is of another package.
        """
        event = proof.verify(exported, self.custody.log).event
        if (event.kind, event.detail) != (EXPORTED, self._detail()):
            raise Damaged("the proof of the package's event is of another package")
        texts = {
            "README.txt": README,
            "bag-info.txt": self._about(),
            "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
            "manifest-sha256.txt": self._sums(),
            "manifest-sha512.txt": _sums((file.path, sha512[file.path]) for file in self.payload),
            "package.tlog-proof": exported,
            "verify.py": self.scripts.verify,
            "verify_proof.py": self.scripts.verify_proof,
        }
        sums = {
            f"tagmanifest-{algorithm}.txt": _sums(
                (path, hashlib.new(algorithm, text).digest()) for path, text in sorted(texts.items())
            )
            for algorithm in ("sha256", "sha512")
        }
        return tuple(File(path=path, content=content_of(text)) for path, text in sorted((texts | sums).items()))

    def __str__(self) -> str:
        """What would leave the desk, for `--dry-run`."""
        files = [f"{file.content.size:>15,}  {file.path}" for file in self.payload]
        events = [f"{'event':>15}  {one.index} {one.event.kind} {one.event.subject}" for one in events_of(self.custody)]
        return "\n".join([self.name, *files, *dict.fromkeys(events)])

    def _detail(self) -> str:
        return f"payload sha256 {self.digest.hex()}"

    def _sums(self) -> bytes:
        return _sums((file.path, file.content.digest) for file in self.payload)

    def _about(self) -> bytes:
        lines = {
            "Bag-Software-Agent": "jebi",
            "Bagging-Date": self.day,
            "External-Description": "Film evidence with its chain of custody; see README.txt",
            "External-Identifier": self.name,
            "Payload-Oxum": f"{self.size}.{len(self.payload)}",
            "Source-Organization": self.custody.log.name,
        }
        return "".join(f"{label}: {value}\n" for label, value in lines.items()).encode()


def plan(
    exhibits: Sequence[Exhibit],
    parcels: Sequence[ShownParcel],
    custody: Custody,
    scripts: Scripts,
    *,
    day: str,
    sought: Iterable[str] = (),
) -> Plan:
    """Decide every file of a package's `data/`, after proving what it will claim.

    Args:
        exhibits: the clips, each once; numbered in this order.
        parcels: those that the clips came in; numbered in this order.
        custody: the proofs, of events about these clips and parcels only.
        scripts: the verifiers.
        day: the day of packing, `YYYY-MM-DD`.
        sought: folders of this machine, none of which may be in a text or in what is derived.

    Raises:
        Damaged: a proof, a manifest or a signature does not hold, or facts cannot be written.
        Refused: a clip is in none of the manifests that the log names, or one of the folders was found.
    """
    if not 0 < len(exhibits) <= MOST or len({one.original.digest for one in exhibits}) != len(exhibits):
        raise ValueError("a package shows clips, each once")
    if not 0 < len(parcels) <= MOST or not _DAY.fullmatch(day):
        raise ValueError("a package shows parcels, and the day on which it was made")
    proven = events_of(custody)
    subjects = {*(one.subject for one in exhibits), *(one.subject for one in parcels)}
    if {one.event.subject for one in proven} - subjects:
        raise ValueError("a package shows events about its own clips and parcels only")
    bundle = _Bundle(sought)
    _add_custody(bundle, custody, proven)
    opened = [_open_parcel(parcel, [one.event for one in proven]) for parcel in parcels]
    for number, (parcel, one) in enumerate(zip(parcels, opened, strict=True), 1):
        _add_parcel(bundle, f"parcel-{number:04}", parcel, one)
    for number, exhibit in enumerate(exhibits, 1):
        _add_exhibit(bundle, f"clip-{number:04}", exhibit, opened)
    return Plan(payload=bundle.files(), custody=custody, scripts=scripts, day=day)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    """A parcel's manifest that the log names, and how."""

    manifest: Manifest
    event: Event
    trip: str


class _Bundle:
    """Collects the files of `data/`; lets through no text and nothing derived that names a folder of this machine."""

    def __init__(self, sought: Iterable[str]) -> None:
        self._files: dict[str, Content] = {}
        self._sought = [word.encode("utf-8", "surrogateescape") for word in sought if len(word) > 1]

    def text(self, path: str, text: bytes) -> None:
        """A text that is made here, out of what the clip shows and claims: it may name a `/tmp/`, and is no less true."""
        if len(text) > LONGEST_TEXT:
            raise Damaged(f"{path} would be too long for any reader")
        self.check(path, text, shortest=SHORTEST_SOUGHT)
        self.as_it_is(path, content_of(text))

    def derived(self, path: str, content: Content) -> None:
        """What was made of a clip; searched while it is read."""
        overlap = max((len(word) for word in self._sought), default=1) - 1

        def read() -> Iterator[bytes]:
            end = b""
            for piece in content.read():
                seen = end + piece
                self.check(path, seen, shortest=SHORTEST_SOUGHT)
                end = seen[len(seen) - overlap :] if len(seen) > overlap else seen
                yield piece

        self.as_it_is(path, Content(digest=content.digest, size=content.size, read=read))

    def as_it_is(self, path: str, content: Content) -> None:
        """What came from outside: it may hold anything, and none of it is ours to change."""
        if path in self._files:
            raise ValueError("two files of a package would have the same name")
        self._files[path] = content

    def files(self) -> tuple[File, ...]:
        """All of them, sorted."""
        return tuple(File(path=f"data/{path}", content=content) for path, content in sorted(self._files.items()))

    def check(self, path: str, text: bytes, *, shortest: int = 0) -> None:
        """Raises `Refused` for a text that names a folder of this machine. Base64 is not sought in: it may spell one by chance."""
        if any(word in text for word in self._sought if len(word) >= shortest):
            raise Refused(
                f"{path} names a folder of this machine, and would take it out of the house",
                hint="find which fact or film says so, and take it out or make it anew; nothing was packed",
            )


def _add_custody(bundle: _Bundle, custody: Custody, proven: Sequence[Proven]) -> None:
    for one, written in zip(proven, custody.proofs, strict=True):
        under = hashlib.sha256(one.checkpoint.written()).hexdigest()[:8]  # two of one size may be signed differently
        path = f"custody/event-{one.index}-of-{one.checkpoint.size}-{under}.tlog-proof"
        bundle.check(path, one.event.canonical())
        bundle.as_it_is(path, content_of(written))
    bundle.as_it_is("custody/checkpoint.note", content_of(custody.checkpoint))
    bundle.as_it_is("custody/log-key.txt", _keys(custody.log))
    if custody.witnesses:
        bundle.as_it_is("custody/witness-keys.txt", _keys(*custody.witnesses))
    for number, stamp in enumerate(custody.stamps, 1):
        if hashlib.sha256(stamp.note).digest() not in stamp.response:
            raise Damaged("a timestamp is of another checkpoint than the one beside it", hint="jebi desk check")
        bundle.as_it_is(f"custody/stamp-{number:04}.note", content_of(stamp.note))
        bundle.as_it_is(f"custody/stamp-{number:04}.tsr", content_of(stamp.response))


def _keys(*keys: object) -> Content:
    return content_of("".join([_KEY_WARNING, *(f"{key}\n" for key in keys)]).encode())


def _open_parcel(parcel: ShownParcel, events: Sequence[Event]) -> _Opened:
    """Its manifest, when a proven event names it and the trip signed it."""
    note = notes.parse(parcel.manifest)
    manifest, digest = parse_manifest(note), digest_of(note).hex()
    for event in events:
        named = [one for one in receive.logged([event]) if one.parcel == parcel.subject and one.manifest == digest]
        if named and named[0].number == manifest.number:
            name = signer_name(named[0].trip)
            if not any(line.name == name for line in note.signatures):
                raise Damaged("a manifest is signed by another trip than the log says")
            if parcel.trip_key and not (parcel.trip_key.name == name and note.signed_by(parcel.trip_key)):
                raise Damaged("a manifest is not signed by the key of its trip")
            return _Opened(manifest=manifest, event=event, trip=named[0].trip)
    raise Refused("no event of the log that would go out names the manifest of a parcel", hint="jebi desk check")


def _add_parcel(bundle: _Bundle, name: str, parcel: ShownParcel, opened: _Opened) -> None:
    bundle.as_it_is(f"custody/{name}.manifest.note", content_of(parcel.manifest))
    if parcel.trip_key:
        bundle.as_it_is(f"custody/{name}.trip-key.txt", _keys(parcel.trip_key))
    if parcel.sealed:
        said = _SEALED.match(opened.event.detail)
        if said is None or said[1] != parcel.sealed.digest.hex():
            raise Damaged("a sealed parcel is not the one that the log names", hint="jebi desk check")
        bundle.as_it_is(f"originals/{name}.age", parcel.sealed)


def _add_exhibit(bundle: _Bundle, name: str, exhibit: Exhibit, parcels: Sequence[_Opened]) -> None:
    came = _where_it_came(exhibit, parcels)
    if not came:
        raise Refused(f"{name} is in no manifest of these parcels", hint="name the parcel that it came in, too")
    path = f"originals/{name}.{_suffix(came[0][1])}"
    derived = {f"derived/{name}-{one.role}.{one.suffix}": one for one in exhibit.derived}
    words = {f"metadata/{name}-{one.name}.vtt": one for one in exhibit.words}
    if len(derived) != len(exhibit.derived) or len(words) != len(exhibit.words):
        raise ValueError("two files of a package would have the same name")
    bundle.as_it_is(path, exhibit.original)
    for made, one in derived.items():
        bundle.derived(made, one.content)
    for made, spoken in words.items():
        bundle.text(made, write_webvtt(spoken.cues))
    facts: dict[str, Json] = {
        "clip": name,
        "subject": exhibit.subject,
        "file": f"data/{path}",
        "sha256": exhibit.original.digest.hex(),
        "size": exhibit.original.size,
        "parcels": [facts for facts, _ in came],
        "measured": exhibit.measured,
        "claimed": {
            "by_file": exhibit.claimed,
            "by_manifest": [{"name": clip.name.text, "modified": clip.claimed_modified} for _, clip in came],
        },
        "said": exhibit.said,
        "derived": [
            {"file": f"data/{made}", "role": one.role, "sha256": one.content.digest.hex()}
            for made, one in derived.items()
        ],
        "transcripts": [
            {"file": f"data/{made}", "kind": one.kind, "language": one.language, "machine": one.is_machine}
            for made, one in words.items()
        ],
    }
    own: dict[str, Json] = {"measured": exhibit.measured, "said": exhibit.said}
    bundle.check(f"metadata/{name}.json", as_json(own))  # what the desk says itself names no folder, be it /tmp
    bundle.text(f"metadata/{name}.json", as_json(facts))
    if exhibit.tools:
        bundle.text(f"metadata/{name}-tools.json", as_json(exhibit.tools))
    if exhibit.segments:
        bundle.text(f"metadata/{name}-segments.json", as_json(exhibit.segments))


def _where_it_came(exhibit: Exhibit, parcels: Sequence[_Opened]) -> list[tuple[dict[str, Json], Clip]]:
    """Every line of a manifest that is of these bytes, and what there is to say of its parcel."""
    came: list[tuple[dict[str, Json], Clip]] = []
    for number, parcel in enumerate(parcels, 1):
        facts: dict[str, Json] = {
            "manifest": f"data/custody/parcel-{number:04}.manifest.note",
            "number": parcel.manifest.number,
            "parcel": parcel.event.subject,
            "trip": parcel.trip,
        }
        for clip in parcel.manifest.clips:
            if (clip.digest, clip.size) == (exhibit.original.digest, exhibit.original.size):
                came.append((facts, clip))
    return came


def _suffix(clip: Clip) -> str:
    """The claimed name's ending, where it is harmless."""
    ending = clip.name.text.rpartition(".")[2].lower()
    return ending if ending in SUFFIXES else "bin"


def _sums(pairs: Iterable[tuple[str, bytes]]) -> bytes:
    return "".join(f"{digest.hex()}  {path}\n" for path, digest in pairs).encode()
