"""Signs are read and faces counted on stills that were made here; what is damaged, or not in place, is said."""

import io
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from jebi.errors import Damaged
from jebi.media.jail import Jail
from jebi.media.models import Models
from jebi.office.kept import Kept
from jebi.office.labour import Report
from jebi.office.made import Made
from jebi.office.noticing import BATCH, Still, count_faces, read_signs, stills_of
from jebi.office.reasons import NotHere
from jebi.parcel.keys import PostQuantumIdentity
from jebi.vault import clips, segments
from jebi.vault.blobs import Blobs
from jebi.vault.catalogue import Catalogue
from jebi.vault.segments import Segment
from looked_at import FILM, MODELS
from office.rooms import Shown
from vault.rows import EVENT, NOW, add, clip

FONT = "/usr/share/fonts/truetype/nanum/NanumGothic.ttf"
OF = clip().id


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    identity = PostQuantumIdentity(bytes(32))
    return Kept(Blobs(str(tmp_path / "blobs")), identity.recipient(), identity)


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    catalogue = Catalogue.open(f"sqlite:///{tmp_path}/catalogue.db")
    add(catalogue, clip())
    return catalogue


def picture(text: str = "", form: str = "JPEG") -> bytes:
    """A wall, with a sign on it."""
    wall, written = Image.new("RGB", (640, 360), (240, 240, 235)), io.BytesIO()
    ImageDraw.Draw(wall).text((200, 120), text, font=ImageFont.truetype(FONT, 90), fill=(20, 20, 20))
    wall.save(written, form)
    return written.getvalue()


def still(kept: Kept, content: bytes, number: int = 0) -> Still:
    return Still(blob=kept.put(content).blob, start_ms=number * 1000, end_ms=number * 1000 + 900)


def shots(catalogue: Catalogue, count: int) -> None:
    found = [
        Segment(clip=OF, kind="shot", start_ms=at * 1000, end_ms=at * 1000 + 900, origin="machine", model="test")
        for at in range(count)
    ]
    with catalogue.writing(NOW) as change:
        segments.put_machine(change, OF, "shot", found, EVENT)


def test_the_face_of_the_talking_man_is_counted(shown: Shown) -> None:
    of = shown.film
    with shown.house.catalogue.reading() as connection:
        counts = clips.faces_of(connection, of)

    assert list(counts.values()) == [1]
    assert shown.card(FILM).faces == 1


def test_a_still_lies_in_its_shot_and_one_without_a_shot_is_left_out(kept: Kept, catalogue: Catalogue) -> None:
    made = Made(kept, OF, "test")
    for number in (0, 2, 7):
        made.add("still", picture(), number)
    made.add("poster", picture())
    with catalogue.writing(NOW) as change:
        made.write(change)
    shots(catalogue, 3)

    with catalogue.reading() as connection:
        found = stills_of(connection, OF)
        none = stills_of(connection, "0123456789abcdef")

    assert [(one.start_ms, one.end_ms) for one in found] == [(0, 900), (2000, 2900)]
    assert none == []


def test_a_sign_is_read_in_its_shot_and_marked_with_the_machine_that_read_it(kept: Kept, catalogue: Catalogue) -> None:
    report = Report()
    stills = [still(kept, picture(), number) for number in range(BATCH)] + [still(kept, picture("시장"), BATCH)]

    write = read_signs(Jail.find(), kept, stills, OF, report)
    with catalogue.writing(NOW) as change:
        write(change)

    with catalogue.reading() as connection:
        (sign,) = segments.of(connection, OF, ["screen_text"])
    assert (sign.text, sign.language, sign.start_ms, sign.end_ms) == ("시장", "ko", BATCH * 1000, BATCH * 1000 + 900)
    assert (sign.origin, len(sign.model_sha256)) == ("machine", 64)
    assert (report.done, report.total, report.unit) == (BATCH + 1, BATCH + 1, "stills")


def test_a_clip_without_stills_has_no_signs_and_no_faces(kept: Kept, catalogue: Catalogue) -> None:
    writes = [
        read_signs(Jail.find(), kept, [], OF, Report()),
        count_faces(Models(MODELS), kept, [], OF, Report()),
    ]
    with catalogue.writing(NOW) as change:
        for write in writes:
            write(change)

    with catalogue.reading() as connection:
        assert (segments.of(connection, OF, ["screen_text"]), clips.faces_of(connection, OF)) == ([], {})


def test_a_wall_has_no_face_which_is_counted_as_none(kept: Kept, catalogue: Catalogue) -> None:
    write = count_faces(Models(MODELS), kept, [still(kept, picture(), number) for number in (0, 3)], OF, Report())
    with catalogue.writing(NOW) as change:
        write(change)

    with catalogue.reading() as connection:
        assert clips.faces_of(connection, OF) == {0: 0, 3000: 0}


def test_without_its_model_no_face_is_counted_and_nobody_is_to_blame(kept: Kept, tmp_path: Path) -> None:
    with pytest.raises(NotHere):
        count_faces(Models(tmp_path / "none"), kept, [still(kept, picture())], OF, Report())


@pytest.mark.parametrize(
    "content",
    [b"", b"no picture", picture(form="PNG"), picture()[:2000]],
    ids=["nothing", "no picture", "a picture of another kind", "one that is cut off"],
)
def test_a_still_that_is_not_of_our_making_is_damage(kept: Kept, content: bytes) -> None:
    with pytest.raises(Damaged):
        count_faces(Models(MODELS), kept, [still(kept, content)], OF, Report())
