"""What to erase, in which order, and what cannot be erased however often one tries.

Decides only. The honest part is `KEPT_BY_FLASH` and its kin: overwriting a file on flash does not overwrite the cells
that held it, and no program can promise otherwise.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Medium(StrEnum):
    """What a file lies on, as far as the system says."""

    DISK = "what the system takes for a magnetic disk (it takes sticks for one, too)"
    FLASH = "flash"
    MEMORY = "memory"
    UNKNOWN = "a medium that the system does not describe"


NAMES_REMAIN = "the folder may keep the name, size and dates of a deleted file until its entry is used again"
JOURNAL = "the file system's journal may hold copies of the latest changes to its folders"
FLASH_COPIES = (
    "flash writes elsewhere what is overwritten: old copies stay in its cells, readable by whoever opens the chip"
)
SNAPSHOTS = "snapshots, back-ups and synchronised copies keep what they kept"
SHELL = "the shell's history and the desktop's list of recent files may name what was opened; jebi does not touch them"
SWAP = "swap and hibernation files may hold what was in memory"
ONLY_SURE = "what was never written to it is the only thing that a medium does not hold; breaking it comes next"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One file to erase: path, bytes, what it lies on, and how many names it has."""

    path: str
    size: int
    medium: Medium
    links: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Overwrite with noise, cut to nothing, rename, delete. `unsure`: what may remain of it."""

    item: Item
    unsure: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasePlan:
    """The steps, and what remains whatever is done."""

    steps: tuple[Step, ...]
    remains: tuple[str, ...]

    def __str__(self) -> str:
        lines = []
        for step in self.steps:
            lines.append(f"overwrite and delete {step.item.path}: {step.item.size} bytes on {step.item.medium}")
            lines += [f"  cannot be sure: {reason}" for reason in step.unsure]
        return "\n".join([*lines, "what may remain all the same:", *(f"  {reason}" for reason in self.remains)])


def plan_erase(items: Iterable[Item]) -> ErasePlan:
    """Plan the erasing of files; each says for itself what cannot be promised."""
    steps = tuple(Step(item=item, unsure=tuple(_doubts(item))) for item in items)
    return ErasePlan(steps=steps, remains=(SHELL, SWAP, SNAPSHOTS, ONLY_SURE))


def _doubts(item: Item) -> Iterable[str]:
    if item.links > 1:
        more = "1 more name" if item.links == 2 else f"{item.links - 1} more names"
        yield f"it has {more}, under which the noise that overwrote it stays on the disk"
    if item.medium is not Medium.MEMORY:
        yield FLASH_COPIES
        yield NAMES_REMAIN
        yield JOURNAL
