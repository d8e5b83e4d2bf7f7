"""A desk with real films on a port of this machine, and what Chromium found when it went through it."""

import base64
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import uvicorn

sys.path.append(str(Path(__file__).resolve().parent.parent))
from browser.footage import films_and_pictures
from jebi.office.kinds import Role
from jebi.office.members import Member
from jebi.web import sessions
from jebi.web.app import create_app
from jebi.web.settings import Settings
from web.archive import SampleArchive, sample
from web.served import PASSWORD, SECOND, VERIFIER

HERE = Path(__file__).parent
PATIENCE = 540  # seconds; on a machine that does much else


@pytest.fixture(scope="session")
def found(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the tour saw. `JEBI_PICTURES` names the folder that its screenshots are kept in."""
    films, pictures = films_and_pictures(samples)
    archive = sample(60, films=films, pictures=pictures)
    archive.members_by_name["haneul"] = Member(name="haneul", role=Role.EDITOR, verifier=VERIFIER, second=SECOND)
    folder = tmp_path_factory.mktemp("tour")
    complaints: list[str] = []
    with served(archive, complaints) as (origin, settings):
        given = {
            "origin": origin,
            "password": PASSWORD,
            "second": base64.b16encode(SECOND).decode(),
            "cookies": cookies(archive, settings),
            "pictures": os.environ.get("JEBI_PICTURES", str(folder)),
            "sandbox": os.geteuid() != 0,
        }
        (folder / "given.json").write_text(json.dumps(given), encoding="utf-8")
        command = ["node", str(HERE / "tour.mjs"), str(folder / "given.json")]
        done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    return {**json.loads(done.stdout), "complaints": complaints, "folder": given["pictures"]}


class served:  # noqa: N801 it reads as what it does
    """The desk in a thread of its own, for as long as the block lasts."""

    def __init__(self, archive: SampleArchive, complaints: list[str]) -> None:
        self.archive, self.complaints = archive, complaints

    def __enter__(self) -> tuple[str, Settings]:
        probe = uvicorn.Config(lambda *_: None, port=0)
        socket = probe.bind_socket()
        origin = f"http://127.0.0.1:{socket.getsockname()[1]}"
        settings = Settings(
            origins=(origin,), clock=time.time, dice=os.urandom, complain=self.complaints.append, beat=0.2
        )
        config = uvicorn.Config(
            create_app(self.archive, settings), log_level="critical", lifespan="off", timeout_graceful_shutdown=1
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [socket]})
        self.thread.start()
        return origin, settings

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self.thread.join()


def cookies(archive: SampleArchive, settings: Settings) -> dict[str, str]:
    """A session of every role, language and theme that the tour looks through."""
    given = {}
    for role in Role:
        member = Member(name=f"a-{role}", role=role, verifier=VERIFIER, second=SECOND)
        archive.members_by_name[member.name] = member
        for language in ("en", "ko", "ja"):
            for theme in ("light", "dark"):
                token = sessions.begin(archive, settings, member.name, language=language, theme=theme)
                given[f"{role} {language} {theme}"] = sessions.written(token)
    return given
