"""`jebi desk protect`, as it is typed: a received film in, a covered one out, sealed; and a plan that can be edited."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parent.parent))  # for what tests share by name

from cli.conftest import ARCHIVE, Jebi
from jebi.errors import Exit
from jebi.office.admission import clip_id
from looked_at import MODELS

USUAL = (*ARCHIVE, "--as", "wren", "--models", str(MODELS))


@pytest.fixture(scope="module")
def house_once(office_once: Path, tmp_path_factory: pytest.TempPathFactory, samples: Path) -> Path:
    """An archive with half a second of somebody who talks."""
    folder = tmp_path_factory.mktemp("protect") / "house"
    shutil.copytree(office_once, folder)
    jebi = Jebi(folder)
    (folder / "talk").mkdir()
    source = str(samples / "carphone_pristine.mp4")
    subprocess.run(["ffmpeg", "-v", "error", "-i", source, "-t", "0.5", "talk/talk.mp4"], check=True, cwd=folder)
    jebi.done("field", "seal", "talk", "--onto", "stick", "--survive", "0", "--kit", "kit")
    jebi.done("desk", "receive", "stick", *ARCHIVE)
    jebi.done("desk", "work", *ARCHIVE, "--models", str(MODELS))
    return folder


@pytest.fixture
def house(house_once: Path, tmp_path: Path) -> Jebi:
    shutil.copytree(house_once, tmp_path / "house")
    return Jebi(tmp_path / "house")


def clip(house: Jebi) -> str:
    (name,) = os.listdir(house.folder / "archive" / "parcels")
    return clip_id(name.removesuffix(".age"), 1)


def test_a_film_is_covered_and_its_edited_plan_is_another_film(house: Jebi) -> None:
    written = ["--write-plan", "plan.json", "--film", "film.mp4", "--as", "wren", "--lines", "144"]
    said = house("desk", "protect", clip(house)[:6], "--cut", "talk", *written, *USUAL, "--json")
    assert said.status == Exit.DONE, said
    assert said.fact["covers"] == 1
    assert (said.fact["passed"], said.fact["findings"]) == (True, [])
    assert "camera: not measured: the archive has no other film of this camera" in said.err
    plan = json.loads(house.read("plan.json"))
    assert plan["sources"][0]["clip"] == clip(house)
    asked = ["ffprobe", "-v", "error", "-show_entries", "stream=codec_type", "-of", "csv=p=0", "film.mp4"]
    streams = subprocess.run(asked, cwd=house.folder, capture_output=True, check=True, text=True)
    assert streams.stdout.split() == ["video"]

    plan["parts"] = [[0, 100, 300]]
    house.write("edited.json", json.dumps(plan, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
    again = house("desk", "protect", "--cut", "talk", "--plan", "edited.json", *USUAL, "--json")
    assert again.status == Exit.DONE, again
    assert again.fact["milliseconds"] == 200
    assert again.fact["output"] != said.fact["output"]


def test_nothing_that_exists_is_written_over(house: Jebi) -> None:
    house.write("plan.json", b"mine")
    said = house("desk", "protect", clip(house), "--cut", "talk", "--write-plan", "plan.json", *USUAL)
    assert (said.status, "exists already" in said.err) == (Exit.REFUSED, True)
    assert house.read("plan.json") == b"mine"


def test_without_the_model_it_says_what_is_missing(house: Jebi) -> None:
    said = house("desk", "protect", clip(house), "--cut", "talk", *ARCHIVE, "--as", "wren", "--models", "none")
    assert said.status == Exit.REFUSED
    assert "the model for finding faces is not in place" in said.err


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (["--cut", "talk"], Exit.REFUSED, "name clips, or --plan FILE"),
        (["CLIP", "--cut", "talk", "--plan", "p.json"], Exit.REFUSED, "made of clips or by a plan"),
        (["0000000000000000", "--cut", "talk"], Exit.NOTHING_FOUND, "no clip"),
        (["--cut", "talk", "--plan", "none.json"], Exit.UNABLE, "none.json could not be read"),
        (["--cut", "talk", "--plan", "p.json"], Exit.DAMAGED, "the plan of a cut cannot be read"),
        (["CLIP", "--cut", "talk", "--lines", "7"], Exit.DAMAGED, "the picture's height cannot be"),
        (["CLIP", "--cut", "", "--lines", "144"], Exit.DAMAGED, "a cut's name is empty"),
        (["CLIP"], Exit.USAGE, "--cut"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, list) else "",
)
def test_what_cannot_be_planned_is_said(house: Jebi, words: list[str], status: Exit, told: str) -> None:
    house.write("p.json", b'{"format":"jebi cut 1"}')
    named = [clip(house) if word == "CLIP" else word for word in words]
    said = house("desk", "protect", *named, *USUAL)
    assert (said.status, told in said.err) == (status, True), said
