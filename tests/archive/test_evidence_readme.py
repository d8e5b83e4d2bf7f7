"""The README of every package: three languages that say the same, and promise no more than is checked."""

import re

import pytest

from jebi.archive.evidence_readme import ENGLISH, JAPANESE, KOREAN, README


def test_it_is_utf_8_in_three_languages_and_fits_a_terminal() -> None:
    text = README.decode()

    assert text == f"{ENGLISH}\n\n{KOREAN}\n\n{JAPANESE}"
    assert re.search("[가-힣]", KOREAN)
    assert re.search("[ぁ-ん]", JAPANESE)
    assert max(map(len, text.splitlines())) <= 130


@pytest.mark.parametrize("text", [ENGLISH, KOREAN, JAPANESE], ids=["en", "ko", "ja"])
def test_each_language_names_the_same_files_and_the_same_commands(text: str) -> None:
    for word in (
        "data/originals/",
        "data/derived/",
        "data/metadata/",
        "data/custody/",
        "python3 -I verify.py . LOG-KEY",
        "verify_proof.py",
        "data/custody/log-key.txt",
        "sha256sum -c manifest-sha256.txt",
        "machine",
    ):
        assert word in text
    assert text.count("\n  - ") == 7, "three things that it proves, four that it does not"


def test_it_says_what_is_not_proven() -> None:
    assert "When, where or by whom anything was filmed. A camera's clock is a claim." in ENGLISH
    assert "카메라의 시계는 주장일 뿐입니다" in KOREAN
    assert "カメラの時計は主張にすぎません" in JAPANESE
