"""Search as jebi does it and as databases do it by themselves, on the same sentences, behind one call."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from sqlalchemy import Connection, text

from jebi.archive.terms import parse_query, shadow
from jebi.vault import index
from recall.corpus import Sentence

Search = Callable[[str], set[int]]
LENGTHS = range(1, 6)


def jebi(connection: Connection, texts: Sequence[str], limit: int) -> Search:
    """Ours, in the database that the connection leads to."""
    index.rebuild(connection, ((key, shadow(each)) for key, each in enumerate(texts)))

    def search(word: str) -> set[int]:
        query = parse_query(word)
        return {hit.key for hit in index.find(connection, query.every, query.without, limit=limit)}

    return search


def fts5(connection: Connection, texts: Sequence[str], limit: int, tokenizer: str) -> Search:
    """SQLite's FTS5 with a tokenizer of its own."""
    connection.execute(text(f"CREATE VIRTUAL TABLE peer_{tokenizer} USING fts5 (said, tokenize = '{tokenizer}')"))
    add = text(f"INSERT INTO peer_{tokenizer} (rowid, said) VALUES (:key, :said)")
    connection.execute(add, [{"key": key, "said": each} for key, each in enumerate(texts)])
    find = text(f"SELECT rowid FROM peer_{tokenizer} WHERE peer_{tokenizer} MATCH :word ORDER BY rank LIMIT {limit}")
    return lambda word: set(connection.scalars(find, {"word": f'"{word}"'}))


def simple(connection: Connection, texts: Sequence[str], limit: int) -> Search:
    """PostgreSQL's own configuration for all languages."""
    connection.execute(text("CREATE TABLE peer_simple (key bigint, said tsvector)"))
    add = text("INSERT INTO peer_simple VALUES (:key, to_tsvector('simple', :said))")
    connection.execute(add, [{"key": key, "said": each} for key, each in enumerate(texts)])
    connection.execute(text("CREATE INDEX ON peer_simple USING gin (said)"))
    connection.execute(text("ANALYZE peer_simple"))
    asked = "SELECT key FROM peer_simple, plainto_tsquery('simple', :word) AS asked WHERE said @@ asked"
    find = text(f"{asked} ORDER BY ts_rank(said, asked) DESC LIMIT {limit}")
    return lambda word: set(connection.scalars(find, {"word": word}))


def engines(sqlite: Connection, postgresql: Connection, texts: Sequence[str], limit: int) -> dict[str, Search]:
    """All of them by name, ours first; each gives so many hits at most, its best."""
    return {
        "jebi, SQLite": jebi(sqlite, texts, limit),
        "jebi, PostgreSQL": jebi(postgresql, texts, limit),
        "FTS5 trigram": fts5(sqlite, texts, limit, "trigram"),
        "FTS5 unicode61": fts5(sqlite, texts, limit, "unicode61"),
        "PostgreSQL simple": simple(postgresql, texts, limit),
    }


def recall(search: Search, sentences: Sequence[Sentence], words: Iterable[str]) -> dict[int, float]:
    """Of the sentences that have a word, how many are found by it; by the length of words."""
    wanted: dict[int, int] = dict.fromkeys(LENGTHS, 0)
    found = dict(wanted)
    for word in words:
        holding = {key for key, sentence in enumerate(sentences) if word in sentence.words}
        wanted[len(word)] += len(holding)
        found[len(word)] += len(holding & search(word))
    return {length: found[length] / wanted[length] for length in LENGTHS}


def table(recalls: Mapping[str, Mapping[int, float]]) -> str:
    """One line an engine, one column a length."""
    lines = [f"{'recall of words of':20}" + "".join(f"{length:>8}" for length in LENGTHS) + "  characters"]
    lines += [f"{name:20}" + "".join(f"{each[length]:8.3f}" for length in LENGTHS) for name, each in recalls.items()]
    return "\n".join(lines)
