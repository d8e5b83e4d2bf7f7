"""An output has one digest over all of its files."""

import subprocess
from pathlib import Path

import pytest

from jebi.errors import Damaged
from jebi.release.output import digest, listed

ONE, TWO = "1" * 64, "2" * 64


def test_the_list_is_what_sha256sum_checks(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(b"film")
    (tmp_path / "poster.jpg").write_bytes(b"poster")
    said = subprocess.run(["sha256sum", "film.mp4", "poster.jpg"], cwd=tmp_path, capture_output=True, check=True)
    files = {line.split()[1].decode(): line.split()[0].decode() for line in said.stdout.splitlines()}
    assert listed(files) == said.stdout
    (tmp_path / "SHA256SUMS").write_bytes(listed(files))
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=tmp_path, check=True, capture_output=True)


def test_any_other_file_or_name_is_another_output() -> None:
    whole = {"film.mp4": ONE, "hls/low/0001.m4s": TWO}
    others = [{"film.mp4": ONE}, {**whole, "film.mp4": TWO}, {"film.mp4": ONE, "hls/low/0002.m4s": TWO}]
    assert len({digest(files) for files in (whole, *others)}) == 4


@pytest.mark.parametrize(
    "name",
    ["../film.mp4", "/film.mp4", "Film.mp4", "film", "kim-chol.mp4\n", "a b.mp4", "필름.mp4", ".mp4", "a//b.mp4"],
)
def test_a_name_that_could_say_something_is_none(name: str) -> None:
    with pytest.raises(Damaged):
        listed({name: ONE})


def test_a_digest_is_one() -> None:
    with pytest.raises(Damaged):
        listed({"film.mp4": "1" * 63})
