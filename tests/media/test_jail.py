"""The jail with the tools that run in it, on real footage, and with Perl in the part of a tool that was taken over."""

import codecs
import contextlib
import gc
import hashlib
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jebi.errors import Damaged, Unable
from jebi.media.canaries import prove
from jebi.media.jail import Jail
from jebi.media.run import Confined
from media.taken_over import AMPLE, budget, is_running, perl, run_to_its_end, told

FILM = "bigbuckbunny.mp4"
NOBODY = 65534


@pytest.fixture
def film(samples: Path) -> str:
    return str(samples / FILM)


# --- the tools, on what they are for


def test_ffprobe_describes_a_film(jail: Jail, film: str) -> None:
    with jail.start(
        ["ffprobe", "-v", "error", "-of", "json", "-show_streams", "/in/footage"], budget=AMPLE, footage=film
    ) as run:
        streams = json.loads(told(run))["streams"]
    assert [stream["codec_name"] for stream in streams] == ["h264", "aac"]


def test_ffmpeg_gives_the_same_frames_and_samples_as_outside(jail: Jail, film: str) -> None:
    decode = ["-nostdin", "-v", "error", "-i"]
    frames = ["-map", "0:v", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "320x180"]
    samples = ["-map", "0:a", "-f", "s16le"]
    with jail.start(
        ["ffmpeg", *decode, "/in/footage", *frames, "pipe:1", *samples, "pipe:3"], budget=AMPLE, footage=film, pipes=1
    ) as run:
        inside = [run.stdout.read(AMPLE.output), run.pipes[0].read(AMPLE.output)]
        assert run.finish() == ""
    outside = [
        subprocess.run(["ffmpeg", *decode, film, *to, "pipe:1"], capture_output=True, check=True).stdout
        for to in (frames, samples)
    ]
    assert [hashlib.sha256(piece).hexdigest() for piece in inside] == [
        hashlib.sha256(piece).hexdigest() for piece in outside
    ]


def test_exiftool_reads_what_a_film_says_of_itself(jail: Jail, film: str) -> None:
    with jail.start(["exiftool", "-j", "/in/footage"], budget=AMPLE, footage=film) as run:
        (facts,) = json.loads(told(run))
    assert (facts["FileName"], facts["ImageWidth"]) == ("footage", 1280)


def test_tesseract_reads_letters_in_three_languages(jail: Jail) -> None:
    card = ["-f", "lavfi", "-i", "color=white:s=900x160:d=1,drawtext=text='market 12500':fontsize=72:x=40:y=40"]
    picture = subprocess.run(
        ["ffmpeg", "-v", "error", *card, "-frames:v", "1", "-f", "image2pipe", "-c:v", "png", "-"],
        capture_output=True,
        check=True,
    ).stdout
    with jail.start(["tesseract", "stdin", "stdout", "-l", "kor+jpn+eng"], budget=AMPLE, stdin=picture) as run:
        assert b"market 12500" in told(run)


# --- the footage


@pytest.mark.parametrize(
    "name", ["a\nb", "-i", "\N{RIGHT-TO-LEFT OVERRIDE}gpj.exe", "a b'\"$(x)", "pipe:0", "한 밤.mp4", "x" * 255]
)
def test_the_name_of_the_footage_does_not_matter_and_does_not_enter(jail: Jail, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"what it holds")
    script = (
        'opendir $d, "/in"; print join ",", sort readdir $d; open $f, "<", "/in/footage"; print " ", <$f>, " @ARGV"'
    )
    with jail.start(["perl", "-e", script], budget=AMPLE, footage=str(tmp_path / name)) as run:
        assert told(run) == b".,..,footage what it holds "


def test_footage_that_only_its_owner_may_read_in_a_folder_that_only_he_may_enter_is_read(
    jail: Jail, tmp_path: Path
) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o700)
    (folder / "film").write_bytes(b"seen")
    (folder / "film").chmod(0o400)
    with jail.start(
        ["perl", "-e", 'open $f, "<", "/in/footage"; print <$f>'], budget=AMPLE, footage=str(folder / "film")
    ) as run:
        assert told(run) == b"seen"


def test_what_is_no_plain_file_is_refused_before_anything_runs(jail: Jail, tmp_path: Path, film: str) -> None:
    (tmp_path / "link").symlink_to(film)
    os.mkfifo(tmp_path / "pipe")
    for path, why in (
        (tmp_path / "link", "link"),
        (tmp_path / "pipe", "plain"),
        (tmp_path, "plain"),
        (Path("/dev/zero"), "plain"),
    ):
        with pytest.raises(Damaged, match=why), jail.start(["perl", "-e", "1"], budget=AMPLE, footage=str(path)):
            pytest.fail("it ran")


def test_footage_that_is_gone_is_the_machines_failure(jail: Jail, tmp_path: Path) -> None:
    with (
        pytest.raises(Unable, match="no such file") as caught,
        jail.start(["perl", "-e", "1"], budget=AMPLE, footage=str(tmp_path / "secret-name")),
    ):
        pytest.fail("it ran")
    assert "secret-name" not in caught.value.what + caught.value.hint


@settings(max_examples=8)
@given(garbage=st.binary(max_size=4096))
def test_garbage_is_damaged_or_described_and_nothing_else(garbage: bytes) -> None:
    with contextlib.suppress(Damaged):
        run_to_its_end(Jail(), ["ffprobe", "-v", "error", "-"], stdin=garbage)


# --- ends


def test_only_tools_that_it_knows_are_run(jail: Jail) -> None:
    with pytest.raises(ValueError, match="tools"), jail.start(["sh", "-c", "true"], budget=AMPLE):
        pass


def children_of_this_process() -> set[str]:
    """Also those that have ended and that nobody asked after; whichever thread began them."""
    return {child for listed in Path("/proc/self/task").glob("*/children") for child in listed.read_text().split()}


def test_who_leaves_leaves_nothing_behind(jail: Jail, film: str, tmp_path: Path) -> None:
    def left_early() -> None:
        with jail.start(["perl", "-e", "print 1 while 1"], budget=AMPLE, footage=film, pipes=3, stdin=b"x") as run:
            run.stdout.read(10)
        assert not is_running(run)

    def failed() -> None:
        with pytest.raises(KeyError), jail.start(["perl", "-e", "sleep 9"], budget=AMPLE) as run:
            raise KeyError
        assert not is_running(run)

    def never_began() -> None:
        with pytest.raises(Damaged), jail.start(["perl", "-e", "1"], budget=AMPLE, footage=str(tmp_path)):
            pass

    for ended in (left_early, failed, never_began):
        ended()
    gc.collect()
    before, children = sorted(os.listdir("/proc/self/fd")), children_of_this_process()
    for ended in (left_early, failed, never_began) * 3:
        ended()
    assert sorted(os.listdir("/proc/self/fd")) == before
    assert children_of_this_process() == children


def test_a_run_outlives_the_thread_that_started_it(jail: Jail) -> None:
    with contextlib.ExitStack() as stack:
        runs: list[Confined] = []
        command = ["perl", "-e", "read STDIN, $x, 1; print 'on'"]
        starting = jail.start(command, budget=AMPLE, stdin=iter([b"x"]))
        thread = threading.Thread(target=lambda: runs.append(stack.enter_context(starting)))
        thread.start()
        thread.join()
        assert told(runs[0]) == b"on"


def test_many_run_at_once(jail: Jail) -> None:
    answers: list[bytes] = []
    threads = [threading.Thread(target=lambda n=n: answers.append(perl(jail, f"print {n}"))) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(int, answers)) == list(range(20))


def test_it_holds_for_an_ordinary_user() -> None:
    """As root in a child that gives up being root; as anybody else, it is what the other tests show already."""
    codecs.lookup("ascii")  # Python may lie where only root can read
    child = os.fork()
    if not child:
        try:
            if os.getuid() == 0:
                os.setgroups([])
                os.setresgid(NOBODY, NOBODY, NOBODY)
                os.setresuid(NOBODY, NOBODY, NOBODY)
            os._exit(0 if all(canary.was_stopped for canary in prove(Jail.find())) else 1)
        except BaseException as error:  # noqa: BLE001 - the parent reports it
            os.write(2, repr(error).encode())
            os._exit(2)
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.parametrize("more", [0, 1, 1023, 4095])
def test_an_ordinary_user_may_give_any_number_of_bytes(more: int) -> None:
    """In a child that gives up being root, as above: only root may raise a limit that was rounded down before."""
    child = os.fork()
    if not child:
        try:
            jail = Jail.find()
            if os.getuid() == 0:
                os.setgroups([])
                os.setresgid(NOBODY, NOBODY, NOBODY)
                os.setresuid(NOBODY, NOBODY, NOBODY)
            os._exit(0 if perl(jail, "print 7", budget(memory=(1 << 30) + more)) == b"7" else 1)
        except BaseException as error:  # noqa: BLE001 - the parent reports it
            os.write(2, repr(error).encode())
            os._exit(2)
    assert os.waitpid(child, 0)[1] == 0


def test_a_machine_without_user_namespaces_is_told_so() -> None:
    script = "from jebi.media.jail import Jail; Jail.find()"
    forbid = f"echo 0 > /proc/sys/user/max_user_namespaces && exec {sys.executable} -c '{script}'"
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "sh", "-c", forbid], capture_output=True, check=False
    )
    assert b"this machine allows no user namespaces (user.max_user_namespaces is 0)" in done.stderr, done.stderr
