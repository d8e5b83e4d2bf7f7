"""Whose every key of the index is: so that a search in some clips need not read a million rows to learn their keys.

It is kept in memory, and extended by what was added since: numbers of texts only rise, those of names only fall, and neither
is given twice or changes hands (docs/formats/catalogue.md). A text that is gone keeps its owner here; the index has no row for it.

Invariants: an extension is complete for the transaction that asks, or it does not happen. Threads may share it.
Peak: 12 bytes a key, 100 a clip; while they are read for the first time, twice that.
"""

import threading
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Column, ColumnElement, Connection, String, cast, func, select

from jebi.vault.fragments import Keys
from jebi.vault.index_names import NAMES
from jebi.vault.schema import SegmentKind, segment

_Codes = NDArray[np.int32]


class Owners:
    """The clip of each text of some kinds, and of each name."""

    def __init__(self, kinds: Sequence[SegmentKind]) -> None:
        self._kinds = kinds
        self._codes: dict[str, int] = {}  # of a clip, its place in the order in which they were met
        self._keys: Keys = np.empty(0, np.int64)  # rising
        self._owners: _Codes = np.empty(0, np.int32)  # of each, the clip's place
        self._extending = threading.Lock()

    def keys_of(self, connection: Connection, clips: Iterable[str]) -> Keys:
        """The keys of the texts and names of these clips, in rising order."""
        with self._extending:
            self._extend(connection)
            is_asked = np.zeros(len(self._codes), np.bool_)
            is_asked[[self._codes[clip] for clip in clips if clip in self._codes]] = True
            return self._keys[is_asked[self._owners]]

    def _extend(self, connection: Connection) -> None:
        lowest, highest = (int(self._keys[0]), int(self._keys[-1])) if len(self._keys) else (0, 0)
        texts = self._read(
            connection, segment.c.id, segment.c.clip, segment.c.id > max(0, highest), segment.c.kind.in_(self._kinds)
        )
        names = self._read(connection, NAMES.c.key, NAMES.c.clip, NAMES.c.key < min(0, lowest))
        if len(texts[0]) or len(names[0]):
            self._keys = np.concatenate([names[0], self._keys, texts[0]])
            self._owners = np.concatenate([names[1], self._owners, texts[1]])

    def _read(
        self, connection: Connection, key: Column[int], owner: Column[str], *conditions: ColumnElement[bool]
    ) -> tuple[Keys, _Codes]:
        """New keys in rising order, and the places of their clips; a row a clip, which is read much faster than one a key."""
        some = func.aggregate_strings(cast(key, String), ",")
        parts, owners = [np.empty(0, np.int64)], []
        for clip, joined in connection.execute(select(owner, some).where(*conditions).group_by(owner)):
            parts.append(np.array(joined.split(","), np.int64))
            owners.append(self._codes.setdefault(clip, len(self._codes)))
        keys = np.concatenate(parts)
        codes = np.repeat(np.array(owners, np.int32), [len(part) for part in parts[1:]])
        order = np.argsort(keys)
        return keys[order], codes[order]
