"""Canaries: words that occur nowhere else are given to jebi as everything that must stay secret, and then looked for
everywhere that somebody else could look: on screens, in process lists, on sticks, in temporary files, in the archive.

The whole journey runs once, with every error on the way that can be provoked.
"""

import base64
import contextlib
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from jebi.errors import Exit
from jebi.parcel import seal
from jebi.parcel.card import parse_card, parse_route_key
from jebi.parcel.keys import Passphrase

JEBI = Path(sys.executable).parent / "jebi"
EVERY = 0.003  # seconds between two looks at the process list
PATIENCE = 120
PASSPHRASE = "canary-passphrase-quorvex"
WRONG = "canary-wrong-zhilmera"
NOTE = "canary-note-brenulka"
FOLDER = "canary-folder-oxwidal"
CLIPS = ("canary-clip-ymtrask.mp4", "canary-clip-pellungo.mov", f"{FOLDER}/canary-clip-drovnik.jpg")
STICKS = ("s1", "s2", "s3")


@dataclass(slots=True)
class Command:
    """What one command showed, and how it ended."""

    line: str
    status: int
    shown: bytes


@dataclass(slots=True)
class Journey:
    """All that was secret, and all that could be seen."""

    folder: Path
    secrets: dict[str, tuple[bytes, ...]] = field(default_factory=dict)
    commands: list[Command] = field(default_factory=list)
    sightings: set[str] = field(default_factory=set)
    looks: int = 0
    spools: int = 0
    sessions: set[int] = field(default_factory=set)

    def keep(self, name: str, *forms: bytes) -> None:
        self.secrets[name] = (*self.secrets.get(name, ()), *forms)

    def keep_key(self, name: str, key: bytes) -> None:
        """A key in all the ways in which it might be written."""
        self.keep(name, key, key.hex().encode(), base64.b64encode(key).rstrip(b"="))

    def found_in(self, content: bytes) -> list[str]:
        return [name for name, forms in self.secrets.items() if any(form in content for form in forms)]

    def run(
        self,
        *arguments: str,
        status: int | set[int] = 0,
        stdin: str = "",
        prefix: Sequence[str] = (str(JEBI),),
        meanwhile: Callable[["subprocess.Popen[bytes]"], None] | None = None,
        show: bool = True,
    ) -> bytes:
        """Run one command; what it shows is kept, but for what it was asked to show (`show`)."""
        process = subprocess.Popen(
            [*prefix, *arguments],
            cwd=self.folder,
            env={**os.environ, "TMPDIR": str(self.folder / "tmp")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self.sessions.add(process.pid)
        if meanwhile:
            threading.Thread(target=meanwhile, args=(process,)).start()
        out, err = process.communicate(stdin.encode(), timeout=PATIENCE)
        expected = status if isinstance(status, set) else {status}
        assert process.returncode in expected, (arguments, process.returncode, out, err)
        self.commands.append(Command(" ".join(arguments), process.returncode, err + (out if show else b"")))
        return out

    def desk(self, verb: str, *arguments: str, passphrase: str = "pw", **how: object) -> bytes:
        return self.run("desk", verb, *arguments, "--archive", "archive", "--passphrase-file", passphrase, **how)  # type: ignore[arg-type]

    def watch(self, stop: threading.Event) -> None:
        """Look at the process list, at open files without a name, and at temporary files, as anybody may."""
        while not stop.is_set():
            for pid in self._processes():
                self._look(f"/proc/{pid}/cmdline", "the command line")
                self._look(f"/proc/{pid}/environ", "the environment")
                self._look_at_spool(pid)
            for path in self._files("tmp", "spool"):
                self._look(str(path), "a temporary file")
            self.looks += 1
            stop.wait(EVERY)

    def _look(self, path: str, what: str) -> None:
        with contextlib.suppress(OSError), open(path, "rb") as file:
            self.sightings |= {f"{name} in {what}" for name in self.found_in(file.read(1 << 24))}

    def _look_at_spool(self, pid: str) -> None:
        with contextlib.suppress(OSError):
            for descriptor in os.listdir(f"/proc/{pid}/fd"):
                path = f"/proc/{pid}/fd/{descriptor}"
                if "/spool/" in os.readlink(path):
                    self.spools += os.stat(path).st_size > 0
                    self._look(path, "the spool")

    def _files(self, *names: str) -> Iterator[Path]:
        for name in names:
            yield from (path for path in (self.folder / name).rglob("*") if path.is_file())

    def _processes(self) -> list[str]:
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError, ValueError, IndexError):
                session = int(Path("/proc", pid, "stat").read_text().rpartition(")")[2].split()[3])
                if session in self.sessions:
                    found.append(pid)
        return found


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    """The whole journey, watched."""
    journey = Journey(tmp_path_factory.mktemp("journey"))
    stop = threading.Event()
    watcher = threading.Thread(target=journey.watch, args=(stop,))
    for name in ("tmp", "spool", "cores", f"card/{FOLDER}"):
        (journey.folder / name).mkdir(parents=True)
    watcher.start()
    try:
        make_desk(journey)
        issue_trips(journey)
        seal_clips(journey)
        seal_badly(journey)
        join_sticks(journey)
        receive_badly(journey)
        receive_clips(journey)
        prove_and_tell(journey)
        crash(journey)
        yield journey
    finally:
        stop.set()
        watcher.join()


def make_desk(journey: Journey) -> None:
    keep_text(journey, "pw", PASSPHRASE, "the passphrase")
    keep_text(journey, "wrong-pw", WRONG, "a wrong passphrase")
    keep_text(journey, "note", NOTE, "the trip's note")
    journey.keep("a folder's name", FOLDER.encode())
    journey.keep("a clip's name", *(os.path.basename(name).partition(".")[0].encode() for name in CLIPS))
    dice = random.Random(1)
    for name in CLIPS:
        (journey.folder / "card" / name).write_bytes(dice.randbytes(150_000))
    journey.desk("init", "--name", "example.org/desk", show=False)
    (journey.folder / "archive" / "keys" / "identity.age").write_bytes(with_little_work(journey))


def with_little_work(journey: Journey) -> bytes:
    """The identity, sealed anew so that these tests need not wait; and what in it is secret."""
    sealed = (journey.folder / "archive" / "keys" / "identity.age").read_bytes()
    opened = seal.open_in_memory(sealed, [Passphrase(PASSPHRASE.encode())])
    journey.keep("the desk's key", opened.split()[-1])
    return seal.in_memory(opened, [Passphrase(PASSPHRASE.encode(), work_factor=6)])


def issue_trips(journey: Journey) -> None:
    files = ("--kit", "kit", "--route", "route", "--receipts", "receipts")
    journey.desk("trip", *files, "--note-file", "note")
    journey.desk("trip", "--kit", "kit", "--route", "x", "--receipts", "y", status=Exit.REFUSED)
    journey.desk("trip", "--kit", "x", "--route", "x2", "--receipts", "y", passphrase="wrong-pw", status=Exit.WRONG_KEY)
    memorised = ("--kit", "card.txt", "--route", "route2", "--receipts", "receipts2", "--memorise")
    words = journey.desk("trip", *memorised, show=False).strip()
    keep_text(journey, "words", words.decode(), "the words to remember")
    keep_text(journey, "wrong-words", f"{WRONG} " * 8, "wrong words")
    seed = parse_card((journey.folder / "kit").read_bytes()).seed
    assert seed is not None
    journey.keep_key("the kit's seed", seed.seed)
    journey.keep_key("the route's key", parse_route_key((journey.folder / "route").read_bytes()).secret)
    journey.keep_key("the other route's key", parse_route_key((journey.folder / "route2").read_bytes()).secret)


def seal_clips(journey: Journey) -> None:
    shutil.copy(journey.folder / "kit", journey.folder / "kit-before")
    names = "\n".join(f"card/{name}" for name in CLIPS)
    onto = ("--onto", *STICKS, "--survive", "1")
    journey.run("field", "seal", "card", *onto, "--kit", "kit", "--dry-run")
    journey.run("field", "seal", "card", *onto, "--kit", "kit")
    journey.run("field", "seal", "-", "--onto", "n1", "n2", "--kit", "kit", "--json", stdin=names)
    remembered = ("--kit", "card.txt", "--passphrase-file", "words")
    journey.run("field", "seal", "card", "--onto", "m1", *remembered)
    journey.run("field", "seal", "card", "--as", "whole", "--onto", "whole.age", "--kit", "kit")


def seal_badly(journey: Journey) -> None:
    """Everything that can go wrong inside, where somebody may be looking over the shoulder."""
    onto = ("--onto", "bad", "--survive", "0", "--kit")
    missing = f"card/{FOLDER}/canary-clip-ymtrask-gone.mp4"
    journey.run("field", "seal", "-", *onto, "kit", stdin=missing, status=Exit.UNABLE)
    journey.run(
        "field", "seal", "-", *onto, "kit", stdin=f"card/{CLIPS[0]}\ncard/{FOLDER}\nnot/{CLIPS[1]}", status=Exit.UNABLE
    )
    os.mkfifo(journey.folder / "canary-clip-ymtrask-pipe")
    journey.run("field", "seal", "-", *onto, "kit", stdin="canary-clip-ymtrask-pipe", status=Exit.REFUSED)
    kit = (journey.folder / "kit").read_text()
    (journey.folder / "bad-kit").write_text(kit.replace("seed ", "seed A"))
    journey.run("field", "seal", "card", *onto, "bad-kit", status=Exit.DAMAGED)
    (journey.folder / "bad-kit").write_text(kit[: len(kit) // 2])
    journey.run("field", "seal", "card", *onto, "bad-kit", status=Exit.DAMAGED)
    journey.run("field", "seal", "card", *onto, "card.txt", "--passphrase-file", "note", status=Exit.REFUSED)
    journey.run("field", "seal", "card", "--onto", "s1", "--kit", "kit", status=Exit.REFUSED)
    journey.run("field", "seal", "card", "--onto", "tmp/none/s1", "--kit", "kit", status=Exit.UNABLE)
    journey.run(
        "field", "seal", "card", *onto, "kit", prefix=limited(resource.RLIMIT_FSIZE, 200_000), status=Exit.NO_ROOM
    )
    journey.run("field", "seal", "card", *onto, "kit", meanwhile=shrink_clips, status={Exit.DAMAGED, Exit.DONE})
    restore_clips(journey)
    (journey.folder / "bad").unlink(missing_ok=True)


def join_sticks(journey: Journey) -> None:
    onto = ("--onto", "r1", "r2", "--survive", "0", "--spool", "spool", "--route")
    journey.run("relay", "join", "s1", "s2", *onto, "route2", status=Exit.NOTHING_FOUND)
    journey.run("relay", "join", "s1", "s2", *onto, "kit", status=Exit.DAMAGED)
    journey.run("relay", "join", "s1", "s2", *onto, "route")
    journey.run("relay", "join", "s3", "--onto", "p1", "--spool", "spool", "--route", "route", status=Exit.PARTLY)
    journey.run("relay", "join", "s1", "--onto", "s1", "--route", "route", status=Exit.REFUSED)
    journey.run("relay", "join", ".", "--onto", "q1", "--route", "route", "--spool", "none", status=Exit.UNABLE)


def receive_badly(journey: Journey) -> None:
    """Everything that can go wrong at the desk."""
    journey.desk("receive", "s1", passphrase="wrong-pw", status=Exit.WRONG_KEY)
    journey.desk("receive", "s9", status=Exit.UNABLE)
    journey.desk("receive", "s1", status=Exit.PARTLY)
    journey.desk("receive", "card", status={Exit.NOTHING_FOUND, Exit.PARTLY})
    sealed = bytearray((journey.folder / "whole.age").read_bytes())
    sealed[len(sealed) // 2] ^= 1
    (journey.folder / "bad.age").write_bytes(sealed)
    journey.desk("receive", "bad.age", status=Exit.DAMAGED)
    (journey.folder / "cut.age").write_bytes(sealed[:200_000])
    journey.desk("receive", "cut.age", "--json", status=Exit.DAMAGED)
    journey.desk("receive", "s1", "s2", prefix=limited(resource.RLIMIT_FSIZE, 100_000), status=Exit.NO_ROOM)
    journey.desk("receive", "s1", "--salvage", status=Exit.PARTLY)
    other = journey.folder / "other"
    shutil.copytree(journey.folder / "archive", other)
    trip = next((other / "trips").iterdir())
    trip.write_bytes(trip.read_bytes()[:-1] + b"x")
    (other / "desk.toml").write_text(f'name = "{NOTE}')
    arguments = ("desk", "receive", "s1", "s2", "--passphrase-file", "pw", "--archive")
    (other / "desk.toml").write_bytes((journey.folder / "archive" / "desk.toml").read_bytes())
    journey.run(*arguments, "other", status={Exit.DAMAGED, Exit.WRONG_KEY})
    shutil.rmtree(other)


def receive_clips(journey: Journey) -> None:
    shutil.copytree(journey.folder / "archive", journey.folder / "archive-interrupted")
    journey.run(
        *("desk", "receive", "s1", "s2", "--archive", "archive-interrupted", "--passphrase-file", "pw"),
        meanwhile=interrupt,
        status={Exit.DONE, Exit.INTERRUPTED, -signal.SIGINT},
    )
    journey.desk("receive", "s1", "r2", "--plain")
    journey.desk("receive", "n1", "n2", "m1", "whole.age", "--plain", "--json")
    journey.desk("receive", "s1")
    (clips,) = {len(list(path.rglob("canary*.*"))) for path in (journey.folder / "archive" / "clips").iterdir()}
    assert clips == len(CLIPS)


def interrupt(process: "subprocess.Popen[bytes]") -> None:
    time.sleep(0.6)
    process.send_signal(signal.SIGINT)


def prove_and_tell(journey: Journey) -> None:
    parcel = next((journey.folder / "archive" / "parcels").iterdir()).stem
    key = journey.desk("prove", parcel, "--out", "proof").decode().strip()
    journey.desk("prove", "none-such", "--out", "proof2", status=Exit.REFUSED)
    journey.run("desk", "check", "--proof", "proof", "--key", key)
    journey.desk("check")
    trip = parse_card((journey.folder / "kit").read_bytes()).trip
    journey.desk("receipts", "--news", "-", "--out", "list", "--paper", "paper", stdin=f"{trip} 1 arrived 1\n")
    journey.desk("receipts", "--news", "note", "--out", "list2", "--day", "2026-01-01", status=Exit.DAMAGED)
    journey.run("field", "receipts", "list", "--kit", "kit")
    journey.run(
        "field", "receipts", "list", "--kit", "card.txt", "--passphrase-file", "words", status=Exit.NOTHING_FOUND
    )
    witness = ("--folder", "witness", "--passphrase-file", "pw")
    journey.run("witness", "init", *witness, "--name", "w.example")
    journey.desk("cosign", "--request", "request")
    journey.run("witness", "cosign", "request", *witness, "--log", key, "--out", "answer")


def crash(journey: Journey) -> None:
    """Too little memory, and a crash where the system is set to keep the memory of crashed programs."""
    (journey.folder / "bad").unlink(missing_ok=True)
    onto = ("--onto", "bad", "--survive", "0", "--kit", "kit")
    journey.run(
        *("field", "seal", "card", *onto),
        prefix=limited(resource.RLIMIT_NOFILE, 9),
        status={Exit.UNEXPECTED, Exit.UNABLE},
    )
    for number in (signal.SIGSEGV, signal.SIGABRT, signal.SIGQUIT):
        (journey.folder / "bad").unlink(missing_ok=True)
        journey.run(
            *("field", "seal", "card", *onto),
            prefix=limited(resource.RLIMIT_CORE, resource.RLIM_INFINITY),
            meanwhile=lambda process, number=number: crash_when_running(process, number),  # type: ignore[misc]
            status={-number, Exit.DONE},
        )


def crash_when_running(process: "subprocess.Popen[bytes]", number: int) -> None:
    """As soon as it calls itself jebi, it has read its keys or will at once."""
    while process.poll() is None:
        with contextlib.suppress(OSError):
            if Path(f"/proc/{process.pid}/cmdline").read_bytes().rstrip(b"\0") == b"jebi":
                break
        time.sleep(0.001)
    time.sleep(0.05)
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid, number)


def limited(what: int, most: int) -> list[str]:
    """jebi with one resource of the system limited."""
    code = f"import resource, sys; resource.setrlimit({what}, ({most}, {most})); from jebi.cli.main import main; sys.exit(main())"
    return [sys.executable, "-c", code]


def keep_text(journey: Journey, file: str, text: str, name: str) -> None:
    (journey.folder / file).write_text(text + "\n")
    journey.keep(name, text.strip().encode())


def shrink_clips(process: "subprocess.Popen[bytes]") -> None:
    """The card's clips become shorter while they are read."""
    folder = Path(os.readlink(f"/proc/{process.pid}/cwd"))
    while process.poll() is None and not (folder / "bad.part").exists():
        time.sleep(0.0005)
    for name in CLIPS:
        os.truncate(folder / "card" / name, 10)


def restore_clips(journey: Journey) -> None:
    dice = random.Random(1)
    for name in CLIPS:
        (journey.folder / "card" / name).write_bytes(dice.randbytes(150_000))


def content_of(folder: Path, *parts: str) -> dict[str, bytes]:
    """All files below, and their names, which say as much."""
    paths = [path for path in folder.joinpath(*parts).rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): str(path.relative_to(folder)).encode() + path.read_bytes() for path in paths}


def test_no_screen_shows_a_secret(journey: Journey) -> None:
    shown = {command.line: journey.found_in(command.shown) for command in journey.commands}
    assert {line: found for line, found in shown.items() if found} == {}
    assert len(shown) > 40


def test_no_screen_shows_a_traceback(journey: Journey) -> None:
    assert [command.line for command in journey.commands if b"Traceback" in command.shown] == []


def test_every_failure_was_provoked(journey: Journey) -> None:
    statuses = {command.status for command in journey.commands}
    wanted = {Exit.DONE, Exit.PARTLY, Exit.NOTHING_FOUND, Exit.DAMAGED, Exit.REFUSED, Exit.UNABLE, Exit.WRONG_KEY}
    assert statuses >= {*wanted, Exit.NO_ROOM}
    assert statuses & {-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGQUIT}


def test_no_process_list_temporary_file_or_spool_shows_a_secret(journey: Journey) -> None:
    assert journey.looks > 200
    assert journey.sightings == set()
    assert list((journey.folder / "spool").iterdir()) == []
    print(
        f"\n{journey.looks} looks at the processes of {len(journey.commands)} commands, {journey.spools} at a spool in use"
    )


def test_no_temporary_file_stays(journey: Journey) -> None:
    assert list((journey.folder / "tmp").iterdir()) == []


@pytest.mark.parametrize("name", [*STICKS, "n1", "n2", "m1", "r1", "r2", "p1", "whole.age"])
def test_no_stick_holds_a_secret(journey: Journey, name: str) -> None:
    assert journey.found_in((journey.folder / name).read_bytes()) == []


def test_the_archive_holds_no_secret_outside_its_clips(journey: Journey) -> None:
    """Laid-out and salvaged clips have their names, by design; everything else is sealed or says nothing."""
    for archive in ("archive", "archive-interrupted"):
        files = content_of(journey.folder / archive)
        secret = {path: journey.found_in(content) for path, content in files.items()}
        assert {path for path, found in secret.items() if found} <= {
            path for path in files if path.startswith(("clips/", "salvaged/"))
        }
        in_clips = {name for found in secret.values() for name in found}
        assert in_clips <= {"a clip's name", "a folder's name"}


def test_what_leaves_the_desk_holds_no_secret(journey: Journey) -> None:
    for name in ("proof", "list", "paper", "request", "answer", "receipts", "receipts2", "card.txt"):
        assert journey.found_in((journey.folder / name).read_bytes()) == [], name
    assert content_of(journey.folder, "witness")
    assert all(journey.found_in(content) == [] for content in content_of(journey.folder, "witness").values())


def test_kit_and_route_hold_their_own_secret_and_the_kit_forgets_it(journey: Journey) -> None:
    assert journey.found_in((journey.folder / "kit-before").read_bytes()) == ["the kit's seed"]
    assert journey.found_in((journey.folder / "kit").read_bytes()) == []
    assert journey.found_in((journey.folder / "route").read_bytes()) == ["the route's key"]


def test_a_crash_leaves_no_memory_on_the_disk(journey: Journey) -> None:
    """Where the system keeps cores in the current folder, as is usual, there is none."""
    assert [path.name for path in journey.folder.rglob("core*") if path.is_file()] == []


def test_every_canary_would_be_seen(journey: Journey) -> None:
    """The looking itself: each secret is found where it is."""
    for name, forms in journey.secrets.items():
        for form in forms:
            assert len(form) > 7
            assert name in journey.found_in(b"\0some bytes before" + form + b"and after")
