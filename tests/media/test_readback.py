import subprocess
from pathlib import Path

import pytest
from PIL import Image

from jebi.media.jail import Jail
from jebi.media.ladder import Movie, make_ladder
from jebi.media.metadata import Claim, Metadata
from jebi.media.readback import compared, readback


@pytest.mark.parametrize("kind", ["jpg", "png", "webp"])
def test_a_picture_without_words_is_neutral(jail: Jail, tmp_path: Path, kind: str) -> None:
    Image.new("RGB", (32, 24), (9, 90, 200)).save(tmp_path / f"poster.{kind}")
    read = readback(jail, str(tmp_path / f"poster.{kind}"))
    assert (read.foreign, read.is_neutral) == ((), True)
    assert read.tool.startswith("exiftool 1")


@pytest.mark.parametrize(
    "tag", ["-Make=Nokia", "-Comment=dam", "-XMP-dc:Title=dam", "-IPTC:Keywords=dam", "-EXIF:GPSLatitude=39"]
)
def test_whatever_a_tag_editor_writes_is_foreign(jail: Jail, tmp_path: Path, tag: str) -> None:
    path = tmp_path / "poster.jpg"
    Image.new("RGB", (32, 24)).save(path)
    subprocess.run(["exiftool", "-q", "-overwrite_original", tag, str(path)], check=True)
    assert not readback(jail, str(path)).is_neutral


def test_a_film_from_elsewhere_is_not_neutral(jail: Jail, samples: Path) -> None:
    read = readback(jail, str(samples / "bikes.mp4"))
    assert {"Encoder", "HandlerDescription"} <= {claim.name for claim in read.foreign}


def test_what_no_one_knows_is_not_neutral(jail: Jail, tmp_path: Path) -> None:
    (tmp_path / "noise").write_bytes(bytes(range(7, 250)) * 9)
    assert not readback(jail, str(tmp_path / "noise")).is_neutral


@pytest.mark.parametrize(
    "claim",
    [
        Claim(group="QuickTime", name="CreateDate", text="2026:10:03 01:02:03"),
        Claim(group="Track1", name="HandlerDescription", text="Kim"),
        Claim(group="Track1", name="MediaLanguageCode", text="kor"),
        Claim(group="GPS", name="ImageWidth", text="3"),
        Claim(group="File", name="Weather", text=""),
        Claim(group="File", name="ImageWidth", text="3 by Kim"),
    ],
)
def test_a_claim_that_is_not_on_the_list_is_foreign(claim: Claim) -> None:
    neutral = Claim(group="File", name="FileType", text="MP4")
    read = compared(Metadata(tool="exiftool", claims=(neutral, claim), is_cut=False))
    assert (read.foreign, read.is_neutral) == ((claim,), False)


def test_a_record_that_is_cut_or_empty_is_not_neutral() -> None:
    neutral = Claim(group="File", name="FileType", text="MP4")
    assert not compared(Metadata(tool="exiftool", claims=(neutral,), is_cut=True)).is_neutral
    assert not compared(Metadata(tool="exiftool", claims=(), is_cut=False)).is_neutral
    assert compared(Metadata(tool="exiftool", claims=(neutral,), is_cut=False)).is_neutral


def test_every_size_of_a_stream_is_neutral(jail: Jail, samples: Path, tmp_path: Path) -> None:
    movie = Movie(path=str(samples / "bigbuckbunny.mp4"), width=1280, height=720, seconds=5.28, has_sound=True)
    made = make_ladder(movie, str(tmp_path))
    for one in made:
        if one.name.endswith(".mp4"):
            read = readback(jail, str(tmp_path / one.name))
            assert (read.foreign, read.is_neutral) == ((), True)
