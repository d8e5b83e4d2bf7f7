"""Time from a third party over a checkpoint: RFC 3161 requests and responses (docs/formats/custody.md, "Timestamp").

A request goes out, and its response comes in, by file from a machine that is online. The authority learns one hash.
What it proves: these bytes existed no later than that time, if the authority's key was its own then.

Nothing is kept here and no clock is read. The nonce of a request is drawn by the library that writes it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from rfc3161_client import (
    Accuracy,
    HashAlgorithm,
    PKIStatus,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from jebi.errors import Damaged

LONGEST_RESPONSE = 1 << 18  # a token with a chain of certificates takes about 6 KiB; with post-quantum ones 100
LONGEST_ROOTS = 1 << 22  # a whole operating system's bundle
_HINT = "ask the authority again with a new request"
_REASON = re.compile(r"verify error:\s*([a-z -]+)", re.IGNORECASE)
_PANIC = "PanicException"  # of the library's Rust; it has no name to import, and is no `Exception`
_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.InvalidVersion)


@dataclass(frozen=True, slots=True, kw_only=True)
class StampRequest:
    """A request as it goes to the authority (DER), and its nonce, which the response must repeat."""

    content: bytes
    nonce: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamped:
    """What an authority says: these bytes existed at `time`, or by `no_later_than` with its own inaccuracy added.

    Both in POSIX seconds, rounded against the claim: up.
    """

    time: int
    no_later_than: int
    serial: int


def request(checkpoint: bytes) -> StampRequest:
    """Ask for the time of exactly these bytes: SHA-256, with a nonce, and with the authority's certificate."""
    builder = TimestampRequestBuilder(data=checkpoint, hash_algorithm=HashAlgorithm.SHA256, nonce=True, cert_req=True)
    built = builder.build()
    assert built.nonce is not None
    return StampRequest(content=built.as_bytes(), nonce=built.nonce)


def verify(untrusted_response: bytes, checkpoint: bytes, roots: Sequence[bytes], *, nonce: int | None) -> Stamped:
    """Verify a response, today or years later: certificates are judged as of the time in it.

    Args:
        untrusted_response: the DER `TimeStampResp`.
        checkpoint: the bytes that the request was made for.
        roots: certificates of the authorities that are believed, PEM, one or more in each.
        nonce: the request's; None where the request is gone.

    Raises:
        Damaged: the response is none, was refused, or is not a timestamp of these bytes by an authority under `roots`.
    """
    believed = [certificate for pem in roots for certificate in _certificates(pem)]
    response = _parse(untrusted_response)
    verifier = VerifierBuilder(roots=believed, nonce=nonce).build()
    try:
        verifier.verify_message(response, checkpoint)
        return _stamped(response)
    except VerificationError as error:
        raise Damaged(f"the timestamp does not hold: {_said(error)}", hint=_HINT) from error
    except _UNREADABLE as error:
        raise Damaged("the timestamp response has a part that cannot be read", hint=_HINT) from error
    except BaseException as error:
        if type(error).__name__ != _PANIC:
            raise
        raise Damaged("the timestamp or a certificate has a part that cannot be read", hint=_HINT) from error


def _parse(untrusted_response: bytes) -> TimeStampResponse:
    if len(untrusted_response) > LONGEST_RESPONSE:
        raise Damaged("the timestamp response is too long to be one")
    try:
        response = decode_timestamp_response(untrusted_response)
        status = PKIStatus(response.status)
    except _UNREADABLE as error:
        raise Damaged("this is not a timestamp response that jebi reads", hint=_HINT) from error
    if status is not PKIStatus.GRANTED:
        raise Damaged(f"the authority did not grant the timestamp: {status.name.lower()}", hint=_HINT)
    return response


def _certificates(pem: bytes) -> list[x509.Certificate]:
    if len(pem) > LONGEST_ROOTS:
        raise Damaged("the certificates are too long to be some")
    try:
        certificates = x509.load_pem_x509_certificates(pem)
        for certificate in certificates:  # what is behind these is read only when somebody asks
            _ = certificate.subject, certificate.issuer, certificate.extensions
    except _UNREADABLE as error:
        raise Damaged("the authority's root certificate cannot be read") from error
    return certificates


def _stamped(response: TimeStampResponse) -> Stamped:
    token = response.tst_info
    whole = token.gen_time.replace(microsecond=0)
    time = int(whole.timestamp()) + (token.gen_time != whole)
    accuracy: Accuracy | None = token.accuracy  # optional in the format, whatever the library's types say
    seconds = 0 if accuracy is None else (accuracy.seconds or 0) + bool(accuracy.millis or accuracy.micros)
    return Stamped(time=time, no_later_than=time + seconds, serial=token.serial_number)


def _said(error: VerificationError) -> str:
    """The library's reason, short and on one line: parts of what it says come from the response."""
    found = _REASON.search(str(error))
    text = found[1] if found else str(error).partition(": ErrorStack")[0]
    return ascii(text[:120])[1:-1].lower()
