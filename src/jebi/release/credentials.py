"""What a published film says of itself: the definition of its content credentials, and the check of what was signed (docs/formats/credentials.md).

A credential names the organisation, the kinds of edits, and how synthetic the film is. It names no source: no ingredient, no
place, no device, no author, no moment. Its identifiers come from the output's digest, so that they tell nothing that the film
does not.

`definition` says what is to be signed. `differences` holds what lies in the signed file against it: whatever is there beside what
was asked for is a difference, also one that nobody thought of. `objections` is what a stock reader has against it.

Invariants: the film's title is the only text of a person's in it. It never signs, and never trusts a reader's verdict alone.
Peak: what it was given.
"""

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from jebi.errors import Refused
from jebi.release.chain import Credential
from jebi.release.credential_box import USER_TYPE, Part, cbor

GENERATOR: Final = (
    "jebi"  # without a version: those who keep a film for years would learn how old the desk's software was
)
LIBRARY: Final = "org.contentauth.c2pa_rs"  # the library adds this and its version, and cannot be told not to
VERSION: Final = re.compile(r"\d{1,4}\.\d{1,4}\.\d{1,4}")
LONGEST_TITLE: Final = 200  # characters
MOST_DIFFERENCES: Final = 20  # that are told; whoever made a hundred is told enough
SOURCES: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/"
HASH: Final = "c2pa.hash.bmff.v3"
ACTIONS: Final = "c2pa.actions.v2"
ALGORITHMS: Final = {"Es256": -7, "Es384": -35, "Ed25519": -8}  # as COSE numbers them (RFC 9053)
SIGNATURES: Final = frozenset({64, 96})  # bytes
PASSED: Final = frozenset(
    {
        "signingCredential.trusted",
        "claimSignature.insideValidity",
        "claimSignature.validated",
        "assertion.hashedURI.match",
        "assertion.bmffHash.match",
    }
)
KNOWN: Final = frozenset(
    {"signingCredential.ocsp.skipped"}
)  # it was not asked whether the certificate was revoked: that needs a network
UNNAMED: Final = "Made from recordings that are kept sealed and are not named, to protect the people who made them and those in them."


class Edit(Enum):
    """What was done: the action by which C2PA knows it, and a sentence."""

    CUT = "c2pa.trimmed", "Parts of the recordings were left out, and others put one after another."
    FACES = "c2pa.edited", "Faces were covered."
    FIGURES = "c2pa.edited", "Whole figures were covered."
    TEXT = "c2pa.edited", "Writing, signs or plates were covered."
    AREAS = "c2pa.edited", "Parts of the picture were covered by hand."
    SILENCE = "c2pa.edited", "Sound was removed."
    VOICES_REMOVED = "c2pa.edited", "Voices were removed; what is around them was kept."
    VOICES_DISGUISED = (
        "c2pa.edited",
        "Voices were changed so that they are not known at once. This does not stop an expert.",
    )
    VOICES_REPLACED = "c2pa.dubbed", "Voices were replaced: a machine speaks what was said, or its translation."
    SUBTITLES = "c2pa.edited", "Subtitles were put into the picture."
    NOISE = "c2pa.filtered", "The picture was sampled anew and filtered to weaken the traces of the camera's sensor."
    METADATA = "c2pa.edited.metadata", "All metadata was removed."
    ENCODED = "c2pa.transcoded", "The film was encoded anew."

    @property
    def action(self) -> str:
        return self.value[0]

    @property
    def sentence(self) -> str:
        return self.value[1]


class Speech(Enum):
    """How synthetic the film is, by the voice that speaks in it; IPTC's word for it."""

    RECORDED = "humanEdits"  # nobody speaks, or people do: changed by people with tools that invent nothing
    SYNTHETIC = "composite"  # a synthesizer of rules speaks, such as espeak-ng: no model was trained, and yet it is no recording
    TRAINED = "compositeWithTrainedAlgorithmicMedia"  # a trained model speaks


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What one film's credentials say.

    Args:
        title: as the public reads it; it was cleared with the film.
        output: SHA-256 of the film before it is signed: the output that was cleared.
        edits: what was done.
        speech: who speaks in it.
    """

    title: str
    output: bytes
    edits: frozenset[Edit]
    speech: Speech

    def __post_init__(self) -> None:
        if not 1 <= len(self.title) <= LONGEST_TITLE or not self.title.replace("\u3000", " ").isprintable():
            raise Refused(f"a film's title is one line of at most {LONGEST_TITLE} characters")
        if len(self.output) != 32:
            raise ValueError("an output's digest is a SHA-256")
        if (Edit.VOICES_REPLACED in self.edits) == (self.speech is Speech.RECORDED):
            raise ValueError("voices are replaced if and only if a machine speaks")

    @property
    def number(self) -> uuid.UUID:
        """The number by which readers know these credentials: 122 bits of the output's digest, as C2PA wants them written."""
        return uuid.UUID(bytes=self.output[:16], version=4)

    @property
    def label(self) -> str:
        """The manifest's name."""
        return f"urn:c2pa:{self.number}"

    @property
    def instance(self) -> str:
        """The film's name."""
        return f"xmp:iid:{self.number}"


def definition(statement: Statement) -> str:
    """What is to be signed, as JSON that c2pa-rs builds a manifest from."""
    return json.dumps(
        {
            "claim_version": 2,
            "label": statement.label,
            "instance_id": statement.instance,
            "title": statement.title,
            "claim_generator_info": [{"name": GENERATOR}],
            "assertions": [{"label": ACTIONS, "created": True, "data": _actions(statement)}],
        }
    )


def differences(film: Part | None, *, statement: Statement, credential: Credential) -> tuple[str, ...]:
    """How a signed film's credentials differ from what was to be signed; none, if they are that and nothing else.

    Args:
        film: what lies in the film; None if there are no credentials.
        statement: what was to be signed.
        credential: what it was to be signed with.

    Raises:
        Damaged: the signature is no COSE.
    """
    if film is None:
        return ("the film has no credentials",)
    found = _compared(_plain(film), _expected(statement, credential), "credentials")
    return tuple(difference for difference, _ in zip(found, range(MOST_DIFFERENCES), strict=False))


def objections(untrusted: object) -> tuple[str, ...]:
    """What a reader has against a film's credentials; none, if it verified every part of them and trusts who signed.

    Args:
        untrusted: what the reader answered, as crJSON; None if it found no credentials.
    """
    manifests = untrusted.get("manifests") if isinstance(untrusted, dict) else None
    if not isinstance(manifests, list) or len(manifests) != 1 or not isinstance(manifests[0], dict):
        return ("the reader finds no credentials, or more than one",)
    verdicts = manifests[0].get("validationResults")
    verdicts = verdicts if isinstance(verdicts, dict) else {}
    passed, remarks, failures = (list(_codes(verdicts.get(part))) for part in ("success", "informational", "failure"))
    found = [f"the reader does not say {code}" for code in sorted(PASSED - set(passed))]
    found += [f"the reader remarks {ascii(code)[:100]}" for code in sorted(set(remarks) - KNOWN)]
    found += [f"the reader says {ascii(code)[:100]}" for code in sorted(set(failures))]
    if verdicts.get("failure") != [] and not failures:
        found.append("the reader says nothing about failures")
    return tuple(found[:MOST_DIFFERENCES])


def _actions(statement: Statement) -> dict[str, object]:
    """The assertion of what was done. That it is all is not claimed: nobody knows what was done before it was received."""
    made = {"action": "c2pa.created", "digitalSourceType": SOURCES + statement.speech.value, "description": UNNAMED}
    done = [edit for edit in Edit if edit in statement.edits]
    return {
        "actions": [made, *({"action": edit.action, "description": edit.sentence} for edit in done)],
        "allActionsIncluded": False,
    }


class _Opaque(Enum):
    """What stands for a value that nobody can foretell, and how it must look."""

    DIGEST = "a SHA-256"
    VERSION = "a version"
    PADDING = "zeros"
    SIGNATURE = "a signature"


def _expected(statement: Statement, credential: Credential) -> object:
    """What lies in a film of exactly this statement."""
    made = [_box("cbor", ACTIONS, value=_actions(statement)), _box("cbor", HASH, value=_hash())]
    claim = {
        "instanceID": statement.instance,
        "claim_generator_info": {"name": GENERATOR, LIBRARY: _Opaque.VERSION},
        "signature": f"self#jumbf=/c2pa/{statement.label}/c2pa.signature",
        "created_assertions": [
            {"url": f"self#jumbf=c2pa.assertions/{label}", "hash": _Opaque.DIGEST} for label in (ACTIONS, HASH)
        ],
        "dc:title": statement.title,
        "alg": "sha256",
    }
    chain: list[object] = list(credential.certificates)
    protected = {1: ALGORITHMS[credential.algorithm], 33: chain[0] if len(chain) == 1 else chain}
    manifest = [
        _box("c2as", "c2pa.assertions", parts=made),
        _box("c2cl", "c2pa.claim.v2", value=claim),
        _box("c2cs", "c2pa.signature", value=[protected, {"pad": _Opaque.PADDING}, None, _Opaque.SIGNATURE]),
    ]
    return _box("c2pa", "c2pa", parts=[_box("c2ma", statement.label, parts=manifest)])


def _hash() -> object:
    """The hard binding: all of the film but its first box and the credentials themselves."""
    box = {"offset": 8, "value": USER_TYPE}
    return {
        "exclusions": [{"xpath": "/uuid", "data": [box]}, {"xpath": "/ftyp"}, {"xpath": "/mfra"}],
        "alg": "sha256",
        "hash": _Opaque.DIGEST,
        "name": "jumbf manifest",
    }


def _box(kind: str, label: str, *, parts: list[object] | None = None, value: object = None) -> object:
    return {"kind": kind, "label": label, "parts": parts or [], "value": value}


def _plain(part: Part) -> object:
    """A part as `_box` writes it, and a signature's inner CBOR opened."""
    value: object = part.value
    match value:
        case (18, [bytes() as protected, *others]) if part.kind == "c2cs":
            value = [cbor(protected), *others]
        case _:
            pass
    return _box(part.kind, part.label, parts=[_plain(one) for one in part.parts], value=value)


def _compared(found: object, expected: object, where: str) -> Iterator[str]:
    """Walk both at once; what is in one only is a difference."""
    if isinstance(expected, _Opaque):
        if not _looks(found, expected):
            yield f"{where} is not {expected.value}"
    elif isinstance(expected, dict) and isinstance(found, dict):
        yield from (f"{where}: {_shown(key)} was not to be there" for key in found if key not in expected)
        for key, value in expected.items():
            if key in found:
                yield from _compared(found[key], value, f"{where}/{key}")
            else:
                yield f"{where}: {key} is missing"
    elif isinstance(expected, list) and isinstance(found, list):
        if len(expected) != len(found):
            yield f"{where} has {len(found)} entries"
        for place, (one, other) in enumerate(zip(found, expected, strict=False)):
            yield from _compared(one, other, f"{where}/{place}")
    elif type(found) is not type(expected) or found != expected:
        yield f"{where} is {_shown(found)}"


def _looks(found: object, kind: _Opaque) -> bool:
    if kind is _Opaque.VERSION:
        return isinstance(found, str) and VERSION.fullmatch(found) is not None
    if not isinstance(found, bytes):
        return False
    return {
        _Opaque.DIGEST: len(found) == 32,
        _Opaque.PADDING: not any(found),
        _Opaque.SIGNATURE: len(found) in SIGNATURES,
    }[kind]


def _codes(untrusted: object) -> Iterator[str]:
    for verdict in untrusted if isinstance(untrusted, list) else []:
        yield str(verdict.get("code")) if isinstance(verdict, dict) else "?"


def _shown(found: object) -> str:
    """A short and harmless text of anything."""
    return ascii(found)[:100] if not isinstance(found, dict | list | tuple) else f"a {type(found).__name__}"
