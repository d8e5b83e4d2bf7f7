"""Seal a parcel so that only the desk can open it, open it again, or salvage what is left of it.

Implements age v1 exactly (docs/formats/seal.md); a sealed parcel opens with the stock `age` tool. Two-person opening is
age inside age: the inner layer for one desk key, the outer for another.

Invariants: bounded memory (a few 64 KiB chunks); nothing unauthenticated is released; a file key seals once. There is
no way to seal for one's own later opening: who seals holds nothing that opens.

Next: `jebi.parcel.fountain`
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from jebi.errors import WrongKey
from jebi.parcel import header, stream
from jebi.parcel.keys import Identity, Passphrase, Recipient, check_recipients
from jebi.parcel.stream import Chained, Gap, Source

NONCE = 16


@dataclass(frozen=True, slots=True)
class Seal:
    """One layer's secrets: drawn fresh, used for one file, never kept.

    Sealing the same bytes twice with one `Seal` gives the same file; sealing different bytes with it is forbidden.
    """

    head: bytes
    _payload_key: bytes = field(repr=False)

    @classmethod
    def draw(cls, recipients: Sequence[Recipient]) -> "Seal":
        """Draw a file key and a nonce, and wrap the key for every recipient."""
        check_recipients(recipients)
        file_key = ChaCha20Poly1305.generate_key()[: header.FILE_KEY]
        nonce = ChaCha20Poly1305.generate_key()[:NONCE]
        written = header.write(tuple(recipient.wrap(file_key) for recipient in recipients), file_key)
        return cls(written + nonce, header.derive(file_key, nonce, b"payload"))

    def sealed_length(self, length: int) -> int:
        """Bytes of the sealed file of a payload of `length` bytes."""
        return len(self.head) + stream.sealed_length(length)

    def opened_length(self, sealed: int) -> int | None:
        """The payload length that seals to `sealed` bytes, or None where there is none."""
        return stream.opened_length(sealed - len(self.head))

    def pieces(self, source: Source, length: int) -> Iterator[bytes]:
        """The sealed file of the `length` bytes of `source`, head first, then a chunk at a time.

        Raises:
            ValueError: `source` holds fewer bytes than was said.
        """
        yield self.head
        sealer = stream.Sealer(self._payload_key, length)
        into = bytearray(stream.SEALED_CHUNK)
        for index in range(max(1, -(-length // stream.CHUNK))):
            wanted = min(stream.CHUNK, length - index * stream.CHUNK)
            chunk = stream.read_exactly(source, wanted) if wanted else b""
            if len(chunk) != wanted:
                raise ValueError("the source is shorter than was said")
            written = sealer.seal_into(index, memoryview(chunk), memoryview(into)[: wanted + stream.TAG])
            yield bytes(memoryview(into)[:written])


def seal(source: Source, length: int, layers: Sequence[Seal]) -> Iterator[bytes]:
    """Seal `length` bytes through every layer, the innermost first."""
    pieces: Iterator[bytes] | None = None
    for layer in layers:
        pieces = layer.pieces(source, length)
        source, length = Chained(pieces), layer.sealed_length(length)
    assert pieces is not None, "a seal has at least one layer"
    return pieces


def open_seal(source: Source, identities: Sequence[Identity]) -> Iterator[bytes]:
    """The payload of one layer, chunk by chunk, each released only when it authenticated.

    Raises:
        WrongKey: none of the identities is a recipient.
        HeaderDamaged, WrongMac: the header is not what was written.
        Truncated, TrailingBytes, ChunkDamaged: the payload is not.
    """
    return stream.open_chunks(payload_key(source, identities), source)


def open_layers(source: Source, identities: Sequence[Sequence[Identity]]) -> Iterator[bytes]:
    """Open age inside age, the outermost first: one group of identities a layer."""
    chunks: Iterator[bytes] = iter(())
    for group in identities:
        chunks = open_seal(source, group)
        source = Chained(chunks)
    return chunks


def payload_key(source: Source, identities: Sequence[Identity]) -> bytes:
    """Read a sealed file's header and nonce, and derive the key of its payload; leaves the source where that begins.

    Raises:
        WrongKey: none of the identities is a recipient.
        HeaderDamaged, WrongMac: the header is not what was written.
    """
    head = header.read(source)
    unwrap: Callable[[Identity], bytes | None] = lambda identity: identity.unwrap(head.stanzas)  # noqa: E731
    file_key = next(filter(None, map(unwrap, identities)), None)
    if file_key is None:
        raise WrongKey("none of the keys at hand opens this", hint="bring the key of the desk it was sealed to")
    head.check(file_key)
    nonce = stream.read_exactly(source, NONCE)
    if len(nonce) != NONCE:
        raise header.HeaderDamaged("the sealed file ends with its header")
    return header.derive(file_key, nonce, b"payload")


def salvage(source: Source, identities: Sequence[Identity]) -> Iterator[bytes | Gap]:
    """As `open_seal`, but over damage: what authenticates is released, a `Gap` stands for what does not."""
    return stream.salvage_chunks(payload_key(source, identities), source)


def with_passphrase(secret: bytes, passphrase: bytes) -> bytes:
    """A small secret as a passphrase-protected age file, which any age opens."""
    return in_memory(secret, [Passphrase(passphrase)])


def in_memory(payload: bytes, recipients: Sequence[Recipient]) -> bytes:
    """Seal something small at once."""
    return b"".join(Seal.draw(recipients).pieces(Chained([payload]), len(payload)))


def open_in_memory(sealed: bytes, identities: Sequence[Identity]) -> bytes:
    """Open something small at once; raises as `open_seal`."""
    return b"".join(open_seal(Chained([sealed]), identities))
