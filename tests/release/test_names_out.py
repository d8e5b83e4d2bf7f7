import pytest

from jebi.release.leaks import Reason
from jebi.release.names_out import names
from jebi.release.secret_words import Secrets
from release.made import reasons

SECRETS = Secrets(words=("Quill", "hyesan"))


@pytest.mark.parametrize(
    "path",
    [
        "index.html",
        "films/7/film.mp4",
        "films/7/high/part-12.m4s",
        "films/7/film.ko.vtt",
        "style.css",
        "a/b/c/d/e/f/g/h.json",
    ],
)
def test_names_of_the_pattern_pass(path: str) -> None:
    assert list(names([path], SECRETS)) == []


@pytest.mark.parametrize(
    "path",
    [
        *("", "/index.html", "../index.html", "films//x.mp4", "films/./x.mp4", "films/x", "films/x.exe", "Films/x.mp4"),
        *(
            "films/x y.mp4",
            "films/강.mp4",
            "films/x_y.mp4",
            ".htaccess",
            "films/x.mp4 ",
            "films/x.mp4\n",
            "films/-x.mp4",
        ),
        *("a/" * 8 + "x.mp4", "x" * 201 + ".mp4", "films/dsc0042.jpg", "films/img-20261003.jpg", "20261003-120102.mp4"),
        *("films/pxl-20261003.mp4", "films/quill.mp4", "films/hye-san.html", "films/x.mp4~", "thumbs.db"),
    ],
)
def test_other_names_are_found(path: str) -> None:
    assert reasons(list(names(["index.html", path], SECRETS))) == {Reason.FILE_NAME}


def test_a_finding_names_the_place_and_not_the_name() -> None:
    assert all("quill" not in finding.what for finding in names(["index.html", "quill.mp4"], SECRETS))
