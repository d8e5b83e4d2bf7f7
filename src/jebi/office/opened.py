"""How whoever renders comes to a source of a plan, and to other films of whoever filmed it: by its place, as a plain file, for as long as it is needed.

Invariants: types only, nothing happens here.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from jebi.media.probe import Probe

File = AbstractContextManager[tuple[str, Probe]]  # its path, and what it is
Opened = Callable[[int], File]  # of a source's place
Others = Callable[
    [int], Iterator[File]
]  # of a source's place: other films that came with it, those of its parcel first
