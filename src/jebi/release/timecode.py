"""Frames as broadcasters count them: rates, time codes, and rational seconds (SMPTE ST 12-1; docs/formats/broadcast.md, "Time").

Where a second has no whole number of frames, 29.97 and 59.94, the code drops numbers, so that it stays with the clock: two (or
four) at the beginning of each minute but every tenth. It drops numbers, never frames. At 23.976 no such code exists; there the
code falls behind the clock by 3.6 seconds an hour.

Invariants: integers only. It never rounds twice: what is told in milliseconds becomes a frame once, and is counted from then on.
Peak: nothing.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from jebi.errors import Refused

RATES: Final = frozenset(
    Fraction(*rate)
    for rate in ((24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1), (50, 1), (60000, 1001), (60, 1))
)
DROPPING: Final = frozenset({Fraction(30000, 1001), Fraction(60000, 1001)})
DAY: Final = 24 * 3600  # seconds by the code; it starts anew then


@dataclass(frozen=True, slots=True)
class Rate:
    """Frames in a second, of those that editing suites know.

    Raises:
        Refused: they know no such rate.
    """

    frames: Fraction

    def __post_init__(self) -> None:
        if self.frames not in RATES:
            raise Refused(f"editing suites know no {self.frames} frames in a second", hint="25 or 30000/1001 will do")

    @property
    def nominal(self) -> int:
        """Numbers in a second of the code: 30 for 29.97."""
        return -(-self.frames.numerator // self.frames.denominator)

    @property
    def drops(self) -> bool:
        """Whether the code drops numbers."""
        return self.frames in DROPPING

    def frame_at(self, ms: int) -> int:
        """The first frame that begins at or after a moment."""
        return -(-ms * self.frames.numerator // (1000 * self.frames.denominator))

    def seconds(self, frame: int) -> str:
        """When a frame begins, as FCPXML says it: `1001/30000s`, `2s`."""
        time = Fraction(frame) / self.frames
        if time.denominator == 1:
            return f"{time.numerator}s"
        return f"{frame * self.frames.denominator}/{self.frames.numerator}s"

    def code(self, frame: int) -> str:
        """The time code of a frame: `01:00:00:00`, or `01:00:00;00` where numbers are dropped."""
        number = self._number(frame)
        seconds, part = divmod(number, self.nominal)
        if frame < 0 or seconds >= DAY:
            raise ValueError("a time code is within a day")
        colon = ";" if self.drops else ":"
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{colon}{part:02}"

    def hour(self, hours: int) -> int:
        """The frame whose code is that many hours, no minutes, no seconds."""
        dropped = self._dropped() * 54 * hours if self.drops else 0
        return hours * 3600 * self.nominal - dropped

    def _dropped(self) -> int:
        """Numbers that are left out at the beginning of a minute."""
        return self.nominal // 15

    def _number(self, frame: int) -> int:
        """The frame's number, with those counted that were left out."""
        if not self.drops:
            return frame
        minute = 60 * self.nominal - self._dropped()
        tens, rest = divmod(frame, 10 * minute + self._dropped())
        whole = max(0, rest - self._dropped()) // minute  # the first minute of ten is longer
        return frame + self._dropped() * (9 * tens + whole)
