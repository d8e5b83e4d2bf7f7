"""What the documents show is true: commands run, transcripts are what jebi says, figures are what was measured."""

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
BIN = Path(sys.executable).parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
EXECUTED = re.compile(r"<!-- executed -->\n```console\n(.*?)```", re.DOTALL)
VARIES = re.compile(
    r"paper \d: .*|(?<=trip )[0-9a-f]{8}|\b[0-9a-f]{16}\b…?|example\.org/desk\S*\+\S+|(?<=front page: ).*|(?<=measured: bytes )\d+|(?<=measured: read )\d+|(?<=farthest cell )\d+|\d{4}-\d\d-\d\d \d\d:\d\d|took \d+ seconds"
    r"|chi-square of the noise: [\d.]+|\d+ slots; .*|at least [\d.]+ [kM]B( more)?|lacks [\d]+ of|(?<=127.0.0.1:)\d+|(?<=for admin: ).*"
)


def _run(line: str, folder: Path) -> str:
    done = subprocess.run(
        ["bash", "-c", line],
        cwd=folder,
        env={"PATH": f"{BIN}:/usr/sbin:/usr/bin:/sbin:/bin", "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout


def _tool() -> ModuleType:
    """The program that writes figures into documents."""
    spec = importlib.util.spec_from_file_location("figures", ROOT / "tools" / "figures.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return tool


def _blocks() -> list[tuple[str, str]]:
    return [(path.name, block) for path in DOCUMENTS for block in EXECUTED.findall(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(("document", "block"), _blocks(), ids=lambda value: value if value.endswith(".md") else "")
def test_commands_of_a_document_say_what_it_shows(document: str, block: str, tmp_path: Path, samples: Path) -> None:
    (tmp_path / "passphrase").write_text("six words that nobody else knows\n", encoding="utf-8")
    shutil.copytree(samples, tmp_path / "card")
    for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        line, _, shown = step.partition("\n")
        said = _run(line, tmp_path)
        pattern = "".join(".*?" if part == "…" else re.escape(part) for part in re.split("(…)", shown.strip()))
        assert re.match(pattern, said.strip(), re.DOTALL), f"{document}: {line}\nshown:\n{shown}\nsaid:\n{said}"


def test_there_are_commands_in_the_readme() -> None:
    assert any(document == "README.md" for document, _ in _blocks())


@pytest.mark.deep
def test_the_readme_shows_what_the_demo_says(samples: Path, tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"<!-- transcript: demo -->\n```console\n(.*?)```\n<!-- /transcript -->", readme, re.DOTALL)
    assert shown is not None

    said = _run(f"jebi demo {samples} --models {samples.parent / 'models'} --keep kept", tmp_path)

    kept = tmp_path / "kept"
    assert {"archive", "card", "kit.txt", "parcel.tlog-proof"} <= {path.name for path in kept.iterdir()}
    assert (kept / "site" / "films" / "0001" / "film.mp4").exists()
    assert VARIES.sub("…", shown[1]).split("\n") == VARIES.sub("…", said.lstrip("\n")).split("\n")


def test_figures_of_the_documents_are_the_measured_ones() -> None:
    for path in DOCUMENTS:
        text = path.read_text(encoding="utf-8")
        tool = _tool()
        for _, area, names, shown in re.findall(tool.MARK + r"\n(.*?)<!-- /figures -->", text, re.DOTALL):
            rows = tool.measured(area, names.split())
            assert rows
            assert shown == tool.figures(rows), f"{path.name}: run tools/figures.py"


def test_every_link_between_documents_leads_somewhere() -> None:
    for path in DOCUMENTS:
        for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.name} links to {target}"


def test_every_section_that_a_docstring_names_exists() -> None:
    for source in (ROOT / "src").rglob("*.py"):
        for document, section in re.findall(r'(docs/formats/\w+\.md), "([^"]+)"', source.read_text(encoding="utf-8")):
            headings = re.findall(r"^#+ (.+)$", (ROOT / document).read_text(encoding="utf-8"), re.MULTILINE)
            assert any(section in heading for heading in headings), f"{source.name} names {document}, {section}"


def test_every_verb_is_documented() -> None:
    said = _run("jebi --help; for w in desk field member relay stick witness; do jebi $w --help; done", ROOT)
    documents = "".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)
    for place in ("desk", "field", "member", "relay", "stick", "witness"):
        assert place in said
        for verb in re.findall(r"^    (\w+) ", _run(f"jebi {place} --help", ROOT), re.MULTILINE):
            assert f"jebi {place} {verb}" in documents, f"jebi {place} {verb} is in no document"
