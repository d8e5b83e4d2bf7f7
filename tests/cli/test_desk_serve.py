"""`jebi desk serve`: opens for who may, says in one sentence why it does not, slows down who guesses, and ends at Ctrl-C."""

import json
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from httpx2 import Client

from jebi.errors import Exit
from jebi.vault import grid
from jebi.vault.catalogue import Catalogue
from jebi.web import brake

from .conftest import ARCHIVE, CLIPS, PATIENCE, PROGRAM, Jebi

SERVE = ("desk", "serve", *ARCHIVE, "--port", "0", "--json", "--workers", "1")
TRACE = re.compile("traceback|a mistake in jebi itself", re.IGNORECASE)


@contextmanager
def serving(jebi: Jebi, *more: str) -> Iterator[tuple[dict[str, str], "subprocess.Popen[str]"]]:
    """The desk, served, and what it said when it was open; ended by Ctrl-C."""
    command = [str(PROGRAM), *SERVE, *more]
    with subprocess.Popen(
        command, cwd=jebi.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        line = process.stdout.readline()
        try:
            yield json.loads(line), process
        finally:
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=PATIENCE)
    assert (process.returncode, bool(TRACE.search(said))) == (Exit.INTERRUPTED, False), said


def knock(origin: str, name: str, password: str) -> tuple[int, int]:
    """The status of a sign-in, and the seconds that it asks to wait."""
    with Client(base_url=origin, timeout=PATIENCE) as client:
        headers = {"origin": origin, "sec-fetch-site": "same-origin"}
        answer = client.post("/sign-in", data={"name": name, "password": password}, headers=headers)
    return answer.status_code, int(answer.headers.get("retry-after", 0))


def guessed(origin: str, name: str, *, until: int) -> list[int]:
    """What each of many wrong ones was asked to wait, until one is asked for so many seconds."""
    waits: list[int] = []
    while not waits or waits[-1] < until:
        status, wait = knock(origin, name, "a wrong one")
        assert status == (429 if wait else 403)
        waits.append(wait)
    return waits


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("--port", "65536"), Exit.USAGE),
        (("--port", "-1"), Exit.USAGE),
        (("--port", "9" * 40), Exit.USAGE),
        (("--host", "desk.example"), Exit.USAGE),
        (("--origin", "desk.example"), Exit.USAGE),
        (("--origin", "http://desk.example"), Exit.USAGE),
        (("--origin", "https://desk.example/path"), Exit.USAGE),
        (("--host", "0.0.0.0"), Exit.REFUSED),
        (("--host", "203.0.113.9"), Exit.UNABLE),
        (("--archive", "nothing"), Exit.UNABLE),
        (("--passphrase-file", "wrong-pw"), Exit.WRONG_KEY),
        (("--with", "nobody"), Exit.UNABLE),
    ],
)
def test_what_keeps_it_from_opening_is_one_sentence(office: Jebi, arguments: tuple[str, ...], status: Exit) -> None:
    said = office("desk", "serve", *ARCHIVE, "--port", "0", *arguments)
    assert said.status == status, said
    assert said.out == ""
    assert not TRACE.search(said.err)
    assert len(said.err) < 900


def test_a_port_that_is_taken_is_said_with_what_to_do(office: Jebi) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = office("desk", "serve", *ARCHIVE, "--port", str(taken.getsockname()[1]))
    assert said.status == Exit.UNABLE
    assert "in use" in said.err
    assert "--port" in said.err


def test_the_first_time_an_admin_is_made_and_their_password_is_shown_once(office: Jebi) -> None:
    with serving(office) as (first, _):
        assert first["member"] == "admin"
        assert knock(first["address"].rstrip("/"), "admin", first["password"])[0] == 303
        second = office.alone(*SERVE)
        assert (second.status, "another jebi" in second.err) == (Exit.BUSY, True)
    with serving(office) as (again, _):
        assert "password" not in again
    for path in (office.folder / "archive").rglob("*"):
        assert not path.is_file() or first["password"].encode() not in path.read_bytes(), path


def test_guessing_over_http_gets_slower_and_locks_out_nobody_else(office: Jebi) -> None:
    with serving(office) as (first, _):
        origin, password = first["address"].rstrip("/"), first["password"]
        waits = guessed(origin, "haneul", until=4)
        assert waits[: brake.FREE] == [0] * brake.FREE
        assert knock(origin, "admin", password)[0] == 303  # it is not they who guess
        guessed(origin, "admin", until=3)
        status, wait = knock(origin, "admin", password)
        assert (status, wait >= 1) == (429, True)  # right, and too soon
    with serving(office) as (again, _):
        assert knock(again["address"].rstrip("/"), "admin", password)[0] == 303  # what was counted was in memory


def test_behind_https_it_listens_for_others_and_answers_to_its_name_alone(office: Jebi) -> None:
    with serving(office, "--host", "0.0.0.0", "--origin", "https://Desk.Example/") as (said, process):
        assert said["address"] == "https://desk.example/"
        port = listened_at(process.pid)
        with Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as client:
            assert client.get("/sign-in").status_code == 421
            named = client.get("/sign-in", headers={"host": "desk.example"})
        assert named.status_code == 200
        assert "strict-transport-security" in named.headers


def test_without_a_jail_the_pages_are_served_and_nothing_is_opened(archive: Jebi) -> None:
    hidden = f"mount --bind /dev/null {shutil.which('bwrap')} && exec {PROGRAM} {' '.join(SERVE)}"
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", hidden]
    with subprocess.Popen(
        command, cwd=archive.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as one:
        assert one.stdout
        origin = json.loads(one.stdout.readline())["address"].rstrip("/")
        with Client(base_url=origin, timeout=PATIENCE) as client:
            assert client.get("/sign-in").status_code == 200
        time.sleep(1)  # in which a worker would have begun
        one.send_signal(signal.SIGINT)
        assert one.wait(PATIENCE) == Exit.INTERRUPTED
    with Catalogue.open(f"sqlite:///{archive.folder}/archive/catalogue.db") as catalogue, catalogue.reading() as rows:
        assert grid.states(rows) == {"waiting": len(CLIPS)}


def listened_at(process: int) -> int:
    """The port that a process listens at."""
    sockets = {link.readlink().name for link in Path(f"/proc/{process}/fd").iterdir() if link.is_symlink()}
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
            return int(fields[1].rpartition(":")[2], 16)
    raise AssertionError("it does not listen")
