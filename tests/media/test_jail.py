"""The jail with the tools that run in it, on real footage, and with Perl in the part of a tool that was taken over."""

import codecs
import contextlib
import gc
import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jebi.errors import Damaged, Unable
from jebi.media.canaries import prove
from jebi.media.jail import HELD, Budget, Confined, Jail, Stopped, TooCostly, Undecodable

MIB = 1 << 20
AMPLE = Budget(processor=60, memory=2 << 30, stall=20, output=512 * MIB)
FILM = "bigbuckbunny.mp4"
NOBODY = 65534


@pytest.fixture(scope="session")
def jail() -> Jail:
    return Jail.find()


@pytest.fixture
def film(samples: Path) -> str:
    return str(samples / FILM)


def budget(**less: float) -> Budget:
    """An ample one with something taken away."""
    return Budget(**{"processor": 60.0, "memory": 2 << 30, "stall": 20.0, "output": 512 * MIB} | less)  # type: ignore[arg-type]


def told(run: Confined, most: int = MIB) -> bytes:
    """What a tool prints, after it ended well."""
    answer = run.stdout.read(most)
    run.finish()
    return answer


def perl(jail: Jail, script: str, within: Budget = AMPLE) -> bytes:
    with jail.start(["perl", "-e", script], budget=within) as run:
        return told(run)


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


# --- what goes in and comes out


def test_standard_input_is_drawn_as_the_tool_takes_it(jail: Jail) -> None:
    drawn = []

    def pieces() -> Iterator[bytes]:
        for number in range(300):
            drawn.append(number)
            yield bytes([number % 251]) * MIB
            yield b""

    with jail.start(["perl", "-e", "read STDIN, $x, 3 << 20; print length $x"], budget=AMPLE, stdin=pieces()) as run:
        assert told(run) == f"{3 * MIB}".encode()
    assert len(drawn) < 10


def test_standard_input_arrives_whole_and_ends(jail: Jail) -> None:
    sent = os.urandom(5 * MIB)
    with jail.start(["perl", "-e", "$/ = undef; print <STDIN>"], budget=AMPLE, stdin=sent) as run:
        assert told(run, 6 * MIB) == sent


def test_without_standard_input_there_is_none(jail: Jail) -> None:
    assert perl(jail, "print read(STDIN, $x, 9)") == b"0"


def test_what_fails_while_it_feeds_ends_the_tool(jail: Jail) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"a"
        raise ZeroDivisionError

    with (
        pytest.raises(ZeroDivisionError),
        jail.start(["perl", "-e", "1 while <STDIN>"], budget=AMPLE, stdin=pieces()) as run,
    ):
        run.finish()
    assert not is_running(run)


def test_pipes_may_be_read_in_any_order(jail: Jail) -> None:
    script = 'for (3..6) { open $f, ">&=", $_; print $f $_ x 3e6; close $f } print 1 x 3e6'
    with jail.start(["perl", "-e", script], budget=AMPLE, pipes=4) as run:
        for number in (6, 4, 5, 3):
            assert run.pipes[number - 3].read(9 * MIB) == f"{number}".encode() * 3_000_000
        assert run.stdout.read(2_000_000) == b"1" * 2_000_000
        assert run.stdout.read(2_000_000) == b"1" * 1_000_000
        assert run.stdout.read(1) == b""
        run.finish()


def test_a_pipe_that_is_full_while_another_is_awaited_is_named_and_not_waited_for_without_end(jail: Jail) -> None:
    script = f'open $f, ">&=", 3; print "x" x 1e6 for 0..{HELD // 1_000_000 + 2}; print $f "late"'
    with jail.start(["perl", "-e", script], budget=budget(stall=1), pipes=1) as run:
        run.step()
        with pytest.raises(Unable, match="waits for somebody to read"):
            run.pipes[0].read(4)


def test_what_waits_can_be_taken_while_another_pipe_is_read(jail: Jail) -> None:
    script = '$| = 1; open $f, ">&=", 3; syswrite $f, "abc"; sleep 0; print "x" x 10; <STDIN>'
    with jail.start(["perl", "-e", script], budget=AMPLE, pipes=1, stdin=iter([b""])) as run:
        assert run.stdout.read(10) == b"x" * 10
        while run.pipes[0].waiting < 3:
            run.stdout.read(0)
            run.step()
        assert run.pipes[0].read(run.pipes[0].waiting) == b"abc"


def test_what_nobody_reads_does_not_keep_a_tool_from_ending(jail: Jail) -> None:
    with jail.start(["perl", "-e", 'print "x" x 2e8; warn "done"'], budget=AMPLE) as run:
        assert run.finish().startswith("done at")


def test_of_what_a_tool_says_the_end_is_kept_without_what_would_steer_a_terminal(jail: Jail) -> None:
    script = 'print STDERR "y" x 1e6, "\\e[2J\\x00\\r\\xff\\xe2\\x80\\xae end"'
    with jail.start(["perl", "-e", script], budget=AMPLE) as run:
        words = run.finish()
    assert words.endswith("y [2J \n\N{REPLACEMENT CHARACTER}  end")
    assert len(words) < 4096


# --- budgets


@pytest.mark.parametrize(
    ("script", "less", "said"),
    [
        ("1 while 1", {"processor": 0.5}, "more than 0.5 seconds of processor time"),
        ("$x = 'x' x ($n = 3e8)", {"memory": 200 * MIB}, "more than 209715200 bytes of memory"),
        ("sleep 100", {"stall": 1}, "did nothing for 1 seconds"),
        ("$| = 1; while (1) { print 'x'; select undef, undef, undef, 0.1 }", {"stall": 1}, "did nothing for 1 seconds"),
        ("print 'x' while 1", {"output": 100_000}, "more than the 100000 bytes"),
        ("print STDERR 'x' while 1", {"output": 100_000}, "more than the 100000 bytes"),
        ("close STDOUT; close STDERR; sleep 100", {"stall": 1}, "did nothing for 1 seconds"),
    ],
    ids=["time", "memory", "sleeping", "dripping", "output", "words", "silent"],
)
def test_who_costs_more_than_allowed_is_ended_and_told_why(
    jail: Jail, script: str, less: dict[str, float], said: str
) -> None:
    with pytest.raises(TooCostly, match=said):
        run_to_its_end(jail, ["perl", "-e", script], budget=budget(**less))


def test_the_kernel_ends_a_tool_that_nobody_watches(jail: Jail) -> None:
    with jail.start(["perl", "-e", "1 while 1"], budget=budget(processor=0.5)) as run:
        assert within_seconds(run._process.has_ended, 120)
        with pytest.raises(TooCostly, match="processor time"):
            run.finish()


def test_a_reader_who_takes_his_time_does_not_make_the_tool_stand_still(jail: Jail) -> None:
    with jail.start(["perl", "-e", "print 'x' x 5e6"], budget=budget(stall=0.6)) as run:
        for _ in range(4):
            time.sleep(0.9)
            run.stdout.read(100)
        run.finish()


def test_a_tool_that_thinks_for_longer_than_a_stall_is_left_in_peace(jail: Jail) -> None:
    assert perl(jail, "1 while (times)[0] < 0.7; print 'done'", budget(stall=0.5)) == b"done"


def test_a_budget_is_positive() -> None:
    with pytest.raises(ValueError, match="positive"):
        budget(stall=0)


# --- ends


@pytest.mark.parametrize("script", ["exit 3", "die 'no'", "unpack 'P8', pack 'Q', 1", "no such thing"])
def test_a_tool_that_fails_blames_what_it_was_given(jail: Jail, script: str) -> None:
    with pytest.raises(Undecodable, match="nothing can be made of it"):
        perl(jail, script)


def test_a_tool_that_does_what_no_decoder_does_is_ended_and_called_a_possible_attack(jail: Jail) -> None:
    with pytest.raises(Undecodable, match="what no decoder does") as caught:
        perl(jail, "fork; print 'still here'")
    assert "attack" in caught.value.hint


def test_a_jail_whose_keeper_is_killed_is_the_machines_failure(jail: Jail) -> None:
    with jail.start(["perl", "-e", "sleep 100"], budget=AMPLE) as run:
        signal.pidfd_send_signal(run._process.handle, signal.SIGKILL)
        with pytest.raises(Unable):
            run.finish()


def test_it_asks_whether_it_should_stop(jail: Jail) -> None:
    asked = threading.Event()
    threading.Timer(0.2, asked.set).start()
    with pytest.raises(Stopped):
        run_to_its_end(jail, ["perl", "-e", "print 1 while 1"], budget=budget(output=1 << 40), can_stop=asked.is_set)


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


def is_running(run: Confined) -> bool:
    """Its tool, or what is left of it until it is reaped."""
    return Path(f"/proc/{run._process.tool}").exists()


def run_to_its_end(jail: Jail, command: list[str], **named: Any) -> None:
    """Read everything, and see that nothing is left however it ends."""
    runs: list[Confined] = []
    try:
        with jail.start(command, **{"budget": AMPLE} | named) as run:
            runs.append(run)
            while run.stdout.read(MIB):
                pass
            run.finish()
    finally:
        assert not any(map(is_running, runs))


def within_seconds(claim: Callable[[], bool], most: float = 10) -> bool:
    until = time.monotonic() + most
    while not claim() and time.monotonic() < until:
        time.sleep(0.01)
    return claim()
