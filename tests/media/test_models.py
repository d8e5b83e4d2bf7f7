"""The model slot takes what its list says, byte for byte, and nothing else."""

import hashlib
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged, Refused, Unable
from jebi.media.models import LIST, LONGEST_LIST, Maker, Models, parse_list, usual_folder

FILES = {"model.bin": b"\x06\x00\x00\x00 weights", "config.json": b"{}"}


def _put(folder: Path, files: dict[str, bytes] = FILES) -> Path:
    """A model as a desk carries it, with the list made by sha256sum itself."""
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    listed = subprocess.run(["sha256sum", *sorted(files)], cwd=folder, check=True, capture_output=True)
    (folder / LIST).write_bytes(listed.stdout)
    return folder


def test_a_model_is_found_with_its_files_and_the_digest_of_its_list(tmp_path: Path) -> None:
    folder = _put(tmp_path / "speech-korean")
    model = Models(tmp_path).find("speech-korean")
    digest = hashlib.sha256((folder / LIST).read_bytes()).hexdigest()
    assert (model.name, model.digest) == ("speech-korean", digest)
    assert model.maker == Maker(name="speech-korean", digest=digest)
    assert {name: model.read(name) for name, _ in model.sums} == FILES


def test_a_folder_may_be_named_from_where_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _put(tmp_path / "models" / "faces")
    monkeypatch.chdir(tmp_path)
    assert Models(Path("models")).find("faces").folder == tmp_path / "models" / "faces"


def test_the_models_of_the_set_up_are_whole() -> None:
    models = Models(Path(__file__).resolve().parents[2] / ".cache" / "models")
    found = {models.find(name).name for name in models.names()}
    assert {"faces", "faces-again", "faces-alike", "speakers", "speech-english", "speech-heard"} <= found


def test_a_model_that_is_not_there_is_named_with_the_place_for_it(tmp_path: Path) -> None:
    with pytest.raises(Unable, match="speech-korean is not in place") as caught:
        Models(tmp_path / "nowhere").find("speech-korean")
    assert str(tmp_path / "nowhere" / "speech-korean") in caught.value.hint
    assert Models(tmp_path / "nowhere").names() == []


@pytest.mark.parametrize("name", ["../faces", "Faces", "", "a/b", ".", "a--b", "a" * 3 + "\n", "모델"])
def test_a_name_that_is_not_one_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refused):
        Models(tmp_path).find(name)


def _alter(folder: Path) -> None:
    (folder / "model.bin").write_bytes(b"\x06\x00\x00\x00 weightz")


def _lose(folder: Path) -> None:
    (folder / "config.json").unlink()


def _add(folder: Path) -> None:
    (folder / "more.json").write_bytes(b"{}")


def _add_hidden(folder: Path) -> None:
    (folder / ".hidden").write_bytes(b"")


def _nest(folder: Path) -> None:
    (folder / "inner").mkdir()


def _link(folder: Path) -> None:
    (folder / "config.json").rename(folder.parent / "elsewhere")
    (folder / "config.json").symlink_to(folder.parent / "elsewhere")


def _pipe(folder: Path) -> None:
    (folder / "config.json").unlink()
    os.mkfifo(folder / "config.json")


def _link_list(folder: Path) -> None:
    (folder / LIST).rename(folder.parent / "elsewhere")
    (folder / LIST).symlink_to(folder.parent / "elsewhere")


def _lose_list(folder: Path) -> None:
    (folder / LIST).unlink()


def _link_folder(folder: Path) -> None:
    folder.rename(folder.parent / "elsewhere")
    folder.symlink_to(folder.parent / "elsewhere")


def _file_for_folder(folder: Path) -> None:
    folder.rename(folder.parent / "elsewhere")
    folder.write_bytes(b"")


def _endless(folder: Path) -> None:
    os.truncate(folder / "model.bin", 17 << 30)  # sparse: takes no room


HARM = [
    _alter,
    _lose,
    _add,
    _add_hidden,
    _nest,
    _link,
    _pipe,
    _link_list,
    _lose_list,
    _link_folder,
    _file_for_folder,
    _endless,
]


@pytest.mark.parametrize("harm", HARM, ids=lambda harm: harm.__name__)
def test_a_model_that_is_not_what_its_list_says_is_damaged(tmp_path: Path, harm: Callable[[Path], None]) -> None:
    harm(_put(tmp_path / "faces"))
    with pytest.raises(Damaged) as caught:
        Models(tmp_path).find("faces")
    assert "faces" in caught.value.what or "model" in caught.value.what


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("model.pt", b"\x00"),
        ("model.pkl", b"\x00"),
        ("model.py", b"import os"),
        ("model.safetensors", b"\x00"),
        ("model.bin", b"\x80\x04\x95a pickle"),
        ("model.bin", b"PK\x03\x04 as PyTorch writes"),
        ("model.json", b"\x1f\x8b packed"),
    ],
)
def test_what_could_hold_a_program_is_refused_even_when_its_sum_is_right(
    tmp_path: Path, name: str, content: bytes
) -> None:
    _put(tmp_path / "faces", {name: content})
    with pytest.raises(Refused, match="not loaded"):
        Models(tmp_path).find("faces")


def test_what_was_checked_is_checked_again_when_it_changed(tmp_path: Path) -> None:
    folder = _put(tmp_path / "faces")
    models = Models(tmp_path)
    model = models.find("faces")
    assert models.find("faces") == model
    times = (folder / "model.bin").stat()
    _alter(folder)
    os.utime(folder / "model.bin", ns=(times.st_atime_ns, times.st_mtime_ns))
    with pytest.raises(Damaged, match="altered"):
        models.find("faces")
    with pytest.raises(Damaged, match="altered"):
        model.read("model.bin")


def test_a_file_that_a_model_does_not_have_is_named(tmp_path: Path) -> None:
    _put(tmp_path / "faces")
    model = Models(tmp_path).find("faces")
    with pytest.raises(Unable, match=r"has no tokenizer\.json"):
        model.needs("config.json", "tokenizer.json")


def test_models_lie_where_the_desktop_keeps_what_programs_need() -> None:
    home = Path("/home/desk")
    assert usual_folder({}, home) == home / ".local/share/jebi/models"
    assert usual_folder({"XDG_DATA_HOME": "/data"}, home) == Path("/data/jebi/models")
    assert usual_folder({"XDG_DATA_HOME": "relative"}, home) == home / ".local/share/jebi/models"


@given(st.binary(max_size=300))
def test_garbage_is_a_list_or_damaged(garbage: bytes) -> None:
    try:
        assert parse_list(garbage)
    except Damaged:
        return


@given(
    st.dictionaries(
        st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True), st.binary(max_size=4), min_size=1
    )
)
def test_every_list_of_plain_names_reads_back(files: dict[str, bytes]) -> None:
    files.pop(LIST, None)
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()} or {"a": "0" * 64}
    assert parse_list("".join(f"{digest}  {name}\n" for name, digest in sums.items()).encode()) == sums


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"\n",
        b"0" * 64,
        b"0" * 64 + b"  ../up",
        b"0" * 64 + b"  a/b",
        b"0" * 64 + b"  .x",
        (b"0" * 64 + b"  a\n") * 2,
        b"0" * 64 + b"  SHA256SUMS",
        b"0" * 64 + b"  a\r\n",
        b"0" * 64 + b"  a\n\n",
        b" " * (LONGEST_LIST + 1),
    ],
)
def test_a_list_with_anything_but_plain_names_is_damaged(bad: bytes) -> None:
    with pytest.raises(Damaged):
        parse_list(bad)
