"""Bech32 without a length limit, as age writes keys (BIP 173; C2SP age.md, "Conventions").

Invariants: what `decode` accepts, `encode` writes back unchanged in lower case; mixed case is refused.
"""

from jebi.errors import Damaged

ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
CHECKSUM_LENGTH = 6
LONGEST = 4096  # a post-quantum recipient has 1,959 characters; nothing of ours is longer


def encode(prefix: str, payload: bytes) -> str:
    """Write `payload` under `prefix`, all lower case."""
    values = _regroup(payload, 8, 5, pad=True)
    checked = values + _checksum(prefix, values)
    return prefix + "1" + "".join(ALPHABET[value] for value in checked)


def decode(untrusted_text: str) -> tuple[str, bytes]:
    """Read prefix (lower case) and payload back.

    Raises:
        Damaged: for anything that `encode` cannot have written.
    """
    if len(untrusted_text) > LONGEST:
        raise Damaged("the key is too long to be one")
    if not untrusted_text.isascii():  # there are letters whose lower case is ASCII, such as the Kelvin sign
        raise Damaged("the key has a letter that is not ASCII", hint="copy it again, whole")
    if untrusted_text not in (untrusted_text.lower(), untrusted_text.upper()):
        raise Damaged("the key mixes upper and lower case")
    prefix, separator, rest = untrusted_text.lower().rpartition("1")
    if not (prefix and separator) or not all("!" <= letter <= "~" for letter in prefix):
        raise Damaged("the key has no readable prefix")
    values = [ALPHABET.find(letter) for letter in rest]
    if -1 in values or len(values) < CHECKSUM_LENGTH:
        raise Damaged("the key has a character that keys do not have", hint="copy it again, whole")
    if _polymod(_expand(prefix) + values) != 1:
        raise Damaged("the key was mistyped or cut: its checksum is wrong", hint="copy it again, whole")
    return prefix, bytes(_regroup(bytes(values[:-CHECKSUM_LENGTH]), 5, 8, pad=False))


def _checksum(prefix: str, values: list[int]) -> list[int]:
    residue = _polymod(_expand(prefix) + values + [0] * CHECKSUM_LENGTH) ^ 1
    return [(residue >> 5 * (CHECKSUM_LENGTH - 1 - i)) & 31 for i in range(CHECKSUM_LENGTH)]


def _expand(prefix: str) -> list[int]:
    return [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix]


def _polymod(values: list[int]) -> int:
    residue = 1
    for value in values:
        top = residue >> 25
        residue = (residue & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(GENERATORS):
            if top >> bit & 1:
                residue ^= generator
    return residue


def _regroup(values: bytes, width: int, to_width: int, *, pad: bool) -> list[int]:
    groups, bits, count = [], 0, 0
    for value in values:
        bits, count = (bits << width | value) & 0xFFF, count + width
        while count >= to_width:
            count -= to_width
            groups.append(bits >> count & ((1 << to_width) - 1))
    left = bits & ((1 << count) - 1)
    if pad:
        return [*groups, left << (to_width - count)] if count else groups
    if count >= width or left:
        raise Damaged("the key ends in bits that no key has")
    return groups
