"""A second pair of eyes: cosigns a log's checkpoints as long as each continues the last (docs/formats/custody.md, "Witness").

A witness remembers of each log the last checkpoint that it cosigned, and believes nothing but the log's key and a proof of
consistency from there. Its signature says when it had seen that the log was this long and no other
(c2sp.org/tlog-cosignature, Ed25519; c2sp.org/tlog-witness, `add-checkpoint`).

Invariant: the memory that comes with a cosignature is stored before the cosignature leaves the machine; whoever calls
sees to that. A witness never learns what an event says.
"""

import base64
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from jebi.archive.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from jebi.archive.merkle import (
    LONGEST_PATH,
    TileReader,
    Tiles,
    consistency_proof,
    parse_hash,
    parse_size,
    root,
    verify_consistency,
    written_hash,
)
from jebi.errors import Damaged, Refused
from jebi.parcel import note as notes
from jebi.parcel.note import MOST_SIGNATURES, Note, SignatureLine, Verifier, check_name, key_id

COSIGNATURE = b"\x04"
LONGEST_REQUEST = 1 << 19  # 63 hashes, and a checkpoint with 64 post-quantum signatures
LAST_TIME = (1 << 63) - 1  # tlog-cosignature
KEY = 32
_COPY = "copy it again, whole"
_EVIDENCE = "keep the request: signed by the log, it may be evidence; ask the desk by another way"
_TIME = struct.Struct(">Q")
_SIGNED = _TIME.size + 64


class OutOfStep(Refused):
    """The request starts from another checkpoint than the last one cosigned, which is of `size`."""

    def __init__(self, size: int) -> None:
        super().__init__(
            f"the last checkpoint that this witness cosigned is of size {size}",
            hint=f"make the request anew: jebi desk cosign --request FILE --since {size}",
        )
        self.size = size


@dataclass(frozen=True, slots=True, kw_only=True)
class CosignatureVerifier:
    """A witness's public key under its name; written as a C2SP `vkey`. Checks cosignatures as lines of a note."""

    name: str
    public: bytes

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.public) != KEY:
            raise Damaged("a witness's key has the wrong length")

    @property
    def key_id(self) -> bytes:
        return key_id(self.name, COSIGNATURE + self.public)

    def verify(self, text: bytes, signature: bytes) -> bool:
        if len(signature) != _SIGNED or _TIME.unpack_from(signature)[0] > LAST_TIME:
            return False
        message = _message(text, _TIME.unpack_from(signature)[0])
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature[_TIME.size :], message)
        except (InvalidSignature, ValueError):
            return False
        return True

    def time_of(self, note: Note) -> int | None:
        """When this witness cosigned, in POSIX seconds by its clock: the latest valid cosignature; None without one."""
        lines = note.lines_of(self.name, self.key_id)
        return max((_TIME.unpack_from(s)[0] for s in lines if self.verify(note.text.encode(), s)), default=None)

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(COSIGNATURE + self.public).decode()}"

    @classmethod
    def parse(cls, untrusted_text: str) -> "CosignatureVerifier":
        """Read `name+hash+key`; raises `Damaged`."""
        name, _, rest = untrusted_text.partition("+")
        hint, _, key = rest.partition("+")
        try:
            payload = base64.b64decode(key, validate=True)
        except ValueError as error:
            raise Damaged("the witness's key cannot be read", hint=_COPY) from error
        if payload[:1] != COSIGNATURE:
            raise Damaged("this is not the key of a witness", hint=_COPY)
        verifier = cls(name=name, public=payload[1:])
        if str(verifier) != untrusted_text:
            raise Damaged(f"the witness's key was mistyped: {hint!a} does not fit it", hint=_COPY)
        return verifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosigner:
    """A witness's secret key under its name. A key of its own: never one that signs anything else."""

    name: str
    secret: bytes = field(repr=False)

    def verifier(self) -> CosignatureVerifier:
        public = Ed25519PrivateKey.from_private_bytes(self.secret).public_key().public_bytes_raw()
        return CosignatureVerifier(name=self.name, public=public)

    def sign(self, text: bytes, time: int) -> SignatureLine:
        """Cosign a checkpoint's text as of `time`, in POSIX seconds. `cosign` decides whether to."""
        if not 0 <= time <= LAST_TIME:
            raise ValueError("the time of a cosignature cannot be")
        signature = Ed25519PrivateKey.from_private_bytes(self.secret).sign(_message(text, time))
        return SignatureLine(name=self.name, key_id=self.verifier().key_id, signature=_TIME.pack(time) + signature)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a log asks a witness: to go on from the tree of `old` leaves to the checkpoint, by a proof of consistency."""

    old: int
    path: tuple[bytes, ...]
    checkpoint: Checkpoint

    def written(self) -> bytes:
        """The file, as the body of `add-checkpoint`."""
        lines = [f"old {self.old}", *map(written_hash, self.path), "", ""]
        return "\n".join(lines).encode() + self.checkpoint.written()


def ask(tiles: Tiles, old: int, checkpoint: Checkpoint) -> Request:
    """Make a request. `old`: the size that the witness saw last, 0 the first time; `checkpoint`: the log's newest."""
    if not 0 <= old <= checkpoint.size:
        raise Damaged("the witness saw a longer log than this one", hint="the log was rolled back: check it")
    path = consistency_proof(old, checkpoint.size, TileReader(tiles, checkpoint.size))
    return Request(old=old, path=tuple(path), checkpoint=checkpoint)


def parse_request(untrusted_request: bytes) -> Request:
    """Read a request; nothing in it is verified yet.

    Raises:
        Damaged: it is not what `Request.written` writes, to the byte.
    """
    if len(untrusted_request) > LONGEST_REQUEST:
        raise Damaged("the request is too long to be one")
    head, gap, note = untrusted_request.partition(b"\n\n")
    try:
        first, *path = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise Damaged("the request cannot be read") from error
    if not gap or not first.startswith("old ") or len(path) > LONGEST_PATH:
        raise Damaged("this is not a request to a witness")
    return Request(
        old=parse_size(first.removeprefix("old ")),
        path=tuple(map(parse_hash, path)),
        checkpoint=parse_checkpoint(note),
    )


def cosign(
    untrusted_request: bytes, *, log: Verifier, last: Checkpoint | None, cosigner: Cosigner, time: int
) -> tuple[SignatureLine, Checkpoint]:
    """Cosign a checkpoint that continues the last one.

    Args:
        untrusted_request: the request.
        log: the log's key, known from elsewhere.
        last: the checkpoint of this log that this witness cosigned last; None the first time.
        cosigner: the witness.
        time: now, in POSIX seconds.

    Returns:
        The cosignature, and the checkpoint to remember. It must be stored before the cosignature is handed out.

    Raises:
        Damaged: the request cannot be read, or its checkpoint is not signed by the log.
        OutOfStep: the request starts from another checkpoint than `last`.
        Refused: the log was rolled back or forked, or the proof does not show that it was not.
    """
    request = parse_request(untrusted_request)
    checkpoint = open_checkpoint(request.checkpoint.written(), log)
    size, tree_root = (last.size, last.root) if last else (0, root([]))
    if last and last.origin != checkpoint.origin:
        raise ValueError("the remembered checkpoint is another log's")
    if checkpoint.size < size:
        raise Refused(f"the log was rolled back from {size} to {checkpoint.size}", hint=_EVIDENCE)
    if request.old != size:
        raise OutOfStep(size)
    try:
        verify_consistency(size, checkpoint.size, tree_root, checkpoint.root, request.path)
    except Damaged as error:
        raise Refused(f"the log was forked, or its request is damaged: {error.what}", hint=_EVIDENCE) from error
    return cosigner.sign(checkpoint.note.text.encode(), time), checkpoint


def add_cosignatures(
    checkpoint: Checkpoint, untrusted_lines: bytes, witnesses: Sequence[CosignatureVerifier]
) -> Checkpoint:
    """Add a witness's answer to a checkpoint. Lines of other keys are left out, as tlog-witness asks.

    Raises:
        Damaged: the answer cannot be read, holds no cosignature of these witnesses, or a false one.
    """
    if len(untrusted_lines) > LONGEST_REQUEST:
        raise Damaged("the witness's answer is too long to be one")
    answer = notes.parse(checkpoint.note.text.encode() + b"\n" + untrusted_lines)
    if answer.text != checkpoint.note.text:
        raise Damaged("the witness's answer is not one")
    known = {(witness.name, witness.key_id): witness for witness in witnesses}
    lines = [line for line in answer.signatures if (line.name, line.key_id) in known]
    text = checkpoint.note.text.encode()
    if not lines or not all(known[line.name, line.key_id].verify(text, line.signature) for line in lines):
        raise Damaged("the witness's answer is no cosignature of this checkpoint", hint="was it made for another one?")
    signatures = (*checkpoint.note.signatures, *(line for line in lines if line not in checkpoint.note.signatures))
    if len(signatures) > MOST_SIGNATURES:
        raise Damaged("the checkpoint has more signatures than a reader accepts")
    return replace(checkpoint, note=replace(checkpoint.note, signatures=signatures))


def _message(text: bytes, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n".encode() + text
