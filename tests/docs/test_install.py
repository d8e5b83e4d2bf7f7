"""What the README says of installing: the wheel that it has built runs without a network, a script or a virtual environment."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BIN = Path(sys.executable).parent


def line_of_readme(beginning: str) -> str:
    (line,) = re.findall(rf"^    ({re.escape(beginning)}.*)$", README, re.MULTILINE)
    return str(line).removeprefix(".venv/bin/")


def run(folder: Path, line: str, **environment: str) -> str:
    done = subprocess.run(
        ["bash", "-ec", line],
        cwd=folder,
        env={"PATH": f"{BIN}:/usr/bin:/bin", "PIP_DISABLE_PIP_VERSION_CHECK": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (line, done.stdout, done.stderr)
    return done.stdout


def test_the_wheel_that_the_readme_builds_is_unpacked_and_run_as_it_says(tmp_path: Path) -> None:
    """What jebi needs besides is this environment's; fetching it takes a network."""
    wheel = line_of_readme(".venv/bin/pip wheel").removesuffix(".") + str(ROOT)
    run(tmp_path, wheel)
    run(tmp_path, line_of_readme(".venv/bin/pip install --no-index --no-deps"))
    line = line_of_readme("PYTHONPATH=unpacked python3 -m jebi")

    assert run(tmp_path, line).startswith("this machine can be used")
    origin = "import jebi; print(jebi.__file__)"
    assert run(tmp_path, f"python3 -c '{origin}'", PYTHONPATH="unpacked").startswith(str(tmp_path))


def test_the_readme_asks_for_hashes_wherever_it_fetches_or_installs_what_others_made() -> None:
    lines = re.findall(r"^    (\S*pip (?:download|install) .*)$", README, re.MULTILINE)
    assert len(lines) == 5
    assert all("--require-hashes" in line or "--no-deps" in line for line in lines)
    assert all("--no-index" in line for line in lines if " install " in line)


def test_every_file_that_the_readme_installs_from_exists() -> None:
    for name in re.findall(r"-r (requirements/\S+)", README):
        assert (ROOT / name).is_file()
    assert os.access(ROOT / "tools" / "set-up", os.X_OK)
