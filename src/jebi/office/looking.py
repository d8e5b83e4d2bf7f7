"""Looking at a clip: the jobs by which it becomes watchable, searchable and known, each in the jail and each by itself.

    metadata   what the file says of itself, and what kind of file it is; wants the others
    viewing    one decoding pass: viewing copy, shots, stills, contact sheet, fingerprints     (`watching`)
    sound      one pass over the sound: waveform, landmarks, where somebody speaks             (`listening`)
    signs      text on the stills                                                              (`noticing`)
    faces      faces on the stills, counted                                                    (`noticing`)
    speech     what a machine believes was said                                                (`listening`)
    meaning    what its words mean, whoever wrote them; says nothing of how the clip ended      (`meaning`)
    fixity     whether originals and blobs are what they were; of the archive and not of a clip      (`inspecting`)

What is to go out has jobs of its own (`protecting`): they say nothing of how a clip ended, either.

Invariants: the original is unsealed into the work folder for one job and removed; everything that was made is sealed before
it is kept; how a clip ended is decided when its last job ends, and said in one sentence.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from jebi.errors import Damaged, JebiError, Refused
from jebi.media.jail import Jail
from jebi.media.metadata import Metadata, metadata
from jebi.media.models import Models
from jebi.media.probe import Kind, Probe, probe
from jebi.office import listening, noticing, protecting, watching
from jebi.office.inspecting import FIXITY, inspect
from jebi.office.kept import Kept
from jebi.office.kinds import Reason
from jebi.office.labour import Report, Write
from jebi.office.made import Made
from jebi.office.meaning import MEANING, Meanings
from jebi.office.originals import Originals
from jebi.office.protecting import Protecting
from jebi.office.reasons import reason_of
from jebi.office.unsealed import plain, probed
from jebi.vault import clips, jobs
from jebi.vault.catalogue import Catalogue, Change, Event
from jebi.vault.clips import Clip, Fact
from jebi.vault.jobs import Job
from jebi.vault.schema import ClipKind, ClipState

METADATA, VIEWING, SOUND, SIGNS, FACES, SPEECH = "metadata", "viewing", "sound", "signs", "faces", "speech"
OF_A_CLIP = (METADATA, VIEWING, SOUND, SIGNS, FACES, SPEECH)  # that decide how it ended
TASKS = (*protecting.TASKS, *OF_A_CLIP, MEANING, FIXITY)  # somebody waits for what is to go out
KINDS: dict[Kind, ClipKind] = {Kind.VIDEO: "video", Kind.AUDIO: "audio", Kind.IMAGE: "image", Kind.OTHER: "other"}
NOT_FOOTAGE = "it is neither a film nor a sound nor a picture that jebi opens; the original is kept"
ACTOR = "machine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Eyes:
    """What is looked with: the jail, and the models that are in place."""

    jail: Jail
    models: Models


class Looking:
    """Does the jobs; one for every worker process. Implements `labour.Work`."""

    tasks = TASKS

    def __init__(self, catalogue: Catalogue, originals: Originals, kept: Kept, eyes: Eyes, meanings: Meanings) -> None:
        self._catalogue, self._originals, self._kept, self._eyes = catalogue, originals, kept, eyes
        self._meanings = meanings
        self._protecting = Protecting(catalogue, originals, kept, eyes.jail, eyes.models)
        self._jobs: dict[str, Callable[[Clip, Report], Write]] = {
            METADATA: self._metadata,
            VIEWING: self._viewing,
            SOUND: self._sound,
            SIGNS: self._signs,
            FACES: self._faces,
            SPEECH: self._speech,
            MEANING: self._meaning,
        }

    def do(self, job: Job, report: Report) -> Write:
        """See `labour.Work`."""
        if job.task == FIXITY:
            return inspect(self._catalogue, self._originals, self._kept, report)
        if job.task in protecting.TASKS:
            return self._protecting.do(job, report)
        with self._catalogue.reading() as connection:
            clip = clips.get(connection, job.subject)
        if clip is None:
            raise Refused("the job is for a clip that is not in the catalogue")
        write = self._jobs[job.task](clip, report)
        if job.task == MEANING:
            return write

        def keep(change: Change) -> None:
            write(change)
            _settle(change, clip)

        return keep

    def give_up(self, job: Job, change: Change, why: str) -> None:
        """See `labour.Work`."""
        if job.task in OF_A_CLIP and (clip := clips.get(change.connection, job.subject)):
            _settle(change, clip)

    def _metadata(self, clip: Clip, report: Report) -> Write:
        with plain(self._originals, clip) as path:
            said = metadata(self._eyes.jail, path, can_stop=report.can_stop)
            try:
                seen, refusal = probe(self._eyes.jail, path, can_stop=report.can_stop), None
            except (Damaged, Refused) as error:
                seen, refusal = None, error
        made = Made(self._kept, clip.id, said.tool)
        made.add("metadata", _written(said))

        def write(change: Change) -> None:
            made.write(change)
            if seen is None or seen.kind is Kind.OTHER:
                kind: ClipKind = "other" if seen else "unknown"
                _decide(change, clip, kind, "refused", refusal.what if refusal else NOT_FOOTAGE, _reason(clip, refusal))
                return
            clips.put_facts(change, clip.id, _claims(seen), _event("clip-probed", clip.id, "by ffprobe"))
            _decide(change, clip, KINDS[seen.kind], "waiting")
            for task in _tasks(seen):
                jobs.want(change, task, [clip.id])

        return write

    def _viewing(self, clip: Clip, report: Report) -> Write:
        with self._probed(clip, report) as (path, seen):
            write = watching.watch(self._eyes.jail, path, seen, Made(self._kept, clip.id, watching.TOOLS), report)

        def keep(change: Change) -> None:
            write(change)
            jobs.want(change, SIGNS, [clip.id])
            jobs.want(change, FACES, [clip.id])

        return keep

    def _sound(self, clip: Clip, report: Report) -> Write:
        with self._probed(clip, report) as (path, seen):
            made = Made(self._kept, clip.id, listening.TOOLS)
            write, is_spoken = listening.listen(self._eyes.jail, self._eyes.models, path, seen, made, report)

        def keep(change: Change) -> None:
            write(change)
            if is_spoken:
                jobs.want(change, SPEECH, [clip.id])

        return keep

    def _speech(self, clip: Clip, report: Report) -> Write:
        with self._catalogue.reading() as connection:
            heard = listening.heard(connection, clip.id)
        with self._probed(clip, report) as (path, seen):
            return listening.recognise(self._eyes.jail, self._eyes.models, path, seen, clip.id, heard, report)

    def _signs(self, clip: Clip, report: Report) -> Write:
        return noticing.read_signs(self._eyes.jail, self._kept, self._stills(clip), clip.id, report)

    def _faces(self, clip: Clip, report: Report) -> Write:
        return noticing.count_faces(self._eyes.models, self._kept, self._stills(clip), clip.id, report)

    def _meaning(self, clip: Clip, report: Report) -> Write:
        return self._meanings.learn(self._catalogue, clip.id, report)

    def _stills(self, clip: Clip) -> Sequence[noticing.Still]:
        with self._catalogue.reading() as connection:
            return noticing.stills_of(connection, clip.id)

    def _probed(self, clip: Clip, report: Report) -> AbstractContextManager[tuple[str, Probe]]:
        return probed(self._originals, self._eyes.jail, clip, report)


def _tasks(seen: Probe) -> list[str]:
    return [VIEWING] * bool(seen.videos) + [SOUND] * bool(seen.audios)


def _settle(change: Change, clip: Clip) -> None:
    """Decide how the clip ended, once nothing is left to do with it."""
    now = clips.get(change.connection, clip.id)
    ended = {job.task: job for job in jobs.of(change.connection, clip.id) if job.task in OF_A_CLIP}
    if now is None or now.state == "refused" or any(job.state in {"waiting", "running"} for job in ended.values()):
        return
    failed = [job for job in ended.values() if job.state == "failed"]
    opened = [task for task in (VIEWING, SOUND) if task in ended and ended[task].state == "done"]
    state: ClipState = "refused" if not opened else "partly" if failed else "opened"
    if failed:
        _decide(change, clip, now.kind, state, failed[0].why, failed[0].reason)
    else:
        _decide(change, clip, now.kind, state)


def _decide(change: Change, clip: Clip, kind: ClipKind, state: ClipState, why: str = "", reason: str = "") -> None:
    event = _event("clip-looked-at", clip.id, f"{kind}: {state}")
    clips.decide(change, clip.id, event, kind=kind, state=state, why=why, reason=reason)


def _reason(clip: Clip, refusal: JebiError | None) -> Reason:
    if not clip.size:
        return Reason.EMPTY
    return reason_of(refusal) if refusal else Reason.NOT_FOOTAGE


def _claims(seen: Probe) -> Iterator[Fact]:
    """What the container says of its streams. How long and how large a film really is, watching it measures."""
    facts: dict[str, object] = {"container": seen.container, "duration-ms": seen.duration_ms, "others": seen.others}
    for video in seen.videos[:1]:
        facts |= {"video-codec": video.codec, "width": video.width, "height": video.height, "rotation": video.rotation}
    for audio in seen.audios[:1]:
        facts |= {"audio-codec": audio.codec, "sound-rate": audio.rate, "channels": audio.channels}
    for name, value in facts.items():
        if value is not None:
            yield Fact(name=name, source="claimed", value=str(value), tool="ffprobe")


def _written(said: Metadata) -> bytes:
    """The record of metadata as it is sealed: JSON, one claim a row, in the order of the file."""
    claims = [[claim.group, claim.name, claim.text] for claim in said.claims]
    return json.dumps({"tool": said.tool, "is_cut": said.is_cut, "claims": claims}, ensure_ascii=False).encode()


def _event(kind: str, subject: str, detail: str) -> Event:
    return Event(kind=kind, subject=subject, detail=detail, actor=ACTOR)
