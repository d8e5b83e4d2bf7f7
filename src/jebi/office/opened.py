"""How whoever renders comes to a source of a plan: by its place, as a plain file, for as long as it is needed.

Invariants: a type only, nothing happens here.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager

from jebi.media.probe import Probe

Opened = Callable[[int], AbstractContextManager[tuple[str, Probe]]]  # a source's place: its path, and what it is
