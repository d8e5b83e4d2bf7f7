"""A broadcaster gets the film that was published, and nothing that was not; whatever goes wrong leaves no folder."""

import hashlib
import subprocess
from pathlib import Path

import pytest

from going_out import Stage, plan_of
from jebi.errors import Damaged, NothingFound, Refused, Unable
from jebi.media.jail import Jail
from jebi.media.probe import probe
from jebi.office.broadcasting import Packed, pack
from jebi.office.progress import Quiet
from jebi.release.broadcast import SUMS, programme_of
from jebi.release.plan import Line, Part, Picture
from jebi.release.programme import Cue
from programmes import TERMS
from release.plans import CLIP

FILES = {
    "film-0001_film.mp4", "film-0001_sound-mix.wav", "film-0001_cuts.edl", "film-0001_cuts.fcpxml", "film-0001_shots.csv",
    "film-0001_shots.html", "film-0001_read-first_en.txt", "film-0001_read-first_ja.txt", "film-0001_read-first_ko.txt", SUMS,
    *(f"film-0001_subtitles_{language}.{ending}" for language in ("en", "ko") for ending in ("vtt", "srt", "ttml")),
}  # fmt: skip


@pytest.fixture
def released(stage: Stage) -> Stage:
    output = stage.cut()
    stage.clear(output)
    stage.releases.release(output, "owl")
    return stage


def packed(stage: Stage, target: Path, *, name: str = "owl", terms: str = TERMS, cut: int = 1) -> Packed:
    return pack(Jail.find(), stage.releases, cut, name, terms.encode(), str(target), Quiet())


def asked(path: Path, what: str) -> list[str]:
    command = [
        "ffprobe",
        "-v",
        "error",
        "-count_frames",
        "-show_entries",
        f"stream={what}",
        "-of",
        "csv=p=0",
        str(path),
    ]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


def test_a_published_film_is_packed_whole(released: Stage, tmp_path: Path) -> None:
    said = packed(released, tmp_path / "package")
    folder = tmp_path / "package"
    assert {path.name for path in folder.iterdir()} == FILES
    assert (said.film, said.files, said.size) == (1, len(FILES), sum(path.stat().st_size for path in folder.iterdir()))
    assert said.sha256 == hashlib.sha256((folder / SUMS).read_bytes()).hexdigest()
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", SUMS], cwd=folder, check=True)
    assert asked(folder / "film-0001_film.mp4", "codec_name,nb_read_frames,width,height") == [
        "h264,320,180,50",
        "aac,94",
    ]
    assert asked(folder / "film-0001_sound-mix.wav", "sample_rate,channels,duration") == ["48000,1,2.000000"]
    assert "How much is the rice?" in (folder / "film-0001_subtitles_en.srt").read_text()
    assert "desk@films.example" in (folder / "film-0001_read-first_ko.txt").read_text()
    assert list(tmp_path.glob(".packing-*")) == []


def test_it_stands_in_the_log_who_packed_what(released: Stage, tmp_path: Path) -> None:
    said = packed(released, tmp_path / "package")
    assert released.kinds()[-1] == "cut-packed"
    last = Path(released.desk.folder, "log", "records.jsonl").read_text().splitlines()[-1]
    assert f"film 1, sums sha256 {said.sha256}" in last
    assert "member/owl" in last


def test_the_same_film_and_terms_are_the_same_package(released: Stage, tmp_path: Path) -> None:
    assert packed(released, tmp_path / "one") == packed(released, tmp_path / "two")


def test_pictures_are_those_of_the_published_film(released: Stage, files: Path, tmp_path: Path) -> None:
    """As close as two encodings of it are, picture by picture: none is lost or comes twice."""
    packed(released, tmp_path / "package")
    compared = ["-lavfi", "[0:v][1:v]psnr=stats_file=-", "-f", "null", "-"]
    films = ["-i", str(files / "film.mp4"), "-i", str(tmp_path / "package/film-0001_film.mp4")]
    done = subprocess.run(["ffmpeg", "-v", "error", *films, *compared], check=True, capture_output=True, text=True)
    ratios = [float(line.split("psnr_avg:")[1].split()[0]) for line in done.stdout.splitlines()]
    assert len(ratios) == 50
    assert min(ratios) > 38


@pytest.mark.parametrize(
    ("name", "told"), [("crane", "only a publisher"), ("wren", "only a publisher"), ("nobody", "no such member")]
)
def test_only_a_publisher_packs(released: Stage, tmp_path: Path, name: str, told: str) -> None:
    with pytest.raises((Refused, NothingFound), match=told):
        packed(released, tmp_path / "package", name=name)
    assert [path.name for path in tmp_path.iterdir()] == ["archive"]


def test_what_is_not_published_is_not_packed(stage: Stage, tmp_path: Path) -> None:
    stage.clear(stage.cut())
    with pytest.raises(NothingFound, match="no film of this cut is published"):
        packed(stage, tmp_path / "package")


def test_what_was_withdrawn_is_not_packed(released: Stage, tmp_path: Path) -> None:
    released.releases.withdraw(1, "owl", {"en": "Somebody could be recognised."})
    with pytest.raises(NothingFound, match="no film of this cut is published"):
        packed(released, tmp_path / "package")


def test_what_somebody_refused_since_is_not_packed(released: Stage, tmp_path: Path) -> None:
    released.clearances.refuse(1, "stork")
    with pytest.raises(Refused, match="was refused by somebody"):
        packed(released, tmp_path / "package")


def test_a_film_that_was_altered_in_the_archive_is_not_packed(released: Stage, tmp_path: Path) -> None:
    other = released.kept.put(b"another film")
    released.edit(f"update output_file set blob = '{other.blob}' where name = 'film.mp4'")
    with pytest.raises(Damaged, match="not what two people cleared"):
        packed(released, tmp_path / "package")
    assert [path.name for path in tmp_path.iterdir()] == ["archive"]


def test_terms_that_tell_a_secret_of_the_archive_are_refused(released: Stage, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"rights\.en of the terms has a word"):
        packed(released, tmp_path / "package", terms=TERMS.replace("Use it in news.", f"Filmed as {CLIP}."))
    assert [path.name for path in tmp_path.iterdir()] == ["archive"]


def test_nothing_that_lies_there_is_overwritten(released: Stage, tmp_path: Path) -> None:
    (tmp_path / "package").mkdir()
    with pytest.raises(Refused, match="already"):
        packed(released, tmp_path / "package")
    assert list((tmp_path / "package").iterdir()) == []


def test_where_there_is_no_folder_nothing_is_packed(released: Stage, tmp_path: Path) -> None:
    with pytest.raises(Unable):
        packed(released, tmp_path / "nowhere" / "package")


def test_a_programme_has_the_parts_and_lines_of_its_plan() -> None:
    lines = (Line(start_ms=1100, end_ms=1400, language="ko", text="[machine] 쌀값"),)
    whole = plan_of()
    source = whole.sources[0]
    plan = plan_of(
        sources=(type(source)(clip=CLIP, sha256="ab" * 32, lines=lines),),
        parts=(Part(source=0, start_ms=1000, end_ms=1500), Part(source=0, start_ms=3000, end_ms=4000)),
        picture=Picture(lines=180, rate=30, seed=bytes(16)),
    )
    programme = programme_of(7, plan, (320, 180), has_sound=False)
    assert (programme.name, programme.title, programme.channels) == ("film-0007", "Rice at the market", 0)
    assert [part.frames for part in programme.parts] == [15, 30]
    assert programme.subtitles == {"ko": (Cue(start=100, stop=400, text="쌀값"),)}


def test_a_film_of_a_rate_that_no_suite_knows_is_refused() -> None:
    with pytest.raises(Refused, match="editing suites know no 15 frames"):
        programme_of(1, plan_of(picture=Picture(lines=180, rate=15, seed=bytes(16))), (320, 180), has_sound=True)


def test_the_film_is_neutral(released: Stage, tmp_path: Path) -> None:
    packed(released, tmp_path / "package")
    film = tmp_path / "package/film-0001_film.mp4"
    assert b"Lavc" not in film.read_bytes()
    assert b"x264" not in film.read_bytes()
    assert len(probe(Jail.find(), str(film)).videos) == 1
