"""What the pages ask of films that are published, wait for it, or were withdrawn. `Publishing` is the part of the archive that answers.

Invariants: a protocol only. Nobody names a folder here. Numbers that are not there raise `NothingFound`; what a rule forbids raises `Refused`.
"""

from collections.abc import Mapping
from typing import Protocol

from jebi.office.shown_publishing import Releases, ToPublish, ToWithdraw


class Publishing(Protocol):
    """What goes out, and what is taken back."""

    def releases(self, *, by: str) -> Releases: ...

    def to_publish(self, cut: int, output: int, /, *, by: str) -> ToPublish: ...

    def publish(self, cut: int, output: int, sha256: str, plan_sha256: str, /, *, by: str) -> None:
        """Publish exactly this output of this plan; returns once it has begun. Raises `Refused` where it cannot be, or while something else is done."""

    def to_withdraw(self, cut: int, output: int, /, *, by: str) -> ToWithdraw: ...

    def withdraw(self, cut: int, output: int, texts: Mapping[str, str], /, *, by: str) -> None:
        """Withdraw the film that is this output, and leave these texts by language; the log has it when this returns, and the site follows."""

    def make_site(self, *, by: str) -> None:
        """Bring the site to what was released and withdrawn; returns once it has begun."""
