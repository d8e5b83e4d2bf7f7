"""What clips' words mean: a job puts a vector of each into the archive's file of vectors, and a search asks for the nearest.

A clip's job is wanted whenever its words change, by a machine or by people, and does what is missing. The file is not part
of any transaction: a vector may outlive its words until `tend` finds it, so that whoever asks takes only those whose words
hold. Whoever lost the file has it made anew by `tend`.

Invariants: one job a clip; words that changed while it ran are done after it. Peak: the words of one clip, and in `tend`
16 bytes for each of the archive's.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, select

from jebi.errors import Unable
from jebi.office.kinds import Reason
from jebi.office.labour import Report, Write
from jebi.office.reasons import NotHere
from jebi.vault import jobs, segments
from jebi.vault import meaning as model
from jebi.vault.catalogue import Catalogue, Change
from jebi.vault.jobs import Job
from jebi.vault.meaning import AT_ONCE, LIKE, Embedder, Vectors
from jebi.vault.schema import SegmentKind, segment
from jebi.vault.vectors import Look, Near, VectorFile

MEANING = "meaning"  # the task
VECTORS = "vectors"  # the file, in the archive
WORDS: tuple[SegmentKind, ...] = (
    "transcript",
    "translation",
    "screen_text",
    "note",
)  # kinds of segments that are words
LATELY = 500  # questions whose meaning is remembered: of the next page, and of the same words in another filter
NEAREST = 100  # answers to one question; what is farther nobody scrolls to
WANTED_AT_ONCE = 500  # clips in one transaction: others may write meanwhile
PAGE = 10_000  # rows in flight


def want(change: Change, clip: str) -> None:
    """Say that a clip's words changed. A job that is at work notices by itself when it ends."""
    known = [job for job in jobs.of(change.connection, clip) if job.task == MEANING]
    if not known:
        jobs.want(change, MEANING, [clip])
    elif known[0].state not in {"waiting", "running"}:
        jobs.again(change, known[0].id)


class Asked:
    """What is looked for just now, by a thread beside the one that asks."""

    def __init__(self, begun: "Future[Look | None]", going: "Future[None]") -> None:
        self._begun, self._going = begun, going

    def near(self) -> list[Near]:
        """The words that are near enough, best first; some may hold no longer.

        Raises:
            Unable: the model died, or is not installed.
        """
        look = self._begun.result()
        if look is None:
            return []
        look.go_through()  # beside the other thread, or in its place
        if not self._going.cancel():
            self._going.result()
        return look.nearest(NEAREST, LIKE)

    def drop(self) -> None:
        """Nobody wants to know."""
        self._going.cancel()
        if not self._begun.cancel():
            self._begun.add_done_callback(_leave)


class Meanings:
    """The meanings of one archive's words, in a file; a context manager.

    The model's process starts when it is first needed: open this after a fork. Threads may share it, and take turns.
    """

    def __init__(self, file: Path, embedder: Embedder | None = None) -> None:
        self._file, self._embedder = VectorFile(file), embedder or Embedder()
        self._looking = ThreadPoolExecutor(1)
        self._read_lately: dict[str, Vectors] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the model's process."""
        self._looking.shutdown(cancel_futures=True)
        self._embedder.close()

    def learn(self, catalogue: Catalogue, clip: str, report: Report) -> Write:
        """Put into the file what a clip's words mean, as far as it is not there; take out what was corrected.

        Raises:
            NotHere: the model is not installed.
            Unable: it died of the words, the file cannot be written, or the job is to stop.
        """
        if not model.is_installed():
            raise NotHere(
                "the model for meanings is not installed",
            )
        with catalogue.reading() as connection:
            ever = segments.of(connection, clip, WORDS, with_superseded=True)
        corrected = {one.supersedes for one in ever}
        words = {one.id: one.text for one in ever if one.id not in corrected and one.text}
        known = set(np.intersect1d(self._file.keys(), [one.id for one in ever]).tolist())
        if gone := known - words.keys():
            self._file.remove(gone)
        missing = [number for number in words if number not in known]
        for start in range(0, len(missing), AT_ONCE):
            if report.can_stop():
                raise Unable("the job is to stop")
            some = missing[start : start + AT_ONCE]
            self._file.append(some, self._embedder.passages([words[number] for number in some]))
            report.say(start + len(some), len(missing), "texts")

        def write(change: Change) -> None:
            now = change.connection.scalars(_words().with_only_columns(segment.c.id).where(segment.c.clip == clip))
            if set(now) - words.keys():
                want(change, clip)

        return write

    def ask(self, text: str, among: NDArray[np.int64] | None = None) -> "Asked":
        """Begin to look for the words nearest in meaning; meanwhile who asks may look for the words themselves.

        Args:
            text: what is looked for, in any language.
            among: the numbers of segments to which the answers are confined, in rising order.
        """
        begun = self._looking.submit(self._begin, text, among)
        return Asked(begun, self._looking.submit(_go_through, begun))

    def _begin(self, text: str, among: NDArray[np.int64] | None) -> Look | None:
        meant = self._read(text)
        return self._file.look(meant, among) if len(meant) else None

    def _read(self, text: str) -> Vectors:
        if not model.is_installed():
            raise NotHere("the model for meanings is not installed")
        if self._file.is_empty():
            return np.empty(0, np.float32)  # the model need not be started
        meant = self._read_lately.pop(text, None)
        if meant is None:
            meant = self._embedder.query(text)
        self._read_lately[text] = meant
        if len(self._read_lately) > LATELY:
            del self._read_lately[next(iter(self._read_lately))]
        return meant

    def tend(self, catalogue: Catalogue, now_ms: int) -> None:
        """Take vectors out whose words hold no longer, and want those that are missing, but where the job failed before."""
        known = np.sort(self._file.keys())
        with catalogue.reading() as connection:
            held, missing = _compared(connection, known)
        self._file.remove(np.setdiff1d(known, held, assume_unique=True).tolist())
        for start in range(0, len(missing) if model.is_installed() else 0, WANTED_AT_ONCE):
            with catalogue.writing(now_ms) as change:
                for clip in missing[start : start + WANTED_AT_ONCE]:
                    if not any(map(_is_given_up, jobs.of(change.connection, clip))):
                        want(change, clip)


def _go_through(begun: "Future[Look | None]") -> None:
    """Go through what was begun; what could not be is said to whoever asks."""
    if not begun.cancelled() and begun.exception() is None and (look := begun.result()):
        look.go_through()


def _leave(begun: "Future[Look | None]") -> None:
    if begun.exception() is None and (look := begun.result()):
        look.leave()


def _is_given_up(job: Job) -> bool:
    """Whether it failed for good, or somebody left it undone. One that was skipped for want of a model is tried again."""
    is_over = job.state == "failed" or (job.state, job.reason) == ("skipped", Reason.BY_HAND)
    return job.task == MEANING and is_over


def _words() -> Select[Any]:
    """The numbers and clips of all words that hold."""
    return select(segment.c.id, segment.c.clip).where(segment.c.kind.in_(WORDS), segment.c.text != "", segments.holds())


def _compared(connection: Connection, known: NDArray[np.int64]) -> tuple[NDArray[np.int64], list[str]]:
    """The numbers of all words that hold, and the clips of which some are not among those that are known, in order."""
    held: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
    clips: dict[str, None] = {}
    for page in _pages(connection):
        numbers = np.array([number for number, _ in page], np.int64)
        places = np.searchsorted(known, numbers)
        is_known = places < len(known)
        is_known[is_known] = known[places[is_known]] == numbers[is_known]
        clips.update((clip, None) for (_, clip), is_there in zip(page, is_known, strict=True) if not is_there)
        held.append(numbers)
    return np.concatenate(held), list(clips)


def _pages(connection: Connection) -> Iterator[list[tuple[int, str]]]:
    after, asked = 0, _words().order_by(segment.c.id).limit(PAGE)
    while page := [(row.id, row.clip) for row in connection.execute(asked.where(segment.c.id > after))]:
        yield page
        after = page[-1][0]
