"""Clips are looked at in the jail: what they are, what they show, what is heard; and what cannot be opened is refused by itself."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from jebi.archive.landmarks import parse_landmarks
from jebi.archive.pictures import parse_pictures
from jebi.archive.terms import parse_query
from jebi.archive.waveform import parse_waveform
from jebi.office.admission import open_catalogue
from jebi.office.attending import Attended, attend, kept_of
from jebi.office.kept import Kept
from jebi.office.progress import Quiet
from jebi.vault import clips, index, jobs, segments
from jebi.vault.clips import Clip
from looked_at import MODELS, fill, look_at
from office.conftest import Office, opened


class Seen:
    """An archive whose clips were looked at, and what is known of them, by the names that they claim."""

    def __init__(self, office: Office, connection: Connection, attended: Attended) -> None:
        self.office, self.connection, self.attended = office, connection, attended
        (parcel,) = {Path(name).stem for name in office.listed("parcels")}
        rows = clips.of_parcel(connection, parcel)
        names = clips.facts_of(connection, [row.id for row in rows], ["name"])
        self.clips: dict[str, Clip] = {names[row.id][0].value: row for row in rows}
        self.kept: Kept = kept_of(office.desk)

    def derived(self, name: str, kind: str) -> list[bytes]:
        of = self.clips[name].id
        return [self.kept.read(one.blob) for one in clips.derived_of(self.connection, [of], [kind])[of]]

    def facts(self, name: str, source: str) -> dict[str, str]:
        of = self.clips[name].id
        return {one.name: one.value for one in clips.facts_of(self.connection, [of])[of] if one.source == source}

    def jobs(self, name: str) -> dict[str, str]:
        return {job.task: job.state for job in jobs.of(self.connection, self.clips[name].id)}


@pytest.fixture(scope="module")
def seen(archive_once: Path, tmp_path_factory: pytest.TempPathFactory, samples: Path) -> Iterator[Seen]:
    folder = tmp_path_factory.mktemp("looking")
    archive = folder / "archive"
    shutil.copytree(archive_once, archive)
    fill(folder / "card", samples)
    with opened(archive) as office:
        attended = look_at(office, folder / "card", folder)
        with open_catalogue(office.desk) as catalogue, catalogue.reading() as connection:
            yield Seen(office, connection, attended)


def test_speech_without_a_picture_has_a_copy_to_listen_to(seen: Seen, tmp_path: Path) -> None:
    (copy,) = seen.derived("speech.wav", "view")
    (tmp_path / "copy.mp4").write_bytes(copy)
    asked = ["-show_entries", "stream=codec_name", "-of", "csv=p=0", str(tmp_path / "copy.mp4")]
    said = subprocess.run(["ffprobe", "-v", "error", *asked], capture_output=True, text=True, check=True).stdout

    assert said.split() == ["aac"]


def test_every_file_has_an_outcome_with_a_sentence_for_what_could_not_be_opened(seen: Seen) -> None:
    outcomes = {name: (clip.kind, clip.state) for name, clip in seen.clips.items()}

    assert outcomes["carphone_pristine.mp4"] == ("video", "opened")
    assert outcomes["speech.wav"] == ("audio", "opened")
    for name in ("notes.txt", "empty.mp4", "cut.mp4"):
        assert (seen.clips[name].state, bool(seen.clips[name].why)) == ("refused", True), name
    assert seen.attended.admitted == 5
    assert seen.attended.clips == {"opened": 2, "refused": 3}


def test_a_film_becomes_a_copy_that_plays_with_shots_stills_and_a_contact_sheet(seen: Seen, tmp_path: Path) -> None:
    name = "carphone_pristine.mp4"
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(seen.derived(name, "view")[0])
    shown = subprocess.run(
        [
            "ffprobe",
            "-v",
            "error",
            "-count_frames",
            "-show_entries",
            "stream=codec_name,nb_read_frames",
            "-of",
            "json",
            copy,
        ],
        capture_output=True,
        check=True,
    )

    (stream,) = json.loads(shown.stdout)["streams"]
    assert (stream["codec_name"], stream["nb_read_frames"]) == ("h264", "120")
    shots = segments.of(seen.connection, seen.clips[name].id, ["shot"])
    assert len(seen.derived(name, "still")) == len(shots) == 1
    for kind in ("still", "sheet", "poster"):
        assert seen.derived(name, kind)[0].startswith(b"\xff\xd8"), kind
    assert len(parse_pictures(seen.derived(name, "pictures")[0]).time_ms) > 4


def test_what_was_measured_and_what_was_claimed_stay_apart(seen: Seen) -> None:
    measured, claimed = (seen.facts("carphone_pristine.mp4", source) for source in ("measured", "claimed"))

    assert (measured["frames"], measured["gave-up"]) == ("120", "")
    assert (claimed["video-codec"], claimed["name"]) == ("h264", "carphone_pristine.mp4")
    assert not measured.keys() & claimed.keys()


def test_all_that_a_file_says_of_itself_is_in_the_sealed_record(seen: Seen) -> None:
    record = json.loads(seen.derived("carphone_pristine.mp4", "metadata")[0])

    assert record["tool"].startswith("exiftool ")
    assert ["QuickTime", "MajorBrand"] in [claim[:2] for claim in record["claims"]]
    assert seen.derived("notes.txt", "metadata")


def test_the_face_of_the_talking_man_is_counted(seen: Seen) -> None:
    assert list(clips.faces_of(seen.connection, seen.clips["carphone_pristine.mp4"].id).values()) == [1]


def test_speech_is_heard_recognised_marked_as_a_machines_and_found(seen: Seen) -> None:
    of = seen.clips["speech.wav"].id
    words = segments.of(seen.connection, of, ["transcript"])

    assert segments.of(seen.connection, of, ["speech"])
    assert "market" in " ".join(one.text.lower() for one in words)
    assert {(one.origin, one.model) for one in words} == {("machine", "speech-english")}
    assert all(len(one.model_sha256) == 64 for one in words)
    assert {hit.key for hit in index.find(seen.connection, parse_query("market").every, limit=10)} & {
        one.id for one in words
    }


def test_sound_has_a_waveform_and_landmarks(seen: Seen) -> None:
    assert parse_waveform(seen.derived("speech.wav", "waveform")[0]).highest.max() > 20
    assert len(parse_landmarks(seen.derived("speech.wav", "landmarks")[0]).hashes) > 20


def test_nothing_plain_is_left_and_every_job_ended(seen: Seen) -> None:
    assert not any(Path(seen.office.desk.path("work")).rglob("*"))
    assert {state for name in seen.clips for state in seen.jobs(name).values()} == {"done"}


def test_every_finding_is_in_the_custody_log_which_verifies(seen: Seen) -> None:
    kinds = set(seen.office.events())

    assert {"clip-admitted", "clip-looked-at", "derived", "shots-found", "faces-counted", "speech-recognised"} <= kinds
    seen.office.desk.log.check()


def test_looking_again_does_nothing_twice(seen: Seen) -> None:
    again = attend(seen.office.desk, MODELS, Quiet())

    assert again.admitted == 0
    assert set(again.jobs.values()) == {0}
