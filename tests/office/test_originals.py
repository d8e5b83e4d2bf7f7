"""Clips come out of sealed parcels as the traveller signed them, and leave nothing plain behind."""

import os
import shutil
from pathlib import Path

import pytest

from jebi.errors import Damaged, Refused, Unable, WrongKey
from jebi.office.originals import Originals
from jebi.office.receiving import Wish
from jebi.parcel.keys import PostQuantumIdentity
from office.conftest import LARGE, Office, files_in, opened


def kept(office: Office, *outer: PostQuantumIdentity) -> str:
    """A parcel in the archive, sealed only."""
    sealed = office.seal(office.issue().card, office.card(LARGE), "s1")
    office.arrive("s1", wish=Wish(clips=False, outer=outer))
    return sealed.parcel


def test_every_clip_comes_out_as_it_was_filmed(office: Office) -> None:
    parcel = kept(office)

    with Originals(office.desk) as originals:
        came = {str(p.clip.name): b"".join(originals.pieces(parcel, p)) for p in originals.shelf(parcel).places}

    assert came == files_in(office.path("card"))


def test_a_stretch_of_a_clip_ends_with_the_clip(office: Office) -> None:
    parcel = kept(office)

    with Originals(office.desk) as originals:
        place = originals.shelf(parcel).places[0]
        whole = b"".join(originals.pieces(parcel, place))

        assert originals.read_at(parcel, place, 100_000, 70_000) == whole[100_000:170_000]
        assert originals.read_at(parcel, place, len(whole) - 5, 70_000) == whole[-5:]
        assert originals.read_at(parcel, place, len(whole) + 5, 70_000) == b""


def test_a_plain_copy_is_readable_by_nobody_else_and_gone_afterwards(office: Office) -> None:
    parcel = kept(office)

    with Originals(office.desk) as originals:
        place = originals.shelf(parcel).places[0]
        with originals.copy(parcel, place, "7") as path:
            assert os.stat(path).st_mode & 0o077 == 0
            assert Path(path).read_bytes() == b"".join(originals.pieces(parcel, place))
            assert os.path.basename(path) == "7"
        assert not os.path.exists(path)

    assert os.listdir(office.desk.path("work")) == []


def test_what_a_killed_job_left_plain_is_removed_when_the_archive_is_opened(archive: Path) -> None:
    left = archive / "work" / "7"
    left.parent.mkdir()
    left.write_bytes(b"plain")

    with opened(archive):
        assert not left.exists()


def test_a_parcel_whose_disk_lies_gives_no_clip(office: Office) -> None:
    parcel = kept(office)
    path = Path(office.desk.path("parcels", f"{parcel}.age"))
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    path.write_bytes(content)

    with Originals(office.desk) as originals:
        place = originals.shelf(parcel).places[0]
        with pytest.raises(Damaged), originals.copy(parcel, place, "7"):
            pass

    assert os.listdir(office.desk.path("work")) == []


def test_a_parcel_that_is_not_there_is_named(office: Office) -> None:
    with Originals(office.desk) as originals, pytest.raises(Unable):
        originals.shelf("0" * 16)


def test_one_parcel_after_another_is_opened(office: Office) -> None:
    first = kept(office)
    shutil.rmtree(office.path("card"))
    sealed = office.seal(office.issue().card, office.card({"c.mp4": 5000}), "s2")
    office.arrive("s2", wish=Wish(clips=False))

    with Originals(office.desk) as originals:
        assert len(originals.shelf(first).places) == 2
        assert [str(place.clip.name) for place in originals.shelf(sealed.parcel).places] == ["c.mp4"]
        assert len(originals.shelf(first).places) == 2


def test_two_persons_take_a_clip_out_together_and_neither_alone(both: Office, second: PostQuantumIdentity) -> None:
    parcel = kept(both, second)

    with pytest.raises(Refused, match="second person"):
        Originals(both.desk)
    with (
        Originals(both.desk, [PostQuantumIdentity(bytes(32))]) as originals,
        pytest.raises(WrongKey, match=f"second person's key that was named does not open parcel {parcel}"),
    ):
        originals.shelf(parcel)
    with Originals(both.desk, [second]) as originals:
        came = {str(p.clip.name): b"".join(originals.pieces(parcel, p)) for p in originals.shelf(parcel).places}

    assert came == files_in(both.path("card"))


def test_a_folder_on_the_bench_is_gone_with_what_was_made_in_it(office: Office) -> None:
    with Originals(office.desk) as originals:
        with originals.folder("output") as folder:
            os.makedirs(os.path.join(folder, "below"))
            Path(folder, "below", "film.mp4").write_bytes(b"plain")
        assert not os.path.exists(folder)
        with originals.folder("output") as again:
            assert os.listdir(again) == []
