"""The few files that pages stand on: style, islands, the mark. Read once when the desk starts; nothing else is ever served.

Peak: their sizes, under 1 MB.
"""

import functools
import hashlib
import importlib.resources
from collections.abc import Mapping
from dataclasses import dataclass

TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Assets:
    """The files by name."""

    files: Mapping[str, bytes]

    def address(self, name: str) -> str:
        """Where a page finds one; another version of it has another address."""
        return f"/static/{name}?v={hashlib.sha256(self.files[name]).hexdigest()[:16]}"


@functools.cache
def read() -> Assets:
    """The files beside this module."""
    folder = importlib.resources.files("jebi.web") / "static"
    return Assets(
        files={one.name: one.read_bytes() for one in folder.iterdir() if one.name.rpartition(".")[2] in TYPES}
    )
