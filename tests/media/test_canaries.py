"""The canaries are stopped by the jail, and fly where there is none: a canary that cannot fail proves nothing."""

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from jebi.errors import Unable
from jebi.media.canaries import ATTEMPTS, prove
from jebi.media.jail import Jail


class Sieve(Jail):
    """bubblewrap with everything let in and nothing held back; this machine's files are safe behind its name spaces."""

    @contextlib.contextmanager
    def start(self, command: Sequence[str], *, footage: str | None = None, **_: object) -> Iterator[Any]:
        arguments = [
            "--unshare-user",
            "--unshare-pid",
            "--uid",
            "0",
            "--gid",
            "0",
            "--cap-add",
            "ALL",
            "--die-with-parent",
        ]
        for path in ("/usr", "/etc", tempfile.gettempdir(), os.path.expanduser("~")):
            arguments += ["--bind", path, path]
        for name in ("bin", "lib", "lib64"):
            arguments += ["--symlink", f"usr/{name}", f"/{name}"]
        arguments += ["--dev", "/dev", "--proc", "/proc", "--bind", str(footage), "/in/footage"]
        with subprocess.Popen(
            ["bwrap", *arguments, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=[os.dup(1)]
        ) as process:
            yield SimpleNamespace(stdout=process.stdout, finish=process.wait)


class Wall(Jail):
    """Nothing runs in it."""

    @contextlib.contextmanager
    def start(self, command: Sequence[str], **named: Any) -> Iterator[Any]:
        with super().start(["perl", "-e", "no such program"], **named) as run:
            yield run


def test_the_jail_stops_every_canary() -> None:
    assert [canary.attempt for canary in prove(Jail.find()) if not canary.was_stopped] == []


def test_every_canary_gets_out_where_nothing_stops_it() -> None:
    tried = prove(Sieve())
    assert [canary.attempt for canary in tried if canary.was_stopped] == []
    assert [canary.attempt for canary in tried] == list(ATTEMPTS)


def test_a_canary_that_never_flew_proves_nothing() -> None:
    with pytest.raises(Unable, match="could not be tried"):
        prove(Wall())


def test_canaries_leave_nothing_behind(tmp_path_factory: pytest.TempPathFactory) -> None:
    before = set(os.listdir(tempfile.gettempdir()))
    prove(Jail.find())
    assert not {name for name in set(os.listdir(tempfile.gettempdir())) - before if "canary" in name}
