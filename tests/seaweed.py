"""A real S3 store, for tests that keep or publish something there."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import s3fs
from botocore.exceptions import BotoCoreError  # type: ignore[import-untyped] # it comes with the driver

PATIENCE = 60
KEY, SECRET, BUCKET = "desk", "not a secret", "blobs"
PORTS = ("master", "volume", "filer", "s3")


@pytest.fixture(scope="session")
def s3() -> Iterator[dict[str, str]]:
    """What a driver needs to reach a running SeaweedFS with one bucket."""
    program = shutil.which("weed", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    assert program, "run make test once: it installs the S3 store"
    with tempfile.TemporaryDirectory(prefix="jebi-s3-") as folder:
        ports = free_ports(2 * len(PORTS))
        credentials = [{"accessKey": KEY, "secretKey": SECRET}]
        identity = {"name": KEY, "credentials": credentials, "actions": ["Admin", "Read", "Write", "List"]}
        Path(folder, "s3.json").write_text(json.dumps({"identities": [identity]}))
        run = [program, "-logtostderr", "server", "-s3", "-filer", "-dir", folder, "-ip", "127.0.0.1"]
        run += [
            "-s3.config",
            f"{folder}/s3.json",
            "-master.volumeSizeLimitMB",
            "64",
            "-s3.port.iceberg",
            "0",
            "-s3.port.lance",
            "0",
        ]
        run += [f"-{name}.port={port}" for name, port in zip(PORTS, ports, strict=False)]
        run += [f"-{name}.port.grpc={port}" for name, port in zip(PORTS, ports[len(PORTS) :], strict=False)]
        run = ["setpriv", "--pdeathsig", "KILL", "--", *run]
        with Path(folder, "log").open("wb") as log, subprocess.Popen(run, stderr=log, stdout=log) as server:
            try:
                options = {"endpoint_url": f"http://127.0.0.1:{ports[3]}", "key": KEY, "secret": SECRET}
                make_bucket(server, options, Path(folder, "log"))
                yield options
            finally:
                server.kill()


def free_ports(many: int) -> list[int]:
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(many)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def make_bucket(server: "subprocess.Popen[bytes]", options: dict[str, str], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            s3fs.S3FileSystem(**options, skip_instance_cache=True).mkdir(BUCKET)
        except (OSError, BotoCoreError):
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.1)
        else:
            return
