"""Every file of an output is looked at, and a size is what its playlist plays."""

import re
import shutil
from pathlib import Path

import pytest

from jebi.media.jail import Jail
from jebi.office.labour import Report
from jebi.office.leaks_beside import check_bytes, check_metadata, check_played, laid_out
from jebi.release.leaks import Check, Reason
from jebi.release.secret_words import Secrets
from office.outgoing import output
from release.made import reasons

SECRETS = Secrets(words=("Robert Quill",))
SEGMENT = re.compile(r"#EXTINF:[\d.]+,\n#EXT-X-BYTERANGE:\d+@\d+\n240\.mp4\n")


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return output(tmp_path_factory.mktemp("beside") / "output")


@pytest.fixture
def made(once: Path, tmp_path: Path) -> Path:
    shutil.copytree(once, tmp_path / "output")
    return tmp_path / "output"


def checked(folder: Path) -> dict[str, Check]:
    return {check.name: check for check in check_bytes(laid_out(str(folder)), SECRETS)}


def found(folder: Path) -> set[Reason]:
    return {reason for check in checked(folder).values() for reason in reasons(check.findings)}


def played(folder: Path) -> set[Reason]:
    return reasons(list(check_played(laid_out(str(folder)))))


def test_nothing_is_wrong_with_what_was_made(made: Path) -> None:
    checks = checked(made)
    assert {name: check.findings for name, check in checks.items()} == dict.fromkeys(checks, ())
    assert list(checks) == ["container", "bitstream", "traces", "files"]
    assert checks["bitstream"].measured["pictures"] == 3 * 50
    assert played(made) == set()
    check = check_metadata(Jail.find(), laid_out(str(made)), "", Report())
    assert {one.what.partition(":")[0] for one in check.findings} == {"film.mp4"}  # its credentials


def test_what_lies_there_is_told_apart(made: Path) -> None:
    laid = laid_out(str(made))
    assert laid.sizes == ("240.mp4", "480.mp4")
    assert laid.stills == ("poster.jpg", "card.jpg")
    assert set(laid.paths) - set(laid.contents) == {"film.mp4", "240.mp4", "480.mp4"}


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("240.mp4", {Reason.HIDDEN_BYTES, Reason.TEXT_SECRET}), ("film.mp4", {Reason.HIDDEN_BYTES, Reason.TEXT_SECRET})],
)
def test_words_behind_any_film_are_found(made: Path, name: str, wanted: set[Reason]) -> None:
    with (made / name).open("ab") as file:
        file.write(b"Robert Quill")
    assert found(made) == wanted


def test_a_box_more_in_a_size_is_found_and_says_where(made: Path) -> None:
    with (made / "480.mp4").open("ab") as file:
        file.write((24).to_bytes(4) + b"note" + bytes(16))
    (finding,) = checked(made)["container"].findings
    assert (finding.reason, finding.what.partition(":")[0]) == (Reason.UNKNOWN_BOX, "480.mp4")


def test_credentials_are_in_the_film_and_in_no_size(made: Path) -> None:
    shutil.copy(made / "film.mp4", made / "240.mp4")
    assert Reason.UNKNOWN_BOX in found(made)


def test_a_file_in_a_folder_is_found(made: Path) -> None:
    (made / "below").mkdir()
    (made / "below" / "film.mp4").write_bytes(b"")
    assert found(made) == {Reason.EXTRA_FILE}


def test_a_playlist_that_leaves_out_or_turns_round_plays_something_else(made: Path) -> None:
    playlist = made / "240.m3u8"
    whole = playlist.read_text()
    first, second = SEGMENT.findall(whole)
    for spoiled in (whole.replace(second, ""), whole.replace(first, "").replace(second, second + first)):
        playlist.write_text(spoiled)
        assert played(made) == {Reason.RENDITION_DIFFERS}
        assert found(made) == set()  # every line of it may be there


def test_a_playlist_that_is_not_there_plays_nothing(made: Path) -> None:
    (made / "240.m3u8").unlink()
    assert played(made) == {Reason.RENDITION_DIFFERS}


XMP = (
    b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
    b"<rdf:Description xmlns:dc='http://purl.org/dc/elements/1.1/' dc:source='dam'/></rdf:RDF></x:xmpmeta>"
)


def test_what_a_tag_editor_wrote_into_a_size_is_foreign(made: Path) -> None:
    payload = bytes.fromhex("be7acfcb97a942e89c71999491e3afac") + XMP
    with (made / "240.mp4").open("ab") as file:
        file.write((8 + len(payload)).to_bytes(4) + b"uuid" + payload)
    check = check_metadata(Jail.find(), laid_out(str(made)), "", Report())
    assert any(one.what == "240.mp4: it says XMP-dc:Source" for one in check.findings)
