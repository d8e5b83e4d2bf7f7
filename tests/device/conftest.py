"""Real block devices and real mounts for the edges to the system."""

import contextlib
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

SBIN = {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}


def run(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, env=SBIN).stdout.strip()


@pytest.fixture
def loop() -> Iterator[Callable[..., str]]:
    """Makes block devices of images; they are gone after the test."""
    with contextlib.ExitStack() as after:

        def attach(image: Path, *options: str) -> str:
            for _ in range(20):  # others may take the same free device at the same moment
                with contextlib.suppress(subprocess.CalledProcessError):
                    device = run("losetup", *options, "--find", "--show", image)
                    after.callback(run, "losetup", "--detach", device)
                    return device
            raise AssertionError("losetup gives no device")

        yield attach


@pytest.fixture
def mounted() -> Iterator[Callable[..., Path]]:
    """Mounts something on a new folder; it is gone after the test."""
    with contextlib.ExitStack() as after:

        def mount(folder: Path, *options: str) -> Path:
            folder.mkdir()
            run("mount", *options, folder)
            after.callback(run, "umount", folder)
            return folder

        yield mount
