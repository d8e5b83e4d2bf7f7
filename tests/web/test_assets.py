"""The files that pages stand on are few, ours, and built from the sources beside them."""

import json
import re
import shutil
import subprocess
from pathlib import Path

from jebi.web import assets

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCES = ROOT / "web-src"


def test_an_address_changes_with_the_content() -> None:
    files = assets.Assets(files={"a.css": b"1"}), assets.Assets(files={"a.css": b"2"})
    assert files[0].address("a.css") != files[1].address("a.css")


def test_nothing_but_the_known_files_is_served() -> None:
    assert set(assets.read().files) == {"desk.css", "islands.js", "swallow.svg"}


def test_no_file_names_another_place() -> None:
    for name, content in assets.read().files.items():
        found = set(re.findall(rb"https?://[^\s\"'`)<]+", content)) | set(
            re.findall(rb"@import|url\(|sourceMappingURL", content)
        )
        assert found <= {
            b"http://www.w3.org/2000/svg",
            b"http://www.w3.org/1998/Math/MathML",
            b"http://www.w3.org/1999/xlink",
        }, name


def test_the_built_islands_are_what_their_sources_give(tmp_path: Path) -> None:
    copy = tmp_path / "web-src"
    shutil.copytree(SOURCES, copy, ignore=shutil.ignore_patterns("node_modules"))
    (copy / "node_modules").symlink_to(SOURCES / "node_modules")
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "JEBI_STATIC": str(tmp_path / "built")}
    subprocess.run(
        ["node", "node_modules/vite/bin/vite.js", "build", "--logLevel", "error"], cwd=copy, env=environment, check=True
    )
    assert (tmp_path / "built" / "islands.js").read_bytes() == assets.read().files["islands.js"]


def test_the_islands_types_hold() -> None:
    subprocess.run(["node", "node_modules/typescript/bin/tsc", "--noEmit"], cwd=SOURCES, check=True)


def test_the_locks_have_sums_and_no_addresses() -> None:
    for folder in (SOURCES, ROOT / "tests" / "browser"):
        lock = json.loads((folder / "package-lock.json").read_text("utf-8"))
        for path, package in lock["packages"].items():
            assert "resolved" not in package
            assert not path or package["integrity"].startswith("sha512-")
