"""Passwords and one-time codes: what is kept of them, and whether they are right (docs/formats/web.md, "Signing in").

Invariants: a wrong password, an unknown name and a wrong code cost the same and look the same; a code is good once.
Peak: 64 MiB for each of two passwords that are looked at at the same time.
"""

import base64
import hashlib
import threading
from collections.abc import Callable

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from jebi.errors import Refused

# RFC 9106, section 4, second choice: three passes over 64 MiB by four lanes, for a machine that has other work to do too.
PASSES, MEMORY, LANES = 3, 64 * 1024, 4
SALT, LENGTH = 16, 32
SHORTEST, LONGEST = (
    12,
    256,
)  # of a password: the first by NIST SP 800-63B-4 beside a second factor; the other is a limit
AT_ONCE = threading.Semaphore(2)  # more would let strangers take the machine's memory
KEY = 20  # bytes of a TOTP key: what RFC 4226 section 4 recommends
STEP, DIGITS = 30, 6  # what every authenticator can do; SHA-1 for the same reason, and it is sound within HMAC
DRIFT = 1  # steps that a telephone's clock may be wrong, RFC 6238 section 5.2
NOBODY = (  # the verifier of a password that nobody has: 32 random bytes of which nothing was kept
    "$argon2id$v=19$m=65536,t=3,p=4$pwaDC0LVNAje06ssJgv0kg$FfiQ7e6TRXil5nlcKR29+8mhreUrk1P/Bt3KoNAv3eY"
)


def verifier(password: str, dice: Callable[[int], bytes]) -> str:
    """What is kept of a new password. Raises `Refused` when it is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Refused(f"a password has from {SHORTEST} to {LONGEST} characters", hint="take four or five random words")
    kept = Argon2id(salt=dice(SALT), length=LENGTH, iterations=PASSES, lanes=LANES, memory_cost=MEMORY)
    with AT_ONCE:
        return kept.derive_phc_encoded(password.encode())


def is_right(untrusted_password: str, kept: str | None) -> bool:
    """Whether a password is the one of which `kept` was made; `None` is nobody's, takes as long, and is never right."""
    with AT_ONCE:
        try:
            Argon2id.verify_phc_encoded(untrusted_password[:LONGEST].encode(errors="replace"), kept or NOBODY)
        except InvalidKey:
            return False
    return kept is not None and len(untrusted_password) <= LONGEST


def step_of(key: bytes, untrusted_code: str, now: int) -> int | None:
    """Which step a code belongs to, if it is of now or a neighbour; RFC 6238. Whether it was used is another question."""
    digits = "".join(untrusted_code.split())
    if len(digits) != DIGITS or not (digits.isascii() and digits.isdigit()):
        return None
    found = None
    for step in range(now // STEP - DRIFT, now // STEP + DRIFT + 1):
        try:
            _totp(key).verify(digits.encode(), step * STEP)
        except InvalidToken:
            continue
        found = step
    return found


def written_key(key: bytes) -> str:
    """A TOTP key as a person types it, in groups of four."""
    letters = base64.b32encode(key).decode().rstrip("=")
    return " ".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def address(key: bytes, name: str) -> str:
    """A TOTP key as an authenticator takes it in."""
    return _totp(key).get_provisioning_uri(name, "jebi")


def proposed_key(token: bytes) -> bytes:
    """The TOTP key that a session proposes; it lives no longer than the session and is kept nowhere before it is taken."""
    return hashlib.shake_256(b"jebi second factor" + token).digest(KEY)


def _totp(key: bytes) -> TOTP:
    return TOTP(key, DIGITS, SHA1(), STEP)  # noqa: S303
