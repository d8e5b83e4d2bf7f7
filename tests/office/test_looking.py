"""Clips are looked at in the jail, each by itself: what is no footage is refused with a sentence, and all of it is logged."""

import json
from pathlib import Path

from jebi.vault import jobs
from looked_at import FILM
from office.rooms import SPEECH, Shown

OTHERS = ("notes.txt", "empty.mp4", "cut.mp4")


def test_every_file_has_an_outcome_with_a_sentence_for_what_could_not_be_opened(shown: Shown) -> None:
    film, speech = shown.clip(FILM), shown.clip(SPEECH)

    assert (film.kind, film.state, film.why) == ("video", "opened", "")
    assert (speech.kind, speech.state, speech.why) == ("audio", "opened", "")
    for name in OTHERS:
        assert (shown.clip(name).state, bool(shown.clip(name).why)) == ("refused", True), name


def test_what_was_measured_and_what_was_claimed_stay_apart(shown: Shown) -> None:
    measured, claimed = (shown.facts(FILM, source) for source in ("measured", "claimed"))

    assert (measured["frames"], measured["gave-up"]) == ("120", "")
    assert (claimed["video-codec"], claimed["name"]) == ("h264", FILM)
    assert not measured.keys() & claimed.keys()


def test_all_that_a_file_says_of_itself_is_in_the_sealed_record(shown: Shown) -> None:
    record = json.loads(shown.derived(FILM, "metadata")[0])

    assert record["tool"].startswith("exiftool ")
    assert ["QuickTime", "MajorBrand"] in [claim[:2] for claim in record["claims"]]
    assert shown.derived("notes.txt", "metadata")


def test_nothing_plain_is_left_and_every_job_ended(shown: Shown) -> None:
    assert not any(Path(shown.office.desk.path("work")).rglob("*"))
    with shown.house.catalogue.reading() as connection:
        assert {state for _, state in jobs.counts(connection)} == {"done"}


def test_every_finding_is_in_the_custody_log_which_verifies(shown: Shown) -> None:
    kinds = set(shown.office.events())

    assert {"clip-admitted", "clip-looked-at", "derived", "shots-found", "faces-counted", "speech-recognised"} <= kinds
    shown.office.desk.log.check()
