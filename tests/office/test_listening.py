"""A clip's sound is heard once: what it looks like, where somebody speaks, and what a machine believes was said, marked as such."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.archive.landmarks import parse_landmarks
from jebi.archive.terms import parse_query
from jebi.archive.waveform import parse_waveform
from jebi.media.jail import Jail
from jebi.media.models import Models
from jebi.media.probe import probe
from jebi.office.kept import Kept
from jebi.office.labour import Report
from jebi.office.listening import LONGEST_STRETCH_MS, RATE, _stretches, heard, listen, recognise
from jebi.office.made import Made
from jebi.office.reasons import NotHere
from jebi.parcel.keys import PostQuantumIdentity
from jebi.vault import clips, index, segments
from jebi.vault.blobs import Blobs
from jebi.vault.catalogue import Catalogue
from looked_at import MODELS
from office.rooms import SPEECH, Shown
from vault.rows import NOW, add, clip

OF = clip().id


@pytest.fixture(scope="module")
def jail() -> Jail:
    return Jail.find()


@pytest.fixture
def made(tmp_path: Path) -> Made:
    identity = PostQuantumIdentity(bytes(32))
    return Made(Kept(Blobs(str(tmp_path / "blobs")), identity.recipient(), identity), OF, "test 1.0")


def sound(folder: Path, what: str = "sine=f=440:d=1.5") -> str:
    """A file in a folder of its own, so that whatever is left beside it is seen."""
    path = folder / "bench" / "sound.wav"
    path.parent.mkdir()
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", what, str(path)], check=True)
    return str(path)


def test_speech_without_a_picture_has_a_copy_to_listen_to(shown: Shown, tmp_path: Path) -> None:
    (copy,) = shown.derived(SPEECH, "view")
    (tmp_path / "copy.mp4").write_bytes(copy)
    asked = ["-show_entries", "stream=codec_name", "-of", "csv=p=0", str(tmp_path / "copy.mp4")]
    said = subprocess.run(["ffprobe", "-v", "error", *asked], capture_output=True, text=True, check=True).stdout

    assert said.split() == ["aac"]


def test_speech_is_heard_recognised_marked_as_a_machines_and_found(shown: Shown) -> None:
    words = shown.segments(SPEECH, "transcript")

    assert shown.segments(SPEECH, "speech")
    assert "market" in " ".join(one.text.lower() for one in words)
    assert {(one.origin, one.model) for one in words} == {("machine", "speech-english")}
    assert all(len(one.model_sha256) == 64 for one in words)
    with shown.house.catalogue.reading() as connection:
        hits = index.find(connection, parse_query("market").every, limit=10)
    assert {hit.key for hit in hits} & {one.id for one in words}


def test_sound_has_a_waveform_and_landmarks(shown: Shown) -> None:
    assert parse_waveform(shown.derived(SPEECH, "waveform")[0]).highest.max() > 20
    assert len(parse_landmarks(shown.derived(SPEECH, "landmarks")[0]).hashes) > 20


def test_without_a_model_a_sound_is_measured_and_that_speech_was_not_looked_for_is_a_fact(
    jail: Jail, made: Made, tmp_path: Path
) -> None:
    path = sound(tmp_path)
    with Catalogue.open(f"sqlite:///{tmp_path}/catalogue.db") as catalogue:
        add(catalogue, clip())

        write, is_spoken = listen(jail, Models(tmp_path / "none"), path, probe(jail, path), made, Report())
        with catalogue.writing(NOW) as change:
            write(change)

        with catalogue.reading() as connection:
            facts = {one.name: one.value for one in clips.facts_of(connection, [OF])[OF]}
            kinds = {one.kind for one in clips.derived_of(connection, [OF])[OF]}
            assert heard(connection, OF) == []
    assert (is_spoken, facts) == (False, {"sound-ms": "1500", "speech-not-looked-for": "no model is in place"})
    assert kinds == {"view", "waveform", "landmarks"}
    assert [file.name for file in Path(path).parent.iterdir()] == ["sound.wav"]


@pytest.mark.parametrize("what", ["anullsrc=d=2", "sine=f=440:d=2"], ids=["silence", "a tone"])
def test_where_nobody_speaks_no_speech_is_heard(jail: Jail, made: Made, tmp_path: Path, what: str) -> None:
    path = sound(tmp_path, what)
    with Catalogue.open(f"sqlite:///{tmp_path}/catalogue.db") as catalogue:
        add(catalogue, clip())

        write, is_spoken = listen(jail, Models(MODELS), path, probe(jail, path), made, Report())
        with catalogue.writing(NOW) as change:
            write(change)

        with catalogue.reading() as connection:
            facts = {one.name for one in clips.facts_of(connection, [OF])[OF]}
            assert segments.of(connection, OF, ["speech"]) == []
    assert (is_spoken, facts) == (False, {"sound-ms"})


def test_without_a_model_nothing_is_recognised_and_nobody_is_to_blame(jail: Jail, tmp_path: Path) -> None:
    path = sound(tmp_path)
    models = tmp_path / "models"
    (models / "speech-heard").mkdir(parents=True)  # it hears that somebody speaks, and knows no words

    with pytest.raises(NotHere):
        recognise(jail, Models(models), path, probe(jail, path), OF, [(0, 1000)], Report())


@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(1, 300)), max_size=5),
    st.lists(st.integers(1, 5 * RATE // 10), min_size=1, max_size=30),
)
def test_a_stretch_of_speech_is_the_sound_between_its_ends_however_it_comes_in_pieces(
    gaps: list[tuple[int, int]], cuts: list[int]
) -> None:
    end, spoken = 0, []
    for gap, length in gaps:
        spoken.append((end + gap, end + gap + length))
        end += gap + length
    whole = np.arange(sum(cuts)).astype(np.int16)
    pieces = np.split(whole, np.cumsum(cuts)[:-1])

    found = list(_stretches(iter(pieces), spoken))

    begun = [(start, stop) for start, stop in spoken if start * RATE // 1000 < len(whole)]
    assert [start for start, _ in found][: len(begun)] == [start for start, _ in begun]
    for (start, stop), (_, taken) in zip(begun, found, strict=False):
        assert (taken == whole[start * RATE // 1000 : stop * RATE // 1000]).all()


def test_who_speaks_for_longer_than_is_held_is_heard_piece_by_piece() -> None:
    minutes = 21
    silence = (np.zeros(RATE * 60, np.int16) for _ in range(minutes))

    found = [(start, len(taken)) for start, taken in _stretches(silence, [(1000, minutes * 60_000)])]

    longest = LONGEST_STRETCH_MS * RATE // 1000
    assert found == [
        (1000, longest),
        (1000 + LONGEST_STRETCH_MS, longest),
        (1000 + 2 * LONGEST_STRETCH_MS, (minutes * 60_000 - 1000 - 2 * LONGEST_STRETCH_MS) * RATE // 1000),
    ]
