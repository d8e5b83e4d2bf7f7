"""The desk's words: none ever changes its spelling, each can stand in an address, and rows and pages mean the same by them."""

import re
from enum import StrEnum
from typing import get_args

import pytest

from jebi.office import kinds, looking
from jebi.vault import schema

# What catalogues and logs out there hold. A word may be added here; one that is taken away cannot be read any more.
KEPT = {
    "Role": "intake editor clearer publisher researcher admin",
    "ParcelState": "whole known waiting rejected",
    "Reading": "searching restoring",
    "Outcome": "ready working queued skipped unreadable refused foreign",
    "Reason": "none empty not-footage malformed too-large too-many-pictures over-budget out-of-memory crashed no-model "
    "no-room by-hand changed unable unknown",
    "ClipState": "ready working failed",
    "Has": " yes no",
    "Certainty": "confirmed probable possible doubtful",
    "Consent": "unknown given limited refused withdrawn",
    "Risk": "unknown low high mortal",
    "JobState": "waiting running failed done skipped",
    "JobKind": "metadata viewing sound signs faces speech meaning fixity faces-through text-through render leaks strip",
    "CutState": "planned rendering failed rendered leaking passed declined cleared released retracted",
    "Level": "good warning bad",
    "Topic": "parcels archive jobs releases",
    "Part": "viewing poster shot",
    "Found": "speech translation screen note claim tag name meaning",
}
KINDS = {name: kind for name, kind in vars(kinds).items() if isinstance(kind, type) and issubclass(kind, StrEnum)}
del KINDS["StrEnum"]


def test_every_word_is_spelled_as_it_is_kept() -> None:
    assert {name: [one.value for one in kind] for name, kind in KINDS.items()} == {
        name: words.split(" ") for name, words in KEPT.items()
    }


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_word_can_stand_in_an_address(name: str) -> None:
    assert all(re.fullmatch("[a-z]+(-[a-z]+)*", one) for one in KINDS[name] if one is not kinds.Has.ANY)


@pytest.mark.parametrize(
    ("kind", "column"),
    [
        (kinds.Role, schema.Role),
        (kinds.Certainty, schema.Certainty),
        (kinds.Consent, schema.Consent),
        (kinds.Risk, schema.Risk),
        (kinds.JobState, schema.JobState),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_rows_know_the_same_words(kind: type[StrEnum], column: object) -> None:
    assert {one.value for one in kind} == set(get_args(column))


def test_every_task_of_the_workers_is_a_kind_of_job() -> None:
    assert {one.value for one in kinds.JobKind} == set(looking.TASKS)
