"""The head that packed measures share (docs/formats/fingerprints.md, "Head"): what it is, how many records follow.

A packed measure is a head of twelve bytes and records of one fixed size; nothing follows them, so bytes and values
correspond one to one.

Invariants: a count is believed only if exactly so many records are there; no more memory than the bytes given.
"""

import struct

import numpy as np
from numpy.typing import NDArray

from jebi.errors import Damaged

_HEAD = struct.Struct(">8sI")
REBUILD = "it can be made again from the original"


def pack(kind: bytes, records: NDArray[np.void]) -> bytes:
    """The packed form of an array of records; `kind` is eight ASCII letters."""
    return _HEAD.pack(kind, len(records)) + records.tobytes()


def unpack(kind: bytes, untrusted_packed: bytes, record: np.dtype[np.void], most: int) -> NDArray[np.void]:
    """The records of a packed measure, as a view that cannot be written to; raises `Damaged`."""
    name = kind.decode()
    if len(untrusted_packed) < _HEAD.size:
        raise Damaged(f"the packed {name} is shorter than its head", hint=REBUILD)
    found, count = _HEAD.unpack_from(untrusted_packed)
    if found != kind:
        raise Damaged(f"this is no packed {name}", hint=REBUILD)
    if count > most:
        raise Damaged(f"the packed {name} claims more records than any clip has", hint=REBUILD)
    if len(untrusted_packed) != _HEAD.size + count * record.itemsize:
        raise Damaged(f"the packed {name} is not as long as it says", hint=REBUILD)
    return np.frombuffer(untrusted_packed, record, count, _HEAD.size)
