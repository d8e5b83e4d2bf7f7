"""Places that serve a site: a folder, a host reached by SSH, and a real S3 store; the same tests on all."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from jebi.errors import Damaged, Unable
from jebi.vault.outlet import STAGED, Outlet, Sent
from seaweed import BUCKET, KEY, SECRET, free_ports
from vault.sftp import PASSWORD, USER, host

KILLED = """
import sys
from jebi.vault.outlet import Outlet, Sent
files = [Sent(path=path, size=int(size), sha256=digest) for path, size, digest in (line.split() for line in sys.stdin)]
Outlet(sys.argv[2]).publish(sys.argv[1], files[:-1], last=files[-1], tell=lambda one: print(one.path, flush=True))
"""


@pytest.fixture(params=["folder", "ssh", "s3"])
def outlet(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Outlet]:
    if request.param == "folder":
        yield Outlet(f"file://{tmp_path}/served/site")
    elif request.param == "s3":
        yield Outlet(f"s3://{BUCKET}/{tmp_path.name}", request.getfixturevalue("s3"))
    else:
        (tmp_path / "served").mkdir()
        with host(tmp_path / "served", tmp_path / "known") as port:
            options = {"username": USER, "password": PASSWORD, "known_hosts": str(tmp_path / "known")}
            yield Outlet(f"sftp://127.0.0.1:{port}/site", options)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "site"


def put(folder: Path, path: str, content: bytes) -> Sent:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(content)
    return Sent(path=path, size=len(content), sha256=hashlib.sha256(content).hexdigest())


def test_files_come_there_and_read_back(outlet: Outlet, folder: Path) -> None:
    files = [put(folder, "films/0001/film.mp4", os.urandom(2_500_000)), put(folder, "index.html", b"<p>")]
    last = put(folder, "site.note", b"list")

    assert outlet.publish(str(folder), files, last=last) == 3

    assert all(outlet.holds(one) for one in (*files, last))
    assert outlet.read("index.html", 100) == b"<p>"
    assert outlet.read("nothing.html", 100) is None


def test_what_lies_there_is_not_sent_again(outlet: Outlet, folder: Path) -> None:
    files, last = [put(folder, "a.html", b"a"), put(folder, "b.html", b"b")], put(folder, "site.note", b"1")
    outlet.publish(str(folder), files, last=last)

    told: list[str] = []
    changed = put(folder, "b.html", b"B")
    sent = outlet.publish(str(folder), [files[0], changed], last=last, tell=lambda one: told.append(one.path))

    assert (sent, told) == (1, ["a.html", "b.html"])
    assert outlet.read("b.html", 9) == b"B"


def test_what_is_gone_is_removed_before_the_last_and_the_rest_stays(outlet: Outlet, folder: Path) -> None:
    files = [put(folder, f"films/000{at}/film.mp4", b"film") for at in (1, 2)]
    outlet.publish(str(folder), files, last=put(folder, "site.note", b"1"))

    gone = [files[0].path, "films/0009/never.mp4"]
    outlet.publish(str(folder), [], gone=gone, last=put(folder, "site.note", b"2"))

    assert [outlet.holds(one) for one in files] == [False, True]
    assert outlet.read("site.note", 9) == b"2"


@pytest.mark.parametrize("outlet", ["folder", "ssh"], indirect=True)
def test_what_was_half_sent_of_a_file_goes_with_it_and_goes_when_it_is_whole(outlet: Outlet, folder: Path) -> None:
    film, page = put(folder, "films/0001/film.mp4", b"film"), put(folder, "index.html", b"<p>")
    last = put(folder, "site.note", b"1")
    outlet.publish(str(folder), [film, page], last=last)
    halves = [f"{one.path}{STAGED}" for one in (film, page)]
    for path in halves:
        outlet.write(path, b"half")

    outlet.publish(str(folder), [page], gone=[film.path], last=last)

    assert [outlet.read(path, 9) for path in (*halves, film.path)] == [None, None, None]
    assert outlet.holds(page)


def test_a_few_bytes_are_written_under_a_name(outlet: Outlet) -> None:
    for content in (b"one", b"two", b"two"):
        outlet.write("site.next.note", content)
        assert outlet.read("site.next.note", 9) == content


def test_a_file_that_is_not_what_it_should_be_is_not_sent(outlet: Outlet, folder: Path) -> None:
    good = put(folder, "index.html", b"good")
    outlet.publish(str(folder), [good], last=put(folder, "site.note", b"1"))
    put(folder, "index.html", b"evil")

    with pytest.raises(Damaged):
        outlet.publish(str(folder), [Sent(path="index.html", size=4, sha256="0" * 64)], last=good)

    assert outlet.holds(good)


def test_a_file_that_is_larger_than_it_can_be_is_not_read(outlet: Outlet, folder: Path) -> None:
    outlet.publish(str(folder), [], last=put(folder, "site.note", bytes(100)))
    with pytest.raises(Damaged):
        outlet.read("site.note", 99)


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../up", "a/../../up"])
def test_no_path_leads_out_of_the_place(outlet: Outlet, path: str) -> None:
    with pytest.raises(ValueError, match="leads out"):
        outlet.remove(path)


def test_a_place_that_is_none_or_does_not_answer_is_named(folder: Path) -> None:
    with pytest.raises(Unable):
        Outlet("no-such-protocol://there")
    (port,) = free_ports(1)
    nowhere = {"endpoint_url": f"http://127.0.0.1:{port}", "key": KEY, "secret": SECRET}
    outlet = Outlet(f"s3://{BUCKET}/x", {**nowhere, "config_kwargs": {"retries": {"max_attempts": 0}}})
    with pytest.raises(Unable):
        outlet.publish(str(folder), [], last=put(folder, "site.note", b"1"))


def test_a_folder_that_nothing_is_left_in_goes_too(tmp_path: Path, folder: Path) -> None:
    outlet = Outlet(str(tmp_path / "served"))
    one = put(folder, "films/0001/film.mp4", b"film")
    outlet.publish(str(folder), [one], last=put(folder, "site.note", b"1"))
    outlet.remove(one.path)
    assert os.listdir(tmp_path / "served") == ["site.note"]


def test_a_run_that_was_killed_goes_on_where_it_was(tmp_path: Path, folder: Path) -> None:
    files = [put(folder, f"{at:02}.mp4", os.urandom(1 << 20)) for at in range(40)]
    files.append(put(folder, "site.note", b"list"))
    there = tmp_path / "served"
    lines = "".join(f"{one.path} {one.size} {one.sha256}\n" for one in files)
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, folder, there], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(lines)
        process.stdin.close()
        for _ in range(5):
            process.stdout.readline()
        time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    assert not (there / "site.note").exists()
    whole = [one for one in files if Outlet(str(there)).holds(one)]
    assert len(whole) >= 5
    found = {path.name for path in there.iterdir()}
    assert found <= {one.path for one in whole} | {f"{one.path}{STAGED}" for one in files}

    sent = Outlet(str(there)).publish(str(folder), files[:-1], last=files[-1])

    assert sent == len(files) - len(whole)
    assert {path.name for path in there.iterdir()} == {one.path for one in files}
