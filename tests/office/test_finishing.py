"""What was logged gets its name when the archive is next opened; what was not never does."""

import contextlib
from pathlib import Path

import pytest

from jebi.archive.receive import State
from jebi.office.receiving import Wish
from office.conftest import SMALL, damage, opened

WITHOUT_CLIPS = Wish(clips=False)


@pytest.mark.parametrize("wish", [WITHOUT_CLIPS, Wish()], ids=["sealed", "and laid out"])
def test_a_parcel_that_was_logged_just_before_a_crash_is_there_when_the_archive_is_opened_next(
    archive: Path, wish: Wish
) -> None:
    with opened(archive) as office:
        sealed = office.seal(office.issue().card, office.card(SMALL), "s1")
        office.arrive("s1", wish=wish)
        for name in (f"parcels/{sealed.parcel}.age", f"clips/{sealed.parcel}"):
            with contextlib.suppress(FileNotFoundError):
                Path(office.desk.path(name)).rename(office.desk.path(name + ".part"))
        Path(office.desk.path("parcels", "other.age.part")).write_bytes(b"half")
        Path(office.desk.path("parcels", f"{'0' * 16}.age.part")).write_bytes(b"half")
    with opened(archive) as office:
        assert f"{sealed.parcel}.age" in office.listed("parcels")
        assert office.listed("clips") == ([sealed.parcel] if wish.clips else [])
        assert office.arrive("s1").state is State.KNOWN
        assert office.listed("parcels") == [f"{sealed.parcel}.age"]


def test_a_parcel_that_differs_from_what_was_logged_gets_no_name(archive: Path) -> None:
    with opened(archive) as office:
        sealed = office.seal(office.issue().card, office.card(SMALL), "s1")
        office.arrive("s1", wish=WITHOUT_CLIPS)
        path = Path(office.desk.path("parcels", f"{sealed.parcel}.age"))
        path.rename(f"{path}.part")
        damage(Path(f"{path}.part"), 0)
    with opened(archive) as office:
        assert office.listed("parcels") == [f"{sealed.parcel}.age.part"]
        assert office.arrive("s1").state is State.WHOLE
