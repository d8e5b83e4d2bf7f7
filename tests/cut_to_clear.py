"""A cut that was rendered and looked through, for tests of those who clear it: its film is a real one, its report signed by the desk, its pictures made by the job.

The film was not rendered from its plan, and nobody looked for leaks in it: that takes minutes, and other tests do.
"""

import base64
import json
import os
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from jebi.media.jail import Jail
from jebi.office.admission import drain
from jebi.office.clearing import reporter
from jebi.office.contact_strip import make_pictures
from jebi.office.desk import Desk
from jebi.office.kept import Kept
from jebi.office.labour import Report
from jebi.parcel.note import Ed25519Signer
from jebi.release import plan_form
from jebi.release.doubts import doubts
from jebi.release.leaks import CHECKS, Check, Finding, Reason, reported, sign_report
from jebi.release.output import FILM, digest
from jebi.release.plan import About, Cover, Key, Part, Plan, Source
from jebi.release.publication import CARD, POSTER
from jebi.vault import cuts, seeing
from jebi.vault.catalogue import Catalogue, Event
from jebi.vault.clips import Clip
from jebi.vault.cuts import OutputFile
from release.plans import simple

AUTHOR = "wren"
EVENT = Event(kind="tried", subject="s", detail="", actor="a")
PASSPHRASE = "이것은 아무도 모르는 다섯 낱말"


@dataclass(frozen=True)
class ToClear:
    """A cut and an output of it, by their numbers."""

    cut: int
    output: int

    @property
    def address(self) -> str:
        return f"/cuts/{self.cut}/outputs/{self.output}"


def plan_of(clip: Clip, *, length_ms: int = 4000) -> Plan:
    """A face that comes, moves and goes, in a clip."""
    keys = [(500, 1000), (900, 1500), (2900, 6000)]
    cover = Cover(
        kind="face",
        style="solid",
        keys=tuple(Key(time_ms=time, x=x, y=2000, width=1500, height=2500) for time, x in keys),
    )
    source = Source(clip=clip.id, sha256=clip.sha256, covers=(cover,))
    about = About(title=(("en", "At the market"),), summary=(("en", "What a kilo of rice costs."),))
    return simple(sources=(source,), parts=(Part(source=0, start_ms=0, end_ms=length_ms),), about=about)


def keep_output(
    desk: Desk,
    catalogue: Catalogue,
    kept: Kept,
    clip: Clip,
    film: Path,
    now_ms: int,
    *,
    name: str = "봄 장마당",
    pictures: bool = True,
) -> ToClear:
    """Keep a cut of a clip, an output with that film, a report that passed, and pictures."""
    content = plan_form.written(plan := plan_of(clip))
    stored, file = kept.put(content), kept.put_file(str(film))
    stills = {name: kept.put(f"a still, {name}".encode()) for name in (CARD, POSTER)}
    files = [
        OutputFile(name=name, blob=one.blob, size=one.size, sha256=one.sha256)
        for name, one in {FILM: file, **stills}.items()
    ]
    with catalogue.writing(now_ms) as change:
        number = cuts.begin(change, name, [clip.id], EVENT)
        said = f"plan sha256 {stored.sha256}, of 1 clips"
        event = Event(kind="cut-planned", subject=f"cut/{number}", detail=said, actor=f"member/{AUTHOR}")
        as_kept = cuts.Kept(sha256=stored.sha256, blob=stored.blob, size=stored.size)
        planned = cuts.get_plan(change.connection, cuts.plan(change, number, as_kept, [clip.id], AUTHOR, event))
        assert planned
        output = cuts.render(change, planned, digest({one.name: one.sha256 for one in files}), files, "ffmpeg", EVENT)
    there = ToClear(number, output)
    report(desk, catalogue, kept, there, now_ms)
    if pictures:
        made = make_pictures(Jail.find(), str(film), doubts(plan), kept, Report())
        with catalogue.writing(now_ms) as change:
            seeing.put_pictures(change, output, made, EVENT)
    drain(desk, catalogue)
    return there


def report(
    desk: Desk, catalogue: Catalogue, kept: Kept, there: ToClear, now_ms: int, *, findings: Sequence[Finding] = ()
) -> None:
    """Sign another report on an output."""
    with catalogue.reading() as connection:
        output = cuts.get_output(connection, there.output)
        planned = cuts.get_plan(connection, output.cut_plan) if output else None
    assert output
    assert planned
    looked = [Check(name=name, tools={"jebi": "1"}, measured={"looked": now_ms}) for name in CHECKS]
    looked[5] = replace(looked[5], findings=tuple(findings))
    digests = {"output": bytes.fromhex(output.sha256), "plan": bytes.fromhex(planned.sha256)}
    whole = reported(**digests, checks=looked)
    stored = kept.put(str(sign_report(whole, reporter(desk))).encode())
    as_kept = cuts.Kept(sha256=stored.sha256, blob=stored.blob, size=stored.size)
    with catalogue.writing(now_ms) as change:
        cuts.add_report(change, there.output, as_kept, EVENT, has_passed=whole.passed)


A_FACE = Finding(reason=Reason.FACE_SEEN, what="a face is to be seen", at_ms=1000)


def signer(desk: str, member: str) -> Ed25519Signer:
    """A member's key, always the same."""
    return Ed25519Signer(name=f"{desk}/{member}", secret=member.encode().ljust(32, b"."))


def key_file(key: Ed25519Signer, passphrase: str = PASSPHRASE, *, rounds: int = 600_000) -> bytes:
    """A member's key file, by its specification (docs/formats/cuts.md, "Key file")."""
    salt, nonce, vkey = os.urandom(16), os.urandom(12), str(key.verifier())
    der = Ed25519PrivateKey.from_private_bytes(key.secret).private_bytes(
        Encoding.DER, PrivateFormat.PKCS8, NoEncryption()
    )
    sealed = AESGCM(_stretched(passphrase, salt, rounds)).encrypt(nonce, der, vkey.encode())
    texts = {"nonce": nonce, "salt": salt, "sealed": sealed}
    fields = {"format": "jebi member key 1", "name": key.name, "public": vkey, "rounds": rounds}
    whole = fields | {name: base64.b64encode(one).decode() for name, one in texts.items()}
    return json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def opened_key(file: bytes, passphrase: str = PASSPHRASE) -> Ed25519Signer:
    """The key in a file, read by its specification, to the byte."""
    fields = json.loads(file)
    assert file == json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    nonce, salt, sealed = (base64.b64decode(fields[name], validate=True) for name in ("nonce", "salt", "sealed"))
    key = AESGCM(_stretched(passphrase, salt, fields["rounds"]))
    der = key.decrypt(nonce, sealed, fields["public"].encode())
    found = Ed25519Signer(name=fields["name"], secret=der[-32:])
    assert len(der) == 48
    assert str(found.verifier()) == fields["public"]
    return found


def _stretched(passphrase: str, salt: bytes, rounds: int) -> bytes:
    text = unicodedata.normalize("NFKC", passphrase).encode()
    return PBKDF2HMAC(algorithm=SHA256(), length=32, salt=salt, iterations=rounds).derive(text)
