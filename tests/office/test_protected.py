"""From clips to a report in one go, and on from where it stopped."""

from dataclasses import replace
from pathlib import Path

import pytest

from jebi.errors import NothingFound, Refused
from jebi.office.cutting import Wanted
from jebi.office.progress import Quiet
from jebi.office.protected import protect
from jebi.release.plan import Part
from looked_at import FILM, MODELS
from office.rooms import Shown


@pytest.mark.deep
def test_a_cut_is_made_of_a_clip_and_again_of_its_plan(shown: Shown) -> None:
    clip = shown.clip(FILM).id
    wanted = Wanted(name="car", clips=(clip[:8],), lines=144)
    made = protect(shown.office.desk, MODELS, Quiet(), wanted, by="wren")
    assert made.plan.sources[0].clip == clip
    assert made.report.output.hex() == made.output.sha256
    assert "film.mp4" in [one.name for one in made.files]

    shorter = replace(made.plan, parts=(Part(source=0, start_ms=0, end_ms=200),))
    again = protect(shown.office.desk, MODELS, Quiet(), ("car", shorter), by="wren")
    assert again.output.cut == made.output.cut
    assert again.output.sha256 != made.output.sha256


def test_without_models_it_says_what_is_lacking(shown: Shown, tmp_path: Path) -> None:
    wanted = Wanted(name="car", clips=(shown.clip(FILM).id,), lines=144)
    with pytest.raises(Refused, match="model for finding faces"):
        protect(shown.office.desk, tmp_path, Quiet(), wanted, by="wren")


def test_a_clip_that_is_not_there_is_not_found(shown: Shown) -> None:
    with pytest.raises(NothingFound):
        protect(shown.office.desk, MODELS, Quiet(), Wanted(name="car", clips=("ffffffff",)), by="wren")
