"""`jebi desk publish`, killed before any change of names on a disk, and run again: one film, one number, one whole site."""

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.append(str(Path(__file__).resolve().parent.parent))  # for what tests share by name

from depth import often
from faults.conftest import PASSPHRASE
from going_out import SETTINGS, rendered, stage_of
from jebi.office.desk import open_desk
from jebi.office.public_site import settle
from jebi.release.mirror import NOTE, compare, parse_list
from jebi.web.site.folder import files, measured

if TYPE_CHECKING:
    from faults.conftest import Yard


def test_a_film_is_published_once_whenever_its_publisher_is_killed(yard: "Yard", tmp_path: Path) -> None:
    (tmp_path / "rendered").mkdir()
    archive, before = yard.folder / "archive", yard.folder / "archive-before"
    with (
        open_desk(str(archive), PASSPHRASE) as desk,
        stage_of(desk, rendered(tmp_path / "rendered")) as stage,
    ):
        stage.clock.now_ms = 1_600_000_000_000  # before any clock that a machine may have
        stage.people()
        stage.clear(stage.cut())
        key = settle(desk, SETTINGS, by="member/owl", time=1).verifier()
    shutil.copytree(archive, before)
    publish = yard.archive("desk", "publish", "market", "--as", "owl", "--site", "site", "--to", "served")
    change, turns = 1, 0
    while True:
        for name in ("archive", "site", "served", ".site.jebi"):
            shutil.rmtree(yard.folder / name, ignore_errors=True)
        shutil.copytree(before, archive)
        was_killed = yard.kill_at(change, *publish)
        yard.called(*publish)
        log = (archive / "log/records.jsonl").read_text()
        assert log.count('"kind":"cut-released"') == 1, change
        assert log.count('"kind":"cut-released-kept"') == 1, change
        for name in ("site", "served"):
            folder = yard.folder / name
            listed = parse_list((folder / NOTE).read_bytes(), key)
            found = {path: one for path in files(str(folder)) if (one := measured(str(folder / path)))}
            assert compare(listed, found) == (), (change, name)
            assert listed.edition == 1
        assert not (yard.folder / ".site.jebi").exists()
        if not was_killed:
            break
        turns, change = turns + 1, max(change + 1, change * often(3, 6) // 2)
    assert turns > often(8, 3)
