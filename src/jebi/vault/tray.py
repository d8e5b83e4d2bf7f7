"""What came of parcels that are not whole yet, kept over weeks: records of one fixed size, appended to one file a parcel.

Invariants: a record is only ever added; one that a crash cut short is ignored and overwritten; what is in a record is
nobody's business here.
"""

import contextlib
import os
from collections.abc import Iterable

from jebi.errors import failures_named
from jebi.vault.files import sync_folder

SUFFIX = ".slots"


class Tray:
    """A folder of half-arrived parcels."""

    def __init__(self, folder: str, record: int) -> None:
        self._folder, self._record = folder, record

    def path(self, parcel: str) -> str:
        """The file of one parcel's records."""
        return os.path.join(self._folder, parcel + SUFFIX)

    def parcels(self) -> list[str]:
        """The parcels of which something is kept."""
        with failures_named(self._folder, "read"):
            return sorted(name.removesuffix(SUFFIX) for name in os.listdir(self._folder) if name.endswith(SUFFIX))

    def count(self, parcel: str) -> int:
        """Whole records kept of a parcel."""
        with failures_named(self.path(parcel), "read"):
            try:
                return os.stat(self.path(parcel)).st_size // self._record
            except FileNotFoundError:
                return 0

    def add(self, parcel: str, records: Iterable[bytes]) -> int:
        """Append records and sync; returns how many.

        Raises:
            NoRoom, Unable: what was appended before is kept.
        """
        path, added = self.path(parcel), 0
        with failures_named(path, "written"):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                end = os.fstat(descriptor).st_size // self._record * self._record
                for record in records:
                    assert len(record) == self._record
                    _write(descriptor, record, end + added * self._record)
                    added += 1
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            sync_folder(self._folder)
        return added

    def remove(self, parcel: str) -> None:
        """Forget a parcel, for it is whole now."""
        with failures_named(self.path(parcel), "removed"), contextlib.suppress(FileNotFoundError):
            os.unlink(self.path(parcel))


def _write(descriptor: int, record: bytes, offset: int) -> None:
    view = memoryview(record)
    while view:
        written = os.pwrite(descriptor, view, offset)
        view, offset = view[written:], offset + written
