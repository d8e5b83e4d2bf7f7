"""A rendered film becomes all that is published of it, to the byte the same each time."""

import hashlib
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random

import c2pa
import numpy as np
import pytest
from PIL import Image

from jebi.device import blocks
from jebi.errors import Refused
from jebi.media.jail import Jail
from jebi.office.issuer import Issuer
from jebi.office.labour import Report
from jebi.office.outputs import make_output, sign_film
from jebi.release.chain import found, issue
from jebi.release.credential_box import opened, without
from jebi.release.credentials import differences
from jebi.release.plan import Plan
from jebi.release.statement import statement
from office.outgoing import ISSUER, PLAN, RATE, SECONDS, film, output
from signing import recognised

NAMES = [
    *("240.m3u8", "240.mp4", "480.m3u8", "480.mp4"),
    *("card.jpg", "film.mp4", "poster.jpg", "stream.m3u8"),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return output(tmp_path_factory.mktemp("made") / "output")


def signed(tmp_path: Path, who: Issuer, plan: Plan = PLAN) -> bytes:
    tmp_path.mkdir(exist_ok=True)
    film(tmp_path / "film.mp4", "-t", "1")
    sign_film(plan, str(tmp_path), who)
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]
    return (tmp_path / "film.mp4").read_bytes()


def test_everything_that_goes_out_is_there_and_no_size_is_larger_than_the_film(made: Path) -> None:
    assert sorted(path.name for path in made.iterdir()) == NAMES


def test_the_same_film_gives_the_same_bytes(made: Path, tmp_path: Path) -> None:
    again = output(tmp_path / "output")
    for name in NAMES:
        assert (again / name).read_bytes() == (made / name).read_bytes(), name


def test_another_film_or_statement_has_other_credentials(tmp_path: Path) -> None:
    one = signed(tmp_path / "a", ISSUER)
    assert one == signed(tmp_path / "b", ISSUER)
    other = replace(PLAN, parts=(*PLAN.parts, *PLAN.parts))
    assert one != signed(tmp_path / "c", ISSUER, other)


def test_the_poster_is_a_picture_of_the_film(made: Path, tmp_path: Path) -> None:
    films = made / "film.mp4"
    at = SECONDS / 3
    command = ["ffmpeg", "-v", "error", "-ss", f"{at:.3f}", "-i", str(films), "-frames:v", "1", str(tmp_path / "p.png")]
    subprocess.run(command, check=True)
    with Image.open(tmp_path / "p.png") as shown, Image.open(made / "poster.jpg") as poster:
        assert poster.size == (768, 432)
        one, other = (np.asarray(each.convert("L").resize((64, 36)), np.int16) for each in (shown, poster))
        assert np.abs(one - other).max() < 24


def test_the_stock_reader_with_the_root_as_anchor_trusts_the_film(made: Path) -> None:
    settings = {"verify": {"remote_manifest_fetch": False}, "trust": {"trust_anchors": ISSUER.root.decode()}}
    context = c2pa.Context(settings=c2pa.Settings.from_dict(settings))
    with (made / "film.mp4").open("rb") as file, c2pa.Reader("video/mp4", file, context=context) as reader:
        assert reader.get_validation_state() == "Trusted"
        manifest = reader.get_active_manifest()
    assert manifest["title"] == "Rice at the market"
    assert manifest["signature_info"]["issuer"] == "Rimjin Desk"


def test_the_stock_reader_as_it_comes_calls_it_valid(made: Path) -> None:
    settings = c2pa.Settings.from_dict({"verify": {"remote_manifest_fetch": False}})
    with (made / "film.mp4").open("rb") as file:
        reader = c2pa.Reader("video/mp4", file, context=c2pa.Context(settings=settings))
        assert reader.get_validation_state() == "Valid"


def test_without_its_credentials_it_is_the_film_that_was_rendered(made: Path, tmp_path: Path) -> None:
    film(tmp_path / "film.mp4")
    rendered = (tmp_path / "film.mp4").read_bytes()
    with blocks.open_for_reading(str(made / "film.mp4")) as source:
        assert b"".join(without(source)) == rendered
        said = statement(PLAN, hashlib.sha256(rendered).digest())
        assert differences(opened(source), statement=said, credential=ISSUER.credential) == ()


def test_a_recognised_authority_signs_the_same_each_time_too(tmp_path: Path) -> None:
    given, root = recognised()
    who = Issuer(credential=given, root=root)
    assert signed(tmp_path / "a", who) == signed(tmp_path / "b", who)


def test_with_a_certificate_that_is_over_there_is_no_output(tmp_path: Path) -> None:
    days = {"first": date(2020, 1, 1), "last": date(2020, 12, 31)}
    old = found("Rimjin Desk", **days, randomness=Random(1).randbytes)
    over = Issuer(credential=issue(old, **days, randomness=Random(2).randbytes), root=old.certificate)
    film(tmp_path / "film.mp4", "-t", "1")
    with pytest.raises(Refused, match="not valid"):
        make_output(Jail.find(), PLAN, str(tmp_path), RATE, over, Report())
