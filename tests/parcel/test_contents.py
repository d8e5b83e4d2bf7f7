"""What lies under the seal: written in one pass, and read with distrust."""

import hashlib
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged, Refused, WrongKey
from jebi.parcel import contents, note, tar
from jebi.parcel.contents import Parcel, check_recipients, padded_length, pieces, read
from jebi.parcel.keys import PostQuantumIdentity, X25519Identity
from jebi.parcel.manifest import MANIFEST_NAME, MOST_FILES, SUMS_NAME, Manifest
from jebi.parcel.note import Ed25519Signer, MacKey, Note, Signer
from jebi.parcel.padding import padme
from jebi.parcel.safename import SafeName
from jebi.parcel.seal import Seal, open_layers, seal
from jebi.parcel.stream import Chained
from jebi.parcel.tar import END, Member

SIGNER = Ed25519Signer(name="jebi/trip/0a1b2c3d", secret=bytes(32))
EDITOR, LAWYER, STRANGER = (PostQuantumIdentity(bytes([n]) * 32) for n in (1, 2, 3))
CURVE = X25519Identity(bytes(range(32)))
RECIPIENTS = (EDITOR.recipient().fingerprint(),)
CLIPS = {"a.mp4": b"film " * 500, "DCIM/영상 1.mp4": b"", "DCIM/100/b.mp4": bytes(3000)}
FILES = st.dictionaries(
    st.sampled_from([f"{n}.mp4" for n in range(6)] + ["x/y", "영상", "x/z"]),
    st.binary(max_size=2000),
    min_size=1,
    max_size=5,
)


@dataclass
class Desk:
    """Keeps clips in memory, and believes one signer."""

    kept: dict[str, bytes] = field(default_factory=dict)
    signer: Signer = SIGNER

    def keep(self, name: SafeName, content: Iterator[bytes]) -> None:
        assert name.text not in self.kept
        self.kept[name.text] = b"".join(content)

    def check(self, signed: Note) -> None:
        verifier = self.signer.verifier() if isinstance(self.signer, Ed25519Signer) else self.signer
        if not signed.signed_by(verifier):  # type: ignore[arg-type]
            raise Damaged("nobody known signed this")

    def read(self, archive: bytes) -> contents.Opened:
        return read(BytesIO(archive), self.keep, self.check)


def parcel_of(clips: dict[str, bytes], *, number: int = 1, modified: int = 5) -> Parcel:
    members = tuple(Member(name=SafeName(name), size=len(clip), modified=modified) for name, clip in clips.items())
    return Parcel(members=members, number=number, previous=bytes(32), recipients=RECIPIENTS)


def archive_of(clips: dict[str, bytes], *, signer: Signer = SIGNER, padding: int = 0, modified: int = 5) -> bytes:
    parcel = parcel_of(clips, modified=modified)
    seen: list[Note] = []
    length = parcel.length(signer) + padding
    written = b"".join(pieces(parcel, lambda m: BytesIO(clips[m.name.text]), signer, length, seen.append))
    assert len(written) == length
    assert len(seen) == 1
    return written


@given(FILES, st.integers(0, 3000))
def test_what_is_written_reads_back(clips: dict[str, bytes], padding: int) -> None:
    desk = Desk()
    opened = desk.read(archive_of(clips, padding=padding))
    assert desk.kept == clips
    assert {clip.name.text: clip.size for clip in opened.manifest.clips} == {n: len(c) for n, c in clips.items()}
    assert opened.note.signed_by(SIGNER.verifier())


@given(FILES)
def test_the_length_is_known_before_the_first_clip_is_read(clips: dict[str, bytes]) -> None:
    for signer in (SIGNER, MacKey(name="jebi/trip/0a1b2c3d", secret=bytes(32))):
        assert len(archive_of(clips, signer=signer)) == parcel_of(clips).length(signer)


@pytest.mark.parametrize("modified", [-1, -(1 << 40), 0, 1 << 40, 1 << 62])
def test_a_clip_whose_clock_was_wrong_still_arrives(modified: int) -> None:
    assert Desk().read(archive_of(CLIPS, modified=modified)).manifest.clips[0].claimed_modified >= 0


def test_a_reader_that_keeps_nothing_still_checks_everything() -> None:
    opened = read(BytesIO(archive_of(CLIPS)), lambda name, content: None, Desk().check)
    assert len(opened.manifest.clips) == len(CLIPS)
    with pytest.raises(Damaged):
        read(BytesIO(tampered("a changed clip")), lambda name, content: None, Desk().check)


def test_a_clip_that_shrinks_while_it_is_read_ends_the_sealing() -> None:
    parcel = parcel_of(CLIPS)
    with pytest.raises(Damaged, match="clip 3 became shorter"):
        list(
            pieces(parcel, lambda m: BytesIO(CLIPS[m.name.text][:2999]), SIGNER, parcel.length(SIGNER), lambda _: None)
        )


def test_a_clip_that_grows_while_it_is_read_is_sealed_as_long_as_it_was() -> None:
    parcel, desk = parcel_of(CLIPS), Desk()
    written = pieces(
        parcel, lambda m: BytesIO(CLIPS[m.name.text] + b"more"), SIGNER, parcel.length(SIGNER), lambda _: None
    )
    desk.read(b"".join(written))
    assert desk.kept == CLIPS


def test_clips_are_opened_one_after_the_other_and_read_a_piece_at_a_time() -> None:
    opened: list[str] = []

    class Counting(BytesIO):
        longest = 0

        def read(self, length: int | None = -1) -> bytes:
            Counting.longest = max(Counting.longest, length or 0)
            return super().read(length)

    def open_clip(member: Member) -> Counting:
        opened.append(member.name.text)
        return Counting(bytes(member.size))

    large = {"a": bytes(3 << 20), "b": b"x"}
    parcel = parcel_of(large)
    writing = pieces(parcel, open_clip, SIGNER, parcel.length(SIGNER), lambda _: None)
    next(writing)
    next(writing)
    assert opened == ["a"]
    assert len(b"".join(writing)) > 2 << 20
    assert Counting.longest <= 1 << 20


@given(st.integers(0, 1 << 42) | st.integers(0, 1 << 22), st.sampled_from([1, 2]), st.sampled_from([EDITOR, CURVE]))
def test_the_sealed_length_is_a_padme_length_always(
    length: int, layers: int, key: PostQuantumIdentity | X25519Identity
) -> None:
    seals = [Seal.draw([key.recipient()]) for _ in range(layers)]
    padded = padded_length(length, seals)
    sealed = padded
    for layer in seals:
        sealed = layer.sealed_length(sealed)
    assert padded >= length
    assert padme(sealed) == sealed
    plain = length
    for layer in seals:
        plain = layer.sealed_length(plain)
    assert sealed <= padme(padme(plain) + 1)


def in_clips(name: str, content: bytes) -> bytes:
    member = Member(name=SafeName(name), size=len(content))
    return member.head() + content + bytes(member.padding)


def tail(
    clips: dict[str, bytes],
    *,
    signer: Signer = SIGNER,
    sums: bytes | None = None,
    change: Callable[[Manifest], Manifest] = lambda m: m,
) -> list[bytes]:
    """`SHA256SUMS` and the manifest of these clips, as they stand in an archive."""
    manifest = change(parcel_of(clips).manifest([hashlib.sha256(clip).digest() for clip in clips.values()]))
    signed = str(note.sign(manifest.text(), signer)).encode()
    return [in_clips(SUMS_NAME.text, manifest.sums() if sums is None else sums), in_clips(MANIFEST_NAME.text, signed)]


A = {"a": b"film"}
FOR_BOTH = replace(
    parcel_of(A).manifest([bytes(32)]),
    recipients=tuple(key.recipient().fingerprint() for key in (EDITOR, LAWYER)),
)
CLIP = in_clips("clips/a", b"film")
SUMS, SIGNED = tail(A)
OTHER_SUMS, OTHER_SIGNED = tail({"a": b"film", "b": b"more"})
TAMPERED: dict[str, bytes] = {
    "nothing": b"",
    "no manifest": CLIP + SUMS + END,
    "no sums": CLIP + SIGNED + END,
    "no end": CLIP + SUMS + SIGNED,
    "a changed clip": in_clips("clips/a", b"f1lm") + SUMS + SIGNED + END,
    "a longer clip": in_clips("clips/a", b"film!") + SUMS + SIGNED + END,
    "a clip missing": SUMS + SIGNED + END,
    "a clip under another name": in_clips("clips/b", b"film") + SUMS + SIGNED + END,
    "a clip too many": CLIP + in_clips("clips/b", b"") + SUMS + SIGNED + END,
    "a clip twice": CLIP + CLIP + SUMS + SIGNED + END,
    "a clip twice, the first one false": in_clips("clips/a", b"f1lm") + CLIP + SUMS + SIGNED + END,
    "a clip in capitals too": CLIP + in_clips("clips/A", b"film") + SUMS + SIGNED + END,
    "a clip in a folder of a clip's name": CLIP + in_clips("clips/a/b", b"") + SUMS + SIGNED + END,
    "a file where none belongs": CLIP + in_clips("run.sh", b"rm") + SUMS + SIGNED + END,
    "a file beside the clips' folder": CLIP + in_clips("clips", b"") + SUMS + SIGNED + END,
    "the sums twice": CLIP + SUMS + SUMS + SIGNED + END,
    "false sums first": CLIP + in_clips(SUMS_NAME.text, b"") + SUMS + SIGNED + END,
    "sums of something else": CLIP + OTHER_SUMS + SIGNED + END,
    "the manifest before a clip": SUMS + SIGNED + CLIP + END,
    "the manifest before the sums": CLIP + SIGNED + SUMS + END,
    "the manifest twice": CLIP + SUMS + SIGNED + SIGNED + END,
    "the manifest of another parcel": CLIP + OTHER_SUMS + OTHER_SIGNED + END,
    "a manifest signed by somebody else": CLIP + b"".join(tail(A, signer=replace(SIGNER, secret=b"\x01" * 32))) + END,
    "a manifest that is no note": CLIP + SUMS + in_clips(MANIFEST_NAME.text, b"jebi parcel\n") + END,
    "something after the end": CLIP + SUMS + SIGNED + END + b"x",
    "another archive after the end": (CLIP + SUMS + SIGNED + END) * 2,
}


def tampered(kind: str) -> bytes:
    return TAMPERED[kind]


def test_the_parts_that_are_tampered_with_are_a_parcel_when_they_are_not() -> None:
    assert Desk().read(CLIP + SUMS + SIGNED + END + bytes(1000)).manifest.clips[0].name.text == "a"


@pytest.mark.parametrize("kind", TAMPERED)
def test_an_archive_that_was_tampered_with_is_damaged(kind: str) -> None:
    with pytest.raises(Damaged):
        Desk().read(tampered(kind))


WRITTEN = archive_of(CLIPS, padding=2000)


@given(st.integers(0, len(WRITTEN) - 1), st.integers(1, 255))
def test_an_archive_altered_anywhere_is_damaged_or_still_says_the_same(place: int, with_: int) -> None:
    """A head has bytes that mean nothing to us, such as who owns the file; every other byte counts."""
    altered = bytearray(WRITTEN)
    altered[place] ^= with_
    desk = Desk()
    try:
        desk.read(bytes(altered))
    except Damaged:
        return
    assert desk.kept == CLIPS


@given(st.integers(0, len(WRITTEN) - 2001))
def test_an_archive_cut_anywhere_is_damaged(end: int) -> None:
    if not any(WRITTEN[end:]):
        return
    with pytest.raises(Damaged):
        Desk().read(WRITTEN[:end])


@given(
    st.binary(max_size=2000)
    | st.binary(max_size=700).map(lambda b: CLIP + b)
    | st.binary(max_size=100).map(lambda b: CLIP + SUMS + in_clips(MANIFEST_NAME.text, b) + END)
)
def test_garbage_is_damaged(garbage: bytes) -> None:
    with pytest.raises(Damaged):
        Desk().read(garbage)


@pytest.mark.deep
def test_more_files_than_a_parcel_has_are_not_read() -> None:
    empty, seen = bytearray(Member(name=SafeName("clips/000000"), size=0).head()), 0
    blank = sum(empty[:148]) + 8 * 32 + sum(empty[156:])

    def endless() -> Iterator[bytes]:
        nonlocal seen
        for seen in range(2 * MOST_FILES):
            digits = b"%06d" % seen
            empty[6:12] = digits
            empty[148:155] = b"%06o\0" % (blank + sum(digits) - 6 * 48)
            yield bytes(empty)

    with pytest.raises(Damaged, match="more files"):
        read(Chained(endless()), lambda name, content: None, Desk().check)
    assert MOST_FILES <= seen <= MOST_FILES + 1


def test_a_manifest_too_long_to_be_one_is_not_read() -> None:
    member = Member(name=MANIFEST_NAME, size=contents.LONGEST_SUMS + 1)
    with pytest.raises(Damaged, match="too long"):
        Desk().read(CLIP + SUMS + member.head())


def test_a_list_of_files_that_no_reader_would_read_is_refused_before_anything_is_sealed() -> None:
    long = "/".join(["x" * 230] * 4)
    members = tuple(Member(name=SafeName(f"{long}/{n}"), size=0) for n in range(68_000))
    with pytest.raises(Refused, match="list of files"):
        Parcel(members=members, number=1, previous=bytes(32), recipients=RECIPIENTS).length(SIGNER)


@pytest.mark.parametrize("ours", [[EDITOR], [LAWYER], [EDITOR, LAWYER]], ids=["one", "the other", "both"])
def test_who_is_named_in_the_manifest_may_have_opened_it(ours: list[PostQuantumIdentity]) -> None:
    check_recipients(FOR_BOTH, [key.recipient().fingerprint() for key in ours])


@pytest.mark.parametrize("others", [[STRANGER], [EDITOR, STRANGER]], ids=["a stranger", "one named and a stranger"])
def test_nobody_else_may_have_opened_it(others: list[PostQuantumIdentity]) -> None:
    with pytest.raises(WrongKey, match="other desks"):
        check_recipients(FOR_BOTH, [key.recipient().fingerprint() for key in others])


def test_a_signature_for_one_number_is_none_for_another() -> None:
    """The desk takes the number from the manifest and the key from the number; a lie about it fits no key."""
    _, signed = tail(A, change=lambda m: replace(m, number=2))
    parsed = note.parse(next(content for member, content in _members(signed + END) if member.name == MANIFEST_NAME))
    renumbered = Note(text=parsed.text.replace("number 2", "number 1"), signatures=parsed.signatures)
    assert parsed.signed_by(SIGNER.verifier())
    assert not renumbered.signed_by(SIGNER.verifier())


def _members(archive: bytes) -> list[tuple[Member, bytes]]:
    reader = tar.Reader(BytesIO(archive))
    return [(member, b"".join(reader.pieces())) for member in reader]


@pytest.mark.parametrize("layers", [1, 2])
def test_a_sealed_parcel_opens_and_agrees_with_its_manifest(layers: int) -> None:
    seals = [Seal.draw([key.recipient()]) for key in (EDITOR, LAWYER)[:layers]]
    parcel, desk = parcel_of(CLIPS), Desk()
    padded = padded_length(parcel.length(SIGNER), seals)
    archive = pieces(parcel, lambda m: BytesIO(CLIPS[m.name.text]), SIGNER, padded, lambda _: None)
    sealed = b"".join(seal(Chained(archive), padded, seals))
    assert padme(len(sealed)) == len(sealed)
    opened = open_layers(BytesIO(sealed), [[LAWYER], [EDITOR]][2 - layers :])
    read(Chained(opened), desk.keep, desk.check)
    assert desk.kept == CLIPS


def test_age_and_tar_and_sha256sum_read_a_parcel_without_jebi(tmp_path: Path) -> None:
    """Debian's age is older than post-quantum keys, so this one is sealed to an X25519 key."""
    seals = [Seal.draw([CURVE.recipient()])]
    parcel = parcel_of(CLIPS)
    padded = padded_length(parcel.length(SIGNER), seals)
    archive = pieces(parcel, lambda m: BytesIO(CLIPS[m.name.text]), SIGNER, padded, lambda _: None)
    (tmp_path / "parcel.age").write_bytes(b"".join(seal(Chained(archive), padded, seals)))
    (tmp_path / "key.txt").write_text(CURVE.written() + "\n")
    script = "set -e -o pipefail; age -d -i key.txt parcel.age | tar x && sha256sum -c SHA256SUMS"
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count(": OK") == len(CLIPS)
    assert {name: (tmp_path / "clips" / name).read_bytes() for name in CLIPS} == CLIPS
