"""An archive in memory, with sample values: what the pages are developed and tested against. It keeps the contract of
`jebi.office.counter.Archive` as far as pages can see it; nothing of it is true.
"""

import hashlib
import io
import re
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from PIL import Image, ImageDraw

from jebi.errors import Damaged, JebiError, NothingFound, Refused
from jebi.office.kinds import (
    Certainty,
    ClipState,
    Consent,
    Found,
    Has,
    JobKind,
    JobState,
    Level,
    Outcome,
    ParcelState,
    Part,
    Reason,
    Risk,
    Topic,
)
from jebi.office.members import Member, Session
from jebi.office.shown import (
    Blob,
    Card,
    Checkpoint,
    Choice,
    Choices,
    Claim,
    Clip,
    Cue,
    Delivery,
    Entry,
    Fact,
    FileOutcome,
    Filter,
    Health,
    Hit,
    Job,
    Medium,
    Model,
    Note,
    Page,
    Parcel,
    Person,
    Piece,
    ScreenText,
    Shot,
    Stated,
    Transcript,
    Trip,
    Verdict,
    Viewing,
)
from web.archive_clearing import SampleClearing
from web.archive_publishing import SamplePublishing
from web.cuts import SampleCuts, add_cuts

T = TypeVar("T")
NOW = 1_795_000_000
PAGE = 48
TRIPS = ("4f1c09ab", "b27e5510", "09d3aa71", "e6018c2f")
PLACES = ("혜산 장마당", "회령 역전", "무산 농촌길", "신의주 강변", "")
TAGS = ("시장", "쌀값", "拡声器", "market", "버스", "학교", "川岸")
COLLECTIONS = ("봄 · 시장 물가", "loudspeakers 2026")
SPEECH = (
    "오늘 쌀값이 또 올랐소. 한 키로에 칠천 원이라오.",
    "그 값이면 강냉이를 사야지 어쩌겠소.",
    "저기 단속이 온다, 빨리 거두시오.",
    "시장 문은 다섯 시에 닫는답니다.",
    "중국 돈으로 받겠소, 아니면 조선 돈이오?",
    "확성기 소리가 아침부터 그치질 않아.",
)
JAPANESE = (
    "今日も米の値段が上がった。一キロ七千ウォンだそうだ。",
    "その値段ならトウモロコシを買うしかない。",
    "取り締まりが来る、早く片づけて。",
    "市場は五時に閉まるそうです。",
    "中国のお金ですか、朝鮮のお金ですか。",
    "朝から拡声器の音がやまない。",
)


@dataclass(frozen=True, slots=True)
class Bytes:
    """A blob in memory."""

    content: bytes
    media_type: str

    @property
    def size(self) -> int:
        return len(self.content)

    def read(self, start: int, end: int, /) -> Iterator[bytes]:
        for at in range(start, end, 65536):
            yield self.content[at : min(end, at + 65536)]


@dataclass
class SampleArchive(SampleCuts, SampleClearing, SamplePublishing):
    """The archive. `films` and `pictures` are taken in turn for viewing copies and shots."""

    parcels_by_id: dict[str, Parcel] = field(default_factory=dict)
    jobs_by_id: dict[str, Job] = field(default_factory=dict)
    members_by_name: dict[str, Member] = field(default_factory=dict)
    sessions: dict[bytes, Session] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)
    log: list[Entry] = field(default_factory=list)
    plugged: list[Medium] = field(default_factory=list)
    brought: Delivery | None = None
    pulses: Counter[Topic] = field(default_factory=Counter)
    lock: threading.RLock = field(default_factory=threading.RLock)
    failure: JebiError | None = None

    # -- members -------------------------------------------------------------------------------------------------

    def members(self) -> Sequence[Member]:
        return sorted(self.members_by_name.values(), key=lambda one: one.name)

    def member(self, name: str, /) -> Member | None:
        return self.members_by_name.get(name)

    def keep_member(self, member: Member, /, *, by: str, was: Member | None = None) -> None:
        before = self.members_by_name.get(member.name)
        if was and (before is None or replace(before, seen=0) != replace(was, seen=0)):
            raise Refused("somebody changed that membership meanwhile")
        self.members_by_name[member.name] = member
        if before and replace(before, seen=0) != replace(member, seen=0):
            self.end_sessions(member.name)
        self._log("member-changed", member.name, by)

    def use_code(self, name: str, step: int, /) -> bool:
        with self.lock:
            is_fresh = step > self.used.get(name, 0)
            self.used[name] = max(step, self.used.get(name, 0))
            return is_fresh

    def session(self, digest: bytes, /) -> Session | None:
        return self.sessions.get(digest)

    def begin_session(self, session: Session, /) -> None:
        self.sessions[session.digest] = session

    def keep_session(self, session: Session, /) -> None:
        if session.digest in self.sessions:
            self.sessions[session.digest] = session

    def end_session(self, digest: bytes, /) -> None:
        self.sessions.pop(digest, None)

    def end_sessions(self, name: str, /) -> None:
        for one in [one for one in self.sessions.values() if one.member == name]:
            self.end_session(one.digest)

    # -- what is there -------------------------------------------------------------------------------------------

    def pulse(self, topic: Topic, /) -> str:
        return str(self.pulses[topic])

    def media(self) -> Sequence[Medium]:
        return self.plugged

    def bring(self, media: Sequence[str], /, *, by: str) -> None:
        if self.brought and not self.brought.is_over:
            raise Refused("something is being received already")
        if not {one.id for one in self.plugged} & set(media):
            raise NothingFound("it is not there any more")
        self.brought = Delivery(is_over=False, share=0.25, left=75.0)
        self._log("carriers-brought", "desk", by)

    def delivery(self) -> Delivery | None:
        return self.brought

    def parcels(self, *, key: str = "") -> Page[Parcel]:
        return _page(sorted(self.parcels_by_id.values(), key=lambda one: -one.came), key)

    def parcel(self, parcel: str, /) -> Parcel:
        return _found(self.parcels_by_id, parcel)

    def clips(self, filter_: Filter, /, *, key: str = "") -> Page[Card]:
        return _page([one.card for one in self.clips_by_id.values() if _fits(one, filter_)], key)

    def choices(self) -> Choices:
        clips = self.clips_by_id.values()
        return Choices(
            places=_counted(one.card.place for one in clips),
            trips=_counted(one.card.trip for one in clips),
            tags=_counted(tag for one in clips for tag in one.card.tags),
            collections=_counted(name for one in clips for name in one.collections),
        )

    def clip(self, clip: str, /) -> Clip:
        return _found(self.clips_by_id, clip)

    def part(self, clip: str, part: Part, number: int = 0, /) -> Blob:
        shown = self.clip(clip)
        place = list(self.clips_by_id).index(clip)
        if part is Part.VIEWING:
            if not shown.viewing:
                raise NothingFound("there is no viewing copy")
            return Bytes(self.films[place % len(self.films)], shown.viewing.media_type)
        if number >= max(1, shown.card.shots):
            raise NothingFound("there is no such shot")
        return Bytes(self.pictures[(place * 5 + number) % len(self.pictures)], "image/jpeg")

    def search(self, query: str, filter_: Filter, /, *, key: str = "") -> Page[Hit]:
        hits = [hit for one in self.clips_by_id.values() if _fits(one, filter_) for hit in _hits(one, query)]
        return _page(hits, key, size=20)

    def trips(self) -> Sequence[Trip]:
        return [self.trip(name) for name in TRIPS]

    def trip(self, trip: str, /) -> Trip:
        if trip not in TRIPS:
            raise NothingFound("there is no such trip")
        parcels = [one for one in self.parcels_by_id.values() if one.trip == trip]
        numbers = {one.number for one in parcels}
        return Trip(
            pseudonym=trip,
            issued=NOW - 90 * 86400 - TRIPS.index(trip) * 1_000_000,
            parcels=len(parcels),
            clips=sum(one.card.trip == trip for one in self.clips_by_id.values()),
            last=max((one.came for one in parcels), default=0),
            missing=tuple(sorted(set(range(1, max(numbers, default=0))) - numbers)),
        )

    def entries(self, *, key: str = "") -> Page[Entry]:
        return _page(self.log[::-1], key)

    def checkpoints(self) -> Sequence[Checkpoint]:
        return [
            Checkpoint(size=len(self.log) - 7 * n, root=_hex(f"root{n}"), time=NOW - n * 86400,
                       cosigned=("example.net/witness",) if n else (), stamped=("tsa.example.org",) if n == 2 else ())
            for n in range(3)
        ]  # fmt: skip

    def jobs(self, state: JobState | None = None, /, *, key: str = "") -> Page[Job]:
        order = [JobState.RUNNING, JobState.FAILED, JobState.WAITING, JobState.SKIPPED, JobState.DONE]
        jobs = [one for one in self.jobs_by_id.values() if state in {None, one.state}]
        return _page(sorted(jobs, key=lambda one: order.index(one.state)), key)

    def job_counts(self) -> Mapping[JobState, int]:
        return Counter(one.state for one in self.jobs_by_id.values())

    def health(self) -> Health:
        if self.failure:
            raise self.failure
        return Health(
            disk_total=4_000_000_000_000, disk_free=1_310_000_000_000, is_encrypted=True,
            fixity_total=1284, fixity_checked=1190, fixity_bad=0, fixity_oldest=NOW - 29 * 86400,
            jail=Level.GOOD, jail_kind="bubblewrap 0.8.0", database="SQLite 3.40.1", database_size=412_000_000, schema="0007",
            models=(
                Model(name="faces", level=Level.GOOD, size=7_304_518, sha256=_hex("faces")),
                Model(name="speech-heard", level=Level.GOOD, size=1_289_603, sha256=_hex("heard")),
                Model(name="speech-korean", level=Level.WARNING),
            ),
        )  # fmt: skip

    def verify_clip(self, clip: str, /) -> Verdict:
        shown = self.clip(clip)
        is_true = shown.card.state is not ClipState.FAILED
        failed = None if is_true else shown.custody[0].index
        return Verdict(is_true=is_true, when=NOW, records=len(self.log), bytes_read=shown.card.size, failed=failed)

    def verify_log(self) -> Verdict:
        return Verdict(is_true=True, when=NOW, records=len(self.log))

    def evidence(self, clip: str, /, *, by: str) -> Blob:
        self.clip(clip)
        self._log("evidence-exported", clip, by)
        return Bytes(b"a package" * 500, "application/x-tar")

    def written_transcript(self, clip: str, transcript: str, form: str, /) -> str:
        for one in self.clip(clip).transcripts:
            if one.id == transcript:
                return _written(one, form)
        raise NothingFound("there is no such transcript")

    # -- what members change -------------------------------------------------------------------------------------

    def add_transcript(
        self, clip: str, untrusted_text: bytes, /, *, language: str, is_translation: bool, by: str
    ) -> None:
        shown = self.clip(clip)
        made = Transcript(id=f"t{len(shown.transcripts) + 1}", language=language, cues=_cues(untrusted_text), by=by,
                          when=NOW, is_translation=is_translation)  # fmt: skip
        self._change(replace(shown, transcripts=(*shown.transcripts, made)), "transcript-added", by)

    def add_note(self, clip: str, text: str, at: float | None, /, *, by: str) -> None:
        shown = self.clip(clip)
        notes = (*shown.notes, Note(text=text, by=by, when=NOW, at=at))
        self._change(replace(shown, notes=notes), "note-added", by)

    def add_tag(self, clip: str, tag: str, /, *, by: str) -> None:
        shown = self.clip(clip)
        if tag not in shown.card.tags:
            card = replace(shown.card, tags=(*shown.card.tags, tag))
            self._change(replace(shown, card=card), "tag-added", by)

    def drop_tag(self, clip: str, tag: str, /, *, by: str) -> None:
        shown = self.clip(clip)
        card = replace(shown.card, tags=tuple(one for one in shown.card.tags if one != tag))
        self._change(replace(shown, card=card), "tag-dropped", by)

    def add_to_collection(self, clip: str, collection: str, /, *, by: str) -> None:
        shown = self.clip(clip)
        names = tuple(dict.fromkeys((*shown.collections, collection)))
        self._change(replace(shown, collections=names), "collection-joined", by)

    def drop_from_collection(self, clip: str, collection: str, /, *, by: str) -> None:
        shown = self.clip(clip)
        names = tuple(one for one in shown.collections if one != collection)
        self._change(replace(shown, collections=names), "collection-left", by)

    def add_place(self, clip: str, place: str, certainty: Certainty, note: str, /, *, by: str) -> None:
        shown = self.clip(clip)
        places = (*shown.places, Stated(value=place, certainty=certainty, by=by, note=note))
        self._change(replace(shown, places=places), "place-stated", by)

    def add_time(self, clip: str, time: str, certainty: Certainty, note: str, /, *, by: str) -> None:
        shown = self.clip(clip)
        times = (*shown.times, Stated(value=time, certainty=certainty, by=by, note=note))
        self._change(replace(shown, times=times), "time-stated", by)

    def add_person(self, clip: str, person: Person, /, *, by: str) -> None:
        shown = self.clip(clip)
        self._change(replace(shown, people=(*shown.people, person)), "person-added", by)

    def add_claim(
        self, clip: str, text: str, certainty: Certainty, corroborating: Sequence[str], /, *, by: str
    ) -> None:
        shown = self.clip(clip)
        for other in corroborating:
            self.clip(other)
        claim = Claim(text=text, certainty=certainty, by=by, when=NOW, corroborating=tuple(corroborating))
        self._change(replace(shown, claims=(*shown.claims, claim)), "claim-made", by)

    def again(self, job: str, /, *, by: str) -> None:
        found = _found(self.jobs_by_id, job)
        if found.state not in {JobState.FAILED, JobState.SKIPPED}:
            raise Refused("only a job that failed or was skipped is done again")
        self._set(replace(found, state=JobState.WAITING, reason=Reason.NONE, detail=""), by)

    def skip(self, job: str, /, *, by: str) -> None:
        found = _found(self.jobs_by_id, job)
        if found.state is JobState.DONE:
            raise Refused("the job is done")
        self._set(replace(found, state=JobState.SKIPPED, reason=Reason.BY_HAND, progress=None), by)

    def _set(self, job: Job, by: str) -> None:
        self.jobs_by_id[job.id] = job
        self.pulses[Topic.JOBS] += 1
        self._log("job-changed", job.id, by)

    def _change(self, clip: Clip, kind: str, by: str) -> None:
        with self.lock:
            entry = self._log(kind, clip.card.id, by)
            self.clips_by_id[clip.card.id] = replace(clip, custody=(*clip.custody, entry))
            self.pulses[Topic.ARCHIVE] += 1

    def _log(self, kind: str, subject: str, by: str) -> Entry:
        entry = Entry(index=len(self.log), kind=kind, subject=subject, detail="", actor=f"member/{by}", time=NOW)
        self.log.append(entry)
        return entry


def sample(count: int = 24, *, films: Sequence[bytes] = (), pictures: Sequence[bytes] = ()) -> SampleArchive:
    """An archive of `count` clips and a few parcels, trips and jobs."""
    archive = SampleArchive(films=films or (b"not really a film" * 1000,), pictures=pictures or drawn())
    for number in range(count):
        clip = clip_of(number, archive)
        archive.clips_by_id[clip.card.id] = clip
    _parcels(archive)
    _jobs(archive)
    add_cuts(archive)
    return archive


def clip_of(number: int, archive: SampleArchive) -> Clip:
    """One clip; every eleventh failed, every seventh is still worked on."""
    state = ClipState.FAILED if number % 11 == 9 else ClipState.WORKING if number % 7 == 5 else ClipState.READY
    is_ready, length = state is ClipState.READY, 20.0 + number * 37 % 560
    if archive.films and len(archive.films) > 1 and is_ready:
        length = (10.0, 60.1, 4.0)[number % 3]
    shots = tuple(Shot(start=length * n / 9, end=length * (n + 1) / 9) for n in range(9)) if is_ready else ()
    card = Card(
        id=f"c{number:05}", name=f"DCIM/100MEDIA/MOVI{number + 112:04}.MP4", trip=TRIPS[number % 4],
        came=NOW - number * 5400, state=state, duration=length if is_ready else 0.0, size=18_000_000 + number * 7_310_000,
        filmed=f"2026-0{number % 9 + 1}-1{number % 9} 0{number % 9}:41" if number % 3 else "",
        place=PLACES[number % 5], tags=tuple(dict.fromkeys((TAGS[number % 7], TAGS[number * 3 % 7]))) if number % 4 else (),
        shots=len(shots), faces=number * 5 % 7 if is_ready else 0, has_speech=is_ready and number % 3 != 2,
        has_text=is_ready and number % 2 == 0, has_poster=is_ready,
    )  # fmt: skip
    entries = tuple(
        Entry(index=archive_entry(archive, kind, card.id, NOW - number * 5400 + 60 * place), kind=kind, subject=card.id,
              detail=detail, actor=actor, time=NOW - number * 5400 + 60 * place)
        for place, (kind, detail, actor) in enumerate((
            ("parcel-received", f"manifest sha256 {_hex(card.id)}, number 3", f"trip/{card.trip}"),
            ("clip-accessioned", f"sha256 {_hex(card.id + 'x')}", "desk"),
            ("viewing-copy-made", "1280×720, made in the jail", "desk"),
            ("fixity-checked", "as it came", "desk"),
        ))
    )  # fmt: skip
    if not is_ready:
        return Clip(card=card, parcel="9a41c07be2d15f36", sha256=_hex(card.id), custody=entries, facts=_facts(card))
    return Clip(
        card=card, parcel="9a41c07be2d15f36", sha256=_hex(card.id), shots=shots,
        viewing=Viewing(width=1280, height=720, media_type="video/mp4"), waveform=_waveform(number),
        transcripts=_transcripts(length) if card.has_speech else (),
        screen=tuple(
            ScreenText(start=length * n / 5, end=length * n / 5 + 2, text=text, language=code)
            for n, (text, code) in enumerate((
                ("쌀 7,000원", "ko"), ("혜산역", "ko"), ("中国製", "ja"), ("NO. 4 GATE", "en")))
        ) if card.has_text else (),
        facts=_facts(card),
        notes=(Note(text="화면 왼쪽 가게 간판을 확대해 볼 것.", by="haneul", when=NOW - 4000, at=length / 3),
               Note(text="Same loudspeaker as in the clip of 12 March?", by="maria", when=NOW - 2000)),
        people=(Person(pseudonym="seller-14", risk=Risk.MORTAL, consent=Consent.UNKNOWN, at=length / 4,
                       note="얼굴이 정면으로 보임"),
                Person(pseudonym="reporter-voice", risk=Risk.HIGH, consent=Consent.LIMITED, note="voice only")),
        places=(Stated(value="혜산 장마당 동쪽 문", certainty=Certainty.PROBABLE, by="haneul", note="간판과 산등성이로 판단"),),
        times=(Stated(value="2026-03-12, morning", certainty=Certainty.POSSIBLE, by="maria", note="shadows; snow"),),
        collections=(COLLECTIONS[number % 2],),
        claims=(Claim(text="쌀값이 한 달 사이에 두 배로 올랐다.", certainty=Certainty.PROBABLE, by="haneul", when=NOW - 900,
                      corroborating=("c00003", "c00007")),),
        custody=entries,
    )  # fmt: skip


def archive_entry(archive: SampleArchive, kind: str, subject: str, time: int) -> int:
    """One more entry in the log; returns its index."""
    index = len(archive.log)
    archive.log.append(Entry(index=index, kind=kind, subject=subject, detail="", actor="desk", time=time))
    return index


def drawn(count: int = 12, size: tuple[int, int] = (320, 180)) -> tuple[bytes, ...]:
    """Pictures that nobody filmed: hills under a sky."""
    pictures = []
    for number in range(count):
        picture = Image.new("RGB", size, (90 + number * 9, 110 + number * 5, 130))
        draw = ImageDraw.Draw(picture)
        for layer in range(4):
            height = size[1] * (3 + layer) // 7
            points = [(x * size[0] // 6, height + (x * 37 + layer * 53 + number * 29) % 40 - 20) for x in range(7)]
            shade = 100 - layer * 22
            draw.polygon([*points, (size[0], size[1]), (0, size[1])], fill=(shade, shade + 10, shade + number))
        kept = io.BytesIO()
        picture.save(kept, "JPEG", quality=70)
        pictures.append(kept.getvalue())
    return tuple(pictures)


def _facts(card: Card) -> tuple[Fact, ...]:
    return (
        Fact(group="desk", name="SHA-256", value=_hex(card.id), is_exact=True),
        Fact(group="desk", name="size", value=str(card.size), is_exact=True),
        Fact(group="desk", name="codec", value="h264, 1920×1080, variable frame rate", is_exact=True),
        Fact(group="QuickTime", name="CreateDate", value="2026:03:12 07:41:10"),
        Fact(group="QuickTime", name="Model", value="ActionCam X3"),
        Fact(group="QuickTime", name="GPSCoordinates", value="41.4006 N, 128.1776 E"),
        Fact(group="Track1", name="Rotation", value="90"),
    )


def _transcripts(length: float) -> tuple[Transcript, ...]:
    def cues(lines: Sequence[str]) -> tuple[Cue, ...]:
        return tuple(Cue(start=length * n / 6, end=length * (n + 1) / 6 - 0.2, text=one) for n, one in enumerate(lines))

    return (
        Transcript(id="t1", language="ko", cues=cues(SPEECH), model="whisper-small-ko 3f9a", when=NOW - 5000),
        Transcript(id="t2", language="ja", cues=cues(JAPANESE), by="sora", when=NOW - 3000, is_translation=True),
    )


def _parcels(archive: SampleArchive) -> None:
    clips = list(archive.clips_by_id.values())
    files = (
        *(FileOutcome(name=one.card.name, size=one.card.size, outcome=Outcome.READY, clip=one.card.id) for one in clips[:4]),
        FileOutcome(name="DCIM/100MEDIA/MOVI0199.MP4", size=48_000_000, outcome=Outcome.WORKING, progress=0.62, clip=clips[5 % len(clips)].card.id),
        FileOutcome(name="DCIM/100MEDIA/MOVI0200.MP4", size=3_100_000_000, outcome=Outcome.QUEUED),
        FileOutcome(name="DCIM/100MEDIA/MOVI0201.MP4", size=1_204, outcome=Outcome.UNREADABLE, reason=Reason.MALFORMED, detail="moov atom not found"),
        FileOutcome(name="DCIM/100MEDIA/empty.mov", size=0, outcome=Outcome.UNREADABLE, reason=Reason.EMPTY),
        FileOutcome(name="notes/쌀값 2026.gif", size=88_120, outcome=Outcome.REFUSED, reason=Reason.TOO_MANY_PICTURES, detail="104,000 pictures"),
        FileOutcome(name="readme.txt", size=1_830, outcome=Outcome.FOREIGN, reason=Reason.NOT_FOOTAGE),
        FileOutcome(name="DCIM/100MEDIA/MOVI0202.MP4", size=812_000_000, outcome=Outcome.SKIPPED, reason=Reason.BY_HAND),
    )  # fmt: skip
    for one in (
        Parcel(id="9a41c07be2d15f36", state=ParcelState.WHOLE, came=NOW - 5400, size=4_120_000_000, trip=TRIPS[0], number=3,
               blocks=982, blocks_whole=982, carriers=("stick A-17", "stick A-21"), files=files,
               remarks=("of this trip, number 2 has not come",)),
        Parcel(id="51b0e7d4c2aa9083", state=ParcelState.WAITING, came=NOW - 7200, size=2_760_000_000, blocks=658,
               blocks_whole=411, packets_missing=4_310, needs=282_460_160, carriers=("stick B-02", "disc 9")),
        Parcel(id="c7719ef0a4d3521b", state=ParcelState.WAITING, came=NOW - 90_000, size=690_000_000, blocks=165,
               blocks_whole=163, packets_missing=12, needs=786_432, carriers=("stick B-02",), liars=("disc 9",)),
        Parcel(id="0d4f6b1129ce87a5", state=ParcelState.REJECTED, came=NOW - 180_000, size=44_000_000, blocks=11,
               blocks_whole=11, carriers=("stick C-30",), why="no trip of this desk signed this parcel"),
        Parcel(id="e81a33c6054bd97f", state=ParcelState.WHOLE, came=NOW - 400_000, size=1_040_000_000, trip=TRIPS[1], number=1,
               blocks=248, blocks_whole=248, carriers=("card 5",),
               files=tuple(FileOutcome(name=one.card.name, size=one.card.size, outcome=Outcome.READY, clip=one.card.id) for one in clips[8:14])),
        Parcel(id="77c10be93d5a4f82", state=ParcelState.WHOLE, came=NOW - 900_000, size=640_000_000, trip=TRIPS[0], number=1,
               blocks=153, blocks_whole=153, carriers=("card 2",)),
    ):  # fmt: skip
        archive.parcels_by_id[one.id] = one


def _jobs(archive: SampleArchive) -> None:
    clips = list(archive.clips_by_id.values())
    states = (
        (JobKind.VIEWING, JobState.RUNNING, 0.62, Reason.NONE, ""),
        (JobKind.SPEECH, JobState.RUNNING, 0.18, Reason.NONE, ""),
        (JobKind.FIXITY, JobState.RUNNING, None, Reason.NONE, ""),
        (JobKind.VIEWING, JobState.FAILED, None, Reason.MALFORMED, "moov atom not found"),
        (JobKind.SIGNS, JobState.FAILED, None, Reason.OVER_BUDGET, ""),
        (JobKind.SPEECH, JobState.FAILED, None, Reason.NO_MODEL, "speech-korean"),
        (JobKind.SOUND, JobState.WAITING, None, Reason.NONE, ""),
        (JobKind.FACES, JobState.WAITING, None, Reason.NONE, ""),
        (JobKind.MEANING, JobState.SKIPPED, None, Reason.BY_HAND, ""),
        (JobKind.METADATA, JobState.DONE, None, Reason.NONE, ""),
        (JobKind.SOUND, JobState.DONE, None, Reason.NONE, ""),
    )
    for number, (kind, state, progress, reason, detail) in enumerate(states):
        card = clips[number % len(clips)].card
        archive.jobs_by_id[f"j{number}"] = Job(
            id=f"j{number}", kind=kind, state=state, clip="" if kind is JobKind.FIXITY else card.id,
            clip_name="" if kind is JobKind.FIXITY else card.name, progress=progress, tries=1 + (state is JobState.FAILED),
            reason=reason, detail=detail, since=NOW - 60 * number, worker="desk/1" if state is JobState.RUNNING else "",
        )  # fmt: skip


def _fits(clip: Clip, asked: Filter) -> bool:
    card = clip.card
    texts = (
        (asked.place, (card.place,)),
        (asked.trip, (card.trip,)),
        (asked.tag, card.tags),
        (asked.collection, clip.collections),
    )
    answers = ((asked.faces, card.faces > 0), (asked.speech, card.has_speech), (asked.text, card.has_text))
    return (
        all(not wanted or wanted in there for wanted, there in texts)
        and all(wanted is Has.ANY or (wanted is Has.YES) == there for wanted, there in answers)
        and asked.state in {None, card.state}
        and (asked.since is None or card.came >= asked.since)
        and (asked.until is None or card.came <= asked.until)
    )


def _hits(clip: Clip, query: str) -> Iterator[Hit]:
    for transcript in clip.transcripts:
        where = Found.TRANSLATION if transcript.is_translation else Found.SPEECH
        for cue in transcript.cues:
            if query.casefold() in cue.text.casefold():
                yield Hit(card=clip.card, where=where, pieces=_pieces(cue.text, query), at=cue.start,
                          language=transcript.language, is_machine=transcript.is_machine)  # fmt: skip
    for text in clip.screen:
        if query.casefold() in text.text.casefold():
            yield Hit(card=clip.card, where=Found.SCREEN, pieces=_pieces(text.text, query), at=text.start,
                      language=text.language, is_machine=True)  # fmt: skip
    for tag in clip.card.tags:
        if query.casefold() in tag.casefold():
            yield Hit(card=clip.card, where=Found.TAG, pieces=_pieces(tag, query))


def _pieces(text: str, query: str) -> tuple[Piece, ...]:
    parts = re.split(f"({re.escape(query)})", text, flags=re.IGNORECASE)
    return tuple(Piece(text=one, is_match=place % 2 == 1) for place, one in enumerate(parts) if one)


_CUE = re.compile(r"(?:(\d+):)?(\d\d):(\d\d)[.,](\d{3}) --> (?:(\d+):)?(\d\d):(\d\d)[.,](\d{3}).*\n((?:.+\n?)+)")


def _cues(untrusted: bytes) -> tuple[Cue, ...]:
    try:
        text = untrusted.decode()
    except UnicodeDecodeError as error:
        raise Damaged("the file is not UTF-8") from error
    cues = tuple(
        Cue(start=_seconds(*one.groups()[:4]), end=_seconds(*one.groups()[4:8]), text=one[9].strip())
        for one in _CUE.finditer(text)
    )
    if not cues:
        raise Damaged("there is no cue in it", hint="save it as WebVTT or SRT")
    return cues


def _seconds(hours: str | None, minutes: str, seconds: str, thousandths: str) -> float:
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + int(thousandths) / 1000


def _written(transcript: Transcript, form: str) -> str:
    mark = "." if form == "vtt" else ","
    head = "WEBVTT\n\n" if form == "vtt" else ""
    return head + "\n".join(
        f"{number}\n{_stamp(cue.start, mark)} --> {_stamp(cue.end, mark)}\n{cue.text}\n"
        for number, cue in enumerate(transcript.cues, 1)
    )


def _stamp(seconds: float, mark: str) -> str:
    whole = round(seconds * 1000)
    return f"{whole // 3_600_000:02}:{whole // 60_000 % 60:02}:{whole // 1000 % 60:02}{mark}{whole % 1000:03}"


def _waveform(seed: int) -> bytes:
    noise = hashlib.shake_128(str(seed).encode()).digest(600)
    return bytes(min(255, 20 + (one * (60 + abs(300 - at) // 3)) // 255) for at, one in enumerate(noise))


def _page(items: Sequence[T], key: str, *, size: int = PAGE) -> Page[T]:
    start = int(key) if key.isdigit() and int(key) < len(items) else 0
    return Page(
        items=tuple(items[start : start + size]),
        total=len(items),
        older=str(start + size) if start + size < len(items) else "",
        newer=str(max(0, start - size)) if start else "",
    )


def _found(there: Mapping[str, T], key: str) -> T:
    if key not in there:
        raise NothingFound("there is no such thing")
    return there[key]


def _counted(values: Iterable[str]) -> tuple[Choice, ...]:
    return tuple(
        Choice(name=name, clips=clips) for name, clips in sorted(Counter(one for one in values if one).items())
    )


def _hex(seed: str) -> str:
    return hashlib.sha256(seed.encode()).hexdigest()
