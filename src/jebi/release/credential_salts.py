"""Credentials that are the same each time: the salts that c2pa-rs drew are replaced by ones that follow from the film (docs/formats/credentials.md, "Signing").

A salt stands in the description of each assertion. When it changes, the assertion's digest does, and with it the claim, which is signed. All of these
have a length of their own, so everything keeps its place.

Invariants: nothing changes but salts, digests and the signature; what does not stand there exactly once is damage. It never holds a key: it asks for a
signature, as c2pa-rs did. Peak: the credentials, four times.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from jebi.errors import Damaged
from jebi.release.credential_box import DEEPEST, PURPOSE, SALT, USER_TYPE

HEAD: Final = 8  # bytes of a box before its payload
TYPE: Final = 16 + 1  # of a description: what the box is, and its toggles; the label follows
SALT_BOX: Final = (HEAD + SALT).to_bytes(4) + b"c2sh"


@dataclass(frozen=True, slots=True)
class _Salted:
    """A box with a salt: where its payload begins and ends, where the salt is, and its label."""

    start: int
    stop: int
    salt: int
    label: bytes


def settled(box: bytes, *, signed: bytes, signature: bytes, film: bytes, sign: Callable[[bytes], bytes]) -> bytes:
    """The box of credentials with salts that follow from the film.

    Args:
        box: as c2pa-rs wrote it, from its size to its end.
        signed: what c2pa-rs had signed.
        signature: and what it was given for that.
        film: SHA-256 of the film without credentials.
        sign: signs what is to be signed now.

    Raises:
        Damaged: the box is not what c2pa-rs writes.
    """
    content = bytearray(box)
    for salted in _salted(box, HEAD + len(USER_TYPE) + len(PURPOSE), len(box), DEEPEST):
        before = hashlib.sha256(content[salted.start : salted.stop]).digest()
        salt = hmac.digest(film, salted.label, "sha256")[:SALT]
        content[salted.salt : salted.salt + SALT] = salt
        after = hashlib.sha256(content[salted.start : salted.stop]).digest()
        content = _replaced(content, before, after)
        signed = bytes(_replaced(bytearray(signed), before, after))
    return bytes(_replaced(content, signature, sign(signed)))


def _salted(box: bytes, start: int, stop: int, depth: int) -> Iterator[_Salted]:
    """Boxes with a salt, at any depth, in their order."""
    for place, end in _boxes(box, start, stop, b"jumb"):
        described = place + HEAD
        inside = described + int.from_bytes(box[described : described + 4])
        label, _, rest = box[described + HEAD + TYPE : inside].partition(b"\0")
        if rest:
            if rest[: len(SALT_BOX)] != SALT_BOX or len(rest) != len(SALT_BOX) + SALT:
                raise Damaged("a box in the credentials has more about it than a name and a salt")
            yield _Salted(place + HEAD, end, inside - SALT, label)
        if depth and box[inside + 4 : inside + HEAD] == b"jumb":
            yield from _salted(box, inside, end, depth - 1)


def _boxes(box: bytes, start: int, stop: int, kind: bytes) -> Iterator[tuple[int, int]]:
    """Where the boxes of a stretch begin and end, all of which are of one kind."""
    while start < stop:
        end = start + int.from_bytes(box[start : start + 4])
        if not start + HEAD <= end <= stop or box[start + 4 : start + HEAD] != kind:
            raise Damaged("the boxes in the credentials are not those that should be there")
        yield start, end
        start = end


def _replaced(content: bytearray, old: bytes, new: bytes) -> bytearray:
    """The same with `new` in the place of `old`, which stands there once and is as long."""
    if content.count(old) != 1 or len(old) != len(new):
        raise Damaged("the credentials do not say what was signed")
    return content.replace(old, new)
