"""What is given to the parsers of the seal. Headers are signed anew after most wrongs, so that keys have to meet them."""

import hashlib
import hmac
import io
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from garbage.campaign import Parser
from garbage.mutation import mutate, pick
from jebi.errors import Damaged, WrongKey
from jebi.parcel import header
from jebi.parcel.header import Stanza, derive, to_base64
from jebi.parcel.keys import Identity, Passphrase, PostQuantumIdentity, X25519Identity
from jebi.parcel.seal import open_seal, salvage
from jebi.parcel.stream import CHUNK, Gap, nonce, open_chunks

VECTORS = Path(__file__).resolve().parents[2] / "vectors" / "age"
FILE_KEY = bytes(range(16))
NONCE = bytes(range(16, 32))
KEY = derive(FILE_KEY, NONCE, b"payload")
CURVE = X25519Identity(hashlib.sha256(b"curve").digest())
EPHEMERAL = X25519PrivateKey.from_private_bytes(hashlib.sha256(b"ephemeral").digest())
PHRASE = Passphrase(b"eight words", work_factor=1)
HIGHEST_WORK = 10  # more is allowed, up to 22, and then takes ten seconds and 4 GiB: no garbage, and no fault
MACS = re.compile(rb"\n---[^\n]*\n")
WORK = re.compile(rb"(-> scrypt [A-Za-z0-9+/]+ )(1[1-9]|2[0-2])(?=\n)")
WORDS = (
    b"\n",
    b"-> ",
    b"-> X25519 ",
    b"-> scrypt ",
    b"-> mlkem768x25519 ",
    b"--- ",
    b"\n\n",
    b" ",
    b"=",
    b"\r\n",
    b"22",
    b"0",
)
STRANGE = (b"", b"\n", bytes(600), b"no such thing\n", b"\xff" * 600)
WRONG_KEY = "none of the keys opens it: docs/formats/seal.md"

Remake = Callable[[bytes], bytes]


def seal_header() -> Parser:
    """`header.read`: what it accepts, `header.write` writes."""
    seeds = [*_sealed_seeds(), _vector("post-quantum"), _vector("grease")]

    def parse(given: bytes) -> object:
        read = header.read(io.BytesIO(given))
        written = header.write(read.stanzas, FILE_KEY)
        assert written.startswith(read.authenticated)
        assert given.startswith(read.authenticated + b" " + to_base64(read.mac).encode() + b"\n")
        return read

    def draw(dice: Random) -> bytes:
        return mutate(pick(seeds, dice), dice, others=seeds, words=WORDS)

    return Parser(draw=draw, parse=parse, strange=STRANGE)


def seal_x25519() -> Parser:
    """A file for a key of the stock tools."""
    return _opening(_sealed_seeds()[:2], CURVE, FILE_KEY)


def seal_post_quantum() -> Parser:
    """A file for a desk."""
    whole = _vector("post-quantum")
    identity = PostQuantumIdentity.parse(_said("post-quantum", "identity"))
    file_key = identity.unwrap(header.read(io.BytesIO(whole)).stanzas)
    assert file_key is not None
    return _opening([whole], identity, file_key)


def seal_scrypt() -> Parser:
    """A file under a passphrase. What asks for honest but long work is changed to ask for less."""

    def ease(given: bytes) -> bytes:
        return WORK.sub(rb"\g<1>%d" % HIGHEST_WORK, given)

    return _opening([_sealed([_scrypt_stanza()])], PHRASE, FILE_KEY, ease)


def stream() -> Parser:
    """`open_chunks`: chunks in every order, with every mark; what is released is what was sealed under its number."""
    pool = _chunk_pool()

    def parse(given: bytes) -> object:
        released = 0
        try:
            for index, chunk in enumerate(open_chunks(KEY, io.BytesIO(given))):
                assert chunk == _plain(index, len(chunk))
                released += 1
        except Damaged as error:
            if released:
                raise Damaged("after some good chunks") from error
            raise
        return released

    return Parser(draw=lambda dice: _chunks(pool, dice), parse=parse, strange=(b"", b"\xff" * 600, bytes(65552)))


def salvage_stream() -> Parser:
    """`salvage` of a file whose header is whole: only what authenticates, and a gap for everything else."""
    pool, head = _chunk_pool(), _sealed_seeds()[0]
    head = head[: head.index(NONCE)]

    def draw(dice: Random) -> bytes:
        sealed = head + NONCE + _chunks(pool, dice)
        return sealed if dice.random() < 0.9 else _resigned(mutate(sealed[:400], dice, words=WORDS), FILE_KEY)

    def parse(given: bytes) -> object:
        at = 0
        for piece in salvage(io.BytesIO(given), [CURVE]):
            if isinstance(piece, Gap):
                assert piece.start == at or not piece.length  # the last says that nobody knows the end
                at += piece.length
            else:
                assert piece == _plain(at // CHUNK, len(piece))
                at += len(piece)
        return at

    return Parser(draw=draw, parse=parse, raises=(Damaged, WrongKey), why=WRONG_KEY, strange=STRANGE)


def _opening(seeds: Sequence[bytes], identity: Identity, file_key: bytes, ease: Remake | None = None) -> Parser:
    def draw(dice: Random) -> bytes:
        given = mutate(pick(seeds, dice), dice, others=seeds, words=WORDS)
        given = _resigned(given, file_key) if dice.random() < 0.7 else given
        return ease(given) if ease else given

    def parse(given: bytes) -> object:
        return sum(map(len, open_seal(io.BytesIO(given), [identity])))

    return Parser(draw=draw, parse=parse, raises=(Damaged, WrongKey), why=WRONG_KEY, strange=STRANGE)


def _resigned(given: bytes, file_key: bytes) -> bytes:
    """The header's MAC as whoever holds the file key makes it."""
    found = MACS.search(given)
    if not found:
        return given
    authenticated = given[: found.start() + 4]
    mac = hmac.digest(derive(file_key, b"", b"header"), authenticated, "sha256")
    return authenticated + b" " + to_base64(mac).encode() + b"\n" + given[found.end() :]


def _sealed_seeds() -> list[bytes]:
    grease = Stanza(arguments=("grease", "a", "b"), body=bytes(100))
    return [
        _sealed([_x25519_stanza()]),
        _sealed([Stanza(arguments=("X25519", to_base64(bytes(range(32)))), body=bytes(32)), _x25519_stanza(), grease]),
        _sealed([_scrypt_stanza()]),
    ]


def _sealed(stanzas: Sequence[Stanza]) -> bytes:
    payload = b"one day at the market" * 9
    return header.write(tuple(stanzas), FILE_KEY) + NONCE + _aead().encrypt(nonce(0, last=True), payload, None)


def _x25519_stanza() -> Stanza:
    """As `X25519Recipient.wrap` makes it, with a share that is the same every time."""
    share, ours = EPHEMERAL.public_key().public_bytes_raw(), CURVE.recipient().raw
    shared = EPHEMERAL.exchange(X25519PublicKey.from_public_bytes(ours))
    key = derive(shared, share + ours, b"age-encryption.org/v1/X25519")
    body = ChaCha20Poly1305(key).encrypt(bytes(12), FILE_KEY, None)
    return Stanza(arguments=("X25519", to_base64(share)), body=body)


def _scrypt_stanza() -> Stanza:
    salt = bytes(range(16))
    body = ChaCha20Poly1305(PHRASE._key(salt, PHRASE.work_factor)).encrypt(bytes(12), FILE_KEY, None)
    return Stanza(arguments=("scrypt", to_base64(salt), str(PHRASE.work_factor)), body=body)


def _vector(name: str) -> bytes:
    return (VECTORS / name).read_bytes().partition(b"\n\n")[2]


def _said(name: str, what: str) -> str:
    lines = (VECTORS / name).read_bytes().partition(b"\n\n")[0].decode().splitlines()
    return next(line.partition(": ")[2] for line in lines if line.startswith(what + ": "))


def _aead() -> ChaCha20Poly1305:
    return ChaCha20Poly1305(KEY)


def _plain(index: int, length: int) -> bytes:
    """What chunk number `index` says."""
    return bytes([index + 1]) * length


def _chunk_pool() -> dict[tuple[int, bool, int], bytes]:
    lengths = (0, 1, 100, CHUNK - 1, CHUNK)
    return {
        (index, last, length): _aead().encrypt(nonce(index, last=last), _plain(index, length), None)
        for index in range(4)
        for last in (False, True)
        for length in lengths
    }


def _chunks(pool: dict[tuple[int, bool, int], bytes], dice: Random) -> bytes:
    """A payload of up to four chunks, of which one or two are not what they should be."""
    count = 1 + int(dice.random() * 3)
    pieces = [
        pool[index, index == count - 1, CHUNK if index < count - 1 else (0, 1, 100, CHUNK - 1, CHUNK)[index % 5]]
        for index in range(count)
    ]
    keys = list(pool)
    while dice.random() < 0.7:
        at = int(dice.random() * len(pieces))
        kind = int(dice.random() * 5)
        if kind == 0:
            pieces[at] = pool[keys[int(dice.random() * len(keys))]]
        elif kind == 1:
            pieces.insert(at, pieces[int(dice.random() * len(pieces))])
        elif kind == 2 and len(pieces) > 1:
            del pieces[at]
        elif kind == 3:
            pieces[at] = pieces[at][: int(dice.random() * len(pieces[at]))]
        else:
            broken = bytearray(pieces[at])
            if broken:
                broken[int(dice.random() * len(broken))] ^= 1 << int(dice.random() * 8)
            pieces[at] = bytes(broken)
    return b"".join(pieces[:4])


PARSERS = {
    "seal-header": seal_header,
    "seal-x25519": seal_x25519,
    "seal-post-quantum": seal_post_quantum,
    "seal-scrypt": seal_scrypt,
    "stream": stream,
    "salvage": salvage_stream,
}
