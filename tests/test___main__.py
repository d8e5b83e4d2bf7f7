"""`python -m jebi` is jebi, where no script could be installed; and to load the module begins nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parent))  # for what tests share by name

from cli.conftest import Jebi, jebi, office, office_once
from jebi import __version__
from jebi.errors import Exit

__all__ = ["jebi", "office", "office_once"]

MODULE = (sys.executable, "-m", "jebi")


def test_python_runs_it_as_a_module_where_no_script_is_installed(office: Jebi) -> None:
    """Its workers begin by loading the same module, and must not begin jebi again."""
    words = ("field", "seal", "clips", "--onto", "n1", "n2", "--survive", "1", "--kit", "kit")
    said = office.by(MODULE, *words)
    assert (said.status, "2 read back" in said.out) == (Exit.DONE, True), said
    assert office.by(MODULE, "--version").out == f"jebi {__version__}\n"


@pytest.mark.parametrize("words", [(), ("brew",), ("desk", "brew"), ("stick", "look", "nowhere"), ("--version",)])
def test_it_says_and_ends_as_the_script_does(jebi: Jebi, words: tuple[str, ...]) -> None:
    assert jebi.by(MODULE, *words) == jebi.alone(*words)


def test_a_process_that_only_loads_the_module_runs_nothing(tmp_path: Path) -> None:
    """As every worker does that is started anew."""
    load = [sys.executable, "-c", "import jebi.__main__", "desk", "brew"]

    done = subprocess.run(load, cwd=tmp_path, capture_output=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (Exit.DONE, b"", b"")
