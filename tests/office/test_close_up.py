"""One clip's page: what was measured and what was claimed stay apart, pictures are unsealed piece by piece, damage is named."""

import io
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from jebi.archive.waveform import Waveform
from jebi.errors import Damaged, NothingFound
from jebi.office.close_up import MOST_CLAIMED, PEAKS, peaks
from jebi.office.kinds import ClipState, Part
from jebi.office.made import Made
from office.rooms import Shown
from vault.rows import NOW, add, clip


def loud(*peaks_: int, below: bool = False) -> Waveform:
    """A sound that swings so far to one side."""
    swings, silence = np.array(peaks_, np.int8), np.zeros(len(peaks_), np.int8)
    return Waveform(lowest=-swings if below else silence, highest=silence if below else swings, rms=silence)


def keep(shown: Shown, kind: str, content: bytes) -> None:
    """Something that was made of the one clip."""
    made = Made(shown.house.kept, clip().id, "a tool")
    made.add(kind, content)
    with shown.house.catalogue.writing(NOW) as change:
        made.write(change)


def test_a_clip_shows_all_that_there_is_to_say(shown: Shown) -> None:
    clip = shown.house.clip(shown.film)
    exact = {one.name: one.value for one in clip.facts if one.is_exact}

    assert clip.viewing
    assert (clip.viewing.media_type, clip.viewing.width % 2) == ("video/mp4", 0)
    assert clip.shots[0].start == 0
    assert exact["sha256"] == clip.sha256
    assert any(one.group and not one.is_exact for one in clip.facts)
    assert [one.index for one in clip.custody] == sorted(one.index for one in clip.custody)
    assert {"parcel-received", "clip-admitted", "derived", "clip-looked-at"} <= {one.kind for one in clip.custody}
    speech = shown.house.clip(shown.card("speech.wav").id)
    assert speech.viewing
    assert (speech.viewing.width, speech.viewing.has_sound) == (0, True)
    assert 1 <= len(speech.waveform) <= 600
    assert max(speech.waveform) > 30
    with pytest.raises(NothingFound):
        shown.house.clip("0123456789abcdef")


def test_pictures_and_copies_are_unsealed_piece_by_piece(shown: Shown) -> None:
    poster = shown.house.part(shown.film, Part.POSTER)
    picture = Image.open(io.BytesIO(b"".join(poster.read(0, poster.size))))
    still = shown.house.part(shown.film, Part.SHOT, 0)
    copy = shown.house.part(shown.film, Part.VIEWING)

    assert picture.format == "JPEG"
    assert still.media_type == "image/jpeg"
    assert b"".join(copy.read(4, 8)) == b"ftyp"
    assert sum(map(len, copy.read(0, copy.size))) == copy.size
    with pytest.raises(NothingFound):
        shown.house.part(shown.film, Part.SHOT, 9999)


def test_a_clip_that_waits_has_a_page_with_what_is_known_at_once(empty: Shown) -> None:
    add(empty.house.catalogue, clip())

    shown = empty.house.clip(clip().id)

    assert (shown.card.state, shown.viewing, shown.waveform, shown.shots) == (ClipState.WORKING, None, b"", ())
    assert {one.name: one.value for one in shown.facts} == {"sha256": "5" * 64, "bytes": "1000", "kind": "unknown"}


@pytest.mark.parametrize("part", list(Part))
def test_of_a_clip_that_waits_nothing_can_be_fetched(empty: Shown, part: Part) -> None:
    add(empty.house.catalogue, clip())

    for of in (clip().id, "0123456789abcdef", "../../keys"):
        with pytest.raises(NothingFound):
            empty.house.part(of, part)


def test_what_a_file_says_of_itself_is_its_claim_in_its_own_letters(empty: Shown) -> None:
    hostile = ["EXIF", "Artist", "<b>\u202e\0"]
    add(empty.house.catalogue, clip())
    keep(empty, "metadata", json.dumps({"claims": [hostile]}).encode())

    claimed = [one for one in empty.house.clip(clip().id).facts if not one.is_exact]

    assert [[one.group, one.name, one.value] for one in claimed] == [hostile]


def test_of_a_million_claims_a_page_shows_so_many(empty: Shown) -> None:
    add(empty.house.catalogue, clip())
    keep(empty, "metadata", json.dumps({"claims": [["g", "n", "v"]] * (MOST_CLAIMED + 1)}).encode())

    assert sum(not one.is_exact for one in empty.house.clip(clip().id).facts) == MOST_CLAIMED


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("metadata", b""),
        ("metadata", b"\xff"),
        ("metadata", b"[]"),
        ("metadata", b'{"claims": 7}'),
        ("metadata", b'{"claims": [["too", "short"]]}'),
        ("waveform", b"not packed"),
    ],
    ids=str,
)
def test_a_record_that_cannot_be_read_is_damage_and_nothing_else(empty: Shown, kind: str, content: bytes) -> None:
    add(empty.house.catalogue, clip())
    keep(empty, kind, content)

    with pytest.raises(Damaged):
        empty.house.clip(clip().id)


def test_a_blob_that_is_gone_is_said_to_be(empty: Shown) -> None:
    add(empty.house.catalogue, clip())
    keep(empty, "poster", b"a picture")
    for name in empty.house.kept.blobs.names():
        empty.house.kept.blobs.remove(name)

    with pytest.raises(NothingFound):
        empty.house.part(clip().id, Part.POSTER)


def test_nothing_of_a_picture_is_in_what_a_log_would_print(empty: Shown) -> None:
    add(empty.house.catalogue, clip())
    keep(empty, "poster", b"a picture")

    assert repr(empty.house.part(clip().id, Part.POSTER)) == "Copy(media_type='image/jpeg')"


def test_a_note_on_the_first_moment_is_not_one_on_the_whole_clip(empty: Shown) -> None:
    add(empty.house.catalogue, clip())
    empty.house.add_note(clip().id, "at once", 0.0, by="maria")
    empty.house.add_note(clip().id, "all of it", None, by="maria")

    assert {one.text: one.at for one in empty.house.clip(clip().id).notes} == {"at once": 0.0, "all of it": None}


@pytest.mark.parametrize(
    ("sound", "expected"),
    [
        (loud(), []),
        (loud(0, 127, 64), [0, 255, 128]),
        (loud(0, 127, 64, below=True), [0, 255, 128]),
    ],
    ids=["no sound has no peaks", "what swings up is loud", "what swings down is as loud"],
)
def test_a_peak_is_the_farther_swing(sound: Waveform, expected: list[int]) -> None:
    assert list(peaks(sound)) == expected


@given(st.integers(1, 5 * PEAKS), st.data())
def test_one_loud_moment_is_seen_wherever_it_is_however_long_the_sound(length: int, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, length - 1))
    sound = np.zeros(length, np.int8)
    sound[at] = 127

    seen = list(peaks(loud(*sound)))

    assert (len(seen), sum(seen)) == (min(PEAKS, length), 255)
    assert abs(seen.index(255) / len(seen) - at / length) <= 1 / len(seen)
