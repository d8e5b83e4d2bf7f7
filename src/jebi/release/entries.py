"""How samples are described: `stsd` with `avc1` or `mp4a`, and nothing in it that could carry a word.

ISO/IEC 14496-12, 8.5.2; 14496-14, 5.6; 14496-15, 5.3.3; 14496-3, 1.6.2. Every byte is on the list, or is a leak.
Peak: the box, of which 64 KiB are read at most.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from jebi.errors import Damaged
from jebi.release.boxes import Box, Bytes, boxes
from jebi.release.leaks import Finding, Reason

HEAD: Final = 8
PICTURE_HEAD: Final = 78
SOUND_HEAD: Final = 28
RATES: Final = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000)
FASTEST: Final = 400_000_000  # bits a second, or bits kept: what H.264's highest level may have
FASTEST_SOUND: Final = 1 << 21
NO_HARMONICS: Final = bytes.fromhex("56e500")  # ffmpeg says that there is no spectral band replication
COLOURS: Final = frozenset((1, 2, 5, 6, 13))  # BT.709, nothing, BT.470 BG, BT.601, sRGB


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """H.264, as `avc1` describes it: its size, and its two parameter sets as they are written."""

    width: int
    height: int
    sequence: bytes
    picture: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """AAC-LC, as `mp4a` describes it."""

    rate: int
    channels: int


def description(content: bytes, findings: list[Finding]) -> Pictures | Sound:
    """What `stsd` describes; what it should not hold is added to `findings`. Raises `Damaged` if it is neither of the two."""
    if len(content) < 8 or content[:8] != bytes.fromhex("0000000000000001"):
        raise Damaged("the box stsd holds another number of descriptions than one")
    entry = _only_box(content[8:])
    inside = content[8 + entry.payload : 8 + entry.stop]
    if entry.kind == b"avc1":
        return _pictures(inside, findings)
    if entry.kind == b"mp4a":
        return _sound(inside, findings)
    raise Damaged(f"a track holds {entry.name}, neither H.264 pictures nor AAC sound")


def _only_box(content: bytes) -> Box:
    found, at = boxes(Bytes(content), 0, len(content))
    if len(found) != 1 or at != len(content):
        raise Damaged("a description holds something beside itself")
    return found[0]


def _pictures(content: bytes, findings: list[Finding]) -> Pictures:
    if len(content) < PICTURE_HEAD:
        raise Damaged("the box avc1 is cut off")
    width, height = struct.unpack_from(">HH", content, 24)
    fixed = content[:24] + content[28:42]
    wanted = bytes(6) + b"\0\1" + bytes(16) + bytes.fromhex("0048000000480000000000000001")
    if fixed != wanted or content[74:78] != bytes.fromhex("0018ffff"):
        findings.append(Finding(reason=Reason.BOX_FIELD, what="the box avc1 has a field that is not as it should be"))
    if any(content[42:74]):
        findings.append(Finding(reason=Reason.ENCODER_STRING, what="the box avc1 names what compressed it"))
    inside = _children(content, PICTURE_HEAD, findings, {b"pasp": _aspect, b"colr": _colour, b"btrt": _rates})
    sequence, picture = parameter_sets(inside.get(b"avcC", b""), findings)
    return Pictures(width=width, height=height, sequence=sequence, picture=picture)


def _sound(content: bytes, findings: list[Finding]) -> Sound:
    if len(content) < SOUND_HEAD:
        raise Damaged("the box mp4a is cut off")
    head = bytes(6) + b"\0\1" + bytes(8)
    channels, bits, reserved, rate, fraction = struct.unpack_from(">HHIHH", content, 16)
    if content[:16] != head or (bits, reserved, fraction) != (16, 0, 0):
        findings.append(Finding(reason=Reason.BOX_FIELD, what="the box mp4a has a field that is not as it should be"))
    inside = _children(content, SOUND_HEAD, findings, {b"btrt": _rates})
    sound = elementary(inside.get(b"esds", b""), findings)
    if rate != sound.rate or channels not in {2, sound.channels}:  # writers put 2 for one channel, as the format asks
        findings.append(Finding(reason=Reason.BOX_FIELD, what="the box mp4a and its sound disagree"))
    return sound


def _children(content: bytes, start: int, findings: list[Finding], rules: dict[bytes, object]) -> dict[bytes, bytes]:
    """The boxes in an entry, each at most once; those with a rule are compared with it."""
    found, at = boxes(Bytes(content), start, len(content))
    if at != len(content):
        findings.append(Finding(reason=Reason.HIDDEN_BYTES, what="a description has bytes behind its boxes"))
    inside: dict[bytes, bytes] = {}
    for box in found:
        payload = content[box.payload : box.stop]
        rule = rules.get(box.kind)
        known = box.kind in {b"avcC", b"esds"} or (callable(rule) and rule(payload))
        if not known or box.kind in inside:
            findings.append(Finding(reason=Reason.UNKNOWN_BOX, what=f"a description holds the box {box.name}"))
        inside[box.kind] = payload
    return inside


def _aspect(content: bytes) -> bool:
    return content == bytes.fromhex("0000000100000001")


def _colour(content: bytes) -> bool:
    if len(content) != 11 or content[:4] != b"nclx" or content[10] not in {0, 0x80}:
        return False
    return set(struct.unpack(">HHH", content[4:10])) <= COLOURS


def _rates(content: bytes) -> bool:
    return len(content) == 12 and max(struct.unpack(">III", content)) <= FASTEST


def parameter_sets(content: bytes, findings: list[Finding]) -> tuple[bytes, bytes]:
    """The one sequence and the one picture parameter set of `avcC`. Raises `Damaged` if there are others or none."""
    if len(content) < 7 or content[0] != 1 or content[4] != 0xFF or content[5] != 0xE1:
        raise Damaged("the box avcC is missing, or holds other parameter sets than one of each")
    sequence, at = _sized(content, 6)
    if content[at : at + 1] != b"\1":
        raise Damaged("the box avcC holds another number of picture parameter sets than one")
    picture, at = _sized(content, at + 1)
    rest = content[at:]
    extended = bytes((0xFC | 1, 0xF8, 0xF8, 0))  # 4:2:0 of 8 bits, no extension: only where the profile is high
    if content[1:4] != sequence[1:4] or rest not in ({extended} if content[1] == 100 else {b""}):
        findings.append(Finding(reason=Reason.HIDDEN_BYTES, what="the box avcC holds more than its parameter sets"))
    return sequence, picture


def _sized(content: bytes, at: int) -> tuple[bytes, int]:
    length = int.from_bytes(content[at : at + 2], "big")
    if at + 2 + length > len(content) or length < 2:
        raise Damaged("a parameter set is cut off")
    return content[at + 2 : at + 2 + length], at + 2 + length


def elementary(content: bytes, findings: list[Finding]) -> Sound:
    """The sound that `esds` describes. Raises `Damaged` if it is not nested as it should be, to the byte."""
    if content[:4] != bytes(4):
        raise Damaged("the box esds is missing or of another version")
    stream = _descriptor(content[4:], 3)
    if stream[:3] not in {b"\0\0\0", b"\0\1\0", b"\0\2\0"}:
        raise Damaged("the box esds has an address, a name or a priority")
    parts = list(_descriptors(stream[3:]))
    if [tag for tag, _ in parts] != [4, 6] or parts[1][1] != b"\2":
        raise Damaged("the box esds holds other parts than a decoder and its timing")
    decoder = parts[0][1]
    numbers = (decoder[2:5], decoder[5:9], decoder[9:13])
    if decoder[:2] != b"\x40\x15" or max(int.from_bytes(number, "big") for number in numbers) > FASTEST_SOUND:
        findings.append(Finding(reason=Reason.BOX_FIELD, what="the box esds describes no AAC, or no AAC of this world"))
    return _configured(_descriptor(decoder[13:], 5), findings)


def _configured(content: bytes, findings: list[Finding]) -> Sound:
    """AudioSpecificConfig of AAC-LC with frames of 1024 samples."""
    value = int.from_bytes(content[:2], "big")
    kind, rate, channels, rest = value >> 11, value >> 7 & 15, value >> 3 & 15, value & 7
    if len(content) < 2 or content[2:] not in {b"", NO_HARMONICS} or kind != 2 or rest:
        findings.append(Finding(reason=Reason.BOX_FIELD, what="the sound is configured otherwise than as plain AAC-LC"))
    if channels not in {1, 2} or rate >= len(RATES):
        raise Damaged("the sound has neither one channel nor two, or a strange rate")
    return Sound(rate=RATES[rate], channels=channels)


def _descriptor(content: bytes, tag: int) -> bytes:
    found = list(_descriptors(content))
    if len(found) != 1 or found[0][0] != tag:
        raise Damaged("the box esds holds other descriptors than it should")
    return found[0][1]


def _descriptors(content: bytes) -> Iterator[tuple[int, bytes]]:
    """ISO/IEC 14496-1, 8.3.3: a tag, a length of up to four bytes, and the content."""
    at = 0
    while at < len(content):
        tag, length, at = content[at], 0, at + 1
        for _ in range(4):
            if at >= len(content):
                raise Damaged("the box esds is cut off")
            length = length << 7 | content[at] & 0x7F
            at += 1
            if not content[at - 1] & 0x80:
                break
        if at + length > len(content):
            raise Damaged("the box esds is cut off")
        yield tag, content[at : at + length]
        at += length
