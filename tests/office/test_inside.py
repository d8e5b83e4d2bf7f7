"""Clips off a camera card, sealed onto sticks inside the country: whatever their names are, and whatever happens to them."""

import hashlib
import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from jebi.carriers.slot import SLOT
from jebi.device import blocks
from jebi.errors import Damaged, JebiError, NoRoom, Refused, Unable
from jebi.office import inside
from jebi.office.inside import Sealed, check_apart, list_clips, seal_onto, seal_whole
from jebi.office.progress import Quiet
from jebi.parcel import seal
from jebi.parcel.card import parse_card
from jebi.parcel.keys import PostQuantumIdentity
from jebi.parcel.manifest import digest_of
from jebi.parcel.note import parse
from office.conftest import (
    LARGE,
    SMALL,
    Meanwhile,
    Office,
    Steps,
    damage,
    files_in,
    fill_card,
    make_prepared,
    run,
    slots_in,
)


def names(*places: Path) -> list[str]:
    return [str(one.member.name) for one in list_clips([str(place) for place in places])]


def test_everything_below_a_folder_is_taken_in_the_order_of_names(tmp_path: Path) -> None:
    card = fill_card(tmp_path / "card", {"b.mp4": 1, "a.mp4": 2, "DCIM/100/c.jpg": 3, "DCIM/099/d.jpg": 0})
    assert names(card) == ["a.mp4", "b.mp4", "DCIM/099/d.jpg", "DCIM/100/c.jpg"]
    assert names(card / "b.mp4", card / "DCIM") == ["b.mp4", "099/d.jpg", "100/c.jpg"]
    assert names(card / "b.mp4", card / "b.mp4") == ["b.mp4", "b-2.mp4"]


def test_neither_links_nor_pipes_in_a_folder_are_followed(tmp_path: Path) -> None:
    card = fill_card(tmp_path / "card", {"a.mp4": 1})
    fill_card(tmp_path / "home", {"letter": 1})
    (card / "link").symlink_to(tmp_path / "home" / "letter")
    (card / "folder").symlink_to(tmp_path / "home")
    (card / "round").symlink_to(card)
    (card / "dead").symlink_to("nowhere")
    os.mkfifo(card / "pipe")
    (card / "empty").mkdir()
    assert names(card) == ["a.mp4"]


def test_a_link_that_is_named_is_the_file_behind_it(tmp_path: Path) -> None:
    card = fill_card(tmp_path / "card", {"a.mp4": 5})
    (tmp_path / "link.mp4").symlink_to(card / "a.mp4")
    (one,) = list_clips([str(tmp_path / "link.mp4")])
    assert (str(one.member.name), one.member.size) == ("link.mp4", 5)


ODD = [
    b"-rf", b".hidden", b"con.mp4", b"a b.mp4", b"\xff\xfe.mp4", "e\u0301.mp4".encode(), "é.mp4".encode(),
    "\u202egpj.exe".encode(), b"new\nline", b"tab\t", b"what?.mp4", b"A.MP4", b"a.mp4", b"x" * 255, "제비.mp4".encode(), b"~", b"dot.",
]  # fmt: skip


def test_whatever_a_camera_calls_its_clips_they_come_home(office: Office) -> None:
    card, dice = office.path("card"), random.Random(5)
    content = {}
    for number, name in enumerate(ODD):
        place = os.path.join(os.fsencode(card / f"folder{number % 3}"), name)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        content[name] = dice.randbytes(1000 + number)
        with open(place, "wb") as file:
            file.write(content[name])
    sealed = office.seal(office.issue().card, card, "s1")
    arrival = office.arrive("s1")
    came = office.clips_of(sealed.parcel)
    assert arrival.manifest
    assert sorted(came.values()) == sorted(content.values())
    assert all(name.isprintable() and ".." not in name for name in came)


def test_old_and_future_clocks_are_claims_that_can_be_written(office: Office) -> None:
    card = office.card(SMALL)
    for name, seconds in zip(SMALL, (-86_400 * 365, 1 << 33), strict=True):
        os.utime(card / name, (seconds, seconds))
    office.seal(office.issue().card, card, "s1")
    manifest = office.arrive("s1").manifest
    assert manifest
    assert [clip.claimed_modified for clip in manifest.clips] == [0, 1 << 33]


@pytest.mark.parametrize(
    "kind", ["nothing", "empty folder", "folder of empty folders", "missing", "pipe", "device", "dead link"]
)
def test_what_cannot_be_sealed_is_said_without_its_name(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "canary"
    if kind == "folder of empty folders":
        (place / "a" / "b").mkdir(parents=True)
    elif kind == "empty folder":
        place.mkdir()
    elif kind == "pipe":
        os.mkfifo(place)
    elif kind == "device":
        place.symlink_to("/dev/zero")
    elif kind == "dead link":
        place.symlink_to("nowhere")
    with pytest.raises((Refused, Unable)) as caught:
        list_clips([] if kind == "nothing" else [str(place)])
    assert "canary" not in caught.value.what + caught.value.hint


def test_a_clip_cannot_be_sealed_onto_itself_whatever_it_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    card = fill_card(tmp_path / "card", {"a.mp4": 1, "s1.part": 1})
    (tmp_path / "link").symlink_to("card/a.mp4")
    os.link(card / "a.mp4", tmp_path / "hard")
    taken = list_clips(["card"])
    for place in ("card/a.mp4", "./card/../card/a.mp4", "link", "hard"):
        with pytest.raises(Refused, match="onto itself"):
            check_apart(taken, ["elsewhere", place])
    check_apart(taken, ["card/new", "a.mp4"])


def test_a_clip_that_has_the_passing_name_of_a_stick_is_not_lost(tmp_path: Path) -> None:
    card = fill_card(tmp_path / "card", {"film.mp4.part": 9})
    with pytest.raises(Refused, match="onto itself"):
        check_apart(list_clips([str(card)]), [str(card / "film.mp4")])


def test_clips_come_home_from_any_two_of_three_sticks(office: Office) -> None:
    sealed = office.seal(office.issue().card, office.card(LARGE), "s1", "s2", "s3", survive=1)
    assert sealed.suffices
    assert (len(sealed.whole), sealed.failed) == (3, {})
    assert "any 2 of which bring it back" in sealed.plan
    office.path("s2").unlink()
    office.arrive("s1", "s3")
    assert office.clips_of(sealed.parcel) == files_in(office.path("card"))


def test_sticks_of_every_kind_take_a_parcel(office: Office, samples: Path) -> None:
    film = office.path("film.mp4")
    shutil.copy(samples / "bikes.mp4", film)
    sticks = [make_prepared(kind, office.folder, name=f"{kind}.img").name for kind in ("FAT16", "FAT32", "exFAT")]
    card = office.card({"a.mp4": 20_000})
    sealed = office.seal(office.issue().card, card, *sticks, "new", survive=2)
    assert len(sealed.whole) == 4
    office.arrive("FAT32.img", "exFAT.img")
    assert office.clips_of(sealed.parcel) == files_in(card)


def test_nothing_changes_on_the_card_and_nothing_else_is_left(office: Office) -> None:
    issued, card = office.issue(), office.card(SMALL)
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in card.iterdir()}
    around = sorted(os.listdir(office.folder))
    office.seal(issued.card, card, "s1")
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in card.iterdir()} == before
    assert sorted(os.listdir(office.folder)) == sorted([*around, "s1"])


def test_the_kit_moves_on_and_the_next_manifest_names_the_one_before(office: Office) -> None:
    issued = office.issue()
    assert issued.card.seed
    first = office.seal(issued.card, office.card(SMALL), "s1")
    kit = parse_card(str(issued.card.after(issued.card.seed, first.manifest_digest)).encode())
    office.seal(kit, office.card(SMALL, "other", seed=2), "s2")
    manifests = {a.manifest.number: a.manifest for a in office.receive("s1", "s2") if a.manifest}
    assert sorted(manifests) == [1, 2]
    assert manifests[2].previous == first.manifest_digest == hashlib.sha256(manifests[1].text().encode()).digest()


@pytest.mark.parametrize("change", ["shrinks", "is gone", "grows"])
def test_a_clip_that_changes_before_it_is_read_ends_the_sealing_or_is_sealed_as_it_was_listed(
    office: Office, change: str
) -> None:
    issued, card = office.issue(), office.card(LARGE)
    listed = files_in(card)

    def accident(step: str) -> None:
        if step == "sealing":
            if change == "shrinks":
                os.truncate(card / "below" / "b.mov", 1000)
            elif change == "grows":
                with (card / "below" / "b.mov").open("ab") as file:
                    file.write(b"and more")
            else:
                (card / "below" / "b.mov").unlink()

    taken, assumed = list_clips([str(card)]), issued.card.seed
    assert assumed
    place, progress = str(office.path("s1")), Meanwhile(do=accident)

    def sealed() -> Sealed:
        return seal_onto(taken, issued.card, assumed, [place], survive=0, carrier=None, progress=progress, patience=0)

    if change == "grows":
        parcel = sealed().parcel
        office.arrive("s1")
        assert office.clips_of(parcel) == listed
        return
    with pytest.raises((Damaged, Unable)) as caught:
        sealed()
    assert "b.mov" not in caught.value.what + caught.value.hint
    assert not any(path.name.startswith("s1") for path in office.folder.iterdir())


@pytest.mark.parametrize("change", ["shrinks", "is gone"])
def test_the_same_for_a_whole_file(office: Office, change: str) -> None:
    issued, card = office.issue(), office.card(SMALL)
    taken = list_clips([str(card)])
    assert issued.card.seed
    os.truncate(card / "b.mov", 0) if change == "shrinks" else (card / "b.mov").unlink()
    with pytest.raises((Damaged, Unable)):
        seal_whole(taken, issued.card, issued.card.seed, [str(office.path("a.age"))], progress=Quiet())
    assert not list(office.folder.glob("a.age*"))


def test_a_clip_that_changes_while_a_stick_is_caught_up_spoils_that_stick_alone(office: Office) -> None:
    """Other bytes under the same keys would give both away; the sticks that are done stay done."""
    issued, card = office.issue(), office.card(LARGE)
    assert issued.card.seed

    def accident(step: str) -> None:
        if step == "reading back" and progress.names.count(step) == 1:
            damage(office.path("s2.part"), 70)
            with (card / "a.mp4").open("r+b") as file:
                file.write(b"recorded over")

    progress = Meanwhile(do=accident)
    places = [str(office.path(name)) for name in ("s1", "s2")]
    taken = list_clips([str(card)])
    sealed = seal_onto(
        taken, issued.card, issued.card.seed, places, survive=1, carrier=None, progress=progress, patience=0
    )
    assert sealed.whole == (places[0],)
    assert "changed while it was sealed" in sealed.failed[places[1]].what
    assert sealed.suffices
    office.arrive("s1")
    assert len(office.clips_of(sealed.parcel)) == 2


def test_a_card_that_is_full_of_sticks_is_no_room_before_anything_is_written(office: Office) -> None:
    image = make_prepared("FAT16", office.folder)
    before = image.read_bytes()
    with pytest.raises(NoRoom):
        office.seal(office.issue().card, office.card({"a.mp4": 26_000_000}), "s1", "stick.img", survive=1)
    assert image.read_bytes() == before
    assert not list(office.folder.glob("s1*"))


def test_a_whole_file_is_opened_by_stock_age_and_its_sums_agree(office: Office) -> None:
    issued, card = office.issue(), office.card(LARGE)
    sealed = office.seal_whole(issued.card, card, "one.age", "two.age")
    content = office.path("one.age").read_bytes()
    assert content == office.path("two.age").read_bytes()
    assert sealed.parcel == hashlib.sha256(content).hexdigest()[:16]
    assert len(content) == sealed.departure.sealed_length
    assert "in each of 2 places" in sealed.plan
    opened, identity = office.path("opened"), office.desk.identity
    opened.mkdir()
    assert isinstance(identity, PostQuantumIdentity)
    (opened / "parcel.tar").write_bytes(seal.open_in_memory(content, [identity]))
    run("tar", "-C", opened, "-xf", opened / "parcel.tar")
    subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=opened, check=True, capture_output=True)
    assert files_in(opened / "clips") == files_in(card)
    assert digest_of(parse((opened / "manifest.note").read_bytes())) == sealed.manifest_digest


def test_when_no_place_takes_a_whole_file_it_is_said_so(office: Office) -> None:
    issued, card = office.issue(), office.card(LARGE)
    taken, place = list_clips([str(card)]), office.path("a.age")
    assert issued.card.seed
    progress = Meanwhile(do=lambda step: place.write_bytes(b"in the way") if step == "reading back" else None)
    with pytest.raises(Unable, match="came into being meanwhile"):
        seal_whole(taken, issued.card, issued.card.seed, [str(place)], progress=progress)
    assert place.read_bytes() == b"in the way"


def test_slots_say_nothing_of_who_or_what(office: Office) -> None:
    issued = office.issue()
    office.seal(issued.card, office.card(SMALL), "s1")
    content = office.path("s1").read_bytes()
    assert len(slots_in(office.path("s1"), issued.route)) * SLOT == len(content)
    for word in (b"a.mp4", b"b.mov", b"age-encryption", issued.trip.encode(), b"manifest"):
        assert word not in content


def test_two_sealings_of_the_same_clips_have_nothing_in_common(office: Office) -> None:
    issued, card = office.issue(), office.card(SMALL)
    first, second = (office.seal(issued.card, card, name) for name in ("s1", "s2"))
    assert first.parcel != second.parcel
    one, other = (office.path(name).read_bytes() for name in ("s1", "s2"))
    pieces = {one[at : at + 32] for at in range(0, len(one), 32)}
    assert not any(other[at : at + 32] in pieces for at in range(0, len(other), 32))


def test_a_clip_is_read_from_front_to_back_and_an_error_says_where_not_what(tmp_path: Path) -> None:
    clip = fill_card(tmp_path, {"canary.mp4": 100}) / "canary.mp4"
    opened = inside._Clip(str(clip))
    assert opened.read(60) + opened.read(60) == clip.read_bytes()
    assert opened.read(1) == b""
    opened.close()
    clip.unlink()
    failures: list[JebiError] = []
    for step in (lambda: opened.read(1), lambda: inside._Clip(str(clip))):
        with pytest.raises(Unable) as caught:
            step()
        failures.append(caught.value)
    assert "at byte 100" in failures[0].what
    assert all("canary" not in failure.what + failure.hint for failure in failures)


def test_the_plan_can_be_told_before_and_progress_is_all_of_it(office: Office) -> None:
    issued, progress = office.issue(), Steps()
    assert issued.card.seed
    taken = list_clips([str(office.card(LARGE))])
    sealed = seal_onto(
        taken,
        issued.card,
        issued.card.seed,
        [str(office.path("s1"))],
        survive=0,
        carrier=None,
        progress=progress,
        patience=0,
    )
    assert progress.names == ["sealing", "reading back"]
    assert progress.done == [total for _, total in progress.announced]
    with blocks.open_for_reading(str(office.path("s1"))) as medium:
        assert medium.size == sealed.departure.spread.slots * SLOT
