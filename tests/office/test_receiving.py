"""The desk receives: whatever comes, in whatever state, by whoever's hand; nothing is released that did not verify."""

import os
import secrets
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from jebi.archive.receive import State, parcel_id
from jebi.carriers.slot import SLOT
from jebi.errors import JebiError, NothingFound, Refused, Unable
from jebi.office.desk import Issued
from jebi.office.inside import list_clips, seal_onto, seal_whole
from jebi.office.progress import Quiet
from jebi.office.receiving import Wish, receive
from jebi.parcel import seal
from jebi.parcel.blocks import BlockList
from jebi.parcel.contents import Parcel, padded_length, pieces
from jebi.parcel.fountain import encode
from jebi.parcel.gather import Fragment, block_lists
from jebi.parcel.keys import PostQuantumIdentity
from jebi.parcel.manifest import Clip
from jebi.parcel.spread import RUN
from jebi.parcel.stream import Chained
from office.conftest import (
    LARGE,
    MEDIUM,
    PASSPHRASE,
    SMALL,
    Meanwhile,
    Office,
    Steps,
    damage,
    files_in,
    lie,
    make_prepared,
    opened,
    put_slot,
    slots_in,
)

WITHOUT_CLIPS = Wish(clips=False)
SALVAGED = Wish(salvage=True)


def assert_received(office: Office, parcel: str, name: str = "card") -> None:
    """The parcel is here, as a whole, once, and nothing is left on its way."""
    assert office.clips_of(parcel) == files_in(office.path(name))
    assert f"{parcel}.age" in office.listed("parcels")
    assert not any(found.endswith(".part") for folder in ("parcels", "clips") for found in office.listed(folder))
    assert f"{parcel}.slots" not in office.listed("tray")


# What came, and what it is called.


def test_a_whole_parcel_is_verified_kept_sealed_and_logged_before_it_is_reported(office: Office) -> None:
    issued, card, progress = office.issue(), office.card(MEDIUM), Steps()
    sealed = office.seal(issued.card, card, "s1")
    (arrival,) = receive(office.desk, [str(office.path("s1"))], Wish(), progress)
    assert (arrival.parcel, arrival.state, arrival.trip) == (sealed.parcel, State.WHOLE, issued.trip)
    assert arrival.manifest
    assert {str(clip.name) for clip in arrival.manifest.clips} == set(MEDIUM)
    assert (arrival.liars, arrival.shortfall, arrival.why) == ((), None, "")
    assert arrival.slots == {str(office.path("s1")): sealed.departure.spread.slots}
    assert_received(office, sealed.parcel)
    kept = Path(office.desk.path("parcels", f"{sealed.parcel}.age")).read_bytes()
    assert len(kept) == sealed.departure.sealed_length
    assert b"".join(seal.open_seal(Chained([kept]), [office.desk.identity]))
    assert office.events()[-1] == "parcel-received"
    assert progress.names == ["searching", "restoring"]
    assert progress.done == [total for _, total in progress.announced]


def test_what_is_here_already_is_known_and_nothing_happens_to_it(office: Office) -> None:
    sealed = office.seal(office.issue().card, office.card(SMALL), "s1", "s2", survive=1)
    office.arrive("s1")
    before, events = files_in(Path(office.desk.folder)), office.events()
    for sticks in (["s1"], ["s2"], ["s1", "s2"]):
        assert office.arrive(*sticks).state is State.KNOWN
    assert files_in(Path(office.desk.folder)) == before
    assert office.events() == events
    assert_received(office, sealed.parcel)


def test_what_is_not_whole_waits_says_what_it_lacks_and_needs_the_stick_no_more(office: Office) -> None:
    sealed = office.seal(office.issue().card, office.card(LARGE), "s1", "s2", "s3", survive=0)
    first = office.arrive("s1")
    office.path("s1").unlink()
    second = office.arrive("s2")
    office.path("s2").unlink()
    assert (first.state, second.state) == (State.WAITING, State.WAITING)
    assert first.shortfall
    assert second.shortfall
    assert first.shortfall.packets > second.shortfall.packets > 0
    assert office.clips_of(sealed.parcel) == {}
    assert office.arrive("s3").state is State.WHOLE
    assert_received(office, sealed.parcel)
    assert office.events()[-3:] == ["slots-kept", "slots-kept", "parcel-received"]


def test_the_same_stick_again_adds_nothing_to_the_tray(office: Office) -> None:
    office.seal(office.issue().card, office.card(MEDIUM), "s1", "s2", survive=0)
    office.arrive("s1")
    before, events = files_in(Path(office.desk.path("tray"))), office.events()
    assert office.arrive("s1").state is State.WAITING
    assert (files_in(Path(office.desk.path("tray"))), office.events()) == (before, events)


def test_what_another_parcel_lacks_does_not_hold_up_this_one(office: Office) -> None:
    issued = office.issue()
    waiting = office.seal(issued.card, office.card(MEDIUM), "s1", "s2", survive=0).parcel
    whole = office.seal(issued.card, office.card(SMALL, "other", seed=2), "t1").parcel
    states = {arrival.parcel: arrival.state for arrival in office.receive("s1", "t1")}
    assert states == {waiting: State.WAITING, whole: State.WHOLE}
    assert_received(office, whole, "other")


def test_a_folder_of_everything_is_searched_and_foreign_things_do_no_harm(office: Office, samples: Path) -> None:
    issued, other = office.issue(), office.issue()
    sealed = office.seal(issued.card, office.card(MEDIUM), "s1", "s2", "s3", survive=1)
    office.seal(other.card, office.card(MEDIUM, "second", seed=2), "t1", "t2", survive=0)
    pile = office.path("pile")
    (pile / "below").mkdir(parents=True)
    make_prepared("FAT16", pile / "below")
    for name, place in (("s1", "IMG_0001.JPG"), ("s3", "below/backup.bin"), ("t1", "t1")):
        office.path(name).rename(pile / place)
    shutil.copy(samples / "bikes.mp4", pile)
    (pile / "noise").write_bytes(os.urandom(1 << 20))
    (pile / "empty").write_bytes(b"")
    (pile / "link").symlink_to(office.path("s2"))
    os.mkfifo(pile / "pipe")
    states = {arrival.parcel: arrival.state for arrival in office.receive("pile")}
    assert states[sealed.parcel] is State.WHOLE
    assert sorted(states.values()) == [State.WAITING, State.WHOLE]
    assert_received(office, sealed.parcel)


def test_nothing_of_ours_is_said_so(office: Office) -> None:
    office.issue()
    office.path("noise").write_bytes(os.urandom(1 << 20))
    for places in (["noise"], []):
        with pytest.raises(NothingFound):
            office.receive(*places)
    with pytest.raises(Unable):
        office.receive("noise", "not there")
    (office.path("empty")).mkdir()
    with pytest.raises(NothingFound):
        office.receive("empty")


@pytest.mark.timeout(20)
def test_a_pipe_that_is_named_is_an_error_and_nobody_waits_for_a_writer(office: Office) -> None:
    os.mkfifo(office.path("pipe"))
    with pytest.raises(JebiError):
        office.receive("pipe")


def test_carriers_are_only_read(office: Office) -> None:
    make_prepared("FAT16", office.folder)
    office.seal(office.issue().card, office.card(MEDIUM), "stick.img", "s2", survive=0)
    for name in ("stick.img", "s2"):
        office.path(name).chmod(0o400)
    before = [(office.path(name).read_bytes(), office.path(name).stat().st_mtime_ns) for name in ("stick.img", "s2")]
    office.arrive("stick.img")
    office.arrive("s2")
    after = [(office.path(name).read_bytes(), office.path(name).stat().st_mtime_ns) for name in ("stick.img", "s2")]
    assert after == before


def test_a_shared_route_is_one_route_with_two_trips(office: Office) -> None:
    first = office.issue()
    second = office.issue(share_route=first.trip)
    office.seal(first.card, office.card(SMALL), "s1")
    office.seal(second.card, office.card(SMALL, "other", seed=2), "s2")
    assert {arrival.trip for arrival in office.receive("s1", "s2")} == {first.trip, second.trip}


def test_sealed_only_verifies_and_lays_out_nothing(office: Office) -> None:
    sealed = office.seal(office.issue().card, office.card(SMALL), "s1")
    arrival = office.arrive("s1", wish=WITHOUT_CLIPS)
    assert (arrival.state, office.listed("clips")) == (State.WHOLE, [])
    assert office.listed("parcels") == [f"{sealed.parcel}.age"]


# Who signed it, and for whom it was sealed.


def test_a_trip_that_authenticates_by_mac_is_received(office: Office) -> None:
    issued = office.issue(signing="mac")
    sealed = office.seal(issued.card, office.card(SMALL), "s1")
    assert office.arrive("s1").trip == issued.trip
    assert_received(office, sealed.parcel)


def forged(
    office: Office, issued: Issued, name: str, *, number: int = 1, signed: int = 1, trip: Issued | None = None
) -> str:
    """A parcel that says to be of one number, signed under the seed of another; as a whole file."""
    assert issued.card.seed
    seed = ((trip or issued).card.seed or issued.card.seed).at(signed)
    signer = seed.signer(issued.card.signing)
    (taken,) = list_clips([str(office.card({"a.mp4": 1000}, f"forged-{name}"))])
    recipient = office.desk.identity.recipient()
    parcel = Parcel(members=(taken.member,), number=number, previous=bytes(32), recipients=(recipient.fingerprint(),))
    drawn = seal.Seal.draw([recipient])
    length = padded_length(parcel.length(signer), [drawn])
    content = pieces(parcel, lambda _: Chained([Path(taken.path).read_bytes()]), signer, length, lambda _: None)
    office.path(name).write_bytes(b"".join(seal.seal(Chained(content), length, [drawn])))
    return name


@pytest.mark.parametrize(
    ("number", "signed", "state"),
    [
        (1, 1, State.WHOLE),
        (64, 64, State.WHOLE),
        (2, 1, State.REJECTED),
        (1, 2, State.REJECTED),
        (65, 64, State.REJECTED),
        (9999, 1, State.REJECTED),
    ],
)
def test_a_parcel_is_signed_under_its_own_number_or_rejected(
    office: Office, number: int, signed: int, state: State
) -> None:
    issued = office.issue()
    arrival = office.arrive(forged(office, issued, "a.age", number=number, signed=signed))
    assert arrival.state is state
    if state is State.REJECTED:
        assert "no trip of this desk signed" in arrival.why
        assert (office.listed("parcels"), office.listed("clips")) == ([], [])


def test_a_stranger_who_has_the_card_is_rejected_and_nothing_is_released(office: Office) -> None:
    issued = office.issue()
    assert issued.card.seed
    stranger = replace(issued.card, seed=replace(issued.card.seed, seed=secrets.token_bytes(32)))
    office.seal(stranger, office.card(SMALL), "s1")
    arrival = office.arrive("s1")
    assert arrival.state is State.REJECTED
    assert "no trip of this desk signed" in arrival.why
    assert (office.listed("parcels"), office.listed("clips")) == ([], [])
    assert "parcel-received" not in office.events()


def for_another_desk(office: Office, issued: Issued) -> None:
    """A parcel sealed to a stranger's key, on this desk's route, as a stick and as a whole file."""
    assert issued.card.seed
    card = replace(issued.card, recipients=(PostQuantumIdentity(bytes(32)).recipient(),))
    office.seal(card, office.card(SMALL, "foreign", seed=3), "x1")
    office.seal_whole(card, office.path("foreign"), "x.age")


@pytest.mark.parametrize("carrier", ["x1", "x.age"])
def test_a_parcel_sealed_to_another_desk_is_rejected_and_holds_up_no_other(office: Office, carrier: str) -> None:
    issued = office.issue()
    for_another_desk(office, issued)
    sealed = office.seal(issued.card, office.card(SMALL), "s1")
    states = {arrival.parcel: arrival.state for arrival in office.receive(carrier, "s1")}
    assert sorted(states.values()) == [State.REJECTED, State.WHOLE]
    assert_received(office, sealed.parcel)


def test_a_parcel_sealed_to_another_desk_cannot_be_salvaged_and_holds_up_no_other(office: Office) -> None:
    issued = office.issue()
    assert issued.card.seed
    card = replace(issued.card, recipients=(PostQuantumIdentity(bytes(32)).recipient(),))
    office.seal(card, office.card(LARGE, "foreign", seed=3), "x1", "x2", survive=0)
    with office.path("x1").open("ab") as stick:
        stick.write(office.path("x2").read_bytes()[: 20 * SLOT])
    sealed = office.seal(issued.card, office.card(SMALL), "s1")
    arrivals = {arrival.parcel: arrival for arrival in office.receive("x1", "s1", wish=SALVAGED)}
    assert arrivals.pop(sealed.parcel).state is State.WHOLE
    (foreign,) = arrivals.values()
    assert foreign.state is State.WAITING
    assert office.listed("salvaged") == []


def test_a_parcel_that_another_desk_passed_on_is_rejected_and_holds_up_no_other(office: Office) -> None:
    """The other desk opened it, and sealed the very same archive to us."""
    issued = office.issue()
    assert issued.card.seed
    theirs = PostQuantumIdentity(bytes(32))
    card = replace(issued.card, recipients=(theirs.recipient(),))
    taken = list_clips([str(office.card(SMALL))])
    seal_whole(taken, card, issued.card.seed, [str(office.path("theirs.age"))], progress=Quiet())
    archive = seal.open_in_memory(office.path("theirs.age").read_bytes(), [theirs])
    office.path("passed-on.age").write_bytes(seal.in_memory(archive, [office.desk.identity.recipient()]))
    sealed = office.seal(issued.card, office.path("card"), "s1")
    arrivals = {arrival.parcel: arrival for arrival in office.receive("passed-on.age", "s1")}
    assert arrivals.pop(sealed.parcel).state is State.WHOLE
    (passed,) = arrivals.values()
    assert passed.state is State.REJECTED
    assert "passed on" in passed.why
    assert office.listed("clips") == [sealed.parcel]


def test_two_persons_open_together_and_neither_alone(both: Office, second: PostQuantumIdentity) -> None:
    issued = both.issue()
    sealed = both.seal(issued.card, both.card(SMALL), "s1")
    with pytest.raises(Refused, match="second person"):
        both.receive("s1")
    for wrong in (PostQuantumIdentity(bytes(32)), both.desk.identity):
        try:
            assert both.arrive("s1", wish=Wish(outer=(wrong,))).state is State.REJECTED
        except Refused as refused:
            assert "opens this" in refused.what  # noqa: PT017  (either answer is a refusal)
        assert (both.listed("parcels"), both.listed("clips")) == ([], [])
    assert both.arrive("s1", wish=Wish(outer=(second,))).state is State.WHOLE
    assert_received(both, sealed.parcel)


def test_two_persons_salvage_together(both: Office, second: PostQuantumIdentity) -> None:
    sealed = both.seal(both.issue().card, both.card(LARGE), "s1")
    damage(both.path("s1"), *range(30, 45))
    arrival = both.arrive("s1", wish=Wish(salvage=True, outer=(second,)))
    assert arrival.state is State.WAITING
    assert "salvaged 2 clips" in arrival.why
    assert set(both.clips_of(sealed.parcel, "salvaged")) == {"gaps.json", *(f"clips/{name}" for name in LARGE)}


# Who lies.


def test_whoever_gives_false_packets_is_named_and_the_parcel_is_whole(office: Office) -> None:
    issued = office.issue()
    sealed = office.seal(issued.card, office.card(LARGE), "s1", "s2", "s3", survive=1)
    assert lie(office.path("s1"), issued.route, about=lambda header: header.block == 1)
    arrival = office.arrive("s1", "s2", "s3")
    assert (arrival.state, arrival.liars) == (State.WHOLE, (str(office.path("s1")),))
    assert "s1 gave false packets" in str(arrival)
    assert_received(office, sealed.parcel)


def test_who_lied_weeks_ago_is_named_by_the_label_that_the_tray_kept(office: Office) -> None:
    issued = office.issue()
    office.seal(issued.card, office.card(MEDIUM), "s1", "s2", "s3", "s4", survive=1)
    assert lie(office.path("s1"), issued.route, about=lambda header: header.block == 0)
    assert office.arrive("s1").state is State.WAITING
    office.path("s1").unlink()
    arrival = office.arrive("s2", "s3", "s4")
    assert arrival.state is State.WHOLE
    (liar,) = arrival.liars
    assert "the carrier with the label" in liar


def test_what_a_liar_left_in_the_tray_does_not_push_out_the_true_slots_that_come_later(office: Office) -> None:
    """First an altered copy of a stick comes, then the stick itself, and goes; then the other one."""
    issued = office.issue()
    sealed = office.seal(issued.card, office.card(MEDIUM), "s1", "s2", survive=0)
    shutil.copy(office.path("s1"), office.path("a1"))
    assert lie(office.path("a1"), issued.route, about=lambda header: header.block == 0)
    for stick in ("a1", "s1"):
        assert office.arrive(stick).state is State.WAITING
        office.path(stick).unlink()
    assert office.arrive("s2").state is State.WHOLE
    assert_received(office, sealed.parcel)


def forge_list(office: Office, issued: Issued, name: str) -> None:
    """Replace a stick's block list by a false one, as a false relay could."""
    path = office.path(name)
    slots = slots_in(path, issued.route)
    shape = next(iter(slots.values())).header.shape
    own = {at: slot for at, slot in slots.items() if slot.header.block == shape.count}
    secret = next(iter(own.values())).header.secret
    fragments = [Fragment(origin=0, first=slot.header.first, packets=slot.packets) for slot in own.values()]
    (true,) = block_lists(fragments, secret, shape)
    false = BlockList(shape, tuple(reversed(true.digests)) if shape.count > 1 else (bytes(32),))
    stop = max(slot.header.first + RUN for slot in own.values())
    packets = encode(false.written(secret), shape.list_k, stop)
    for at, slot in own.items():
        run = b"".join(packets[slot.header.first : slot.header.first + slot.header.count])
        put_slot(path, at, issued.route, slot.header, run)


def test_a_false_block_list_on_most_sticks_does_not_keep_the_parcel_from_being_restored(office: Office) -> None:
    issued = office.issue()
    sealed = office.seal(issued.card, office.card(LARGE), "s1", "s2", "s3", survive=2)
    for name in ("s1", "s2"):
        forge_list(office, issued, name)
    assert office.arrive("s1", "s2", "s3").state is State.WHOLE
    assert_received(office, sealed.parcel)


def test_a_parcel_whose_block_list_was_lost_is_restored_without_it(office: Office) -> None:
    sealed = office.seal(office.issue().card, office.card(LARGE), "s1")
    many = sealed.departure.spread.slots
    damage(office.path("s1"), *range(many - 3, many))
    assert office.arrive("s1").state is State.WHOLE
    assert_received(office, sealed.parcel)


def test_an_altered_clip_is_never_released_even_without_a_block_list(office: Office) -> None:
    issued = office.issue()
    sealed = office.seal(issued.card, office.card(LARGE), "s1")
    many = sealed.departure.spread.slots
    damage(office.path("s1"), *range(many - 3, many))
    assert lie(office.path("s1"), issued.route, about=lambda header: (header.block, header.first) == (1, 16))
    arrival = office.arrive("s1")
    assert arrival.state is not State.WHOLE
    assert (office.listed("parcels"), office.listed("clips")) == ([], [])


# Plain sealed files.


@pytest.mark.parametrize(
    ("alter", "state"),
    [
        (lambda content: content, State.WHOLE),
        (lambda content: content[:-1], State.REJECTED),
        (lambda content: content[: len(content) // 2], State.REJECTED),
        (lambda content: content + b"\0", State.REJECTED),
        (lambda content: content[:100_000] + b"x" + content[100_001:], State.REJECTED),
        (lambda content: content[:22], State.REJECTED),
        (lambda content: content[:22] + bytes(1 << 20), State.REJECTED),
    ],
    ids=[
        "as it was",
        "cut by a byte",
        "cut in half",
        "with something behind",
        "altered",
        "only its first line",
        "blank",
    ],
)
def test_a_sealed_file_is_whole_or_rejected(office: Office, alter: Callable[[bytes], bytes], state: State) -> None:
    issued, card = office.issue(), office.card(SMALL)
    sealed = office.seal_whole(issued.card, card, "came.age")
    office.path("came.age").write_bytes(alter(office.path("came.age").read_bytes()))
    arrival = office.arrive("came.age")
    assert arrival.state is state
    if state is State.WHOLE:
        assert_received(office, sealed.parcel)
        assert office.arrive("came.age").state is State.KNOWN
    else:
        assert arrival.why
        assert (office.listed("parcels"), office.listed("clips"), office.listed("tray")) == ([], [], [])


def test_a_sealed_file_and_a_stick_are_received_in_one_run(office: Office) -> None:
    issued = office.issue()
    one = office.seal_whole(issued.card, office.card(SMALL), "came.age").parcel
    other = office.seal(issued.card, office.card(SMALL, "other", seed=2), "s1").parcel
    assert {arrival.parcel: arrival.state for arrival in office.receive("came.age", "s1")} == dict.fromkeys(
        (one, other), State.WHOLE
    )
    assert_received(office, one)
    assert_received(office, other, "other")


# Accidents.


def undo(office: Office, parcel: str, *lost: str) -> None:
    """The archive as a crash may have left it: with these missing, and other things half done."""
    for name in lost:
        place = Path(office.desk.path(name))
        shutil.rmtree(place) if place.is_dir() else place.unlink()
    for half in (f"clips/{parcel}.part/below", "clips/other.part", f"salvaged/{parcel}"):
        os.makedirs(office.desk.path(half), exist_ok=True)
    Path(office.desk.path("clips", f"{parcel}.part", "below", "a.mp4")).write_bytes(b"half")
    Path(office.desk.path("parcels", f"{parcel}.age.part")).write_bytes(b"half")
    Path(office.desk.path("parcels", "other.age.part")).write_bytes(b"half")
    Path(office.desk.path("salvaged", parcel, "opened.part")).write_bytes(b"half")


@pytest.mark.parametrize("step", ["logged", "clips named", "parcel named", "clips removed"])
@pytest.mark.parametrize("kind", ["slots", "sealed file"])
def test_after_a_crash_at_any_step_the_next_run_finishes(office: Office, step: str, kind: str) -> None:
    issued, card = office.issue(), office.card(SMALL)
    carrier = "s1" if kind == "slots" else "came.age"
    sealed = (
        office.seal(issued.card, card, carrier) if kind == "slots" else office.seal_whole(issued.card, card, carrier)
    )
    office.arrive(carrier)
    clips, parcel = f"clips/{sealed.parcel}", f"parcels/{sealed.parcel}.age"
    undo(
        office,
        sealed.parcel,
        *{"logged": (clips, parcel), "clips named": (parcel,), "parcel named": (), "clips removed": (clips, parcel)}[
            step
        ],
    )
    if step == "clips named":
        Path(office.desk.path(clips, "a.mp4")).write_bytes(b"somebody's own")
    arrival = office.arrive(carrier)
    assert arrival.state is (State.KNOWN if step == "parcel named" else State.WHOLE)
    assert_received(office, sealed.parcel)
    assert not list(Path(office.desk.folder).rglob("*.part"))
    assert office.desk.log.check().pending == 0


def test_a_tray_that_a_crash_cut_short_is_healed(office: Office) -> None:
    sealed = office.seal(office.issue().card, office.card(LARGE), "s1", "s2", survive=0)
    office.arrive("s1")
    tray = Path(office.desk.path("tray", f"{sealed.parcel}.slots"))
    many = tray.stat().st_size // SLOT
    os.truncate(tray, (many - 2) * SLOT + 777)
    assert office.arrive("s1").state is State.WAITING
    assert tray.stat().st_size == many * SLOT
    office.path("s1").unlink()
    assert office.arrive("s2").state is State.WHOLE
    assert_received(office, sealed.parcel)


def test_damaged_records_of_a_tray_are_passed_over_and_replaced_by_the_same_stick(office: Office) -> None:
    sealed = office.seal(office.issue().card, office.card(LARGE), "s1", "s2", survive=0)
    office.arrive("s1")
    damage(Path(office.desk.path("tray", f"{sealed.parcel}.slots")), 0, 5, 9)
    before = office.arrive("s1").shortfall
    office.path("s1").unlink()
    assert office.arrive("s2").state is State.WHOLE
    assert before
    assert_received(office, sealed.parcel)


def test_foreign_files_in_the_tray_do_no_harm(office: Office) -> None:
    sealed = office.seal(office.issue().card, office.card(SMALL), "s1")
    Path(office.desk.path("tray", "0123456789abcdef.slots")).write_bytes(os.urandom(3 * SLOT + 5))
    Path(office.desk.path("tray", "empty.slots")).write_bytes(b"")
    assert office.arrive("s1").state is State.WHOLE
    assert_received(office, sealed.parcel)


def test_a_stick_that_changes_between_searching_and_restoring_waits_with_what_is_left(office: Office) -> None:
    office.seal(office.issue().card, office.card(MEDIUM), "s1")

    def accident(step: str) -> None:
        if step == "restoring":
            damage(office.path("s1"), 1, 2)

    (arrival,) = receive(office.desk, [str(office.path("s1"))], Wish(), Meanwhile(do=accident))
    assert arrival.state is State.WAITING
    assert (office.listed("parcels"), office.listed("clips")) == ([], [])


def test_while_it_is_received_no_clip_has_its_name_and_the_parcel_neither(office: Office) -> None:
    sealed, seen = office.seal(office.issue().card, office.card(LARGE), "s1"), set[str]()

    class Watching(Quiet):
        def advance(self, done: int) -> None:
            seen.update(f"{folder}/{name}" for folder in ("clips", "parcels") for name in office.listed(folder))

    receive(office.desk, [str(office.path("s1"))], Wish(), Watching())
    assert f"clips/{sealed.parcel}.part" in seen
    assert all(name.endswith(".part") for name in seen)


def test_a_full_disk_is_said_so_and_the_next_run_finishes(office: Office) -> None:
    """A folder in the place where clips go stands for whatever the disk refuses."""
    sealed = office.seal(office.issue().card, office.card(SMALL), "s1")
    clips = Path(office.desk.path("clips"))
    shutil.rmtree(clips)
    clips.write_bytes(b"in the way")
    with pytest.raises(Unable, match="the folder of clips could not be written"):
        office.receive("s1")
    assert office.listed("parcels") == []
    clips.unlink()
    clips.mkdir()
    assert office.arrive("s1").state is State.WHOLE
    assert_received(office, sealed.parcel)


# Salvage.


def test_salvage_reports_how_many_clips_and_the_parcel_still_becomes_whole(office: Office) -> None:
    sealed = office.seal(office.issue().card, office.card(LARGE), "s1")
    shutil.copy(office.path("s1"), office.path("copy"))
    damage(office.path("s1"), *range(30, 45))
    arrival = office.arrive("s1", wish=SALVAGED)
    assert arrival.state is State.WAITING
    assert arrival.why == "salvaged 2 clips, 1 of them without a gap; unsigned until it is whole"
    assert office.events()[-2:] == ["slots-kept", "parcel-salvaged"]
    assert office.listed("clips") == []
    assert office.arrive("copy", wish=SALVAGED).state is State.WHOLE
    assert_received(office, sealed.parcel)


def test_what_cannot_be_salvaged_is_said_so_and_waits(office: Office) -> None:
    sealed = office.seal(office.issue().card, office.card(LARGE), "s1")
    damage(office.path("s1"), 0, 1)
    arrival = office.arrive("s1", wish=SALVAGED)
    assert arrival.state is State.WAITING
    assert "can be salvaged" in arrival.why
    assert office.listed("salvaged") == []
    assert office.listed("tray") == [f"{sealed.parcel}.slots"]


def test_the_name_of_a_parcel_says_nothing_of_its_secret(office: Office) -> None:
    issued = office.issue()
    sealed = office.seal(issued.card, office.card(SMALL), "s1")
    header = next(iter(slots_in(office.path("s1"), issued.route).values())).header
    assert parcel_id(header.secret, header.shape) == sealed.parcel == office.arrive("s1").parcel
    assert header.secret.hex() not in "".join(map(str, office.desk.ledger.records()))


def test_two_desks_do_not_read_each_others_sticks(office: Office, archive_once: Path, tmp_path: Path) -> None:
    """Even with one key: routes belong to trips."""
    office.issue()
    shutil.copytree(archive_once, tmp_path / "elsewhere" / "archive")
    with opened(tmp_path / "elsewhere" / "archive") as other:
        theirs = other.issue()
        seed = theirs.card.seed
        assert seed
        taken = list_clips([str(office.card(SMALL))])
        places = [str(office.path("s1"))]
        seal_onto(taken, theirs.card, seed, places, survive=0, carrier=None, progress=Quiet(), patience=0)
        with pytest.raises(NothingFound):
            office.receive("s1")
        assert receive(other.desk, places, Wish(), Quiet())[0].state is State.WHOLE
    assert PASSPHRASE not in office.path("s1").read_bytes()


def test_a_clip_of_no_bytes_and_one_of_a_block_come_home(office: Office) -> None:
    sealed = office.seal(
        office.issue().card, office.card({"empty": 0, "block": 512, "one": 1, "deep/er/and/so/on": 513}), "s1"
    )
    arrival = office.arrive("s1")
    assert arrival.manifest
    assert {(str(clip.name), clip.size) for clip in arrival.manifest.clips} == {
        ("empty", 0),
        ("block", 512),
        ("one", 1),
        ("deep/er/and/so/on", 513),
    }
    assert isinstance(arrival.manifest.clips[0], Clip)
    assert_received(office, sealed.parcel)
