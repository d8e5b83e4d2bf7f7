"""Content credentials: signs a film, and reads what a film's credentials say (docs/formats/credentials.md).

The work is that of c2pa-rs, the library that stock readers are made of. Signing is done here, on a film of our own that was
cleared, with a key that the library never sees: it hands over what is to be signed. Reading is done in the jail, whoever made
the film: a file may name an address that its credentials are to be fetched from, and who fetches tells that he has it.

In the jail the library is called by Python without a line of its Python binding: that makes code at run time, which the jail
forbids. The C library's own `read` and `lseek` are what a stream of c2pa-rs needs, and are handed to it as they are.

Invariants: no socket is ever opened, for a manifest, a certificate's state, a time or anything else; what is read comes out as
hostile as the film; a film is signed under another name, whole or not at all. It never decides what a credential says.
Peak: 600 MiB, here and in the jail: c2pa-rs hashes a film in pieces of a quarter of a gigabyte.
"""

import contextlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import c2pa

from jebi.errors import Damaged, Refused, Unable, failures_named
from jebi.media.confinement import FOOTAGE, LIBRARY, PROGRAMS
from jebi.media.jail import Jail
from jebi.media.run import Budget
from jebi.media.untrusted import parsed

FILM: Final = "video/mp4"
OURS: Final = str(Path(c2pa.__file__).parent / "libs" / "libc2pa_c.so")
LONGEST_ANSWER: Final = 8 << 20  # bytes; ours takes 5 KiB, one with twenty ingredients 200
LEAST_COST: Final = 10.0  # seconds of processor time; starting takes 0.05
SPEED: Final = 50 << 20  # bytes that are hashed in a second of processor time, at the least
MEMORY: Final = 1 << 30
STALL: Final = 60.0
ROOM: Final = "look whether there is room for the film twice, here and in the folder for temporary files"
CERTIFICATE: Final = "issue a new certificate under the organisation's root, or get one from its authority"

PURPOSES: Final = (  # of certificates: for e-mail, documents, claims; without this c2pa-rs calls the last two invalid
    "1.3.6.1.5.5.7.3.4\n1.3.6.1.5.5.7.3.36\n1.3.6.1.4.1.62558.2.1\n"
)
OFFLINE: Final = {  # a setting that is not here has its default, and the tests hold all of it against a jail without sockets
    "version": 1,
    "core": {
        "allow_redirects": False,
        "allowed_network_hosts": [],
        "decode_identity_assertions": False,
    },
    "verify": {
        "ocsp_fetch": False,
        "remote_manifest_fetch": False,
        "verify_after_reading": True,
        "verify_after_sign": True,
        "verify_trust": True,
    },
    "trust": {"trust_config": PURPOSES},
    "builder": {
        "actions": {
            "auto_created_action": {"enabled": False},
            "auto_opened_action": {"enabled": False},
            "auto_placed_action": {"enabled": False},
        },
        "auto_timestamp_assertion": {"enabled": False},
        "bmff_hash_exclude_free_and_skip_boxes": False,  # what the signature does not cover could be filled afterwards
        "thumbnail": {"enabled": False},
    },
}

# Runs in the jail: prints what c2pa-rs says; `null` where the film has no credentials; a text where they lie somewhere else.
READER: Final = """
import ctypes, os, sys
P, TEXT = ctypes.c_void_p, ctypes.c_char_p
c2pa, c = ctypes.CDLL(sys.argv[2]), ctypes.CDLL(None)
def call(name, *arguments, gives=P):
    function = getattr(c2pa, "c2pa_" + name)
    function.restype = gives
    function.argtypes = [TEXT if isinstance(one, bytes) else P for one in arguments]
    given = function(*arguments)
    if given is None or gives is ctypes.c_int and given:
        why = call("error", gives=TEXT)
        short = {b"ManifestNotFound": b"null", b"Remote": b'"elsewhere"'}.get(why.partition(b":")[0])
        if short:
            os.write(1, short)
            sys.exit(0)
        sys.exit(why[:1000].decode(errors="replace"))
    return given
def address(name):
    return ctypes.cast(getattr(c, name), P).value
settings, builder = call("settings_new"), call("context_builder_new")
call("settings_update_from_string", settings, sys.stdin.buffer.read(), b"json", gives=ctypes.c_int)
call("context_builder_set_settings", builder, settings, gives=ctypes.c_int)
context = call("context_builder_build", builder)
film = os.open(sys.argv[1], os.O_RDONLY)
stream = call("create_stream", film, address("read"), address("lseek"), address("write"), address("fsync"))
reader = call("reader_with_stream", call("reader_from_context", context), sys.argv[3].encode(), stream)
sys.stdout.buffer.write(call("reader_crjson", reader, gives=TEXT))
"""


def sign(
    source: str, target: str, *, definition: str, chain: bytes, algorithm: str, signature: Callable[[bytes], bytes]
) -> None:
    """Write a signed copy of a film of our own.

    Args:
        source: an MP4 that was cleared.
        target: a file that does not exist; when this returns, it was written whole.
        definition: what the credential says, as JSON that c2pa-rs builds a manifest from.
        chain: PEM, the signing certificate first, the root's left out.
        algorithm: `Es256`, `Es384` or `Ed25519`.
        signature: signs bytes, in the form that COSE wants.

    Raises:
        Damaged: the library cannot read the film, or would not verify what it signed.
        Refused: the certificate is not good today, or nothing was signed with its key.
        Unable: the disk failed, or the folder for temporary files, where the library puts aside half a gigabyte and more.
    """
    partial = f"{target}.part"
    with failures_named(target, "written"), contextlib.ExitStack() as undo:
        flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
        with open(source, "rb") as film, open(os.open(partial, flags, 0o600), "w+b") as signed:
            undo.callback(os.unlink, partial)
            try:
                _sign(film, signed, definition, chain, algorithm, signature)
            except c2pa.C2paError.Signature as error:
                raise Refused(f"the film was not signed: {_told(error)}", hint=CERTIFICATE) from error
            except c2pa.C2paError.Io as error:
                raise Unable(f"the film could not be signed: {_told(error)}", hint=ROOM) from error
            except c2pa.C2paError as error:
                raise Damaged(f"the film could not be signed: {_told(error)}") from error
            signed.flush()
            os.fsync(signed.fileno())
        os.rename(partial, target)
        undo.pop_all()


def read(
    jail: Jail, path: str, *, anchors: bytes = b"", kind: str = FILM, can_stop: Callable[[], bool] | None = None
) -> object:
    """What a file's credentials say, as crJSON says it, with numbers as texts; None if it has none. Whoever made the file, it is untrusted.

    Args:
        jail: where it is read.
        path: the file.
        anchors: PEM of the roots that are trusted; without them every signer is called untrusted.
        kind: the file's media type; `video/mp4` or `image/jpeg`.
        can_stop: asked about every half second; true ends the run with `Stopped`.

    Raises:
        Damaged: what should be credentials is none, or too long.
        Refused: the file names an address at which its credentials are.
        TooCostly, Stopped, Unable: as `Jail.start`.
    """
    _check_python()
    trust = {"trust_config": PURPOSES, **({"trust_anchors": anchors.decode("ascii")} if anchors else {})}
    settings = json.dumps({**OFFLINE, "trust": trust}).encode()
    processor = LEAST_COST + os.stat(path).st_size / SPEED
    budget = Budget(processor=processor, memory=MEMORY, stall=STALL, output=LONGEST_ANSWER + (1 << 20))
    command = ["python3", "-I", "-S", "-B", "-c", READER, FOOTAGE, LIBRARY, kind]
    with jail.start(command, budget=budget, footage=path, library=OURS, stdin=settings, can_stop=can_stop) as run:
        untrusted_answer = run.stdout.read(LONGEST_ANSWER + 1)
        if len(untrusted_answer) <= LONGEST_ANSWER:
            run.finish()
    answer = parsed(untrusted_answer, longest=LONGEST_ANSWER)
    if isinstance(answer, str):
        raise Refused("its credentials lie at an address on the network, and nothing is fetched from there")
    return answer


def reader() -> str:
    """What reads and signs, with its version."""
    return f"c2pa-rs {c2pa.sdk_version()}"


def _sign(
    film: object, signed: object, definition: str, chain: bytes, algorithm: str, signature: Callable[[bytes], bytes]
) -> None:
    with contextlib.ExitStack() as open_now:
        context = open_now.enter_context(c2pa.Context(settings=c2pa.Settings.from_dict(OFFLINE)))
        builder = open_now.enter_context(c2pa.Builder(definition, context=context))
        kind = c2pa.C2paSigningAlg[algorithm.upper()]
        signer = open_now.enter_context(c2pa.Signer.from_callback(signature, kind, chain.decode("ascii")))
        builder.sign(signer, FILM, film, signed)


def _told(error: Exception) -> str:
    """What the library says, on one line."""
    return " ".join(str(error).split())[:300]


def _check_python() -> None:
    if not os.access(f"{PROGRAMS}/python3", os.X_OK):
        raise Unable("credentials cannot be read here: /usr/bin/python3 is missing", hint="apt-get install python3")
