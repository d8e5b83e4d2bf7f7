"""The command line as a whole: help, exit statuses, and what a mistake leaves behind."""

import importlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from jebi import __version__
from jebi.cli.main import PLACES, VERBS
from jebi.errors import EXIT_MEANINGS, Exit

if TYPE_CHECKING:
    from cli.conftest import Jebi

BAD_BUILD = """
class Encoder:
    @staticmethod
    def with_defaults(block, symbol):
        raise OverflowError("canary quorvex")


Decoder = Encoder
"""
MODULES = [importlib.import_module("jebi.cli." + verb.replace(" ", "_")) for verb in VERBS]


@pytest.mark.parametrize("verb", MODULES, ids=VERBS)
def test_every_verb_says_in_help_what_it_does_and_what_its_exit_statuses_mean(jebi: "Jebi", verb: ModuleType) -> None:
    said = jebi(*verb.NAMES, "--help")
    assert (said.status, said.err) == (0, "")
    assert verb.__doc__ is not None
    assert verb.__doc__.strip() in said.out
    assert all(f"{int(code):>3}  {meaning}" in said.out for code, meaning in EXIT_MEANINGS.items())
    assert "--json" in said.out


@pytest.mark.parametrize("verb", MODULES, ids=VERBS)
def test_every_verb_has_its_file_and_a_short_line_of_its_own(verb: ModuleType) -> None:
    assert verb.__name__ == "jebi.cli." + "_".join(verb.NAMES)
    assert 10 < len(verb.HELP) < 60
    assert sum(other.NAMES == verb.NAMES for other in MODULES) == 1


@pytest.mark.parametrize("verb", MODULES, ids=VERBS)
def test_an_option_that_does_not_exist_is_a_mistake_of_the_command_line(jebi: "Jebi", verb: ModuleType) -> None:
    said = jebi(*verb.NAMES, "--surely-not")
    assert (said.status, said.out) == (Exit.USAGE, "")
    assert "usage: jebi" in said.err


@pytest.mark.parametrize("words", [["--passphrase", "quorvex"], ["--passphrase=quorvex"], ["quorvex"]], ids=str)
def test_a_secret_that_was_typed_where_none_belongs_is_not_repeated(jebi: "Jebi", words: list[str]) -> None:
    said = jebi("desk", "check", *words)
    assert (said.status, "unrecognized arguments" in said.err) == (Exit.USAGE, True)
    assert "quorvex" not in said.out + said.err


@pytest.mark.parametrize("place", PLACES)
def test_a_place_without_a_verb_names_its_verbs(jebi: "Jebi", place: str) -> None:
    assert jebi(place).status == Exit.USAGE
    shown = jebi(place, "--help").out
    assert all(verb.HELP in shown for verb in MODULES if verb.NAMES[0] == place)


def test_without_anything_the_help_is_shown_and_the_status_is_usage(jebi: "Jebi") -> None:
    said = jebi()
    assert said.status == Exit.USAGE
    assert all(meaning in said.out + said.err for meaning in EXIT_MEANINGS.values())


def test_an_unknown_verb_is_a_mistake_of_the_command_line(jebi: "Jebi") -> None:
    said = jebi("desk", "brew")
    assert (said.status, said.out, "invalid choice: 'brew'" in said.err) == (Exit.USAGE, "", True)


def test_the_version_is_said(jebi: "Jebi") -> None:
    assert jebi("--version").out == f"jebi {__version__}\n"


@pytest.mark.parametrize(
    ("words", "loaded"),
    [("field seal --help", {"field_seal"}), ("relay --help", {"relay_join"}), ("doctor", {"doctor"})],
)
def test_only_the_verb_that_was_typed_is_loaded(words: str, loaded: set[str]) -> None:
    code = f"""
import sys
from jebi.cli.main import VERBS, main
try:
    main({words.split()!r})
except SystemExit:
    pass
verbs = {{verb.replace(" ", "_") for verb in VERBS}}
print(*(verb for verb in verbs if "jebi.cli." + verb in sys.modules), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stderr.splitlines()[-1].split()) == loaded


def test_every_status_of_jebi_has_a_meaning() -> None:
    assert set(EXIT_MEANINGS) == set(Exit)


def test_whoever_stops_reading_harms_nothing(jebi: "Jebi") -> None:
    """As in `jebi doctor | head -0`."""
    ours, its = os.pipe()
    os.close(ours)
    done = subprocess.run(
        [sys.executable, "-c", "import sys; from jebi.cli.main import main; sys.exit(main())", "doctor"],
        stdout=its,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(its)
    assert (done.returncode, b"Traceback" in done.stderr) == (Exit.DONE, False), done.stderr


def test_output_that_cannot_be_written_is_not_taken_for_done(jebi: "Jebi") -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-c", "import sys; from jebi.cli.main import main; sys.exit(main())", "doctor"],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode not in {Exit.DONE, Exit.USAGE}
    assert b"Traceback" not in done.stderr


def test_a_mistake_in_jebi_says_where_and_shows_neither_traceback_nor_values(office: "Jebi") -> None:
    """A bad build of a library fails in a way that nobody foresaw."""
    office.write("raptorq.py", BAD_BUILD)
    code = "import sys; sys.path.insert(0, '.'); from jebi.cli.main import main; sys.exit(main())"
    said = office.by((sys.executable, "-c", code), "field", "seal", "clips", "--onto", "n1", "--kit", "kit")
    assert (said.status, said.out) == (Exit.UNEXPECTED, "")
    assert said.err.startswith("jebi: a mistake in jebi itself: OverflowError at ")
    assert "quorvex" not in said.err
    assert "Traceback" not in said.err
    assert not office.exists("n1")


def test_ctrl_c_ends_it_with_its_own_status_and_one_sentence(office: "Jebi") -> None:
    """While it waits for the passphrase: nothing was begun."""
    program = "import sys; from jebi.cli.main import main; sys.exit(main())"
    process = subprocess.Popen(
        [sys.executable, "-c", program, "desk", "check", "--archive", "archive", "--passphrase-file", "-"],
        cwd=office.folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    patience = time.monotonic() + 20
    while Path(f"/proc/{process.pid}/cmdline").read_bytes().rstrip(b"\0") != b"jebi":  # it has heard its arguments
        assert time.monotonic() < patience
        time.sleep(0.01)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (Exit.INTERRUPTED, b""), err
    assert err.decode().strip() == "stopped; nothing was lost, and what was said to be done is. Run it again"
