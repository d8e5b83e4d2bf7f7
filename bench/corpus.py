"""A desk's archive, made up: a hundred thousand clips with what is said in them, their names, trips, tags, faces and labels.

Clips arrive one behind the other; neighbours came by the same trip, each of the `TRIPS` at four times. Tags and faces are
scattered. The same number always makes the same clip.
"""

import hashlib
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import spoken
from sqlalchemy import Connection, Table, insert

from jebi.archive.terms import shadow
from jebi.vault import engine as databases
from jebi.vault import index, schema
from jebi.vault.catalogue import Catalogue
from jebi.vault.fragments import batches

TRIPS, ARRIVALS = 50, 4  # so a trip has 2 % of the clips
TAGS, TAGGED = 50, 3  # and so has a tag, which stands on so many neighbours
WITH_FACES = 10 / 3  # every so many clips
FIRST_MS, APART_MS = 1_700_000_000_000, 60_000
LABELS = {"place": 300, "person": 300, "collection": 60, "claim": 500}
_LINKS: dict[str, tuple[Table, dict[str, object]]] = {
    "place": (schema.clip_place, {"certainty": "probable", "author": "editor/1", "note": ""}),
    "person": (schema.clip_person, {"at_ms": 0}),
    "collection": (schema.collection_clip, {}),
    "claim": (schema.claim_clip, {"stance": "supports"}),
}
NAMES = ("시장 영상", "VID", "市場", "IMG", "회의 녹음", "DSC")


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """Files of what is said, a clip's number, a text and its shadow on each line; and the bytes of all texts."""

    files: Sequence[Path]
    clips: int
    size: int

    @classmethod
    def make(cls, folder: Path, clips: int) -> "Corpus":
        """The same on all cores."""
        cores = len(os.sched_getaffinity(0))
        with ProcessPoolExecutor(cores) as workers:
            made = list(workers.map(_write, [(folder, clips, part, cores) for part in range(cores)]))
        return cls(files=[file for file, _ in made], clips=clips, size=sum(size for _, size in made))

    def rows(self) -> Iterator[tuple[int, int, str, str]]:
        """Number of a text, number of its clip, the text and its shadow."""
        number = 0
        for file in self.files:
            with file.open(encoding="utf-8") as lines:
                for line in lines:
                    number += 1
                    clip, said, written = line.rstrip("\n").split("\t")
                    yield number, int(clip), said, written


def build(url: str, corpus: Corpus) -> tuple[float, int]:
    """Fill an empty database with a catalogue of it all; the seconds that the index took, and its bytes."""
    with Catalogue.open(url) as catalogue:
        with databases.writing(catalogue.engine) as connection:
            _fill(connection, corpus)
        before, began = _size(catalogue), time.perf_counter()
        with databases.writing(catalogue.engine) as connection:
            index.rebuild(connection, ((number, written) for number, _, _, written in corpus.rows()))
        seconds, size = time.perf_counter() - began, _size(catalogue) - before
        with databases.writing(catalogue.engine) as connection:
            index.add_names(connection, [(clip_id(one), shadow(_name(one))) for one in range(corpus.clips)])
            databases.analyse(connection)
    return seconds, size


def clip_id(clip: int) -> str:
    """Numbers of clips are random, so that neighbours are not."""
    return hashlib.sha256(b"%d" % clip).hexdigest()[:16]


def arrived_ms(clip: int) -> int:
    """When a clip arrived."""
    return FIRST_MS + clip * APART_MS


def trip(clip: int, clips: int) -> str:
    """Which trip brought it."""
    together = max(1, clips // (TRIPS * ARRIVALS))
    return f"trip-{clip // together % TRIPS}"


def _write(share: tuple[Path, int, int, int]) -> tuple[Path, int]:
    """One worker's share: neighbouring clips, as they would arrive."""
    folder, clips, part, parts = share
    file, size = folder / f"said-{part}", 0
    with file.open("w", encoding="utf-8") as lines:
        for clip in range(clips * part // parts, clips * (part + 1) // parts):
            for said in spoken.segments(clip):
                size += len(said.encode())
                lines.write(f"{clip}\t{said}\t{shadow(said)}\n")
    return file, size


def _size(catalogue: Catalogue) -> int:
    with databases.reading(catalogue.engine) as connection:
        return databases.described(connection)[1]


def _fill(connection: Connection, corpus: Corpus) -> None:
    trips = [{"id": f"trip-{number}", "issued_ms": 0} for number in range(TRIPS)]
    connection.execute(insert(schema.trip), trips)
    for numbers in batches(iter(range(corpus.clips))):
        connection.execute(insert(schema.clip), [_clip(one, corpus.clips) for one in numbers])
        connection.execute(insert(schema.glance), [_glance(one) for one in numbers])
        connection.execute(insert(schema.fact), [_fact(one) for one in numbers])
    for rows in batches(corpus.rows()):
        connection.execute(insert(schema.segment), [_segment(number, of, said) for number, of, said, _ in rows])
    _label(connection, corpus.clips)


def _clip(clip: int, clips: int) -> dict[str, object]:
    row = {"id": clip_id(clip), "parcel": f"{clip // 20:016x}", "number": clip % 20, "trip": trip(clip, clips)}
    kept = {"sha256": "5" * 64, "size": 1000, "kind": "video", "state": "opened", "reason": "", "why": ""}
    return {**row, **kept, "arrived_ms": arrived_ms(clip)}


def _glance(clip: int) -> dict[str, object]:
    return {"clip": clip_id(clip), "has_speech": 1, "has_text": clip % 2, "most_faces": int(clip % WITH_FACES < 1)}


def _fact(clip: int) -> dict[str, object]:
    kept = {"source": "claimed", "tool": "manifest", "actor": "", "made_ms": 0}
    return {"clip": clip_id(clip), "name": "name", "value": _name(clip), **kept}


def _name(clip: int) -> str:
    return f"{NAMES[clip % len(NAMES)]}_{clip:06}.MP4"


def _segment(number: int, clip: int, said: str) -> dict[str, object]:
    at = (number - 1) % spoken.SEGMENTS * 5_000
    row = {"id": number, "clip": clip_id(clip), "kind": "transcript", "start_ms": at, "end_ms": at + 4_000}
    kept = {"origin": "machine", "author": "", "model": "whisper tiny", "model_sha256": "5" * 64, "checked_by": ""}
    return {**row, **kept, "language": spoken.language(clip), "text": said, "supersedes": None, "made_ms": 0}


def _label(connection: Connection, clips: int) -> None:
    """Labels are words of those that are spoken, so that some are found; every tenth clip has one of each kind."""
    korean = spoken.vocabulary("ko")[0]
    connection.execute(insert(schema.tag), [{"name": f"{korean[7 * one]} {one}"} for one in range(TAGS)])
    tagged = [
        {"clip": clip_id(one), "tag": one // TAGGED % TAGS + 1, "arrived_ms": arrived_ms(one)} for one in range(clips)
    ]
    connection.execute(insert(schema.clip_tag), tagged)
    for kind, count in LABELS.items():
        table, (links, said) = schema.METADATA.tables[kind], _LINKS[kind]
        connection.execute(insert(table), [_labelled(kind, korean[5 * one], one) for one in range(count)])
        knows = {"arrived_ms"} & set(links.c.keys())
        linked = [
            {"clip": clip_id(one), kind: one // 10 % count + 1, **said, **dict.fromkeys(knows, arrived_ms(one))}
            for one in range(0, clips, 10)
        ]
        connection.execute(insert(links), linked)


def _labelled(kind: str, word: str, number: int) -> dict[str, object]:
    name = f"{word} {number}"
    rows: dict[str, dict[str, object]] = {
        "place": {"name": name},
        "person": {"pseudonym": name, "risk": "low", "note": "", "consent": "given", "consent_text": ""},
        "collection": {"name": name, "made_ms": 0},
        "claim": {"text": name, "state": "open", "certainty": "possible", "author": "editor/1", "made_ms": 0},
    }
    return rows[kind]
