"""Rows of measurements: made in one place, written as JSON, shown as a table."""

import json
import os
import platform
import subprocess
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results"


def _machine() -> str:
    with open("/proc/cpuinfo", encoding="utf-8") as cpu:
        model = next((line.partition(": ")[2].strip() for line in cpu if line.startswith("model name")), "unknown")
    gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{len(os.sched_getaffinity(0))} cores of {model}, {gib:.0f} GiB, Python {platform.python_version()}"


def _commit() -> str:
    said = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=ROOT, check=False
    )
    return said.stdout.strip() or "unknown"


MACHINE, COMMIT = _machine(), _commit()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One measurement. `goal` reads `>= 150` or `<= 400`; `ratio` is value over peer_value."""

    name: str
    value: float
    unit: str
    peer: str = ""
    peer_value: float | None = None
    goal: str = ""
    machine: str = MACHINE
    date: str = field(default_factory=lambda: datetime.now(UTC).strftime("%Y-%m-%d"))
    commit: str = COMMIT

    @property
    def ratio(self) -> float | None:
        return round(self.value / self.peer_value, 3) if self.peer_value else None

    @property
    def met(self) -> bool | None:
        if not self.goal:
            return None
        sign, _, limit = self.goal.partition(" ")
        measured = self.ratio if self.peer_value and "x" in limit else self.value
        bound = float(limit.removesuffix("x"))
        return measured is not None and (measured >= bound if sign == ">=" else measured <= bound)

    def written(self) -> dict[str, object]:
        return {**asdict(self), "ratio": self.ratio, "met": self.met}


def save(area: str, rows: Iterable[Row]) -> Path:
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{area}.json"
    path.write_text(json.dumps([row.written() for row in rows], indent=1) + "\n", encoding="utf-8")
    return path


def table(rows: Iterable[Row]) -> str:
    lines = [f"{'measure':42} {'value':>10} {'unit':10} {'peer':22} {'value':>9} {'ratio':>8} {'goal':>9} met"]
    for row in rows:
        peer_value = "" if row.peer_value is None else f"{row.peer_value:.4g}"
        ratio = "" if row.ratio is None else f"{row.ratio:.3g}x"
        met = {None: "", True: "yes", False: "NO"}[row.met]
        lines.append(
            f"{row.name:42} {row.value:>10.4g} {row.unit:10} {row.peer:22} {peer_value:>9} {ratio:>8} {row.goal:>9} {met}"
        )
    return "\n".join(lines)
