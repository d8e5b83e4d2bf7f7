"""A tool at work in the jail: its pipes, its budget and its ends, with Perl in the part of a tool that was taken over."""

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from jebi.errors import Unable
from jebi.media.jail import Jail
from jebi.media.run import HELD, Stopped, TooCostly, Undecodable
from media.taken_over import AMPLE, MIB, budget, is_running, perl, run_to_its_end, told, within_seconds

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
