"""Makes `vectors/parcels/`: what lies under the seal, by the letter of docs/formats/parcel.md and of POSIX pax.

Shares no code with jebi and does not use `tarfile`. A vector never changes: a case that exists is not written again.
"""

# ruff: noqa: INP001 -- a script that writes files, not a package

from collections.abc import Iterator, Mapping, Sequence

from standards import TRIP_NAME, Key, by, by_mac, derived, drawn, keep, named, recipient_of, sha, vector, vkey

SEED = drawn("trip seed 1")
KEY = (TRIP_NAME, derived(SEED, b"", "jebi trip signature"))
STRANGER = (TRIP_NAME, drawn("stranger"))
MAC = (TRIP_NAME, derived(SEED, b"", "jebi trip mac"))
DESK, PARTNER = sha(recipient_of(drawn("desk identity"))), sha(recipient_of(drawn("partner identity")))
CLIPS = {"DCIM/C0001.MP4": drawn("clip", 700), "\uc5f0\uad6d.txt": b"swallow\n"}
ONE = {"C0001.MP4": drawn("clip", 700)}
TIME = 1_893_456_000
END = bytes(1024)
Case = tuple[str, bytes]


def head(name: str, size: int, *, time: int = 0, kind: bytes = b"0", mode: int = 0o644, link: str = "") -> bytes:
    """One ustar head (POSIX pax, "ustar Interchange Format"). Devices have no numbers, owners no names."""
    fields = [name.encode("ascii", "replace")[:100].ljust(100, b"\0"), b"%07o\0" % mode, b"0000000\0" * 2]
    fields += [b"%011o\0" % size, b"%011o\0" % time, b" " * 8, kind, link.encode().ljust(100, b"\0"), b"ustar\x0000"]
    block = b"".join(fields).ljust(512, b"\0")
    return block[:148] + b"%06o\0 " % sum(block) + block[156:]


def record(key: str, value: str) -> bytes:
    """`LENGTH KEY=VALUE`, where the length counts its own digits."""
    rest = f" {key}={value}\n".encode()
    length = next(n for n in range(len(rest), len(rest) + 9) if n == len(rest) + len(str(n)))
    return str(length).encode() + rest


def extended(*records: bytes) -> bytes:
    body = b"".join(records)
    return head("././@PaxHeader", len(body), kind=b"x", mode=0) + padded(body)


def padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % 512)


def member(name: str, content: bytes, *, time: int = 0, kind: bytes = b"0") -> bytes:
    """A file: an extended head only where the ustar head has no room for its name or its time."""
    records = [record("path", name)] if not name.isascii() or len(name) > 100 else []
    short, late = head_name(name), time >= 1 << 33
    records += [record("mtime", str(time))] if late else []
    before = extended(*records) if records else b""
    return before + head(short, len(content), time=0 if late else time, kind=kind) + padded(content)


def head_name(name: str) -> str:
    """What stands in the ustar head of a name: question marks for what is not ASCII, and no more than fits."""
    return name.encode("ascii", "replace").decode()[:100]


def manifest(clips: Mapping[str, bytes], recipients: Sequence[str], time: int, number: int = 1) -> str:
    lines = ["jebi parcel", f"number {number}", f"previous {'0' * 64}", *(f"recipient {r}" for r in recipients)]
    lines += [f"file {sha(content)} {len(content)} {time} {name}" for name, content in clips.items()]
    return "\n".join(lines) + "\n"


def sums(clips: Mapping[str, bytes]) -> bytes:
    return "".join(f"{sha(content)}  clips/{name}\n" for name, content in clips.items()).encode()


def noted(text: str, key: Key = KEY) -> bytes:
    return (text + "\n" + (by_mac(key, text) if key is MAC else by(key, text))).encode()


def tail(
    clips: Mapping[str, bytes], *, key: Key = KEY, recipients: Sequence[str] = (DESK,), time: int = TIME
) -> list[bytes]:
    """SHA256SUMS, the manifest, and the end."""
    signed = noted(manifest(clips, recipients, time), key)
    return [member("SHA256SUMS", sums(clips)), member("manifest.note", signed), END]


def body_of(clips: Mapping[str, bytes], time: int = TIME) -> bytes:
    return b"".join(member(f"clips/{name}", content, time=time) for name, content in clips.items())


def padme(length: int) -> int:
    """parcel.md, "Padding"."""
    if length < 2:
        return length
    e = length.bit_length() - 1
    step = 1 << (e - e.bit_length())
    return -(-length // step) * step


def length_under_the_seal(length: int, recipients_of_layers: Sequence[int]) -> int:
    """The shortest archive, not shorter than `length`, whose sealed length through all layers is a Padmé length."""
    while True:
        outer = length
        for recipients in recipients_of_layers:
            stanza = len("-> mlkem768x25519 \n") + 1494 + 43 + 1
            header = len("age-encryption.org/v1\n") + recipients * stanza + len("--- \n") + 43
            outer += header + 16 + 16 * max(1, -(-outer // 65_536))
        if padme(outer) == outer:
            return length
        length += 1


def success(
    name: str,
    comment: str,
    clips: Mapping[str, bytes],
    *,
    key: Key = KEY,
    recipients: Sequence[str] = (DESK,),
    layers: Sequence[int] = (1,),
    time: int = TIME,
) -> Case:
    archive = body_of(clips, time) + b"".join(tail(clips, key=key, recipients=recipients, time=time))
    body = archive.ljust(length_under_the_seal(len(archive), layers), b"\0")
    stated: dict[str, object] = {"expect": "success", "comment": comment}
    stated |= {"mac": named(MAC)} if key is MAC else {"key": vkey(KEY), "secret": named(KEY)}
    stated |= {"opened-with": " ".join(recipients), "layers": " ".join(map(str, layers))}
    stated |= {f"file {name}": f"{sha(content)} {len(content)}" for name, content in clips.items()}
    stated |= {"text": sha(manifest(clips, recipients, time)), "archive": len(archive), "padded": len(body)}
    return name, vector(stated | {"written": sha(body)}, body)


def refused(name: str, comment: str, *pieces: bytes, expect: str = "damaged") -> Case:
    stated = {"expect": expect, "comment": comment, "key": vkey(KEY), "opened-with": DESK}
    body = b"".join(pieces)
    return name, vector(stated, body + bytes(-len(body) % 4096))


def good() -> Iterator[Case]:
    yield success("good", "one clip", ONE)
    yield success("two-clips", "a folder, and a Korean name in an extended head", CLIPS)
    yield success("mac", "with a MAC for a signature", ONE, key=MAC)
    yield success("two-layers", "sealed twice, for two people together", ONE, recipients=(DESK, PARTNER), layers=(1, 1))
    yield success("empty-clip", "a clip of no bytes, and one that fills its block", {"a": b"", "b": bytes(512)})
    yield success("long-name", "a name of 300 bytes", {"/".join(["n" * 74] * 4): b"swallow\n"})
    yield success("far-time", "a claimed time that does not fit eleven octal digits", ONE, time=(1 << 53) - 1)


def of_the_order() -> Iterator[Case]:
    clip, (summed, signed, end) = body_of(ONE), tail(ONE)
    late = member("clips/late.MP4", b"late")
    yield refused("after-manifest", "a clip behind the manifest", clip, summed, signed, late, end)
    yield refused("manifest-first", "the manifest before the clip", summed, signed, clip, end)
    yield refused("no-manifest", "no manifest", clip, summed, end)
    yield refused("no-sums", "no SHA256SUMS", clip, signed, end)
    yield refused("two-sums", "SHA256SUMS twice", clip, summed, summed, signed, end)
    yield refused("outside-clips", "a file that is not in clips/", clip, member("README", b"x"), summed, signed, end)
    stated = {"expect": "damaged", "comment": "nothing follows the manifest", "key": vkey(KEY), "opened-with": DESK}
    yield "no-end", vector(stated, clip + summed + signed)
    yield "cut", vector(stated | {"comment": "cut in the middle of the clip"}, clip[:900])
    yield refused("not-zero", "one byte of the padding is not zero", clip, summed, signed, end, bytes(700), b"\1")
    yield refused("second-archive", "another archive behind the first", clip, *tail(ONE), body_of(CLIPS), *tail(CLIPS))


def of_the_contents() -> Iterator[Case]:
    clip, (summed, signed, end) = body_of(ONE), tail(ONE)
    other = {"C0001.MP4": drawn("another clip", 700)}
    yield refused("altered-clip", "a clip that is not what the manifest says", body_of(other), summed, signed, end)
    yield refused("wrong-sums", "SHA256SUMS says something else", clip, tail(other)[0], signed, end)
    yield refused("more-clips", "a clip that the manifest does not name", body_of(CLIPS), clip, summed, signed, end)
    yield refused("fewer-clips", "a clip is missing", *tail(ONE))
    yield refused("one-name-twice", "the clip twice", clip, clip, summed, signed, end)
    small = member("clips/c0001.mp4", ONE["C0001.MP4"])
    yield refused("one-name", "names that are one where capitals do not count", clip, small, summed, signed, end)
    yield refused("climbs", "a name that climbs out", member("clips/../C0001.MP4", b"x"), clip, summed, signed, end)
    forged = tail(ONE, key=STRANGER)
    yield refused("stranger", "signed under the trip's name by another key", clip, *forged, expect="not signed")
    yield refused("passed-on", "sealed to a partner", clip, *tail(ONE, recipients=(PARTNER,)), expect="wrong key")


def gnu_sparse(size: int) -> bytes:
    records = (("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "clips/other"))
    return extended(*(record(*one) for one in records)) + head("clips/C0001.MP4", size, time=TIME)


def two_records(size: int) -> bytes:
    twice = extended(record("mtime", str(1 << 33)), record("mtime", str(1 << 34)))
    return twice + head("clips/C0001.MP4", size)


def loose_number(size: int) -> bytes:
    return extended(record("mtime", f" +{TIME} ")) + head("clips/C0001.MP4", size, time=TIME)


def needless(size: int) -> bytes:
    return extended(record("path", "clips/C0001.MP4")) + head("clips/C0001.MP4", size, time=TIME)


def summed(block: bytes) -> bytes:
    """A head with its sum put right."""
    blank = block[:148] + b" " * 8 + block[156:]
    return blank[:148] + b"%06o\0 " % sum(blank) + blank[156:]


def base_256(size: int) -> bytes:
    block = head("clips/C0001.MP4", size, time=TIME)
    return summed(block[:124] + b"\x80" + size.to_bytes(11, "big") + block[136:])


def gnu_magic(size: int) -> bytes:
    block = head("clips/C0001.MP4", size, time=TIME)
    return summed(block[:257] + b"ustar  \0" + block[265:])


def of_the_archive() -> Iterator[Case]:
    clip, rest = body_of(ONE), b"".join(tail(ONE))
    for name, comment, kind in (
        ("hard-link", "a hard link", b"1"),
        ("symbolic-link", "a symbolic link", b"2"),
        ("character-device", "a character device", b"3"),
        ("folder", "a folder", b"5"),
        ("pipe", "a named pipe", b"6"),
        ("sparse", "a sparse file of GNU tar", b"S"),
        ("gnu-name", "a long name of GNU tar", b"L"),
    ):
        odd = head("clips/x", 0, time=TIME, kind=kind, link="/etc/passwd")
        yield refused(name, comment, clip, odd, *tail(ONE | {"x": b""}))
    whole = record("comment", "for all that follow")
    yield refused("global-head", "a global extended head", head("g", len(whole), kind=b"g"), padded(whole), clip, rest)
    named_twice = extended(record("path", "clips/C0001.MP4"))
    yield refused("two-extended", "two extended heads for one file", named_twice, named_twice, clip, rest)
    much = record("comment", "x" * 8192)
    yield refused("long-records", "an extended head of more than 8,192 bytes", extended(much), clip, rest)
    (line,) = ONE.values()
    body = padded(line)
    for name, comment, before in (
        ("nul-kind", "the old kind of a plain file, NUL", head("clips/C0001.MP4", 700, time=TIME, kind=b"\0")),
        ("gnu-sparse", "records by which GNU tar sees another file", gnu_sparse(700)),
        ("two-records", "one record twice: which one counts?", two_records(700)),
        ("loose-number", "a number as only some read it", loose_number(700)),
        ("needless-record", "an extended head where none is needed", needless(700)),
        ("base-256", "a size in the notation of GNU tar", base_256(700)),
        ("gnu-magic", "the magic of GNU tar", gnu_magic(700)),
        ("mode", "another mode", head("clips/C0001.MP4", 700, time=TIME, mode=0o4755)),
    ):
        yield refused(name, comment, before + body, rest)
    yield refused("between", "something between two files", clip[:-1] + b"\1", rest)
    yield refused("half-end", "one block of zeros, and then something", clip, rest[:-512] + b"x" * 512)
    wrong = clip[:153] + bytes([clip[153] ^ 1]) + clip[154:]
    yield refused("wrong-sum", "a head whose sum is wrong", wrong, rest)
    yield refused("large", "a file of more than 2^43 bytes", extended(record("size", str((1 << 43) + 1))), clip, rest)


def made() -> dict[str, bytes]:
    return dict([*good(), *of_the_order(), *of_the_contents(), *of_the_archive()])


if __name__ == "__main__":
    keep("parcels", made())
