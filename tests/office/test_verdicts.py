"""Whether a vector holds: what it states is what is found, no more and no less."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import JebiError
from jebi.office.vectors import Vector, vectors
from jebi.office.verdicts import holds, outcome, stated

EVERY = [vector for vector in vectors() if vector.folder != "slots" and vector.lines.get("kind") != "words"]
ONE_OF_EACH_KIND = list({vector.kind: vector for vector in EVERY if vector.lines["expect"] == "success"}.values())
PARSED = [vector for vector in EVERY if vector.body and vector.lines.get("kind") not in {"papers", "identities"}]


def kind_of(vector: Vector) -> str:
    return vector.kind


def test_every_vector_holds() -> None:
    assert [vector.name for vector in EVERY if not holds(vector)] == []


@pytest.mark.parametrize("vector", ONE_OF_EACH_KIND, ids=kind_of)
def test_a_vector_that_states_anything_else_does_not_hold(vector: Vector) -> None:
    for name, value in stated(vector).items():
        if not name.startswith("file "):
            assert not holds(replace(vector, lines=dict(vector.lines) | {name: value + "0"})), name


@pytest.mark.parametrize("vector", ONE_OF_EACH_KIND, ids=kind_of)
def test_a_line_that_nobody_finds_does_not_hold(vector: Vector) -> None:
    assert not holds(replace(vector, lines=dict(vector.lines) | {"unheard": "of"}))


@pytest.mark.parametrize("vector", ONE_OF_EACH_KIND, ids=kind_of)
def test_another_end_than_the_one_stated_does_not_hold(vector: Vector) -> None:
    assert not holds(replace(vector, lines=dict(vector.lines) | {"expect": "damaged"}))


def test_a_kind_that_nobody_knows_does_not_hold() -> None:
    assert not holds(Vector(folder="keys", name="one", lines={"kind": "door", "expect": "success"}, body=b""))


@given(st.sampled_from(PARSED), st.data())
def test_a_vector_whose_bytes_were_altered_ends_in_a_verdict_and_never_in_another_error(
    vector: Vector, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(vector.body) - 1))
    bits = data.draw(st.integers(1, 255))
    body = vector.body[:place] + bytes([vector.body[place] ^ bits]) + vector.body[place + 1 :]
    if vector.lines["expect"] != "success" or data.draw(st.booleans()):
        body = body[:place] + data.draw(st.binary(max_size=40)) + body[place:]
    error = outcome(replace(vector, body=body)).error
    assert error is None or isinstance(error, JebiError)
