"""What a tool in the jail can see and ask for, asked by Perl inside."""

import errno
import resource
import struct
from collections.abc import Sequence

import pyseccomp
import pytest

from jebi.media.confinement import ALLOWED, FATAL, PROGRAMS, THREADS, TOOLS, limits, seccomp_program
from jebi.media.jail import Jail
from jebi.media.run import Budget, TooCostly, Undecodable

AMPLE = Budget(processor=30, memory=2 << 30, stall=20, output=1 << 20)
CALL = "$call = shift; $answer = syscall($call, map { 0 + $_ } @ARGV);"


@pytest.fixture(scope="session")
def jail() -> Jail:
    return Jail.find()


def inside(jail: Jail, script: str, *arguments: str, budget: Budget = AMPLE) -> str:
    with jail.start(["perl", "-e", "$| = 1; " + script, *arguments], budget=budget) as run:
        answer = run.stdout.read(AMPLE.output)
        run.finish()
        return answer.decode()


def number(call: str) -> str:
    return str(pyseccomp.resolve_syscall(pyseccomp.system_arch(), call))


def error_of(jail: Jail, call: str, *arguments: int) -> str:
    """The name of the error that a system call is answered with; empty when there is none."""
    code = inside(jail, CALL + "print $answer == -1 ? 0 + $! : 0", number(call), *map(str, arguments))
    return errno.errorcode.get(int(code), "")


def is_fatal(jail: Jail, calls: Sequence[tuple[str, ...]]) -> list[str]:
    """Which of the calls a tool survives."""
    survived = []
    for call, *arguments in calls:
        try:
            inside(jail, CALL, number(call), *arguments)
        except Undecodable as ended:
            if "no decoder" in ended.what:
                continue
        survived.append(call)
    return survived


# --- what is asked of the kernel


def test_every_call_of_the_lists_has_a_number_here_or_is_of_another_architecture() -> None:
    """A name that libseccomp does not know at all would be one that is mistyped."""
    for call in (*ALLOWED, *FATAL):
        assert pyseccomp.resolve_syscall(pyseccomp.system_arch(), call) != -1, call


def test_nothing_is_both_allowed_and_fatal_or_named_twice() -> None:
    assert len({*ALLOWED, *FATAL}) == len(ALLOWED) + len(FATAL)


def test_the_filter_is_the_same_each_time_and_whole() -> None:
    program = seccomp_program()
    assert program == seccomp_program()
    assert len(program) % struct.calcsize("HBBI") == 0


def test_what_no_decoder_does_ends_the_tool(jail: Jail) -> None:
    assert is_fatal(jail, [(call, "0", "0", "0", "0") for call in FATAL]) == []


def test_a_process_of_its_own_ends_the_tool_in_every_way_to_ask_for_one(jail: Jail) -> None:
    sigchld, vm, vfork, new_user, new_pid = 17, 0x100, 0x4000, 0x10000000, 0x20000000
    flags = [sigchld, vm | vfork | sigchld, new_user | sigchld, new_pid | sigchld, 0]
    assert is_fatal(jail, [("clone", str(flag), "0", "0", "0", "0") for flag in flags]) == []


@pytest.mark.parametrize(
    ("call", "arguments", "answer"),
    [
        ("clone3", (0, 0), "ENOSYS"),
        ("kill", (1, 9), "ENOSYS"),
        ("memfd_create", (0, 0), "ENOSYS"),
        ("personality", (0x0400000,), "ENOSYS"),
        ("setsid", (), "ENOSYS"),
        ("ioctl", (1, 0x5412, 0), "ENOTTY"),  # TIOCSTI, which types at a terminal
        ("ioctl", (1, 0x541B, 0), "ENOTTY"),
        ("prctl", (1, 0, 0, 0, 0), "ENOSYS"),  # PR_SET_PDEATHSIG, by which it would outlive jebi
        ("prctl", (4, 1, 0, 0, 0), "ENOSYS"),  # PR_SET_DUMPABLE
        ("prlimit64", (0, resource.RLIMIT_AS, 1, 0), "ENOSYS"),
        ("fcntl", (1, 8, 1), "ENOSYS"),  # F_SETOWN, which sends signals
        ("fcntl", (1, 1031, 1 << 20), "ENOSYS"),  # F_SETPIPE_SZ
        ("fcntl", (1, 3), ""),  # F_GETFL
        ("mmap", (0, 4096, 7, 0x22, -1, 0), "ENOSYS"),
        ("mmap", (0, 4096, 5, 0x22, -1, 0), "ENOSYS"),
        ("mmap", (0, 4096, 3, 0x22, -1, 0), ""),
        ("mprotect", (0, 4096, 5), "ENOSYS"),
        ("getpid", (), ""),
    ],
)
def test_calls_are_answered(jail: Jail, call: str, arguments: tuple[int, ...], answer: str) -> None:
    assert error_of(jail, call, *arguments) == answer


# --- limits


def test_limits_lie_on_the_tool_before_it_begins(jail: Jail) -> None:
    script = (
        "for (@ARGV) { $l = pack 'QQ', 0, 0; syscall(%s, 0, 0 + $_, 0, $l); print join(' ', unpack 'QQ', $l), \"\\n\" }"
    )
    wanted = limits(processor=AMPLE.processor, memory=AMPLE.memory)
    said = inside(jail, script % number("prlimit64"), *map(str, wanted))
    assert [tuple(map(int, line.split())) for line in said.splitlines()] == [(most, most) for most in wanted.values()]


def test_threads_are_allowed_and_a_bomb_of_them_is_stopped(jail: Jail) -> None:
    """The kernel stops an ordinary user's; those of root are counted."""
    small = "use threads ('stack_size' => 65536); "
    assert inside(jail, small + "print threads->create(sub { 7 })->join") == "7"
    bomb = small + f"threads->create(sub {{ sleep 60 }}) or die for 0..{THREADS + 10}; print 'out'; sleep 60"
    with pytest.raises((TooCostly, Undecodable)) as caught:
        inside(jail, bomb, budget=Budget(processor=30, memory=8 << 30, stall=20, output=1 << 20))
    assert not isinstance(caught.value, TooCostly) or "threads" in caught.value.what


# --- what is seen


def test_a_tool_sees_itself_and_what_it_needs(jail: Jail) -> None:
    look = "opendir $d, $_ and print join(' ', sort grep !/^\\.+$/, readdir $d), \"\\n\" for @ARGV"
    assert inside(jail, look, "/", "/usr", PROGRAMS, "/etc", "/dev", "/tmp", "/usr/share").splitlines() == [
        "dev etc lib lib64 tmp usr",
        "bin lib lib64 share",
        "perl",
        "alternatives ld.so.cache",
        "null",
        "",
        "perl",
    ]


@pytest.mark.parametrize(
    "path", ["/proc", "/sys", "/home", "/root", "/run", "/var", "/etc/passwd", "/bin/sh", "/in", "/work"]
)
def test_what_it_does_not_need_is_not_there(jail: Jail, path: str) -> None:
    assert inside(jail, "print -e $ARGV[0] ? 'there' : 'not there'", path) == "not there"


def test_it_is_nobody_alone_and_knows_nothing(jail: Jail) -> None:
    told = inside(jail, "print join ' ', $<, $>, $(, $$, getppid, map { \"$_=$ENV{$_}\" } sort keys %ENV")
    assert told.split() == ["65534", "65534", "65534", "1", "0", "OMP_THREAD_LIMIT=1", "PWD=/"]


@pytest.mark.parametrize("tool", TOOLS)
def test_every_tool_begins(jail: Jail, tool: str) -> None:
    """Without a complaint about what it misses; but espeak-ng would like to play sound on a device, which it never gets."""
    others = {"espeak-ng": "--version", "exiftool": "-ver", "perl": "-v", "python3": "-V", "tesseract": "--list-langs"}
    with jail.start([tool, others.get(tool, "-version")], budget=AMPLE) as run:
        assert run.stdout.read(5)
        assert run.finish() == {"espeak-ng": "ERROR: cannot create wakeup pipe"}.get(tool, "")
