"""The desk is served and works where something is missing: the second person, the models, or the patience of whoever waits."""

import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from httpx2 import Client
from sqlalchemy import select

sys.path.append(str(Path(__file__).resolve().parent.parent))

from depth import often
from faults.conftest import PASSPHRASE
from faults.test_kill_desk_serve import Served, Writer, admitted
from faults.test_kill_desk_work import Desk, desk, film, until  # noqa: F401 - one of them is a fixture
from jebi.errors import Exit
from jebi.parcel import seal
from jebi.parcel.keys import Passphrase, PostQuantumIdentity
from jebi.vault.schema import job

if TYPE_CHECKING:
    from faults.conftest import Ended, Yard

SOON = 60  # seconds from Ctrl-C to the end, by which it hangs: a loaded machine takes six
MOMENTS = often(3, 2)
SECOND = PostQuantumIdentity(bytes(range(32)))
HEADERS = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def pair(yard: "Yard") -> Desk:
    """An archive that two persons open, with a film that came."""
    shutil.rmtree(yard.folder / "archive")
    for name, one in (("second", SECOND), ("stranger", PostQuantumIdentity(bytes(32)))):
        (yard.folder / name).write_text(f"{one.written()}\n")
    yard.done(*yard.archive("desk", "init", "--name", "example.org/pair", "--with", str(SECOND.recipient())))
    identity = yard.folder / "archive" / "keys" / "identity.age"
    opened = seal.open_in_memory(identity.read_bytes(), [Passphrase(PASSPHRASE)])
    identity.write_bytes(seal.in_memory(opened, [Passphrase(PASSPHRASE, work_factor=8)]))
    yard.done(*yard.archive("desk", "trip", "--kit", "kit2", "--route", "route2", "--receipts", "receipts2"))
    (yard.folder / "films").mkdir()
    film(yard.folder / "films" / "0.mp4", 300)
    yard.done("field", "seal", "films", "--kit", "kit2", "--as", "whole", "--onto", "sealed.age")
    yard.done(*yard.archive("desk", "receive", "sealed.age", "--with", "second"))
    return Desk(yard, 1)


@pytest.mark.deep
def test_an_archive_of_two_persons_is_served_with_the_second_s_key_and_with_no_other(pair: Desk) -> None:
    for given, status, said in (
        ([], Exit.REFUSED, "--with IDENTITY"),
        (["--with", "stranger"], Exit.WRONG_KEY, "the second person's key"),
    ):
        refused = pair.yard.run(*pair.yard.archive("desk", "serve", "--port", "0", *given))
        assert (refused.status, refused.out, said in refused.err) == (status, "", True), refused
        assert "mistake" not in refused.err
    editor = admitted(pair, [SECOND])
    with served(pair, editor, "--with", pair.yard.path("second")) as client:
        until(lambda: ended(pair))
        clip = f"/clips/{editor.clips[0]}"
        assert client.get(f"{clip}/media/viewing").headers["content-type"] == "video/mp4"
        form = {"form_token": editor.form_token}
        verified = client.post(f"{clip}/verify", data=form, headers=HEADERS)
        assert (verified.status_code, "is-failed" in verified.text) == (200, False)
        package = client.post(f"{clip}/evidence", data=form, headers=HEADERS)
        assert (package.status_code, package.headers["content-type"]) == (200, "application/x-tar")
    pair.assert_nothing_plain_is_left()
    pair.yard.assert_archive_agrees()


@pytest.mark.parametrize("desk", [1], indirect=True)
def test_without_models_all_else_is_done_and_the_pages_say_which_are_missing(desk: Desk) -> None:  # noqa: F811
    editor = admitted(desk)
    with served(desk, editor, "--models", desk.yard.path("nothing")) as client:
        until(lambda: ended(desk))
        assert states(desk) >= {("viewing", "done"), ("sound", "done"), ("signs", "done"), ("faces", "skipped")}
        assert {task for task, state in states(desk) if state == "failed"} == set()
        assert "The model for it is not installed." in client.get("/jobs?state=skipped").text
        health = client.get("/health").text
        assert [name for name in ("faces", "speech-heard", "speech-…") if f">{name}<" not in health] == []
        assert "docs/guides/models.md" in health
        for page in (
            "/archive",
            "/search?q=rice",
            f"/clips/{editor.clips[0]}",
            f"/clips/{editor.clips[0]}/media/viewing",
        ):
            assert client.get(page).status_code == 200, page


@pytest.mark.parametrize("desk", [2], indirect=True)
def test_ctrl_c_while_clips_are_looked_at_ends_the_worker_soon_and_the_next_goes_on(desk: Desk) -> None:  # noqa: F811
    work = desk.yard.archive("desk", "work", "--models", desk.yard.path("models"), "--workers", "2")
    for turn in range(MOMENTS):
        interrupted(desk, 0.1 + turn * 0.5, *work)
    assert not states(desk) or "running" not in {state for _, state in states(desk)}
    desk.attend_to_the_end()

    desk.assert_all_is_done_and_kept_once()
    desk.assert_nothing_plain_is_left()


@pytest.mark.parametrize("desk", [2], indirect=True)
@pytest.mark.deep
def test_ctrl_c_while_the_server_starts_ends_it_soon_and_the_next_goes_on(desk: Desk) -> None:  # noqa: F811
    serve = desk.yard.archive("desk", "serve", "--port", "0", "--models", desk.yard.path("models"))
    for turn in range(MOMENTS):
        interrupted(desk, turn * 0.4, *serve)
    desk.attend_to_the_end()

    desk.assert_all_is_done_and_kept_once()
    desk.assert_nothing_plain_is_left()


def interrupted(desk: Desk, delay: float, *command: str) -> "Ended":  # noqa: F811
    """Press Ctrl-C so long after it opened the archive: the terminal gives it to all who are there."""
    with desk.yard.start(*command) as process:
        until(lambda: process.poll() is not None or holds(process.pid, desk.archive / "lock"))
        time.sleep(delay)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
            process.wait(SOON)
        said = desk.yard.end(process)
    assert said.status in {Exit.INTERRUPTED, Exit.DONE}, said
    assert "mistake" not in said.err
    assert "Traceback" not in said.err
    if said.status == Exit.INTERRUPTED:
        assert said.err.count("stopped; nothing was lost") == 1, said
    desk.yard.assert_all_dead(process.pid)
    return said


def holds(process: int, path: Path) -> bool:
    """Whether a process has a file open."""
    try:
        return any(os.path.samefile(one, path) for one in Path(f"/proc/{process}/fd").iterdir() if one.exists())
    except OSError:
        return False


@contextmanager
def served(desk: Desk, editor: Writer, *more: str) -> Iterator[Client]:  # noqa: F811
    """The pages, as an editor's browser has them; nothing of the desk is mistaken meanwhile."""
    one = Served(desk)
    one.start(*more)
    with Client(base_url=one.address(), cookies={"jebi_session": editor.cookie}, timeout=30) as client:
        yield client
    assert "mistake" not in one.stopped()


def states(desk: Desk) -> set[tuple[str, str]]:  # noqa: F811
    """How the jobs are."""
    with desk.catalogue() as catalogue, catalogue.reading() as connection:
        return {(task, state) for task, state in connection.execute(select(job.c.task, job.c.state))}


def ended(desk: Desk) -> bool:  # noqa: F811
    """Whether nothing is left to do, and something was done."""
    return bool(states(desk)) and {state for _, state in states(desk)} <= {"done", "failed", "skipped"}
