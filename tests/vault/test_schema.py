"""What the database itself refuses, in SQLite and in PostgreSQL, should a mistake of ours ever get there."""

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from jebi.vault.catalogue import Catalogue
from jebi.vault.schema import METADATA
from vault.rows import NOW, add, clip

SEGMENT = {
    "clip": clip().id,
    "kind": "note",
    "start_ms": 0,
    "end_ms": 1,
    "language": "",
    "text": "",
    "origin": "machine",
    "author": "",
    "model": "ears 1",
    "model_sha256": "",
    "checked_by": "",
    "supersedes": None,
    "made_ms": 0,
}
FACT = {"clip": clip().id, "name": "width", "source": "measured", "value": "1", "tool": "t", "actor": "", "made_ms": 0}
PLACE = {"name": "p", "latitude": None, "longitude": None}
TIME = {"clip": clip().id, "from_ms": 0, "to_ms": 1, "certainty": "probable", "author": "editor/1", "note": ""}
WRONG: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "a person's segment with a model": ("segment", SEGMENT, {"origin": "person", "author": "a"}),
    "a machine's segment with an author": ("segment", SEGMENT, {"author": "a"}),
    "a machine's segment without a model": ("segment", SEGMENT, {"model": ""}),
    "a segment that ends before it starts": ("segment", SEGMENT, {"start_ms": 2}),
    "a segment of an unknown kind": ("segment", SEGMENT, {"kind": "song"}),
    "a measured fact without a tool": ("fact", FACT, {"tool": ""}),
    "a fact that somebody said with a tool": ("fact", FACT, {"source": "said", "actor": "a"}),
    "a fact that nobody said": ("fact", FACT, {"source": "said", "tool": ""}),
    "half a coordinate": ("place", PLACE, {"latitude": 1.0}),
    "a place off the earth": ("place", PLACE, {"latitude": 91.0, "longitude": 0.0}),
    "a time that runs backwards": ("clip_time", TIME, {"from_ms": 2}),
    "an unknown certainty": ("clip_time", TIME, {"certainty": "sure"}),
}


@pytest.mark.parametrize("name", WRONG)
def test_the_database_refuses(catalogue: Catalogue, name: str) -> None:
    table, right, wrong = WRONG[name]
    add(catalogue, clip())

    with pytest.raises(IntegrityError, match=r"(?i)check"), catalogue.writing(NOW) as change:
        change.put(METADATA.tables[table], [right | wrong])
    with catalogue.writing(NOW) as change:
        change.put(METADATA.tables[table], [right])


def test_no_column_may_be_empty_but_those_that_say_so() -> None:
    optional = {
        f"{table.name}.{column.name}" for table in METADATA.tables.values() for column in table.c if column.nullable
    }

    assert optional == {
        "clip.trip",
        "clip_person.at_ms",
        "job.ended_ms",
        "job.started_ms",
        "outbox.leaf_index",
        "place.latitude",
        "place.longitude",
        "released.retracted_ms",
        "segment.supersedes",
        "signing_key.revoked_ms",
    }
