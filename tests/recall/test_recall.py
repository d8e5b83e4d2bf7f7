"""Every word of one to five characters is found in every sentence that has it, in both databases; others find fewer."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from recall.corpus import sentences, words
from recall.engines import LENGTHS, Search, engines, recall, table

SENTENCES = sentences(2_000)


@pytest.fixture(scope="module")
def searches(postgresql_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Search]]:
    """Every engine with all sentences in it; nothing is committed."""
    sqlite = create_engine(f"sqlite:///{Path(tmp_path_factory.mktemp('recall')) / 'recall.db'}")
    postgresql = create_engine(postgresql_url)
    with sqlite.connect() as one, postgresql.connect() as other:
        yield engines(one, other, [sentence.text for sentence in SENTENCES], len(SENTENCES))
    sqlite.dispose()
    postgresql.dispose()


def test_there_are_hundreds_of_words_of_every_length_and_each_is_said() -> None:
    said = frozenset[str]().union(*(sentence.words for sentence in SENTENCES))
    assert said == set(words())
    assert len(said) >= 300
    assert all(sum(len(word) == length for word in said) >= 20 for length in LENGTHS)
    assert all(word in sentence.text for sentence in SENTENCES for word in sentence.words)


def test_every_word_is_found_wherever_it_was_said(searches: dict[str, Search]) -> None:
    recalls = {name: recall(search, SENTENCES, words()) for name, search in searches.items()}
    print(f"\n{table(recalls)}")
    assert recalls["jebi, SQLite"] == dict.fromkeys(LENGTHS, 1.0)
    assert recalls["jebi, PostgreSQL"] == dict.fromkeys(LENGTHS, 1.0)


def test_both_databases_find_the_same_and_nothing_without_the_word(searches: dict[str, Search]) -> None:
    for word in words()[::7]:
        holding = {key for key, sentence in enumerate(SENTENCES) if word in sentence.text.replace(" ", "")}
        assert searches["jebi, SQLite"](word) == searches["jebi, PostgreSQL"](word) == holding
