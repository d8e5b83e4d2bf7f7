"""What a cut is rendered to: a few files, and one digest over all of them (docs/formats/cuts.md, "Output").

Invariants: a file's name is one of a fixed pattern and says nothing; whatever changes in any file changes the digest.
"""

import hashlib
import re
from collections.abc import Mapping

from jebi.errors import Damaged

FILM = "film.mp4"
_NAME = re.compile(r"(?:[a-z0-9]{1,32}/){0,3}[a-z0-9-]{1,32}(?:\.[a-z]{2,3})?\.[a-z0-9]{2,4}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def listed(files: Mapping[str, str]) -> bytes:
    """The list of an output's files, as `sha256sum` writes and checks it: name by name, each with its SHA-256 in hex."""
    for name, sha256 in files.items():
        if not _NAME.fullmatch(name) or not _SHA256.fullmatch(sha256):
            raise Damaged("a file of the output has a name or a digest that cannot be")
    return "".join(f"{files[name]}  {name}\n" for name in sorted(files)).encode()


def digest(files: Mapping[str, str]) -> str:
    """The output hash, in hex."""
    return hashlib.sha256(listed(files)).hexdigest()
