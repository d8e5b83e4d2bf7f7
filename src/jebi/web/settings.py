"""How the desk is served; given once, by whoever starts it. The clock and the dice are given too: nothing here has its own."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, tzinfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the pages need to know of the machine they run on.

    Args:
        origins: every address under which the desk may be called, as `http://127.0.0.1:8765`; others are turned away.
        clock: POSIX seconds.
        dice: that many random bytes.
        complain: takes one line about a mistake in jebi itself; it holds no name and no value.
        zone: in which times are shown.
        beat: seconds between two looks for what changed, while a page is open.
    """

    origins: tuple[str, ...]
    clock: Callable[[], float] = field(repr=False)
    dice: Callable[[int], bytes] = field(repr=False)
    complain: Callable[[str], None] = field(repr=False)
    zone: tzinfo = UTC
    beat: float = 1.0

    def __post_init__(self) -> None:
        if not self.origins or any(not one.startswith(("http://", "https://")) for one in self.origins):
            raise ValueError("origins are addresses with http or https")
        if len({one.partition(":")[0] for one in self.origins}) != 1:
            raise ValueError("either all origins are https, or none is")

    @property
    def hosts(self) -> frozenset[str]:
        """What the Host header may be."""
        return frozenset(one.partition("://")[2] for one in self.origins)

    @property
    def is_https(self) -> bool:
        """Whether the desk is called under https only."""
        return self.origins[0].startswith("https://")

    def now(self) -> int:
        """POSIX seconds, whole."""
        return int(self.clock())
