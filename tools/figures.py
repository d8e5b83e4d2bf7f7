#!/usr/bin/env python3
"""Write measured figures into the documents, between their marks; `--transcript` also runs the demo for README, and shows a picture of it before and after."""

import json
import re
import subprocess
import sys
import tempfile
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILMED, MOMENT = "carphone_pristine.mp4", "1.5"  # seconds
MARK = r"(<!-- figures: (\w+)((?: [\w.*]+)*) -->)"


def figures(rows: list[dict[str, object]]) -> str:
    """A Markdown table of an area's rows, with machine and date."""
    lines = ["| measure | value | goal | beside | it reaches |", "| --- | --- | --- | --- | --- |"]
    for row in rows:
        goal = f"{row['goal']} {'' if row['met'] else '**missed**'}".strip() if row["goal"] else ""
        peer = f"{row['peer_value']:.4g} {row['unit']}" if row["peer_value"] is not None else ""
        ratio = f" ({row['ratio']:.3g}×)" if row["ratio"] else ""
        lines.append(f"| {row['name']} | {row['value']:.4g} {row['unit']}{ratio} | {goal} | {row['peer']} | {peer} |")
    first = rows[0]
    return "\n".join(lines) + f"\n\nMeasured on {first['machine']}, {first['date']}, at {first['commit']}.\n"


def measured(area: str, names: list[str]) -> list[dict[str, object]]:
    """The rows of an area; or those of some names, in their order, where `*` stands for anything."""
    rows = json.loads((ROOT / "bench" / "results" / f"{area}.json").read_text(encoding="utf-8"))
    return [row for name in names or ["*"] for row in rows if fnmatch(row["name"], name)]


def main() -> None:
    for path in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]:
        text = path.read_text(encoding="utf-8")
        for mark, area, names in re.findall(MARK, text):
            text = between(text, f"{mark}\n", "<!-- /figures -->", figures(measured(area, names.split())))
        if "--transcript" in sys.argv and "<!-- transcript: demo -->" in text:
            text = between(text, "<!-- transcript: demo -->\n", "<!-- /transcript -->", transcript())
        path.write_text(text, encoding="utf-8")


def between(text: str, begin: str, end: str, content: str) -> str:
    """Replace what stands between two marks."""
    before, _, rest = text.partition(begin)
    return before + begin + content + end + rest.partition(end)[2]


def transcript() -> str:
    """What the demo says, without the words that a desk must keep to itself."""
    command = [str(ROOT / ".venv/bin/jebi"), "demo", str(ROOT / ".cache/samples")]
    with tempfile.TemporaryDirectory() as folder:
        command += ["--models", str(ROOT / ".cache/models"), "--keep", f"{folder}/kept"]
        said = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True).stdout
        before_and_after(Path(folder, "kept"))
        said = said.replace(f"{folder}/kept", "…")
    said = re.sub(r"^paper (\d): .*$", r"paper \1: (33 words)", said, flags=re.MULTILINE)
    return f"```console\n{said.lstrip(chr(10))}```\n"


def before_and_after(kept: Path) -> None:
    """One moment of the clip that the demo publishes, as it was filmed and as it is published, beside each other."""
    (published,) = (kept / "site").rglob("film.mp4")
    films = ("-ss", MOMENT, "-i", str(kept / "card" / FILMED), "-ss", MOMENT, "-i", str(published))
    laid = "[0]scale=-2:288,setsar=1[a];[1]scale=-2:288,setsar=1[b];[a][b]hstack"
    target = str(ROOT / "docs" / "pictures" / "before-after.jpg")
    command = ["ffmpeg", "-v", "error", "-y", *films, "-filter_complex", laid, "-frames:v", "1", "-q:v", "4", target]
    subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
