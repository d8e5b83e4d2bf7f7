import hashlib
import subprocess
from pathlib import Path

import pytest

from jebi.errors import Refused
from jebi.release.broadcast import SUMS, names, programme_of, sums, texts
from jebi.release.plan import About, Line, Source
from programmes import programme, terms
from release.plans import CLIP, simple

FILES = [
    "rimjin-0017_cuts.edl", "rimjin-0017_cuts.fcpxml", "rimjin-0017_film.mp4", "rimjin-0017_read-first_en.txt",
    "rimjin-0017_read-first_ja.txt", "rimjin-0017_read-first_ko.txt", "rimjin-0017_shots.csv", "rimjin-0017_shots.html",
    "rimjin-0017_sound-speech.wav", "rimjin-0017_sound-surroundings.wav", "rimjin-0017_subtitles_en.srt",
    "rimjin-0017_subtitles_en.ttml", "rimjin-0017_subtitles_en.vtt", "rimjin-0017_subtitles_ko.srt",
    "rimjin-0017_subtitles_ko.ttml", "rimjin-0017_subtitles_ko.vtt",
]  # fmt: skip


def test_a_package_holds_these_files() -> None:
    assert list(names(programme(), terms())) == FILES


def test_a_language_with_a_script_is_named_as_players_know_it() -> None:
    lines = (Line(start_ms=1000, end_ms=2000, language="zh-hant", text="米多少錢？"),)
    source = Source(clip=CLIP, sha256="ab" * 32, lines=lines)
    plan = simple(sources=(source,), about=About(title=(("en", "Rice"),)))
    assert programme_of(1, plan, (320, 180), has_sound=False).languages == ("zh-Hant",)


def test_the_same_programme_gives_the_same_bytes() -> None:
    assert texts(programme(), terms()) == texts(programme(), terms())


def test_sha256sum_checks_a_whole_package(tmp_path: Path) -> None:
    media = {name: b"media" for name in FILES if name.endswith(("mp4", "wav"))}
    digests = {}
    for name, content in {**texts(programme(), terms()), **media}.items():
        (tmp_path / name).write_bytes(content)
        digests[name] = hashlib.sha256(content).hexdigest()
    (tmp_path / SUMS).write_bytes(sums(programme(), terms(), digests))
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", SUMS], cwd=tmp_path, check=True)


@pytest.mark.parametrize("change", ["missing", "another"])
def test_a_package_that_is_not_whole_has_no_sums(change: str) -> None:
    digests = dict.fromkeys(FILES, "0" * 64)
    if change == "missing":
        del digests["rimjin-0017_film.mp4"]
    else:
        digests["notes.txt"] = "0" * 64
    with pytest.raises(Refused):
        sums(programme(), terms(), digests)
