"""Who shows how far it is: a terminal, a page, or nobody."""

from typing import Protocol


class Progress(Protocol):
    """Steps of so many bytes or other units, one after the other, and what is worth knowing meanwhile."""

    def begin(self, what: str, total: int, unit: str = "bytes") -> None:
        """A step of `total` units begins."""
        ...

    def advance(self, done: int) -> None:
        """So many more are done."""
        ...

    def say(self, text: str) -> None:
        """Something that a person should know or do now."""
        ...


class Quiet:
    """Nobody watches."""

    def begin(self, what: str, total: int, unit: str = "bytes") -> None: ...

    def advance(self, done: int) -> None: ...

    def say(self, text: str) -> None: ...
