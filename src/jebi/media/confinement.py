"""What a tool in the jail sees, and what it may ask of the kernel (docs/formats/jail.md).

It sees name spaces of its own and a root that holds the tool, the libraries and the footage, all read-only. It may make
the system calls of a list, within limits.

The list holds what ffmpeg, ffprobe, exiftool, tesseract, python3 and espeak-ng were seen to need, and what the C library falls back on.
Everything else is answered ENOSYS, as an older kernel would, so that libraries go on without it; what no decoder ever asks
for, and an intruder would, ends the tool at once. No memory that was written can ever be executed.

Invariants: no socket, no other process, no other name space, no ioctl, no change of its own limits, and no file written. It never decides
what a tool may cost: that is the caller's budget.
Peak: a few KiB.
"""

import errno
import math
import mmap
import os
import resource
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pyseccomp

PROGRAMS: Final = "/usr/bin"
LIBRARIES: Final = f"/usr/lib/{sysconfig.get_config_var('MULTIARCH')}"
TOOLS: Final = {  # what runs in the jail, and what it reads beside itself and the libraries
    "espeak-ng": (),  # its voices lie among the libraries
    "exiftool": ("/usr/bin/perl", "/usr/share/perl", "/usr/share/perl5"),
    "ffmpeg": (),
    "ffprobe": (),
    "perl": ("/usr/share/perl",),
    "python3": tuple(map(str, sorted(Path("/usr/lib").glob("python3.*")))),
    "tesseract": ("/usr/share/tesseract-ocr",),
}
LINKERS: Final = ("/etc/alternatives", "/etc/ld.so.cache")  # where a library is that has a rival, and where all are
FOOTAGE: Final = "/in/footage"
LIBRARY: Final = "/in/library"
NOBODY: Final = "65534"

OPEN_FILES: Final = 64  # the pipes, the footage, and a library at a time
THREADS: Final = 512  # a decoder and its filters start one or two a core
LOCKED: Final = 64 << 10  # bytes; a library of ffmpeg's locks 32 KiB for keys it will never have, or complains
GRACE: Final = (
    1  # second that the kernel's own limit on the processor comes after the budget, which has a better message
)

CLONE_THREAD: Final = 0x00010000
PR_SET_NAME: Final = 15
ARCH_SET_FS: Final = 0x1002  # thread-local storage, where the processor has such a call
FCNTL: Final = (0, 1, 2, 3, 4, 1030)  # F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC

ALLOWED: Final = (
    # what is open, and files by name
    "access", "close", "dup", "dup2", "dup3", "faccessat", "faccessat2", "fstat", "fstatfs", "getcwd", "getdents64",
    "lseek", "lstat", "newfstatat", "open", "openat", "pread64", "read", "readlink", "readlinkat", "readv", "stat",
    "statfs", "statx", "write", "writev",
    # waiting
    "clock_nanosleep", "nanosleep", "poll", "ppoll", "pselect6", "select",
    # memory; mmap and mprotect have conditions
    "brk", "madvise", "mlock", "mremap", "munlock", "munmap",
    # threads of its own
    "futex", "get_robust_list", "gettid", "membarrier", "rseq", "sched_getaffinity", "sched_yield", "set_robust_list",
    "set_tid_address",
    # its own signals
    "restart_syscall", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "tgkill",
    # who and when it is
    "clock_getres", "clock_gettime", "getegid", "geteuid", "getgid", "getpid", "getppid", "getrandom", "getrlimit",
    "getrusage", "gettimeofday", "getuid", "sysinfo", "time", "times", "uname",
    # beginning and end; the tool itself is begun under this filter, so execve cannot be taken away
    "execve", "exit", "exit_group",
)  # fmt: skip

FATAL: Final = (
    "accept", "accept4", "bind", "connect", "listen", "socket", "socketpair",
    "fork", "vfork", "execveat",
    "kcmp", "pidfd_getfd", "pidfd_open", "process_madvise", "process_vm_readv", "process_vm_writev", "ptrace",
    "chroot", "fsopen", "mount", "mount_setattr", "move_mount", "open_tree", "pivot_root", "setns", "umount2", "unshare",
    "add_key", "bpf", "io_uring_setup", "keyctl", "perf_event_open", "request_key", "userfaultfd",
    "delete_module", "finit_module", "init_module", "kexec_load", "open_by_handle_at", "reboot",
)  # fmt: skip


def frame(tool: str, *, seccomp: int, footage: int | None, library: str | None = None) -> list[str]:
    """What bubblewrap is told about the jail of one tool.

    Args:
        tool: one of `TOOLS`.
        seccomp: a descriptor to read the filter from.
        footage: a descriptor of the file that becomes `FOOTAGE`, if there is one.
        library: a file of ours that the tool loads, if it needs one beside its own; inside it is `LIBRARY`.
    """
    told = [
        "--unshare-all",
        "--unshare-user",
        "--disable-userns",
        "--cap-drop",
        "ALL",
        "--uid",
        NOBODY,
        "--gid",
        NOBODY,
    ]
    told += ["--as-pid-1", "--hostname", "jail", "--chdir", "/", "--clearenv"]
    told += ["--setenv", "OMP_THREAD_LIMIT", "1"]  # Tesseract's threads wait for each other more than they work
    for path in (f"{PROGRAMS}/{tool}", *TOOLS[tool], LIBRARIES, *_loaders(), *LINKERS):
        told += ["--ro-bind", path, path]
    told += ["--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64"]
    told += ["--dev-bind", "/dev/null", "/dev/null", "--dir", "/tmp"]  # noqa: S108 - the jail's own, and nobody can write there
    if footage is not None:
        told += ["--ro-bind-fd", str(footage), FOOTAGE]
    if library is not None:
        told += ["--ro-bind", library, LIBRARY]
    return [*told, "--remount-ro", "/", "--seccomp", str(seccomp)]


def _loaders() -> list[str]:
    """What the kernel starts a program with: named in the program, in one of two places."""
    return [str(path) for path in [*Path("/usr/lib64").glob("ld-*"), *Path("/usr/lib").glob("ld-*")]]


def seccomp_program() -> bytes:
    """The filter as BPF for this machine's architecture, as `bwrap --seccomp` reads it."""
    rules = pyseccomp.SyscallFilter(pyseccomp.ERRNO(errno.ENOSYS))
    rules.set_attr(pyseccomp.Attr.ACT_BADARCH, pyseccomp.KILL_PROCESS)
    for name in ALLOWED:
        rules.add_rule(pyseccomp.ALLOW, name)
    for name in FATAL:
        rules.add_rule(pyseccomp.KILL_PROCESS, name)
    _add_conditions(rules)
    return _exported(rules)


def limits(*, processor: float, memory: int) -> dict[int, int]:
    """Resource limits for a budget of `processor` seconds and `memory` bytes; soft and hard ones are the same."""
    return {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_CPU: math.ceil(processor) + GRACE,
        resource.RLIMIT_FSIZE: 0,  # nowhere can a file be written, and so none be executed that was
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_NPROC: THREADS,  # not enforced for root, whose threads are counted from outside
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: LOCKED,
        resource.RLIMIT_MSGQUEUE: 0,
    }


def _add_conditions(rules: "pyseccomp.SyscallFilter") -> None:
    """Calls of which only some uses are allowed."""
    argument: Callable[..., object] = pyseccomp.Arg
    same, masked = pyseccomp.EQ, pyseccomp.MASKED_EQ
    allow, kill = pyseccomp.ALLOW, pyseccomp.KILL_PROCESS

    # A thread, never a process. What clone3 is asked for lies in memory, where a filter cannot look: it is not there,
    # and the C library uses clone instead.
    rules.add_rule(allow, "clone", argument(0, masked, CLONE_THREAD, CLONE_THREAD))
    rules.add_rule(kill, "clone", argument(0, masked, CLONE_THREAD, 0))

    # Code comes from files only: nothing that was written in memory is ever executed.
    rules.add_rule(allow, "mmap", argument(2, masked, mmap.PROT_EXEC, 0))
    rules.add_rule(
        allow,
        "mmap",
        argument(2, masked, mmap.PROT_EXEC | mmap.PROT_WRITE, mmap.PROT_EXEC),
        argument(3, masked, mmap.MAP_ANONYMOUS, 0),
    )
    rules.add_rule(allow, "mprotect", argument(2, masked, mmap.PROT_EXEC, 0))

    for command in FCNTL:
        rules.add_rule(allow, "fcntl", argument(1, same, command))
    rules.add_rule(allow, "prctl", argument(0, same, PR_SET_NAME))
    rules.add_rule(allow, "arch_prctl", argument(0, same, ARCH_SET_FS))
    rules.add_rule(allow, "prlimit64", argument(2, same, 0))  # to look, not to change
    rules.add_rule(pyseccomp.ERRNO(errno.ENOTTY), "ioctl")  # "is this a terminal?" is the one question that is asked


def _exported(rules: "pyseccomp.SyscallFilter") -> bytes:
    with os.fdopen(os.memfd_create("seccomp"), "w+b") as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()
