"""What may be in an MP4 that goes out, box by box and byte by byte (docs/formats/cuts.md, "Output").

An allow-list: one H.264 picture track, at most one AAC sound track, the tables that place their samples, and zeros. Every byte of
the file is a field that was compared with what may stand there, or belongs to exactly one sample. The same holds for a stream: a head
(`init.mp4`) and its segments.

Invariants: whatever is given, the answer is a list of findings; what cannot be read is one of them. No sample is read here: what is in
them is the business of `bitstream`.
Peak: 200 bytes a sample, of which there is a limit (400 MB for ten hours, 20 for one).
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from jebi.errors import Damaged
from jebi.release.boxes import Box, Source, boxes, read
from jebi.release.edits import LONGEST_DELAY, hidden, rows
from jebi.release.entries import Pictures, Sound, description
from jebi.release.fields import FIELDS, brands_wrong, fields_wrong, handler_wrong, value_of
from jebi.release.leaks import Finding, Reason
from jebi.release.samples import LARGEST_TABLE, Numbers, Samples, Tables, fragment, tabled

LARGEST_FREE: Final = 1 << 16  # of zeros; what a writer leaves for an index that came out smaller
MOST_FREE: Final = 2  # in one parent: how many there are, and how long, could spell something
LARGEST_UNKNOWN: Final = 1 << 20  # bytes of an unknown box in which a better reason is looked for
MOST_SEGMENTS: Final = 100_000  # of a stream: two days in pieces of two seconds

Count = tuple[int, int]
ONE: Final[Count] = (1, 1)
ANY: Final[Count] = (1, 1 << 20)
MAYBE: Final[Count] = (0, 1)
MEDIA: Final[Mapping[bytes, Mapping[bytes, Count]]] = {
    b"edts": {b"elst": ONE},
    b"mdia": {b"mdhd": ONE, b"hdlr": ONE, b"minf": ONE},
    b"minf": {b"vmhd": MAYBE, b"smhd": MAYBE, b"dinf": ONE, b"stbl": ONE},
    b"dinf": {b"dref": ONE},
    b"stbl": {
        **dict.fromkeys((b"stsd", b"stts", b"stsc", b"stsz"), ONE),
        **dict.fromkeys((b"ctts", b"stss", b"stco", b"co64", b"sgpd", b"sbgp"), MAYBE),
    },
    b"trak": {b"tkhd": ONE, b"edts": MAYBE, b"mdia": ONE},
    b"mvex": {b"trex": (1, 2)},
    b"moof": {b"mfhd": ONE, b"traf": (1, 2)},
    b"traf": {b"tfhd": ONE, b"tfdt": ONE, b"trun": ANY},
}
FILM: Final = {b"ftyp": ONE, b"moov": ONE, b"mdat": ONE}
FILM_INDEX: Final = {b"mvhd": ONE, b"trak": ANY}
HEAD: Final = {b"ftyp": ONE, b"moov": ONE}
HEAD_INDEX: Final = {**FILM_INDEX, b"mvex": ONE}
SEGMENT: Final = {b"styp": MAYBE, b"sidx": (0, 2), b"moof": ANY, b"mdat": ANY}
FREE: Final = frozenset((b"free", b"skip"))
CREDENTIAL: Final = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")  # C2PA 2, A.5: the `uuid` that holds a manifest
BETTER: Final = (  # what a box that is not on the list holds, and what that is called
    (Reason.LOCATION, (b"\xa9xyz", b"loci", b"ISO6709", b"GPSLatitude", b"GPSCoordinates")),
    (Reason.PICTURE_IN_FILE, (b"covr", b"thmb", b"\xff\xd8\xff", b"\x89PNG")),
    (Reason.ENCODER_STRING, (b"\xa9too", b"\xa9swr", b"\xa9enc", b"Lavf", b"encoder")),
    (Reason.TAGS, (b"udta", b"meta", b"ilst", b"keys")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Samples of a track, and which of the sources they lie in."""

    source: int
    samples: Samples


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """A track as far as it could be read."""

    description: Pictures | Sound
    timescale: int
    pieces: tuple[Piece, ...]
    edit: bytes

    def ms(self, ticks: int) -> int:
        """A time of the track in milliseconds, not before 0."""
        return max(0, ticks * 1000 // self.timescale)


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What is in a film or a stream, and what should not be. A track whose samples cannot be told apart is not there."""

    pictures: Track | None
    sound: Track | None
    findings: tuple[Finding, ...]


def examine(film: Source, *, has_credential: bool = False) -> Examined:
    """Look at every byte of a progressive film that belongs to no sample.

    With `has_credential` there may be one box of C2PA credentials, into which it does not look.
    """
    look = _Look(film, credentials=int(has_credential))
    tracks: list[Track] = []
    with look.damage_found():
        look.film(tracks)
    return look.examined(tracks)


def examine_stream(head: Source, segments: Sequence[Source]) -> Examined:
    """The same for the head of a stream and all of its segments, in their order. Sources are numbered from 0, the first segment."""
    look = _Look(head)
    tracks: list[Track] = []
    with look.damage_found():
        moov = look.one(look.top(HEAD), b"moov")
        tracks += [] if moov is None else look.index(moov, HEAD_INDEX, is_head=True)
    if not tracks or not 0 < len(segments) <= MOST_SEGMENTS:
        look.add(Reason.UNREADABLE, "a stream has no tracks, no segments, or too many")
        return look.examined(tracks)
    pieces: list[list[Piece]] = [[] for _ in tracks]
    number = 0
    for place, segment in enumerate(segments):
        part = _Look(segment)
        with part.damage_found():
            number = part.segment(pieces, place, number)
        look.findings += part.findings
    joined = [_joined(track, parts) for track, parts in zip(tracks, pieces, strict=True)]
    for track in joined:
        look.continued(track)
        look.shown_whole(track)
    return look.examined(joined)


def _joined(track: Track, pieces: list[Piece]) -> Track:
    return Track(
        description=track.description, timescale=track.timescale, pieces=(*track.pieces, *pieces), edit=track.edit
    )


class _Look:
    """One source that is looked at, and what was found in it until now."""

    def __init__(self, source: Source, *, credentials: int = 0) -> None:
        self.source = source
        self._credentials = credentials
        self.findings: list[Finding] = []
        self.tracks_seen = 0
        self._movie_timescale = 1000

    @contextlib.contextmanager
    def damage_found(self) -> Iterator[None]:
        """What cannot be read at all is a finding, too."""
        try:
            yield
        except Damaged as error:
            self.add(Reason.UNREADABLE, error.what)

    def film(self, tracks: list[Track]) -> None:
        """Look at a progressive film, and add its tracks to `tracks`."""
        top = self.top(FILM)
        moov, mdat = self.one(top, b"moov"), self.one(top, b"mdat")
        if moov is None or mdat is None:
            return
        tracks += self.index(moov, FILM_INDEX, is_head=False)
        for track in tracks:
            self.shown_whole(track)
        pieces = [piece.samples for track in tracks for piece in track.pieces]
        if pieces and len(pieces) == self.tracks_seen:
            self.covered(pieces, mdat)
        elif not self.findings:
            self.add(Reason.HIDDEN_BYTES, "not all samples belong to a track that may be there")

    def add(self, reason: Reason, what: str) -> None:
        """Add a finding."""
        self.findings.append(Finding(reason=reason, what=what))

    def examined(self, tracks: Sequence[Track]) -> Examined:
        """What came of it. A film without pictures is refused, too; where tables lie, no sample is for anybody to read."""
        if any(finding.reason is Reason.SAMPLE_TABLE for finding in self.findings):
            tracks = ()
        pictures = [track for track in tracks if isinstance(track.description, Pictures)]
        sounds = [track for track in tracks if isinstance(track.description, Sound)]
        if not pictures and not self.findings:
            self.add(Reason.UNREADABLE, "there is no track of pictures")
        first = pictures[0] if pictures else None
        return Examined(pictures=first, sound=sounds[0] if sounds else None, findings=tuple(self.findings))

    def top(self, allowed: Mapping[bytes, Count]) -> dict[bytes, list[Box]]:
        """The boxes of the file itself."""
        found, end = boxes(self.source, 0, self.source.size)
        if found and end < self.source.size:
            self.add(Reason.HIDDEN_BYTES, f"{self.source.size - end} bytes stand behind the last box")
        brand = found[0].kind if found else b""
        if brand not in {b"ftyp", b"styp", b"moof"} or brand not in allowed:
            self.add(Reason.UNREADABLE, "this does not begin as an MP4 does")
            return {}
        return self.sorted(found, allowed, "the file")

    def one(self, family: Mapping[bytes, Sequence[Box]], kind: bytes) -> Box | None:
        """The only box of its kind; None where there is none or another one, which was found already."""
        found = family.get(kind, ())
        return found[0] if len(found) == 1 else None

    def inside(self, box: Box, allowed: Mapping[bytes, Count] | None = None) -> dict[bytes, list[Box]]:
        """The boxes in a box."""
        found, end = boxes(self.source, box.payload, box.stop)
        if end < box.stop:
            self.add(Reason.HIDDEN_BYTES, f"the box {box.name} has bytes behind its boxes")
        return self.sorted(found, MEDIA[box.kind] if allowed is None else allowed, f"the box {box.name}")

    def sorted(self, found: Sequence[Box], allowed: Mapping[bytes, Count], where: str) -> dict[bytes, list[Box]]:
        """Boxes by their kind, those with a table compared with it; what is not on the list, or too often, is found."""
        family: dict[bytes, list[Box]] = {}
        for box in found:
            if box.kind in allowed:
                family.setdefault(box.kind, []).append(box)
                self._fields(box)
            elif box.kind in FREE:
                self._empty(box)
            elif self._credentials and box.kind == b"uuid" and self.source.read_at(box.payload, 16) == CREDENTIAL:
                self._credentials -= 1
            else:
                self._unknown(box, where)
        if sum(box.kind in FREE for box in found) > MOST_FREE:
            self.add(Reason.HIDDEN_BYTES, f"{where} has more than {MOST_FREE} empty boxes")
        for kind, (least, most) in allowed.items():
            if not least <= len(family.get(kind, ())) <= most:
                self.add(Reason.UNREADABLE, f"{where} has {len(family.get(kind, ()))} boxes {kind.decode('ascii')}")
        return family

    def payload(self, box: Box | None, most: int = LARGEST_TABLE) -> bytes:
        """What is in a box; nothing for one that is not there."""
        return b"" if box is None else read(self.source, box, most)

    def _fields(self, box: Box) -> None:
        if box.kind in FIELDS:
            wrong: Iterator[Finding] = fields_wrong(box.kind, self.source.read_at(box.payload, min(box.length, 256)))
        elif box.kind in {b"ftyp", b"styp"}:
            wrong = brands_wrong(box.name, self.source.read_at(box.payload, min(box.length, 256)))
        elif box.kind == b"hdlr":
            wrong = handler_wrong(self.source.read_at(box.payload, min(box.length, 256)))
        else:
            return
        self.findings += wrong

    def _empty(self, box: Box) -> None:
        if box.length > LARGEST_FREE or any(self.source.read_at(box.payload, min(box.length, LARGEST_FREE))):
            self.add(Reason.HIDDEN_BYTES, f"the box {box.name} is not empty")

    def _unknown(self, box: Box, where: str) -> None:
        content = self.source.read_at(box.start, min(box.stop - box.start, LARGEST_UNKNOWN))
        reason = Reason.SIDE_TRACK if box.kind == b"tref" else Reason.UNKNOWN_BOX
        if box.kind in {b"udta", b"meta"}:
            reason = next((reason for reason, marks in BETTER if any(mark in content for mark in marks)), reason)
        self.add(reason, f"{where} holds the box {box.name}, which is not on the list")

    def index(self, moov: Box, allowed: Mapping[bytes, Count], *, is_head: bool) -> list[Track]:
        """The tracks that may be there; every other is found."""
        family = self.inside(moov, allowed)
        mvhd = self.one(family, b"mvhd")
        header = self.payload(mvhd, 256)
        self._movie_timescale = value_of(b"mvhd", "timescale", header) or 1000
        tracks: dict[bytes, Track] = {}
        durations = [0]
        for trak in family.get(b"trak", ()):
            self.tracks_seen += 1
            kind = self._kind(trak)
            if kind not in {b"vide", b"soun"} or kind in tracks:
                self._extra(trak, kind)
                continue
            try:
                track, duration = self._track(trak, self.tracks_seen, is_head=is_head)
            except Damaged as error:
                self.add(Reason.UNREADABLE, error.what)
                continue
            tracks[kind] = track
            durations.append(duration)
        if mvhd and value_of(b"mvhd", "duration", header) != max(durations) and not self.findings:
            self.add(Reason.BOX_FIELD, "the film says that it lasts otherwise than its tracks")
        following = value_of(b"mvhd", "the next track", header)
        if mvhd and following != self.tracks_seen + 1 and not (is_head and 2 <= following <= self.tracks_seen + 1):
            self.add(Reason.BOX_FIELD, "the film says that it has another number of tracks")
        for mvex in family.get(b"mvex", ()):
            self.inside(mvex)
        return list(tracks.values())

    def _kind(self, trak: Box) -> bytes:
        """What a track's handler says that it holds, found without judging anything."""
        for kind in (b"mdia", b"hdlr"):
            found, _ = boxes(self.source, trak.payload, trak.stop)
            trak = next((box for box in found if box.kind == kind), Box(kind=kind, start=0, payload=0, stop=0))
        return self.source.read_at(trak.payload + 8, 4) if trak.length >= 12 else b""

    def _extra(self, trak: Box, kind: bytes) -> None:
        reason = {b"vide": Reason.SECOND_PICTURE, b"soun": Reason.SECOND_SOUND}.get(kind, Reason.SIDE_TRACK)
        content = self.source.read_at(trak.start, min(trak.length, LARGEST_UNKNOWN))
        if kind == b"vide" and any(codec in content for codec in (b"jpeg", b"mjpa", b"png ", b"mp4v")):
            reason = Reason.PICTURE_IN_FILE
        shown = kind.decode("ascii") if kind.isalnum() else "unknown"
        self.add(reason, f"there is one more track, of the kind {shown}")

    def _track(self, trak: Box, number: int, *, is_head: bool) -> tuple[Track, int]:
        """A track, and how long the film is to show it, in ticks of the film. Raises `Damaged` where it cannot be read."""
        family = self.inside(trak)
        media = self.inside(self._must(family, b"mdia"))
        inner = self.inside(self._must(media, b"minf"))
        for dinf in inner.get(b"dinf", ()):
            self.inside(dinf)
        tables = self.inside(self._must(inner, b"stbl"))
        described = description(self.payload(self._must(tables, b"stsd"), 1 << 16), self.findings)
        timed = self.payload(self._must(media, b"mdhd"), 256)
        header = self.payload(self._must(family, b"tkhd"), 256)
        timescale = value_of(b"mdhd", "timescale", timed) or 1
        header_kind = b"vmhd" if isinstance(described, Pictures) else b"smhd"
        if (
            self._kind(trak) != {b"vmhd": b"vide", b"smhd": b"soun"}[header_kind]
            or len(inner.get(header_kind, ())) != 1
        ):
            raise Damaged("a track holds something else than it says")
        samples = self._samples(tables, is_head=is_head)
        self._agree(header, described, timescale, number)
        edit = self.inside(family[b"edts"][0]).get(b"elst", []) if family.get(b"edts") else []
        track = Track(
            description=described,
            timescale=timescale,
            pieces=() if samples is None else (Piece(source=0, samples=samples),),
            edit=self.payload(edit[0], 64) if edit else b"",
        )
        length = 0 if samples is None else samples.stop
        duration = value_of(b"tkhd", "duration", header)
        if is_head or samples is not None:
            self._lasts(track, value_of(b"mdhd", "duration", timed), duration, length)
        return track, duration

    def _must(self, family: Mapping[bytes, Sequence[Box]], kind: bytes) -> Box:
        box = self.one(family, kind)
        if box is None:
            raise Damaged(f"a track has no box {kind.decode('ascii')}, or two")
        return box

    def _samples(self, family: Mapping[bytes, Sequence[Box]], *, is_head: bool) -> Samples | None:
        payloads = {kind: self.payload(self.one(family, kind)) for kind in MEDIA[b"stbl"]}
        kinds = (b"stts", b"ctts", b"stss", b"stsc", b"stsz", b"stco", b"co64")
        tables = Tables(**{kind.decode("ascii"): payloads[kind] for kind in kinds})
        if is_head:
            if not tables.are_empty:
                self.add(Reason.SAMPLE_TABLE, "the head of a stream has samples")
            return None
        try:
            samples = tabled(tables)
            if not len(samples):
                raise Damaged("a track has no samples")
        except Damaged as error:
            self.add(Reason.SAMPLE_TABLE, error.what)
            return None
        if payloads[b"sbgp"] and value_of(b"sbgp", "samples", payloads[b"sbgp"]) != len(samples):
            self.add(Reason.SAMPLE_TABLE, "the box sbgp speaks of another number of samples")
        return samples

    def _agree(self, header: bytes, described: Pictures | Sound, timescale: int, number: int) -> None:
        size = (described.width << 16, described.height << 16) if isinstance(described, Pictures) else (0, 0)
        told = (value_of(b"tkhd", "width", header), value_of(b"tkhd", "height", header))
        if told != size or value_of(b"tkhd", "the track's number", header) != number:
            self.add(Reason.BOX_FIELD, "a track says that it is of another size or number than it is")
        if isinstance(described, Sound) and timescale != described.rate:
            self.add(Reason.BOX_FIELD, "a track of sound counts otherwise than in samples")

    def _lasts(self, track: Track, told: int, shown: int, length: int) -> None:
        edited = sum(length for length, _, _ in rows(track.edit)) if track.pieces else 0
        expected = edited if track.edit else length * self._movie_timescale // track.timescale
        if told != length or abs(shown - expected) > 1:
            self.add(Reason.BOX_FIELD, "a track says that it lasts otherwise than its samples")

    def shown_whole(self, track: Track) -> None:
        """No sample lies before or behind what the edit list shows."""
        if track.pieces:
            self.findings += hidden(
                track.edit,
                [piece.samples for piece in track.pieces],
                timescale=track.timescale,
                film_timescale=self._movie_timescale,
                is_sound=isinstance(track.description, Sound),
            )

    def covered(self, pieces: Sequence[Samples], mdat: Box) -> None:
        """Every byte of the media belongs to exactly one sample."""
        offsets: Numbers = np.concatenate([piece.offsets for piece in pieces])
        ends = offsets + np.concatenate([piece.sizes for piece in pieces])
        order = np.argsort(offsets, kind="stable")
        starts, stops = np.append(offsets[order], mdat.stop), np.concatenate(([mdat.payload], ends[order]))
        if (starts < stops).any():
            self.add(Reason.SAMPLE_TABLE, "two samples overlap, or one lies outside of the media")
        elif (starts > stops).any():
            self.add(Reason.HIDDEN_BYTES, f"{int((starts - stops).sum())} bytes of the media belong to no sample")

    def segment(self, pieces: list[list[Piece]], place: int, number: int) -> int:
        """Look at a segment after `number` fragments, add its samples to those of each track, and return how many there are now."""
        found, _ = boxes(self.source, 0, self.source.size)
        self.top(SEGMENT)
        media = [box for box in found if box.kind in {b"moof", b"mdat"}]
        if [box.kind for box in media] != [b"moof", b"mdat"] * (len(media) // 2):
            raise Damaged("a segment has something else than fragments, each before its media")
        for sidx in (box for box in found if box.kind == b"sidx"):
            self._indexed(sidx, media)
        for moof, mdat in zip(media[::2], media[1::2], strict=True):
            number += 1
            try:
                runs = self._fragment(moof, number, len(pieces))
            except Damaged as error:
                self.add(Reason.SAMPLE_TABLE, error.what)
                return number
            for track, samples in runs.items():
                pieces[track - 1].append(Piece(source=place, samples=samples))
            self.covered(list(runs.values()), mdat)
        return number

    def _fragment(self, moof: Box, number: int, tracks: int) -> dict[int, Samples]:
        """The samples of each track in a fragment, which has a number."""
        family = self.inside(moof)
        if value_of(b"mfhd", "number", self.payload(self._must(family, b"mfhd"), 64)) != number:
            raise Damaged("the fragments are numbered otherwise than one after the other")
        runs: dict[int, Samples] = {}
        for traf in family.get(b"traf", ()):
            track, samples = self._run(traf, moof)
            if not 1 <= track <= tracks or track in runs:
                raise Damaged("a fragment is of a track that is not there, or twice of one")
            runs[track] = samples
        if not runs:
            raise Damaged("a fragment is of no track")
        return runs

    def _indexed(self, sidx: Box, media: Sequence[Box]) -> None:
        content = self.payload(sidx, 256)
        told = value_of(b"sidx", "size", content), value_of(b"sidx", "offset", content) + sidx.stop
        if not media or told != (media[-1].stop - media[0].start, media[0].start):
            self.add(Reason.BOX_FIELD, "the box sidx says that something else is in the segment")

    def _run(self, traf: Box, moof: Box) -> tuple[int, Samples]:
        family = self.inside(traf)
        time = value_of(b"tfdt", "time", self.payload(self._must(family, b"tfdt"), 64))
        header = self.payload(self._must(family, b"tfhd"), 64)
        runs = [self.payload(box) for box in family.get(b"trun", ())]
        return fragment(header, time, runs, start=moof.start, room=self.source.size)

    def continued(self, track: Track) -> None:
        """The first fragment begins with the stream, and each other when the one before it ends."""
        if not track.pieces or track.pieces[0].samples.decoded[0] > LONGEST_DELAY * track.timescale:
            self.add(Reason.SAMPLE_TABLE, "a track of a stream has no samples, or begins late")
        for before, after in pairwise(track.pieces):
            if before.samples.stop != int(after.samples.decoded[0]):
                self.add(Reason.SAMPLE_TABLE, "a fragment does not begin when the one before it ends")
                return
