"""Proves that the jail holds, by trying to get out of it: each canary is a small program inside that does what an intruder would.

Invariants: every attempt first says that it begins, so that a program that never ran is not taken for one that was stopped;
every attempt succeeds where nothing stops it (the tests let each of them out). What is tried on this machine harms nothing
even if it succeeds.
Peak: what the attempts may have, 256 MiB for a moment.
"""

import os
import secrets
import socket
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyseccomp

from jebi.errors import Unable
from jebi.media.jail import Jail
from jebi.media.run import Budget, TooCostly, Undecodable

BEGINS: Final = b"begins\n"
OUT: Final = b"out\n"
PIECE: Final = 1 << 16
LIMITS: Final = Budget(processor=0.2, memory=128 << 20, stall=0.5, output=1 << 20)

CALLS: Final = ("mmap", "mount", "prlimit64", "ptrace", "unshare")  # Perl calls them by their numbers on this machine
ATTEMPTS: Final = {  # what is tried, and how, in Perl: `out` says that it succeeded
    "connects to a port of this machine": (
        'use IO::Socket::INET; out() if IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => $at{port})'
    ),
    "looks up a name": 'out() if gethostbyname("localhost")',
    "reads a file of this machine": 'out() if open($f, "<", $at{secret}) and <$f> eq $at{token}',
    "reads the environment of process 1": 'out() if open($f, "<", "/proc/1/environ") and length <$f>',
    "lists the home folder": "out() if opendir($d, $at{home}) and readdir $d",
    "leaves a file on this machine": 'out() if open($f, ">", "$at{folder}/left") and print $f "x" and close $f',
    "writes a file inside": (
        'for ("/tmp", "/", "/dev", "/in", "/usr/lib", "/etc") {'
        ' if (open($f, ">", "$_/jebi-canary") and print $f "x" and close $f) { unlink "$_/jebi-canary"; out() } }'
    ),
    "changes the footage": 'out() if open($f, "+<", "/in/footage")',
    "fills /tmp": (
        '$n = 2e7; out() if open($f, ">", "/tmp/jebi-canary") and unlink("/tmp/jebi-canary") and print $f "x" x $n and close $f'
    ),
    "starts fifty processes": (
        "for (1..50) { $n = fork; exit if defined $n and not $n; $born += defined $n } 1 while wait > 0; out() if $born == 50"
    ),
    "runs a shell": 'exec "/bin/sh", "-c", "echo out"',
    "traces a process": (
        "out() if syscall($at{ptrace}, 0, 0, 0, 0) == 0; $n = fork; do { sleep 1; exit } unless $n;"
        " $traced = syscall($at{ptrace}, 16, $n, 0, 0) == 0; kill 9, $n; out() if $traced"
    ),
    "mounts a file system": 'out() if syscall($at{mount}, $n = "none", $to = "/tmp", $t = "tmpfs", 0, 0) == 0',
    "makes a user namespace": "out() if syscall($at{unshare}, 0x10000000) == 0",
    "executes what it wrote": "out() if syscall($at{mmap}, 0, 4096, 7, 0x22, -1, 0) != -1",
    "raises its own limits": (
        'for (0..15) { $l = pack "QQ", ~0, ~0; $raised++ if syscall($at{prlimit64}, 0, $_, $l, 0) == 0 } out() if $raised'
    ),
    "finds something open": 'for (3..1023) { out() if open($f, "<&", $_) }',
    "takes more memory than it may": '$n = 2.6e8; out() if length($x = "x" x $n) == $n',
    "says more than it may": '$n = 2e6; print "x" x $n; out()',
    "uses the processor for ever": "1 while (times)[0] + (times)[1] < 1; out()",
    "sleeps for ever": "select undef, undef, undef, 2.5; out()",
}
PROLOGUE: Final = '$| = 1; sub out { print "out\\n"; exit } print "begins\\n"; %at = @ARGV; '


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """One attempt to get out, and whether it was stopped. `attempt` says what "it" does: "lists the home folder"."""

    attempt: str
    was_stopped: bool


def prove(jail: Jail) -> list[Canary]:
    """Try everything. The jail holds when all attempts were stopped. Takes about a second.

    Raises:
        Unable: an attempt could not be made, so nothing is proven.
    """
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as listener:
        secret = Path(folder, "secret")
        secret.write_text(token := secrets.token_hex(), encoding="ascii")
        at = {
            "folder": folder,
            "secret": str(secret),
            "token": token,
            "home": os.path.expanduser("~"),
            "port": str(listener.getsockname()[1]),
            **{name: str(pyseccomp.resolve_syscall(pyseccomp.system_arch(), name)) for name in CALLS},
        }
        with ThreadPoolExecutor() as threads:  # most of the time they wait
            return list(threads.map(lambda attempt: _try(jail, attempt, at), ATTEMPTS))


def _try(jail: Jail, attempt: str, at: Mapping[str, str]) -> Canary:
    command = ["perl", "-e", PROLOGUE + ATTEMPTS[attempt], *(word for pair in at.items() for word in pair)]
    first = last = b""
    try:
        with jail.start(command, budget=LIMITS, footage=at["secret"]) as run:
            first = run.stdout.read(len(BEGINS))
            while piece := run.stdout.read(PIECE):
                last = (last + piece)[-len(OUT) :]
            run.finish()
    except (TooCostly, Undecodable):
        pass  # stopped in the middle of it, as it should be
    if first != BEGINS:
        raise Unable(
            "the jail could not be tried: nothing runs in it", hint="run it again when the machine is less busy"
        )
    return Canary(attempt=attempt, was_stopped=last != OUT)
