import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from jebi.errors import Damaged
from jebi.media.jail import Jail
from jebi.media.metadata import MOST_CLAIMS, Claim, Metadata, metadata, understood

WRITTEN = {
    "EXIF:Make": "Nokia",
    "EXIF:Model": "evil\u202egpj",
    "EXIF:DateTimeOriginal": "2024:05:06 07:08:09",
    "EXIF:UserComment": "쌀값\nsecond line",
    "EXIF:GPSLatitude": "39.0392",
    "EXIF:GPSLatitudeRef": "N",
    "EXIF:GPSLongitude": "125.7625",
    "EXIF:GPSLongitudeRef": "E",
    "XMP-dc:Subject": "가",
}


@pytest.fixture(scope="module")
def photograph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photograph that says much of itself."""
    path = tmp_path_factory.mktemp("metadata") / "secret name.jpg"
    Image.new("RGB", (16, 16)).save(path)
    tags = [f"-{name}={value}" for name, value in WRITTEN.items()]
    subprocess.run(["exiftool", "-q", "-overwrite_original", *tags, "-XMP-dc:Subject+=나", str(path)], check=True)
    return path


def test_everything_a_file_says_is_read_in_its_order(jail: Jail, photograph: Path) -> None:
    read = metadata(jail, str(photograph))
    assert read.tool.startswith("exiftool 1")
    assert Claim(group="ExifIFD", name="UserComment", text=r"쌀값\nsecond line") in read.claims
    assert [claim.text for claim in read.claims if claim.name == "Subject"] == ["가", "나"]
    assert not read.is_cut


def test_times_places_and_devices_are_found_among_the_claims(jail: Jail, photograph: Path) -> None:
    read = metadata(jail, str(photograph))
    assert [claim.text for claim in read.times] == ["2024:05:06 07:08:09"]
    assert [(place.latitude, place.longitude) for place in read.places] == [(39.0392, 125.7625)]
    assert [claim.text for claim in read.devices] == ["Nokia", r"evil\u202egpj"]


def test_nothing_of_the_files_name_and_place_is_in_the_record(jail: Jail, photograph: Path) -> None:
    read = str(metadata(jail, str(photograph)))
    assert "secret name" not in read
    assert "footage" not in read


def test_what_no_one_knows_is_told_as_that(jail: Jail, tmp_path: Path) -> None:
    (tmp_path / "noise").write_bytes(bytes(range(7, 250)) * 9)
    read = metadata(jail, str(tmp_path / "noise"))
    assert read.claims == (Claim(group="ExifTool", name="Error", text="Unknown file type"),)


def test_a_film_says_what_wrote_it(jail: Jail, samples: Path) -> None:
    read = metadata(jail, str(samples / "bikes.mp4"))
    assert [(claim.name, claim.text) for claim in read.devices] == [("Encoder", "Lavf56.40.101")]


@pytest.mark.parametrize("far", ["+91.000000, +1.000000", "+1.000000, +181.0", "+nan, +1.0", "north"])
def test_a_place_off_the_globe_is_a_claim_and_no_place(far: str) -> None:
    read = understood([{"Composite:GPSPosition": far}])
    assert (len(read.claims), read.places) == (1, ())


def test_a_time_of_zeroes_is_no_time() -> None:
    assert understood([{"QuickTime:CreateDate": "0000:00:00 00:00:00"}]).times == ()


def test_what_is_left_out_is_said() -> None:
    many = understood([{f"A:N{place}": "x" for place in range(MOST_CLAIMS + 1)}])
    deep: object = "x"
    for _ in range(900):
        deep = {"a": deep}
    assert (len(many.claims), many.is_cut) == (MOST_CLAIMS, True)
    assert understood([{"A:Deep": deep, "A:Flat": "y"}]) == Metadata(
        tool="exiftool of unknown version", claims=(Claim(group="A", name="Flat", text="y"),), is_cut=True
    )


LEAF = st.none() | st.booleans() | st.text(max_size=20)
ANYTHING = st.recursive(
    LEAF, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=9), inner), max_leaves=30
)


@given(ANYTHING | st.lists(st.dictionaries(st.text(max_size=9), ANYTHING), min_size=1, max_size=1))
def test_of_any_answer_comes_a_record_or_damage(untrusted: object) -> None:
    with suppress(Damaged):
        read = understood(untrusted)
        assert all("\n" not in claim.group + claim.name + claim.text for claim in read.claims)
        assert set(read.times) | set(read.devices) <= set(read.claims)
