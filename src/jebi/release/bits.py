"""Bits of a parameter set or a slice header, read one field after the other (ITU-T H.264, 7.2 and 9.1).

Invariant: whoever reads beyond the end is told `Damaged`, and so is whoever meets a number that no field may hold.
Peak: the payload, as one number.
"""

from typing import Final

from jebi.errors import Damaged

LONGEST: Final = 4096  # bytes; a parameter set takes 50
LARGEST: Final = 32  # bits of an Exp-Golomb number before its middle


class Bits:
    """A cursor over bits, the most significant first."""

    def __init__(self, content: bytes) -> None:
        if len(content) > LONGEST:
            raise Damaged("a parameter set is longer than any")
        self._value = int.from_bytes(content, "big")
        self._left = 8 * len(content)

    def take(self, count: int) -> int:
        """An unsigned number of so many bits."""
        if count > self._left:
            raise Damaged("it ends before its last field")
        self._left -= count
        return self._value >> self._left & (1 << count) - 1

    def flag(self) -> bool:
        """One bit."""
        return bool(self.take(1))

    def unsigned(self) -> int:
        """ue(v)."""
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > LARGEST:
                raise Damaged("a number is larger than any field")
        return (1 << zeros) - 1 + self.take(zeros)

    def signed(self) -> int:
        """se(v)."""
        value = self.unsigned()
        return (value + 1) // 2 if value % 2 else -(value // 2)

    @property
    def is_done(self) -> bool:
        """Whether what is left is the stop bit and zeros to the end of its byte, and nothing else."""
        return 0 < self._left <= 8 and self._value & (1 << self._left) - 1 == 1 << self._left - 1


def unescaped(unit: bytes) -> bytes:
    """A NAL unit without the bytes that keep start codes out of it (7.3.1)."""
    pieces = unit.split(b"\0\0\3")
    return b"\0\0".join(pieces)
