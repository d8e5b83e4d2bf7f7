"""Evidence leaves the desk: logged first, with all that proves it, and with nothing of this machine in it."""

import base64
import ctypes
import io
import os
import socket
import tarfile
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from exhibits import DOCS, unpacked, verified
from jebi.archive.evidence import ShownParcel
from jebi.archive.exhibit import Content, Derived, Exhibit, content_of
from jebi.errors import Damaged, Refused
from jebi.office.exporting import export, machine_folders, scripts, shown_parcel, stream
from jebi.office.progress import Quiet
from jebi.parcel import contents
from jebi.parcel.note import MacKey, Note, sign
from jebi.parcel.seal import open_layers
from jebi.parcel.stream import Chained
from office.conftest import NOW, SMALL, Office

FORMS = ["bag", "bag.tar", "bag.zip"]


def test_the_verifiers_are_found(tmp_path: Path) -> None:
    found = scripts()

    assert found.verify == (DOCS / "verify_evidence.py").read_bytes()
    assert found.verify_proof == (DOCS / "verify_proof.py").read_bytes()


def test_folders_of_this_machine_are_sought_and_the_root_is_not(tmp_path: Path) -> None:
    folders = machine_folders(str(tmp_path / "archive"))

    assert str(tmp_path / "archive") in folders
    assert any(folder.startswith(tempfile.gettempdir()) for folder in folders)
    assert all(len(folder) > 4 for folder in folders)


def received(office: Office, note: str, sizes: dict[str, int] = SMALL) -> tuple[str, Note, dict[str, Content]]:
    """A parcel that came: its name, its manifest, and its clips by claimed name."""
    issued = office.desk.issue(signing="signature", memorise=False, note=note, share_route="", time=NOW)
    office.seal(issued.card, office.card(sizes), "s1")
    parcel = office.arrive("s1").parcel
    clips: dict[str, Content] = {}
    with Path(office.desk.path("parcels", f"{parcel}.age")).open("rb") as sealed:
        opened = contents.read(
            Chained(open_layers(sealed, [[office.desk.identity]])),
            lambda name, pieces: clips.update({str(name): content_of(b"".join(pieces))}),
            lambda _: None,
        )
    return parcel, opened.note, clips


CLONE_NEWUTS = 0x04000000


def among_canaries(do: Callable[[], object]) -> None:
    """Do it in a copy of this process, whose user, home and host have names that occur nowhere else."""
    child = os.fork()
    if child == 0:
        os.environ.update(HOME="/home/canary-user", USER="canary-user", LOGNAME="canary-user")
        try:
            assert ctypes.CDLL(None).unshare(CLONE_NEWUTS) == 0
            socket.sethostname("canary-host")
            do()
            os._exit(0)
        except BaseException:  # noqa: BLE001  (the parent sees the status)
            traceback.print_exc()
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.parametrize("form", FORMS)
def test_what_a_desk_received_goes_out_with_its_proofs_and_nothing_of_its_machine(
    office: Office, tmp_path: Path, form: str
) -> None:
    parcel, note, clips = received(office, "canary-note")
    exhibits = [
        Exhibit(subject="first", original=clips["a.mp4"], said={"by": "editor-1"}),
        Exhibit(subject="second", original=clips["b.mov"]),
    ]
    shown = shown_parcel(office.desk, parcel, note, sealed=True)
    target = tmp_path / form
    among_canaries(
        lambda: export(office.desk, exhibits, [shown], str(target), actor="editor-1", now=NOW, progress=Quiet())
    )

    bag = unpacked(target)
    assert f"came in parcel {parcel}, number 1 of trip/" in verified(bag, str(office.desk.signer.verifier()))
    assert (bag / "data/originals/clip-0001.mp4").read_bytes() == b"".join(clips["a.mp4"].read())
    assert (bag / "data/originals/parcel-0001.age").is_file()
    assert office.events()[-1] == "evidence-exported"
    (known,) = office.desk.trips()
    secrets = [known.route.secret, known.receipts, office.desk.signer.secret]
    canaries = [b"canary", str(tmp_path).encode(), b"/archive", tempfile.gettempdir().encode() + b"/"]
    canaries += [form for secret in secrets for form in (secret, secret.hex().encode(), base64.b64encode(secret)[:40])]
    for path in (target, *bag.rglob("*")):
        content = path.read_bytes() if path.is_file() else b""
        assert not [canary for canary in canaries if canary in content + str(path.relative_to(tmp_path)).encode()]


def test_a_fact_that_names_the_archive_stops_it_before_anything_is_logged(office: Office, tmp_path: Path) -> None:
    parcel, note, clips = received(office, "")
    told = Exhibit(subject="x", original=clips["a.mp4"], measured={"seen at": office.desk.path("parcels")})
    before = office.events()

    shown = [shown_parcel(office.desk, parcel, note)]
    with pytest.raises(Refused, match="names a folder of this machine"):
        export(office.desk, [told], shown, str(tmp_path / "bag"), actor="editor-1", now=NOW, progress=Quiet())
    assert office.events() == before
    assert not (tmp_path / "bag").exists()


def test_a_film_that_names_the_archive_is_found_while_it_is_written(office: Office, tmp_path: Path) -> None:
    parcel, note, clips = received(office, "")
    film = content_of(bytes(1000) + office.desk.folder.encode() + bytes(1000))
    viewing = Derived(role="viewing", suffix="mp4", content=film)
    told = Exhibit(subject="x", original=clips["a.mp4"], derived=(viewing,))

    shown = [shown_parcel(office.desk, parcel, note)]
    with pytest.raises(Refused, match="derived/clip-0001-viewing"):
        export(office.desk, [told], shown, str(tmp_path / "bag"), actor="editor-1", now=NOW, progress=Quiet())
    assert [name for name in os.listdir(tmp_path) if name.startswith("bag")] == []


def test_a_trip_that_signs_with_a_mac_keeps_its_key_here(office: Office) -> None:
    issued = office.issue(signing="mac")
    text = "jebi parcel\nnumber 1\nprevious " + "0" * 64 + "\nrecipient " + "1" * 64
    text += "\nfile " + "2" * 64 + " 1 1 a.mp4\n"
    assert issued.card.seed
    note = sign(text, issued.card.seed.signer("mac"))

    assert shown_parcel(office.desk, "p", note).trip_key is None
    with pytest.raises(Damaged, match="no trip of this desk signed"):
        shown_parcel(office.desk, "p", sign(text, MacKey(name=note.signatures[0].name, secret=bytes(32))))


def shown(office: Office, sizes: dict[str, int] = SMALL) -> tuple[list[Exhibit], list[ShownParcel]]:
    """A parcel's clips as exhibits."""
    parcel, note, clips = received(office, "", sizes)
    exhibits = [Exhibit(subject=name, original=content) for name, content in clips.items()]
    return exhibits, [shown_parcel(office.desk, parcel, note)]


def test_a_streamed_package_has_the_size_that_was_said_and_its_verifier_agrees(office: Office, tmp_path: Path) -> None:
    exhibits, parcels = shown(office)

    package = stream(office.desk, exhibits, parcels, actor="editor-1", now=NOW)
    target = tmp_path / package.name
    target.write_bytes(b"".join(package.read(0, package.size)))

    assert target.stat().st_size == package.size
    assert package.media_type == "application/x-tar"
    assert "All of this holds" in verified(unpacked(target), str(office.desk.signer.verifier()))


def test_a_stream_is_logged_before_its_first_byte_and_once_however_often_it_is_read(office: Office) -> None:
    exhibits, parcels = shown(office)
    before = office.events()

    package = stream(office.desk, exhibits, parcels, actor="editor-1", now=NOW)
    assert office.events() == [*before, "evidence-exported"]
    first = b"".join(package.read(0, package.size))
    assert b"".join(package.read(0, package.size)) == first
    assert office.events() == [*before, "evidence-exported"]


@pytest.mark.parametrize(("start", "end"), [(0, 1), (5, 700), (511, 513), (100_000, 1 << 40)])
def test_a_stretch_of_a_stream_is_that_stretch(office: Office, start: int, end: int) -> None:
    package = stream(office.desk, *shown(office), actor="editor-1", now=NOW)
    whole = b"".join(package.read(0, package.size))

    assert b"".join(package.read(start, end)) == whole[start:end]


def test_what_names_the_archive_ends_a_stream(office: Office) -> None:
    exhibits, parcels = shown(office)
    film = content_of(bytes(1000) + office.desk.folder.encode() + bytes(1000))
    told = Exhibit(
        subject="x", original=exhibits[0].original, derived=(Derived(role="viewing", suffix="mp4", content=film),)
    )

    package = stream(office.desk, [told], parcels, actor="editor-1", now=NOW)
    with pytest.raises(Refused, match="derived/clip-0001-viewing"):
        list(package.read(0, package.size))


def test_a_streamed_package_is_a_tar_of_one_folder(office: Office) -> None:
    package = stream(office.desk, *shown(office), actor="editor-1", now=NOW)

    with tarfile.open(fileobj=io.BytesIO(b"".join(package.read(0, package.size)))) as tar:
        assert {name.partition("/")[0] for name in tar.getnames()} == {package.name.removesuffix(".tar")}
