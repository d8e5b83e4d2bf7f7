"""Checkpoints: written in one way only, and believed only under a key that was known before."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.archive.checkpoint import open_checkpoint, parse_checkpoint, sign_checkpoint
from jebi.archive.merkle import root
from jebi.errors import Damaged
from jebi.parcel.note import Ed25519Signer, sign

SIGNER = Ed25519Signer(name="desk.example/custody", secret=bytes(range(32)))
LOG = SIGNER.verifier()
ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="


@given(st.integers(0, 1 << 62), st.binary(min_size=32, max_size=32))
def test_a_checkpoint_reads_back_as_it_was_signed(size: int, tree_root: bytes) -> None:
    signed = sign_checkpoint(size, tree_root, SIGNER)

    assert open_checkpoint(signed.written(), LOG) == signed
    assert signed.note.text.startswith(f"desk.example/custody\n{size}\n")


@pytest.mark.parametrize(
    "text",
    [
        f"{LOG.name}\n7\n",
        f"{LOG.name}\n07\n{ROOT}\n",
        f"{LOG.name}\n-7\n{ROOT}\n",
        f"{LOG.name}\n\u0667\n{ROOT}\n",
        f"{LOG.name}\n{(1 << 62) + 1}\n{ROOT}\n",
        f"{LOG.name}\n7\n{ROOT[:-1]}\n",
        f"{LOG.name}\n7\n{ROOT[:-2]}J=\n",
        f"{LOG.name}\n7\n{ROOT}\n\nafter a gap\n",
        f"\n{LOG.name}\n7\n{ROOT}\n",
    ],
)
def test_what_is_written_in_any_other_way_is_damaged_though_it_is_signed(text: str) -> None:
    with pytest.raises(Damaged):
        open_checkpoint(str(sign(text, SIGNER)).encode(), LOG)


def test_lines_after_the_root_are_kept_because_signatures_cover_them() -> None:
    note = str(sign(f"{LOG.name}\n7\n{ROOT}\nsomething of theirs\n", SIGNER)).encode()

    assert open_checkpoint(note, LOG).written() == note


def test_a_second_signature_of_the_log_that_is_false_spoils_the_checkpoint() -> None:
    good = sign_checkpoint(7, bytes(32), SIGNER).written()
    other = sign_checkpoint(8, bytes(32), SIGNER).written()

    with pytest.raises(Damaged):
        open_checkpoint(good + other.split(b"\n\n")[1], LOG)


@given(st.integers(0, 250), st.binary(max_size=99), st.text(max_size=99))
def test_garbage_as_a_checkpoint_raises_damaged(cut: int, tail: bytes, text: str) -> None:
    good = sign_checkpoint(7, bytes(32), SIGNER).written()
    for note in (tail, good[:cut] + tail, good + tail, text.encode("utf-8", "replace") + good):
        with contextlib.suppress(Damaged):
            assert parse_checkpoint(note).written() == note
        if note != good:
            with contextlib.suppress(Damaged):
                assert open_checkpoint(note, LOG).note.text == parse_checkpoint(good).note.text


def test_a_checkpoint_of_another_log_or_another_key_is_damaged() -> None:
    stranger = Ed25519Signer(name=SIGNER.name, secret=bytes(32))
    other = Ed25519Signer(name="other.example/custody", secret=SIGNER.secret)

    for signer in (stranger, other):
        with pytest.raises(Damaged):
            open_checkpoint(sign_checkpoint(0, root([]), signer).written(), LOG)
