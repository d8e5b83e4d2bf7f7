"""A third person publishes what two cleared, and withdraws it, while the archive is open; every way around it leaves log and site as they were."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

import pytest

from going_out import SETTINGS, Stage, plan_of
from jebi.errors import Damaged, JebiError, NothingFound, Refused
from jebi.office.engine_room import Machine
from jebi.office.house import House
from jebi.office.kinds import Role, Topic
from jebi.office.members import Member
from jebi.office.press import Press
from jebi.office.public_site import Generate, settle
from jebi.office.shown_publishing import Errand, Hold, PressRun, ToPublish
from jebi.release.mirror import NOTE
from jebi.vault import cuts
from jebi.web.site.generator import generate
from looked_at import MODELS
from office.test_press import halting, kill_who_works

SOON = 60  # seconds; nothing here takes two
SORRY = {"en": "Somebody could be recognised.", "ko": "알아볼 수 있는 사람이 있었습니다."}


@dataclass
class Room:
    """A house at whose desk cuts are published, and the folder of its site."""

    stage: Stage
    house: House
    site: Path

    def cleared(self, name: str = "market") -> int:
        output = self.stage.cut(name)
        self.stage.clear(output)
        return output

    def cut_of(self, output: int) -> int:
        with self.house.catalogue.reading() as connection:
            found = cuts.get_output(connection, output)
        assert found
        return found.cut

    def asked(self, output: int, by: str = "owl") -> ToPublish:
        return self.house.to_publish(self.cut_of(output), output, by=by)

    def publish(self, output: int, by: str = "owl") -> None:
        """As the page of an output that was looked at does it."""
        asked = self.asked(output, by)
        self.house.publish(asked.cut, output, asked.sha256, asked.plan_sha256, by=by)

    def published(self, output: int, by: str = "owl") -> PressRun:
        self.publish(output, by)
        return self.ended()

    def withdraw(self, output: int, by: str = "owl") -> None:
        self.house.withdraw(self.cut_of(output), output, SORRY, by=by)

    def ended(self) -> PressRun:
        until = time.monotonic() + SOON
        while self.house.press and self.house.press.is_busy:
            assert time.monotonic() < until, "it never ended"
            time.sleep(0.01)
        run = self.house.releases(by="owl").run
        assert run
        return run

    def out(self) -> list[str]:
        """Films of which the site has files."""
        folder = self.site / "films"
        return sorted(one.name for one in folder.iterdir()) if folder.exists() else []

    def count(self, kind: str) -> int:
        return self.stage.kinds().count(kind)


@pytest.fixture
def room(stage: Stage, tmp_path: Path) -> Iterator[Room]:
    settle(stage.desk, SETTINGS, by="member/owl", time=1)
    yield from room_of(stage, tmp_path / "site")


def room_of(stage: Stage, site: Path | None, how: Generate = generate) -> Iterator[Room]:
    stage.catalogue.engine.dispose()  # no connection crosses the fork
    press = Press(stage.desk, how, str(site)) if site else None
    machine = Machine(models=MODELS)
    house = House(stage.desk, stage.catalogue, stage.kept, machine=machine, now_ms=stage.clock, zone=UTC, press=press)
    yield Room(stage, house, site or Path("/nowhere"))
    if press:
        press.close()
    house.close()


def test_a_third_person_publishes_what_two_cleared_and_the_site_shows_it(room: Room, files: Path) -> None:
    output = room.cleared()
    before = room.house.pulse(Topic.RELEASES)
    (ready,) = room.house.releases(by="owl").ready
    assert (ready.output, ready.by, ready.holds, ready.why_not) == (output, ("crane", "heron"), (), "")
    run = room.published(output)
    assert (run.errand, run.is_over, run.failed, run.film, run.edition, run.films) == (
        Errand.PUBLISH,
        True,
        "",
        1,
        1,
        1,
    )
    for path in files.iterdir():
        assert (room.site / "films/0001" / path.name).read_bytes() == path.read_bytes()
    shown = room.house.releases(by="owl")
    assert shown.ready == ()
    (release,) = shown.out
    assert (release.slug, release.publisher, release.by) == ("0001", "owl", ("crane", "heron"))
    assert (release.is_there, release.is_refused, release.retracted) == (True, False, 0)
    assert (shown.site.edition, shown.site.is_behind, shown.site.folder) == (1, False, str(room.site))
    assert (room.count("cut-released"), room.house.verify_log().is_true) == (1, True)
    assert room.house.pulse(Topic.RELEASES) != before


def test_what_the_public_will_read_is_read_before_by_who_clears_and_who_publishes_it(room: Room, files: Path) -> None:
    output = room.cleared()
    asked = room.asked(output)
    assert (asked.film, asked.holds, asked.site.title) == (1, (), "Spring Films")
    public = asked.public
    assert public
    assert dict(public.title) == {"en": "Rice at the market", "ko": "장마당의 쌀"}
    assert dict(public.why) == {"en": "Whoever is seen could be punished."}
    assert (public.places, public.filmed) == (("혜산",), "2026-10")
    assert [(code, [text for _, text in lines]) for code, lines in public.subtitles] == [
        ("en", ["How much is the rice?"]),
        ("ko", ["쌀값이 얼마요?"]),
    ]
    assert public.size == sum(path.stat().st_size for path in files.iterdir())
    assert room.house.reviewed(1, output, by="crane").public == public
    assert "cut-released" not in room.stage.kinds()


def test_what_is_published_already_is_gone_on_with_and_gets_no_second_number(room: Room) -> None:
    output = room.cleared()
    room.published(output)
    assert room.asked(output).holds == (Hold.OUT,)
    run = room.published(output, "eagle")
    assert (run.film, run.edition, run.failed) == (1, 1, "")
    assert (room.count("cut-released"), room.out()) == (1, ["0001"])


def _who_cleared_publishes(room: Room, _: int) -> str:
    room.house.keep_member(Member(name="crane", role=Role.PUBLISHER, verifier="$argon2id$v=19$x"), by="desk")
    return "crane"


def _a_key_was_revoked(room: Room, _: int) -> str:
    room.stage.clearances.revoke("crane", room.stage.signers["crane"].verifier(), by="member/admin")
    return "owl"


def _somebody_refused(room: Room, output: int) -> str:
    room.stage.clearances.refuse(output, "stork")
    return "owl"


def _it_was_looked_through_anew(room: Room, output: int) -> str:
    room.stage.clock.now_ms += 1000
    room.stage.report(output)
    return "owl"


def _something_was_found_since(room: Room, output: int) -> str:
    room.stage.report(output, has_finding=True)
    return "owl"


def _another_film_of_the_cut_is_shown(room: Room, output: int) -> str:
    other = room.stage.cut(plan=plan_of(parts=plan_of().parts * 2))
    room.stage.clear(other)
    room.stage.releases.release(other, "owl")
    return "owl"


def _the_folder_is_somebody_else_s(room: Room, _: int) -> str:
    room.site.mkdir()
    (room.site / "letter.txt").write_text("not ours")
    return "owl"


def _the_settings_were_altered(room: Room, _: int) -> str:
    Path(room.stage.desk.path("site.toml")).write_bytes(SETTINGS.replace(b"from inside", b"by Eun-ha"))
    return "owl"


def _it_was_withdrawn(room: Room, output: int) -> str:
    room.stage.releases.release(output, "owl")
    room.stage.releases.withdraw(room.cut_of(output), "owl", SORRY)
    return "owl"


HELD: list[tuple[Callable[[Room, int], str], Hold]] = [
    (_who_cleared_publishes, Hold.YOURS),
    (_a_key_was_revoked, Hold.NOT_CLEARED),
    (_somebody_refused, Hold.NOT_CLEARED),
    (_it_was_looked_through_anew, Hold.NOT_CLEARED),
    (_something_was_found_since, Hold.NOT_CLEARED),
    (_another_film_of_the_cut_is_shown, Hold.SHOWN),
    (_the_folder_is_somebody_else_s, Hold.NO_SITE),
    (_the_settings_were_altered, Hold.NO_SITE),
    (_it_was_withdrawn, Hold.GONE),
]


@pytest.mark.parametrize(("attack", "hold"), HELD, ids=lambda one: getattr(one, "__name__", "").strip("_"))
def test_what_cannot_be_published_is_held_in_words_and_refused(
    room: Room, attack: Callable[[Room, int], str], hold: Hold
) -> None:
    output = room.cleared()
    by = attack(room, output)
    before = room.count("cut-released")
    assert hold in room.asked(output, by).holds
    with pytest.raises((Refused, Damaged)) as refused:
        room.publish(output, by)
    assert refused.value.what
    assert (room.count("cut-released"), room.out()) == (before, [])


@pytest.mark.parametrize("by", ["wren", "crane", "nobody"])
def test_who_has_not_the_role_publishes_and_withdraws_nothing(room: Room, by: str) -> None:
    first, second = room.cleared(), room.cleared("river")
    room.published(first)
    with pytest.raises((Refused, NothingFound)):
        room.publish(second, by)
    with pytest.raises((Refused, NothingFound)):
        room.withdraw(first, by)
    assert (room.count("cut-released"), room.count("cut-withdrawn"), room.out()) == (1, 0, ["0001"])


def test_what_was_confirmed_is_what_is_published_or_nothing_is(room: Room) -> None:
    first, second = room.asked(room.cleared()), room.asked(room.cleared("river"))
    for cut, output, sha256, plan in (
        (first.cut, first.output, "0" * 64, first.plan_sha256),
        (first.cut, first.output, first.sha256, "0" * 64),
        (second.cut, first.output, first.sha256, first.plan_sha256),
        (first.cut, 77, first.sha256, first.plan_sha256),
    ):
        with pytest.raises((Refused, NothingFound)):
            room.house.publish(cut, output, sha256, plan, by="owl")
    assert "cut-released" not in room.stage.kinds()


def _refused(room: Room, output: int) -> None:
    room.stage.clearances.refuse(output, "stork")


def _revoked(room: Room, _: int) -> None:
    room.stage.clearances.revoke("heron", room.stage.signers["heron"].verifier(), by="member/admin")


def _dismissed(room: Room, _: int) -> None:
    room.house.keep_member(
        Member(name="owl", role=Role.PUBLISHER, verifier="$argon2id$v=19$x", is_disabled=True), by="desk"
    )


@pytest.mark.parametrize("meanwhile", [_refused, _revoked, _dismissed], ids=lambda one: one.__name__.strip("_"))
def test_what_is_said_while_its_files_are_read_counts(room: Room, meanwhile: Callable[[Room, int], None]) -> None:
    output = room.cleared()
    with room.house.log_lock:  # whoever releases waits for it
        room.publish(output)
        meanwhile(room, output)
    assert room.ended().failed
    assert ("cut-released" in room.stage.kinds(), room.out()) == (False, [])


def test_a_film_whose_bytes_are_not_what_two_cleared_is_never_released(room: Room) -> None:
    output = room.cleared()
    other = room.stage.kept.put(b"another film")
    room.stage.edit(f"UPDATE output_file SET blob = '{other.blob}' WHERE name = 'poster.jpg' AND output = {output}")
    run = room.published(output)
    assert "poster.jpg of the cut is not what two people cleared" in run.failed
    assert ("cut-released" in room.stage.kinds(), room.site.exists()) == (False, False)


def test_two_who_publish_at_once_publish_it_once(room: Room) -> None:
    output = room.cleared()
    asked, said = room.asked(output), []
    ready = threading.Barrier(2)

    def press(by: str) -> None:
        ready.wait(SOON)
        try:
            room.house.publish(asked.cut, output, asked.sha256, asked.plan_sha256, by=by)
        except Refused as error:
            said.append(error.what)

    both = [threading.Thread(target=press, args=(by,)) for by in ("owl", "eagle")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert room.ended().failed == ""
    assert len(said) <= 1
    assert (room.count("cut-released"), room.out()) == (1, ["0001"])
    assert room.house.verify_log().is_true


def test_a_press_that_is_killed_publishes_nothing_by_half_and_the_site_follows_later(
    stage: Stage, tmp_path: Path
) -> None:
    settle(stage.desk, SETTINGS, by="member/owl", time=1)
    begun = tmp_path / "begun"
    for room in room_of(stage, tmp_path / "site", halting(begun)):
        output = room.cleared()
        room.publish(output)
        assert room.house.press
        kill_who_works(room.house.press, begun)
        run = room.ended()
        assert "ended before it was done" in run.failed
        assert (room.site.exists(), room.count("cut-released")) == (False, 1)
        assert (room.asked(output).holds, room.house.releases(by="owl").site.is_behind) == ((Hold.OUT,), True)
        room.house.make_site(by="owl")
        assert room.ended().failed == ""
        assert (room.count("cut-released"), room.out()) == (1, ["0001"])


def test_what_was_stopped_between_the_log_and_the_site_goes_on_when_the_archive_is_opened(room: Room) -> None:
    first, second = room.cleared(), room.cleared("river")
    for output in (first, second):
        room.stage.releases.release(output, "owl")
    room.stage.edit(f"DELETE FROM released WHERE output = {second}")  # stopped before the row, too
    shown = room.house.releases(by="owl")
    assert (shown.site.is_behind, [one.is_there for one in shown.out]) == (True, [False])
    room.house.catch_up()
    run = room.ended()
    assert (run.errand, run.failed, run.films) == (Errand.SITE, "", 2)
    assert room.out() == ["0001", "0002"]
    shown = room.house.releases(by="owl")
    assert (shown.site.is_behind, [one.is_there for one in shown.out], shown.ready) == (False, [True, True], ())
    last = (room.site / NOTE).read_bytes()
    room.house.catch_up()
    room.house.make_site(by="owl")
    room.ended()
    assert (room.site / NOTE).read_bytes() == last


def test_a_film_that_is_withdrawn_leaves_the_words_in_every_language_and_no_file(room: Room) -> None:
    output = room.cleared()
    room.published(output)
    room.withdraw(output, "eagle")
    assert room.count("cut-withdrawn") == 1  # before the site follows
    run = room.ended()
    assert (run.errand, run.failed, run.film, run.edition, run.films) == (Errand.WITHDRAW, "", 1, 2, 0)
    assert room.out() == []
    for language, text in SORRY.items():
        assert text in (room.site / language / "films/0001.html").read_text(encoding="utf-8")
    (release,) = room.house.releases(by="owl").out
    assert (release.is_there, release.why, bool(release.retracted)) == (True, SORRY["en"], True)
    assert dict(room.house.to_withdraw(room.cut_of(output), output, by="owl").words) == SORRY
    with pytest.raises(Refused, match="withdrawn already"):
        room.withdraw(output)
    room.stage.edit("UPDATE released SET retracted_ms = NULL, why = ''")  # stopped before its row: the log is believed
    assert room.house.releases(by="owl").out[0].retracted


def test_a_withdrawal_never_waits_for_a_film_that_is_being_published(room: Room) -> None:
    first, second = room.cleared(), room.cleared("river")
    room.published(first)
    with room.house.log_lock:
        room.publish(second)
        with pytest.raises(Refused, match="being made just now"):
            room.publish(second, "eagle")
        room.withdraw(first)
        assert room.count("cut-withdrawn") == 1
    assert (room.ended().errand, room.ended().failed) == (Errand.WITHDRAW, "")
    assert room.out() == ["0002"]
    assert room.house.releases(by="owl").site.is_behind is False


@pytest.mark.parametrize(
    "texts", [{"en": "\u202egpj.exe"}, {"en": "x" * 4001}, {"xx-nonsense": "Sorry."}, {}, {"en": "  "}], ids=str
)
def test_words_that_cannot_be_shown_withdraw_nothing(room: Room, texts: dict[str, str]) -> None:
    output = room.cleared()
    room.published(output)
    with pytest.raises(JebiError):
        room.house.withdraw(room.cut_of(output), output, texts, by="owl")
    assert ("cut-withdrawn" in room.stage.kinds(), room.out()) == (False, ["0001"])


def test_what_was_never_published_cannot_be_withdrawn(room: Room) -> None:
    output = room.cleared()
    with pytest.raises(NothingFound):
        room.withdraw(output)
    with pytest.raises(NothingFound):
        room.house.to_withdraw(room.cut_of(output), output, by="owl")
    assert "cut-withdrawn" not in room.stage.kinds()


def test_a_film_that_was_refused_since_is_left_out_and_named(room: Room) -> None:
    output = room.cleared()
    room.published(output)
    room.stage.clearances.refuse(output, "stork")
    (release,) = room.house.releases(by="owl").out
    assert release.is_refused
    room.house.make_site(by="owl")
    run = room.ended()
    assert (run.failed, run.films, run.left_out) == ("", 0, ("film 1 was refused by somebody who may",))
    assert not (room.site / "films/0001").exists()
    room.withdraw(output)
    assert (room.ended().failed, room.ended().left_out, room.out()) == ("", (), [])


def test_a_withdrawal_reaches_the_site_while_another_film_is_damaged(room: Room) -> None:
    first, second, third = (room.cleared(name) for name in ("market", "river", "station"))
    for output in (first, second, third):
        room.published(output)
    other = room.stage.kept.put(b"another plan")
    room.stage.edit(f"UPDATE cut_plan SET blob = '{other.blob}' WHERE cut = {room.cut_of(second)}")
    room.withdraw(first)
    run = room.ended()
    assert (run.failed, run.films) == ("", 1)
    assert run.left_out == ("film 2: the plan of the cut is not the one that two people cleared",)
    assert (room.out(), (room.site / "films/0001").exists()) == (["0003"], False)


def test_a_plan_that_tells_the_public_nothing_is_said_to_be_so(room: Room) -> None:
    output = room.stage.cut(plan=plan_of(about=type(plan_of().about)()))
    room.stage.clear(output)
    asked = room.asked(output)
    assert (asked.holds, asked.film, "a title" in asked.why_not) == ((Hold.NOT_FIT,), 0, True)
    with pytest.raises(Refused, match="a title"):
        room.publish(output)


def test_a_desk_without_a_site_s_folder_publishes_nothing_and_says_how_to_open_it(stage: Stage) -> None:
    for room in room_of(stage, None):
        output = room.cleared()
        assert set(room.asked(output).holds) == {Hold.NO_FOLDER, Hold.NO_SITE}
        with pytest.raises(Refused) as refused:
            room.publish(output)
        assert "--site FOLDER" in refused.value.hint
        room.house.catch_up()
        assert room.house.releases(by="owl").run is None
