"""Search: a hundred thousand clips in SQLite and in PostgreSQL, what others find of the same words, and meanings."""

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import quantiles
from typing import TypeVar

import numpy as np
from rows import ROOT, Row
from sqlalchemy import create_engine, text

sys.path.append(str(ROOT / "tests"))  # where the corpus is, and what others do with it

import spoken

from jebi.archive.terms import parse_query, shadow
from jebi.vault import engine as databases
from jebi.vault import index
from jebi.vault.index import Hit
from jebi.vault.meaning import Embedder
from jebi.vault.vectors import DIMENSIONS, VectorFile
from recall.corpus import sentences, words
from recall.engines import LENGTHS, engines, recall

CLIPS = int(os.environ.get("JEBI_BENCH_CLIPS", "100000"))
BESIDE = max(CLIPS // 20, 5)  # clips for those who take longer to build, and for jebi beside them
IS_TRIAL = CLIPS < 1_000  # whether it runs at all; its figures mean nothing then
QUERIES, WARMING = (20, 2) if IS_TRIAL else (300, 60)
PAGE = 50  # hits
SENTENCES = 300 if IS_TRIAL else 2_000
VECTORS = {"clips": CLIPS, "segments": CLIPS * spoken.SEGMENTS}
ASKED = 3 if IS_TRIAL else 20  # queries of which the meaning is computed
PIECE = 20_000  # vectors made at a time
SIZES = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
    "postgresql": "SELECT pg_total_relation_size('search_pack')",
}
SERVER = "/usr/lib/postgresql/15/bin"
PEERS = {
    "FTS5 trigram": "SQLite",
    "FTS5 unicode61": "SQLite",
    "PostgreSQL simple": "PostgreSQL",
}  # each beside ours there

One = TypeVar("One")


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """Files of shadows, a key and a shadow a line; and the bytes of the texts that they were made of."""

    files: Sequence[Path]
    size: int

    @classmethod
    def make(cls, folder: Path) -> "Corpus":
        """The same on all cores."""
        cores = len(os.sched_getaffinity(0))
        with ProcessPoolExecutor(cores) as workers:
            made = list(workers.map(_write_shadows, [(folder, part, cores) for part in range(cores)]))
        return cls(files=[file for file, _ in made], size=sum(size for _, size in made))

    def rows(self) -> Iterator[tuple[int, str]]:
        """All of them, file after file."""
        for file in self.files:
            with file.open(encoding="utf-8") as lines:
                for line in lines:
                    key, _, written = line.rstrip("\n").partition("\t")
                    yield int(key), written


def measure(folder: Path) -> Iterator[Row]:
    """All rows of the area."""
    corpus = Corpus.make(folder)
    yield Row(name="search.text", value=corpus.size / 1e6, unit=f"MB in {CLIPS} clips")
    with _postgresql(folder) as server:
        urls = {"sqlite": f"sqlite:///{folder}/search.db", "postgresql": server.format("postgres")}
        with ProcessPoolExecutor(len(urls)) as workers:
            built = dict(zip(urls, workers.map(_build, urls.values(), [corpus] * len(urls)), strict=True))
        for name, url in urls.items():
            seconds, size = built[name]
            yield Row(name=f"search.{name}.build", value=CLIPS / seconds, unit="clips/s")
            yield Row(name=f"search.{name}.size", value=size / corpus.size, unit="x text", goal="<= 2")
            yield from _timed(name, url)
        yield from _beside(server)
        yield from _recalled(server)
    yield from _meanings(folder)


def _write_shadows(share: tuple[Path, int, int]) -> tuple[Path, int]:
    """One worker's share of the corpus: neighbouring clips, as they would arrive."""
    folder, part, parts = share
    file, size = folder / f"shadows-{part}", 0
    with file.open("w", encoding="utf-8") as lines:
        for clip in range(CLIPS * part // parts, CLIPS * (part + 1) // parts):
            for at, said in enumerate(spoken.segments(clip)):
                size += len(said.encode())
                lines.write(f"{clip * spoken.SEGMENTS + at}\t{shadow(said)}\n")
    return file, size


def _build(url: str, corpus: Corpus) -> tuple[float, int]:
    """Seconds to build an index of all, and its bytes."""
    engine = databases.connect(url)
    began = time.perf_counter()
    with databases.writing(engine) as connection:
        index.rebuild(connection, corpus.rows())
    seconds = time.perf_counter() - began
    with databases.reading(engine) as connection:
        size = connection.execute(text(SIZES[engine.dialect.name])).scalar_one()
    engine.dispose()
    return seconds, size


def _timed(name: str, url: str) -> Iterator[Row]:
    """What is typed, to the keys of the first page."""
    engine = databases.connect(url)

    def search(typed: str) -> list[Hit]:
        query = parse_query(typed)
        with databases.reading(engine) as connection:
            return index.find(connection, query.every, query.without, limit=PAGE)

    took, found = _milliseconds(search, _typed(CLIPS))
    engine.dispose()
    yield Row(name=f"search.{name}.p50", value=_percentile(took, 50), unit="ms")
    yield Row(name=f"search.{name}.p95", value=_percentile(took, 95), unit="ms", goal="<= 50")
    yield Row(name=f"search.{name}.longest", value=max(took), unit="ms")
    yield Row(name=f"search.{name}.answered", value=100 * sum(map(bool, found)) / len(found), unit="% of queries")


def _typed(clips: int) -> list[str]:
    """Queries of one to eight characters: parts of what was said, words at random, and two words of one sentence."""
    dice = random.Random("typed")
    queries = []
    for number in range(QUERIES + WARMING):
        clip = dice.randrange(clips)
        said, length = dice.choice(spoken.segments(clip)), number % 8 + 1
        parts = said.rstrip(".。").split()
        if number % 3 == 0 and spoken.language(clip) != "en":
            start = dice.randrange(max(1, len(parts[0]) - length + 1)) if len(parts) == 1 else 0
            queries.append(dice.choice(parts)[start : start + length])
        elif number % 3 == 1 and len(parts) > 1:
            queries.append(" ".join(word[:4] for word in dice.sample(parts, 2)))
        else:
            queries.append(dice.choice(spoken.vocabulary(spoken.language(clip))[0])[:8])
    return queries


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
    """Others and jebi on a part of the corpus: the first page of the same queries, of many of which others find nothing."""
    yield Row(name="search.beside", value=BESIDE, unit="clips")
    texts = [said for clip in range(BESIDE) for said in spoken.segments(clip)]
    with _engines(server, texts, PAGE) as searches:
        p95 = {name: _percentile(_milliseconds(search, _typed(BESIDE))[0], 95) for name, search in searches.items()}
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
def _engines(server: str, texts: Sequence[str], limit: int) -> Iterator[dict[str, Callable[[str], set[int]]]]:
    """Every engine with these texts in it, in memory and in a transaction that is never ended."""
    sqlite, postgresql = create_engine("sqlite://"), create_engine(server.format("postgres"))
    with sqlite.connect() as one, postgresql.connect() as other:
        yield engines(one, other, texts, limit)
    sqlite.dispose()
    postgresql.dispose()


def _meanings(folder: Path) -> Iterator[Row]:
    """The model by itself, and the search among so many vectors, which are random: that takes as long as real ones do."""
    said = [text for clip in range(ASKED) for text in spoken.segments(clip)[:3]]
    with Embedder() as embedder:
        embedder.passages(said[:1])
        began = time.perf_counter()
        embedder.passages(said)
        yield Row(
            name="search.meaning.passages", value=len(said) / (time.perf_counter() - began), unit="segments/s on a core"
        )
        took, _ = _milliseconds(embedder.query, _typed(CLIPS)[: ASKED + 1], 1)
        yield Row(name="search.meaning.query.p95", value=_percentile(took, 95), unit="ms")
    file, dice, count = VectorFile(folder / "vectors"), np.random.default_rng(1), 0
    for name, wanted in VECTORS.items():
        while count < wanted:
            vectors = dice.standard_normal((min(PIECE, wanted - count), DIMENSIONS), np.float32)
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            file.append(range(count, count + len(vectors)), vectors)
            count += len(vectors)
        asked = dice.standard_normal((ASKED + 1, DIMENSIONS), np.float32)
        took, _ = _milliseconds(partial(file.nearest, count=PAGE), asked, 1)
        yield Row(name=f"search.meaning.{name}.p95", value=_percentile(took, 95), unit=f"ms of {wanted}")


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
