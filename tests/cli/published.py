"""A desk at which a cut waits to be cleared and published, by people whose keys are in files of their own."""

import shutil
from pathlib import Path

from cli.conftest import ARCHIVE, PASSPHRASE, Jebi
from going_out import SETTINGS, rendered, stage_of
from jebi.errors import Exit
from jebi.office.desk import open_desk

PEOPLE = {"crane": "clearer", "heron": "clearer", "stork": "clearer", "owl": "publisher", "wren": "editor"}
KEY = ("--key-passphrase-file", "key-pw")


def made(office_once: Path, folder: Path) -> Path:
    """The folder in which commands are typed, made once."""
    shutil.copytree(office_once, folder)
    jebi = Jebi(folder)
    jebi.write("key-pw", "a pass phrase of one's own\n")
    jebi.write("site.toml", SETTINGS)
    for name, role in PEOPLE.items():
        jebi.done("desk", "member", name, "--role", role, *ARCHIVE)
        if role == "clearer":
            new = ("--desk", "example.org/desk", "--name", name, "--passphrase-file", "key-pw", "--json")
            key = jebi.done("member", "key", f"{name}.key", *new).fact["key"]
            jebi.done("desk", "member", name, "--enrol", str(key), *ARCHIVE)
    (folder / "rendered").mkdir()
    rendered(folder / "rendered")
    with open_desk(str(folder / "archive"), PASSPHRASE) as desk, stage_of(desk, folder / "rendered") as stage:
        stage.cut()
    jebi.done("desk", "site", "--settings", "site.toml", *ARCHIVE)
    return folder


def cleared(office_once: Path, folder: Path) -> Path:
    """The same, when two people have cleared the cut."""
    desk = Jebi(made(office_once, folder))
    answers = answered(desk)
    for name in ("crane", "heron"):
        said = desk.desk("clear", "market", "--as", name, "--key", f"{name}.key", *KEY, "--answers", answers)
        assert said.status == Exit.DONE, said
    return folder


def answered(jebi: Jebi, *, answer: str = "no", watched: str = "whole", cut: str = "market") -> str:
    """Questions that somebody answered in an editor."""
    name = f"answers-{len(list(jebi.folder.glob('answers-*')))}"
    jebi.done("desk", "clear", cut, "--as", "crane", "--questions", name, *ARCHIVE)
    lines = jebi.read(name).decode().splitlines()
    filled = [line.replace("?", watched if line.startswith("watched") else answer, 1) for line in lines]
    return jebi.write(name, "\n".join(filled))
