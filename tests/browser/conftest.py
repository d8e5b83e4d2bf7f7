"""A desk that is really served, over an archive of real films, and what Chromium found when it went through it."""

import base64
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).resolve().parent.parent))
from browser.filled import CUT_OF, PASSPHRASE, admit, fill
from jebi.office.admission import open_catalogue
from jebi.office.desk import open_desk
from jebi.vault import clips, cuts, grid
from jebi.web.settings import Settings
from looked_at import MODELS
from web.served import PASSWORD, SECOND

HERE = Path(__file__).parent
PATIENCE = 540  # seconds; on a machine that does much else
JEBI = (sys.executable, "-m", "jebi")


@pytest.fixture(scope="session")
def archive(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("spring"), samples)


@pytest.fixture(scope="session")
def found(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the tour saw. `JEBI_PICTURES` names the folder that its screenshots are kept in."""
    folder = tmp_path_factory.mktemp("tour")
    given = {
        "password": PASSWORD,
        "second": base64.b16encode(SECOND).decode(),
        "pictures": os.environ.get("JEBI_PICTURES", str(folder)),
        "sandbox": os.geteuid() != 0,
        **names(archive),
    }
    with served(archive, folder) as (origin, cookies):
        given |= {"origin": origin, "cookies": cookies}
        (folder / "given.json").write_text(json.dumps(given), encoding="utf-8")
        command = ["node", str(HERE / "tour.mjs"), str(folder / "given.json")]
        done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=PATIENCE, check=False)
    said = (folder / "said").read_text()
    assert done.returncode == 0, done.stderr + said
    return {**json.loads(done.stdout), "said_by_desk": said, "folder": given["pictures"]}


def names(archive: Path) -> dict[str, Any]:
    """What stands in addresses: clips that can be watched and one that cannot, parcels, a trip."""
    with open_desk(str(archive), PASSPHRASE) as desk, open_catalogue(desk) as catalogue:
        waiting = desk.tray.parcels()
        with catalogue.reading() as connection:
            (whole,) = {one.parcel for one in grid.page(connection, grid.Wanted()).clips}
            rows = clips.of_parcel(connection, whole)
            (cut,) = cuts.newest(connection, limit=1)
            known = clips.facts_of(connection, [one.id for one in rows], ["name"])
            by_name = {known[one.id][0].value: one for one in rows}
    first, refused = by_name[CUT_OF], by_name["cut.mp4"]
    return {"clip": first.id, "refused": refused.id, "parcels": [whole, *waiting], "trip": first.trip, "cut": cut.id}


class served:  # noqa: N801 it reads as what it does
    """`jebi desk serve`, for as long as the block lasts."""

    def __init__(self, archive: Path, folder: Path, *, is_admitting: bool = True) -> None:
        self.archive, self.folder, self.is_admitting = archive, folder, is_admitting

    def __enter__(self) -> tuple[str, dict[str, str]]:
        settings = Settings(origins=("http://127.0.0.1:8765",), clock=time.time, dice=os.urandom, complain=print)
        cookies = admit(self.archive, settings) if self.is_admitting else {}
        self.said = (self.folder / "said").open("wb")
        command = [*JEBI, "desk", "serve", "--archive", str(self.archive), "--passphrase-file", "-", "--json"]
        self.process = subprocess.Popen(
            [*command, "--port", "0", "--models", str(MODELS), "--inbox", str(self.archive.parent / "inbox")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.said,
        )
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(PASSPHRASE + b"\n")
        self.process.stdin.close()
        address = json.loads(self.process.stdout.readline())["address"]
        return address.rstrip("/"), cookies

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(60) == 130
        assert self.process.stdout
        self.process.stdout.close()
        self.said.close()
