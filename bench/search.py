"""Search: a hundred thousand clips in SQLite and in PostgreSQL, what others find of the same words, and meanings.

What is timed is `office.seeking.search`, as the pages call it: words, labels, names and meanings, to a page of hits.
"""

import gc
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import quantiles
from typing import TypeVar

import numpy as np
from rows import ROOT, Row
from sqlalchemy import create_engine

sys.path.append(str(ROOT / "tests"))  # where the words are, and what others do with them

import corpus
import spoken
from corpus import Corpus

from jebi.office.meaning import Meanings
from jebi.office.seeking import EVERYTHING, Found, Hit, search
from jebi.vault.catalogue import Catalogue
from jebi.vault.grid import Wanted
from jebi.vault.meaning import Embedder
from jebi.vault.vectors import DIMENSIONS, VectorFile
from recall.corpus import sentences, words
from recall.engines import LENGTHS, engines, recall

CLIPS = int(os.environ.get("JEBI_BENCH_CLIPS", "100000"))
BESIDE = max(CLIPS // 20, 5)  # clips for those who take longer to build, and for jebi beside them
IS_TRIAL = CLIPS < 1_000  # whether it runs at all; its figures mean nothing then
QUERIES, WARMING = (1, 0) if IS_TRIAL else (15, 2)  # of each kind
PAGE = 30  # hits
SENTENCES = 300 if IS_TRIAL else 2_000
ASKED = 3 if IS_TRIAL else 20  # queries of which the meaning is computed
PIECE = 20_000  # vectors made at a time
FREQUENT, RARE = slice(0, 30), slice(-8_000, None)  # places of words in their vocabulary
SERVER = "/usr/lib/postgresql/15/bin"
PEERS = {
    "FTS5 trigram": "SQLite",
    "FTS5 unicode61": "SQLite",
    "PostgreSQL simple": "PostgreSQL",
}  # each beside ours there

One = TypeVar("One")


def measure(folder: Path) -> Iterator[Row]:
    """All rows of the area."""
    said = Corpus.make(folder, CLIPS)
    yield Row(name="search.text", value=said.size / 1e6, unit=f"MB in {CLIPS} clips")
    yield Row(name="search.load", value=os.getloadavg()[1], unit="processes, before")
    vectors = _vectors(folder / "vectors", CLIPS * spoken.SEGMENTS)
    with _postgresql(folder) as server:
        urls = {"sqlite": f"sqlite:///{folder}/catalogue.db", "postgresql": server.format("postgres")}
        with ProcessPoolExecutor(len(urls)) as workers:
            built = dict(zip(urls, workers.map(corpus.build, urls.values(), [said] * len(urls)), strict=True))
        for name, url in urls.items():
            seconds, size = built[name]
            yield Row(name=f"search.{name}.build", value=CLIPS / seconds, unit="clips/s")
            yield Row(name=f"search.{name}.size", value=size / said.size, unit="x text", goal="<= 2")
            yield Row(name=f"search.{name}.load", value=os.getloadavg()[1], unit="processes, before")
            yield from _timed(name, url, vectors)
        yield from _beside(server)
        yield from _recalled(server)
    yield from _meanings(vectors)


def _timed(name: str, url: str, vectors: Path) -> Iterator[Row]:
    """What is typed, to the first page of hits: by words alone, and with meanings where words find few."""
    gc.collect()
    gc.freeze()  # as `jebi desk serve` does
    with Catalogue.open(url) as catalogue, Meanings(vectors) as meanings:
        yield from _searched(f"{name}.words", partial(search, catalogue, limit=PAGE))
        yield from _searched(name, partial(search, catalogue, limit=PAGE, meanings=meanings))


def _searched(name: str, asked: Callable[[str, Wanted], Found]) -> Iterator[Row]:
    """All of it; then by what clips it is confined to, and by kind of query."""
    took: dict[tuple[str, str], list[float]] = {}
    found: list[int] = []
    for confined, wanted in narrowed(CLIPS).items():

        def page(query: str, wanted: Wanted = wanted) -> Sequence[Hit]:
            return asked(query, wanted).hits

        first, _ = _milliseconds(page, ["가"], 0)
        yield Row(name=f"search.{name}.{confined}.first", value=first[0], unit="ms")
        for kind, typed in queries(CLIPS).items():
            took[confined, kind], counts = _milliseconds(page, typed)
            found += counts
    every = [each for one in took.values() for each in one]
    yield Row(name=f"search.{name}.p50", value=_percentile(every, 50), unit="ms")
    yield Row(name=f"search.{name}.p95", value=_percentile(every, 95), unit="ms", goal="<= 50")
    yield Row(name=f"search.{name}.longest", value=max(every), unit="ms")
    yield Row(name=f"search.{name}.answered", value=100 * sum(map(bool, found)) / len(found), unit="% of queries")
    for place in (0, 1):
        for part in dict.fromkeys(key[place] for key in took):
            some = [each for key, one in took.items() if key[place] == part for each in one]
            yield Row(name=f"search.{name}.{part}.p95", value=_percentile(some, 95), unit="ms", goal="<= 50")


def narrowed(clips: int) -> dict[str, Wanted]:
    """The filters of the page: everything, a fiftieth of the clips in heaps and scattered, a third, and a tenth of the time."""
    return {
        "everything": EVERYTHING,
        "trip": Wanted(trip=corpus.trip(clips // 3, clips)),
        "tag": Wanted(tag=7),
        "faces": Wanted(has_faces=True),
        "time": Wanted(
            arrived_from_ms=corpus.arrived_ms(clips * 4 // 10), arrived_to_ms=corpus.arrived_ms(clips * 5 // 10)
        ),
    }


def queries(clips: int) -> dict[str, list[str]]:
    """What is typed, by its kind; always the same."""
    dice = random.Random("typed")
    kinds: dict[str, Callable[[], str]] = {
        **{f"ko{length}": partial(_part, dice, clips, "ko", length) for length in LENGTHS},
        **{f"ja{length}": partial(_part, dice, clips, "ja", length) for length in LENGTHS},
        "english": lambda: dice.choice(_said(dice, clips, "en")).strip(".").lower(),
        "two": lambda: " ".join(word[:3] for word in dice.sample(_said(dice, clips, "ko"), 2)),
        "phrase": lambda: f'"{_neighbours(dice, _said(dice, clips, dice.choice(["ko", "en"])))}"',
        "frequent": lambda: dice.choice(_vocabulary(dice)[FREQUENT]),
        "rare": lambda: dice.choice(_vocabulary(dice)[RARE]),
        "absent": lambda: "".join(dice.choices("뷁쀍궯쒫돲", k=dice.randint(1, 3))),
    }
    return {kind: [make() for _ in range(QUERIES + WARMING)] for kind, make in kinds.items()}


def _said(dice: random.Random, clips: int, language: str) -> list[str]:
    """The words of something that was said in that language."""
    clip = dice.choice([one for one in range(4) if spoken.language(one) == language]) + dice.randrange(clips // 4) * 4
    return dice.choice(spoken.segments(clip)).split()


def _part(dice: random.Random, clips: int, language: str, length: int) -> str:
    """So many characters of what was said: of words from their beginning, where there are words."""
    parts = _said(dice, clips, language)
    if language == "ko":
        return dice.choice([part for part in parts if len(part) >= length] or parts)[:length]
    start = dice.randrange(len(parts[0]) - length)
    return parts[0][start : start + length]


def _neighbours(dice: random.Random, said: Sequence[str]) -> str:
    start = dice.randrange(len(said) - 1)
    return " ".join(said[start : start + 2])


def _vocabulary(dice: random.Random) -> list[str]:
    return spoken.vocabulary(dice.choice(["ko", "ja", "en"]))[0]


def _milliseconds(
    search: Callable[[One], Sized], queries: Iterable[One], warming: int = WARMING
) -> tuple[list[float], list[int]]:
    """The time of each query but the first ones, which warm up, and how many hits it had."""
    took, found = [], []
    for query in queries:
        began = time.perf_counter()
        hits = search(query)
        took.append((time.perf_counter() - began) * 1e3)
        found.append(len(hits))
    return took[warming:], found[warming:]


def _percentile(values: Iterable[float], place: int) -> float:
    return quantiles(values, n=100, method="inclusive")[place - 1]


def _beside(server: str) -> Iterator[Row]:
    """Others and jebi's index on a part of the corpus: the first page of the same queries, of many of which others find nothing."""
    yield Row(name="search.beside", value=BESIDE, unit="clips")
    texts = [said for clip in range(BESIDE) for said in spoken.segments(clip)]
    typed = [query.strip('"') for many in queries(BESIDE).values() for query in many]
    with _engines(server, texts, PAGE) as searches:
        p95 = {name: _percentile(_milliseconds(search, typed)[0], 95) for name, search in searches.items()}
    for peer, own in PEERS.items():
        yield Row(
            name=f"search.beside.{_label(peer)}.p95",
            value=p95[f"jebi, {own}"],
            unit="ms",
            peer=peer,
            peer_value=p95[peer],
        )


def _recalled(server: str) -> Iterator[Row]:
    """Of the sentences that have a word, the share that is found by it."""
    said = sentences(SENTENCES)
    with _engines(server, [sentence.text for sentence in said], SENTENCES) as searches:
        recalls = {name: recall(search, said, words()) for name, search in searches.items()}
    for peer, own in PEERS.items():
        for length in LENGTHS:
            yield Row(
                name=f"search.recall.{_label(peer)}.{length}",
                value=recalls[f"jebi, {own}"][length],
                unit=own,
                peer=peer,
                peer_value=recalls[peer][length],
                goal=">= 1",
            )


def _label(peer: str) -> str:
    return peer.rpartition(" ")[2]


@contextmanager
def _engines(server: str, texts: Sequence[str], limit: int) -> Iterator[Mapping[str, Callable[[str], set[int]]]]:
    """Every engine with these texts in it, in a database of its own, in a transaction that is never ended."""
    sqlite, postgresql = create_engine("sqlite://"), create_engine(server.format("template1"))
    with sqlite.connect() as one, postgresql.connect() as other:
        yield engines(one, other, texts, limit)
    sqlite.dispose()
    postgresql.dispose()


def _vectors(path: Path, count: int) -> Path:
    """So many vectors, which are random: to search among them takes as long as among real ones."""
    file, dice = VectorFile(path), np.random.default_rng(1)
    for start in range(1, count + 1, PIECE):
        keys = range(start, min(start + PIECE, count + 1))
        vectors = dice.standard_normal((len(keys), DIMENSIONS), np.float32)
        file.append(keys, vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
    return path


def _meanings(vectors: Path) -> Iterator[Row]:
    """The model by itself, and the nearest among so many vectors."""
    said = [text for clip in range(ASKED) for text in spoken.segments(clip)[:3]]
    with Embedder() as embedder:
        embedder.passages(said[:1])
        began = time.perf_counter()
        embedder.passages(said)
        yield Row(
            name="search.meaning.passages", value=len(said) / (time.perf_counter() - began), unit="segments/s on a core"
        )
        typed = [query for many in queries(CLIPS).values() for query in many][: ASKED + 1]
        took, _ = _milliseconds(embedder.query, typed, 1)
        yield Row(name="search.meaning.query.p95", value=_percentile(took, 95), unit="ms")
    asked = np.random.default_rng(2).standard_normal((ASKED + 1, DIMENSIONS), np.float32)
    file = VectorFile(vectors)
    took, _ = _milliseconds(partial(file.nearest, count=PAGE), asked, 1)
    yield Row(name="search.meaning.nearest.p95", value=_percentile(took, 95), unit=f"ms of {len(file.keys())}")


@contextmanager
def _postgresql(folder: Path) -> Iterator[str]:
    """The address of a server of its own, with `{}` for a database; with room for the index in its memory, as a desk's would have; else as PostgreSQL comes."""
    rows = folder / "postgresql"
    rows.mkdir()
    shutil.chown(folder, "postgres", "postgres")
    shutil.chown(rows, "postgres", "postgres")
    user = ["setpriv", "--pdeathsig", "INT", "--reuid", "postgres", "--regid", "postgres", "--clear-groups", "--"]
    made = [
        *user,
        f"{SERVER}/initdb",
        "-D",
        str(rows),
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C",
        "-N",
    ]
    subprocess.run(made, check=True, capture_output=True, cwd=rows)
    settings = ["-c", "listen_addresses=", "-c", "shared_buffers=1GB", "-c", "max_wal_size=8GB", "-k", str(rows)]
    run = [*user, f"{SERVER}/postgres", "-D", str(rows), *settings]
    with subprocess.Popen(run, stderr=subprocess.DEVNULL, cwd=rows) as process:
        try:
            while subprocess.run([f"{SERVER}/pg_isready", "-q", "-h", rows], check=False).returncode:
                assert process.poll() is None, "the server does not come up"
                time.sleep(0.1)
            yield f"postgresql+psycopg://postgres@/{{}}?host={rows}"
        finally:
            process.send_signal(2)
            process.wait()
