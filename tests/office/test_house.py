"""The house that pages look into, over an archive of real clips: every answer is borne out by rows, blobs and log."""

import io
import json
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC
from pathlib import Path

import pytest
from PIL import Image

from jebi.errors import Damaged, NothingFound, Refused
from jebi.office.admission import open_catalogue
from jebi.office.attending import kept_of
from jebi.office.checking import check_archive
from jebi.office.counter import Archive
from jebi.office.engine_room import Machine
from jebi.office.house import House
from jebi.office.inside import list_clips, seal_onto
from jebi.office.kinds import (
    Certainty,
    ClipState,
    Consent,
    Found,
    Has,
    JobState,
    Level,
    Outcome,
    ParcelState,
    Part,
    Reason,
    Risk,
    Role,
    Topic,
)
from jebi.office.members import Member, Session
from jebi.office.progress import Quiet
from jebi.office.receiving import Wish, receive
from jebi.office.shown import Card, Choice, Filter, Person
from jebi.vault.schema import VERSION
from looked_at import FILM, MODELS, fill, look_at
from office.conftest import Office, opened

NOW_MS = 1_790_000_000_000
VERIFIER = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA"
KOREAN = "1\n00:00:00,500 --> 00:00:02,000\n오늘 쌀값이 또 올랐소. 시장에 사람이 없소.\n"


@dataclass
class Shown:
    """A house, the office that it stands in, and a clock in our hand."""

    house: House
    office: Office
    now_ms: int = NOW_MS

    def card(self, name: str) -> Card:
        return next(one for one in self.house.clips(Filter()).items if one.name == name)

    @property
    def film(self) -> str:
        return self.card(FILM).id

    def kinds(self) -> list[str]:
        return [one.kind for one in self.house.entries().items]


@pytest.fixture(scope="module")
def archive(archive_once: Path, tmp_path_factory: pytest.TempPathFactory, samples: Path) -> Path:
    """An archive with a parcel that was looked at, and half of another."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copytree(archive_once, folder / "archive")
    fill(folder / "card", samples)
    (folder / "noise").mkdir()
    (folder / "noise" / "later.mp4").write_bytes(bytes(range(256)) * 4000)
    with opened(folder / "archive") as office:
        look_at(office, folder / "card", folder)
        issued = office.issue()
        assert issued.card.seed
        sticks = [str(folder / name) for name in ("one", "two")]
        seal_onto(
            list_clips([str(folder / "noise")]),
            issued.card,
            issued.card.seed,
            sticks,
            survive=0,
            carrier=None,
            progress=Quiet(),
        )
        receive(office.desk, sticks[:1], Wish(clips=False), Quiet())
    return folder / "archive"


@pytest.fixture
def shown(archive: Path, tmp_path: Path) -> Iterator[Shown]:
    shutil.copytree(archive, tmp_path / "archive")
    with opened(tmp_path / "archive") as office, open_catalogue(office.desk) as catalogue:
        machine = Machine.look(MODELS)
        house = House(office.desk, catalogue, kept_of(office.desk), machine=machine, now_ms=lambda: NOW_MS, zone=UTC)
        yield Shown(house, office)
        house.close()


def test_a_house_keeps_the_whole_contract_of_an_archive(shown: Shown) -> None:
    asked: Archive = shown.house  # mypy says so

    assert asked.pulse(Topic.JOBS)


def test_every_file_that_arrived_has_an_outcome(shown: Shown) -> None:
    waiting, whole = shown.house.parcels().items
    files = {one.name: one for one in whole.files}

    assert (whole.state, whole.number, waiting.state) == (ParcelState.WHOLE, 1, ParcelState.WAITING)
    assert {name: one.outcome for name, one in files.items()} == {
        FILM: Outcome.READY,
        "speech.wav": Outcome.READY,
        "notes.txt": Outcome.UNREADABLE,
        "empty.mp4": Outcome.UNREADABLE,
        "cut.mp4": Outcome.UNREADABLE,
    }
    assert files["empty.mp4"].reason is Reason.EMPTY
    assert files[FILM].clip == shown.film
    assert shown.house.parcel(whole.id) == whole


def test_a_parcel_that_fills_up_says_what_would_complete_it(shown: Shown) -> None:
    waiting = shown.house.parcels().items[0]

    assert 0 <= waiting.blocks_whole < waiting.blocks
    assert waiting.needs > 100_000
    assert waiting.size > waiting.needs
    with pytest.raises(NothingFound):
        shown.house.parcel("0123456789abcdef")


def test_trips_are_counted_by_their_parcels_and_clips(shown: Shown) -> None:
    newest, oldest = shown.house.trips()

    assert (newest.parcels, newest.clips) == (0, 0)
    assert (oldest.parcels, oldest.clips, oldest.missing) == (1, 5, ())
    assert shown.house.trip(oldest.pseudonym) == oldest
    with pytest.raises(NothingFound):
        shown.house.trip("nobody")


def test_the_grid_shows_what_is_known_of_each_clip(shown: Shown) -> None:
    page = shown.house.clips(Filter())
    film, speech = shown.card(FILM), shown.card("speech.wav")

    assert page.total == len(page.items) == 5
    assert (film.state, film.has_poster, film.shots >= 1, film.duration > 1) == (ClipState.READY, True, True, True)
    assert (speech.has_speech, speech.has_poster, speech.duration > 2) == (True, False, True)
    assert (page.older, page.newer) == ("", "")


@pytest.mark.parametrize(
    ("chosen", "names"),
    [
        (Filter(state=ClipState.READY), {FILM, "speech.wav"}),
        (Filter(state=ClipState.FAILED), {"notes.txt", "empty.mp4", "cut.mp4"}),
        (Filter(state=ClipState.WORKING), set()),
        (Filter(speech=Has.YES), {"speech.wav"}),
        (Filter(faces=Has.YES), {FILM}),
        (Filter(faces=Has.NO, state=ClipState.READY), {"speech.wav"}),
        (Filter(tag="쌀값"), {FILM}),
        (Filter(place="혜산"), {FILM}),
        (Filter(collection="spring"), {FILM}),
        (Filter(tag="never given"), set()),
        (Filter(trip="nobody"), set()),
        (Filter(since=4_000_000_000), set()),
        (Filter(until=1_000_000_000), set()),
        (Filter(since=1_000_000_000, until=4_000_000_000, state=ClipState.READY), {FILM, "speech.wav"}),
    ],
)
def test_a_filter_finds_what_it_names(shown: Shown, chosen: Filter, names: set[str]) -> None:
    shown.house.add_tag(shown.film, "쌀값", by="maria")
    shown.house.add_place(shown.film, "혜산", Certainty.PROBABLE, "", by="maria")
    shown.house.add_to_collection(shown.film, "spring", by="maria")

    page = shown.house.clips(chosen)

    assert {one.name for one in page.items} == names
    assert page.total == len(names)


def test_what_filters_can_be_set_to_follows_every_change(shown: Shown) -> None:
    assert shown.house.choices().tags == ()
    shown.house.add_tag(shown.film, "시장", by="maria")
    assert shown.house.choices().tags == (Choice(name="시장", clips=1),)
    shown.house.drop_tag(shown.film, "시장", by="maria")
    assert shown.house.choices().tags == ()


def test_a_clip_shows_all_that_there_is_to_say(shown: Shown) -> None:
    clip = shown.house.clip(shown.film)
    exact = {one.name: one.value for one in clip.facts if one.is_exact}

    assert clip.viewing
    assert (clip.viewing.media_type, clip.viewing.width % 2) == ("video/mp4", 0)
    assert clip.shots[0].start == 0
    assert exact["sha256"] == clip.sha256
    assert any(one.group and not one.is_exact for one in clip.facts)
    assert [one.index for one in clip.custody] == sorted(one.index for one in clip.custody)
    assert {"parcel-received", "clip-admitted", "derived", "clip-looked-at"} <= {one.kind for one in clip.custody}
    speech = shown.house.clip(shown.card("speech.wav").id)
    assert speech.viewing
    assert (speech.viewing.width, speech.viewing.has_sound) == (0, True)
    assert 1 <= len(speech.waveform) <= 600
    assert max(speech.waveform) > 30
    with pytest.raises(NothingFound):
        shown.house.clip("0123456789abcdef")


def test_pictures_and_copies_are_unsealed_piece_by_piece(shown: Shown) -> None:
    poster = shown.house.part(shown.film, Part.POSTER)
    picture = Image.open(io.BytesIO(b"".join(poster.read(0, poster.size))))
    still = shown.house.part(shown.film, Part.SHOT, 0)
    copy = shown.house.part(shown.film, Part.VIEWING)

    assert picture.format == "JPEG"
    assert still.media_type == "image/jpeg"
    assert b"".join(copy.read(4, 8)) == b"ftyp"
    assert sum(map(len, copy.read(0, copy.size))) == copy.size
    with pytest.raises(NothingFound):
        shown.house.part(shown.film, Part.SHOT, 9999)


def test_what_members_say_is_shown_found_and_logged(shown: Shown) -> None:
    house, film, other = shown.house, shown.film, shown.card("speech.wav").id
    house.add_note(film, "look at the sign\non the left", 1.5, by="maria")
    house.add_note(film, "of the whole clip", None, by="haneul")
    house.add_place(film, "혜산", Certainty.PROBABLE, "the hills", by="maria")
    house.add_time(film, "2026-03", Certainty.DOUBTFUL, "", by="maria")
    person = Person(pseudonym="seller-14", risk=Risk.MORTAL, consent=Consent.UNKNOWN, note="얼굴이 보임", at=2.0)
    house.add_person(film, person, by="maria")
    house.add_person(other, replace(person, note="", at=None, consent=Consent.WITHDRAWN), by="maria")
    house.add_claim(film, "쌀값이 두 배로 올랐다", Certainty.POSSIBLE, [other], by="haneul")

    clip = house.clip(film)
    assert [(one.text, one.at, one.by) for one in clip.notes] == [
        ("of the whole clip", None, "haneul"),
        ("look at the sign\non the left", 1.5, "maria"),
    ]
    assert [(one.value, one.certainty, one.note) for one in clip.places] == [("혜산", Certainty.PROBABLE, "the hills")]
    assert [one.value for one in clip.times] == ["2026-03"]
    assert clip.people == (replace(person, consent=Consent.WITHDRAWN),)
    assert [(one.text, one.corroborating) for one in clip.claims] == [("쌀값이 두 배로 올랐다", (other,))]
    assert (clip.card.place, clip.card.filmed) == ("혜산", "2026-03")
    logged = {(one.kind, one.actor) for one in clip.custody}
    for kind in ("note-added", "place-stated", "time-stated", "person-added"):
        assert (kind, "member/maria") in logged
    assert ("claim-supported", "member/haneul") in {(one.kind, one.actor) for one in house.clip(other).custody}
    assert house.verify_log().is_true


def test_what_is_known_of_a_person_lies_sealed(shown: Shown) -> None:
    secret = "she sells at the third stall"
    person = Person(pseudonym="seller-14", risk=Risk.HIGH, consent=Consent.GIVEN, note=secret)
    shown.house.add_person(shown.film, person, by="maria")

    for path in shown.office.folder.joinpath("archive").rglob("*"):
        assert not path.is_file() or secret.encode() not in path.read_bytes(), path


@pytest.mark.parametrize("name", ["two\nlines", "turned\u202ename", "a\x00b"])
def test_a_name_that_the_log_cannot_show_is_refused_and_nothing_is_kept(shown: Shown, name: str) -> None:
    before = shown.house.pulse(Topic.ARCHIVE)
    with pytest.raises(Refused):
        shown.house.add_tag(shown.film, name, by="maria")
    assert shown.house.pulse(Topic.ARCHIVE) == before


def test_what_is_not_there_cannot_be_taken_away_or_cited(shown: Shown) -> None:
    with pytest.raises(NothingFound):
        shown.house.drop_tag(shown.film, "nothing", by="maria")
    with pytest.raises(NothingFound):
        shown.house.drop_from_collection(shown.film, "nothing", by="maria")
    with pytest.raises(NothingFound):
        shown.house.add_claim(shown.film, "x", Certainty.POSSIBLE, ["0123456789abcdef"], by="maria")
    with pytest.raises(Damaged):
        shown.house.add_time(shown.film, "in spring", Certainty.POSSIBLE, "", by="maria")
    assert shown.house.clip(shown.film).claims == ()


def test_a_transcript_that_people_bring_is_shown_found_and_written_out(shown: Shown) -> None:
    shown.house.add_transcript(shown.film, KOREAN.encode(), language="ko", is_translation=False, by="maria")

    (transcript,) = shown.house.clip(shown.film).transcripts
    assert (transcript.language, transcript.is_machine, transcript.cues[0].start) == ("ko", False, 0.5)
    assert "쌀값이" in shown.house.written_transcript(shown.film, transcript.id, "vtt")
    with pytest.raises(NothingFound):
        shown.house.written_transcript(shown.film, "0123456789abcdef", "vtt")
    for word in ("쌀값", "시장", "값"):
        (hit, *_) = shown.house.search(word, Filter()).items
        assert (hit.card.id, hit.where, hit.at) == (shown.film, Found.SPEECH, 0.5)
        assert [one.text for one in hit.pieces if one.is_match] == [word]


def test_search_finds_machines_words_names_and_nothing_that_a_filter_excludes(shown: Shown) -> None:
    found = shown.house.search("carphone", Filter()).items
    assert [(one.card.name, one.where, one.at) for one in found] == [(FILM, Found.NAME, None)]
    heard = shown.house.search("market", Filter()).items
    assert heard[0].card.name == "speech.wav"
    assert heard[0].is_machine
    assert shown.house.search("carphone", Filter(state=ClipState.FAILED)).items == ()


def test_the_log_is_read_newest_first_page_by_page(shown: Shown) -> None:
    for number in range(120):
        shown.office.desk.append("tried", "something", str(number), actor="desk", time=NOW_MS // 1000)
    count = shown.office.desk.ledger.count
    page, seen = shown.house.entries(), []
    while True:
        seen += [one.index for one in page.items]
        if not page.older:
            break
        page = shown.house.entries(key=page.older)
    assert seen == list(range(count - 1, -1, -1))
    assert shown.house.entries(key="rubbish").items[0].index == count - 1
    assert shown.house.entries(key=page.newer).items[-1].index >= 0
    (newest,) = shown.house.checkpoints()
    assert newest.size == count


def test_a_clip_and_its_records_are_verified(shown: Shown) -> None:
    verdict = shown.house.verify_clip(shown.film)
    assert verdict.is_true
    assert verdict.bytes_read == shown.card(FILM).size
    assert verdict.records == shown.office.desk.ledger.count


def test_an_original_that_was_altered_fails_at_its_arrival(shown: Shown) -> None:
    parcel = shown.house.clip(shown.film).parcel
    path = Path(shown.office.desk.path("parcels", f"{parcel}.age"))
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    path.write_bytes(content)

    verdict = shown.house.verify_clip(shown.film)

    assert not verdict.is_true
    assert verdict.failed is not None
    assert shown.house.entries().total > verdict.failed


def test_evidence_is_a_package_that_its_own_verifier_accepts(shown: Shown, tmp_path: Path) -> None:
    package = shown.house.evidence(shown.film, by="maria")
    content = b"".join(package.read(0, package.size))

    assert len(content) == package.size
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        tar.extractall(tmp_path / "bag", filter="data")
    (verifier,) = (tmp_path / "bag").rglob("verify.py")
    key = str(shown.office.desk.signer.verifier())
    command = ["python3", "-I", "verify.py", ".", key]
    done = subprocess.run(command, cwd=verifier.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "evidence" in shown.kinds()[0]


def test_jobs_are_listed_counted_left_and_done_again(shown: Shown) -> None:
    page = shown.house.jobs()
    counts = shown.house.job_counts()

    assert page.total == len(page.items) == sum(counts.values())
    assert counts[JobState.DONE] > 5
    done = next(one for one in page.items if one.state is JobState.DONE)
    with pytest.raises(Refused):
        shown.house.again(done.id, by="maria")
    with pytest.raises(Refused):
        shown.house.skip(done.id, by="maria")
    with pytest.raises(NothingFound):
        shown.house.again("nonsense", by="maria")


def test_a_job_that_somebody_leaves_waits_until_somebody_wants_it(shown: Shown) -> None:
    with shown.house.catalogue.writing(NOW_MS) as change:
        from jebi.vault import jobs  # noqa: PLC0415

        jobs.want(change, "speech", [shown.film])
    waiting = next(one for one in shown.house.jobs(JobState.WAITING).items if one.clip == shown.film)
    shown.house.skip(waiting.id, by="maria")
    (left,) = (one for one in shown.house.jobs(JobState.SKIPPED).items if one.id == waiting.id)
    assert (left.reason, left.clip_name) == (Reason.BY_HAND, FILM)
    shown.house.again(waiting.id, by="maria")
    assert shown.house.jobs(JobState.WAITING).items[0].id == waiting.id
    assert shown.kinds()[:2] == ["job-wanted-again", "job-skipped"]


def test_health_says_how_the_desk_is(shown: Shown) -> None:
    health = shown.house.health()

    assert health.jail is Level.GOOD
    assert {one.name for one in health.models} == {"faces", "speech-english", "speech-heard"}
    assert all(one.level is Level.GOOD and one.size for one in health.models)
    assert health.database.startswith("SQLite 3.")
    assert (health.fixity_total > 5, health.fixity_bad, health.schema) == (True, 0, VERSION)


def test_health_names_the_models_that_jobs_look_for_in_vain(shown: Shown, tmp_path: Path) -> None:
    shown.house.machine = Machine(models=tmp_path / "models")
    missing = {one.name: one.level for one in shown.house.health().models}
    assert missing == dict.fromkeys(("faces", "speech-heard", "speech-…"), Level.WARNING)
    (tmp_path / "models" / "speech-korean").mkdir(parents=True)
    found = {one.name: one.level for one in shown.house.health().models}
    assert found == {"faces": Level.WARNING, "speech-heard": Level.WARNING, "speech-korean": Level.BAD}


def test_whatever_changes_makes_the_pulse_differ(shown: Shown) -> None:
    before = {topic: shown.house.pulse(topic) for topic in Topic}
    assert before == {topic: shown.house.pulse(topic) for topic in Topic}
    shown.house.add_tag(shown.film, "x", by="maria")
    assert all(shown.house.pulse(topic) != before[topic] for topic in Topic)


def member(**changed: object) -> Member:
    plain = Member(name="maria", role=Role.EDITOR, verifier=VERIFIER, second=b"a key of twenty byte")
    return replace(plain, **changed)  # type: ignore[arg-type]


def test_a_member_s_second_factor_lies_sealed_and_comes_back(shown: Shown) -> None:
    shown.house.keep_member(member(), by="desk")

    assert shown.house.member("maria") == member()
    assert shown.house.members() == [member()]
    assert b"a key of twenty byte" not in Path(shown.office.desk.path("catalogue.db")).read_bytes()
    assert "a key" not in repr(shown.house.member("maria"))
    assert shown.kinds()[0] == "member-added"


def test_a_session_lasts_until_its_member_changes(shown: Shown) -> None:
    digest = bytes(32)
    shown.house.keep_member(member(), by="desk")
    began = Session(digest=digest, member="maria", started=NOW_MS // 1000, seen=NOW_MS // 1000)
    shown.house.keep_session(began)
    assert shown.house.session(digest) == began
    dark = replace(began, theme="dark", language="ko", seen=began.seen + 60)
    shown.house.keep_session(dark)
    assert shown.house.session(digest) == dark
    assert shown.kinds()[0] == "signed-in"
    shown.house.keep_member(member(role=Role.INTAKE), by="desk")
    assert shown.house.session(digest) is None
    shown.house.keep_session(began)
    shown.house.end_sessions("maria")
    assert shown.house.session(digest) is None


def test_a_code_is_used_once(shown: Shown) -> None:
    shown.house.keep_member(member(), by="desk")
    assert [shown.house.use_code("maria", step) for step in (5, 5, 4, 6)] == [True, False, False, True]
    assert not shown.house.use_code("nobody", 7)


def test_the_whole_archive_still_agrees_after_all_of_that(shown: Shown) -> None:
    shown.house.keep_member(member(), by="desk")
    shown.house.add_tag(shown.film, "쌀값", by="maria")
    shown.house.add_transcript(shown.film, KOREAN.encode(), language="ko", is_translation=False, by="maria")

    checked = check_archive(shown.office.desk, [], [], Quiet())

    assert checked.records == shown.office.desk.ledger.count
    assert json.loads(json.dumps(shown.kinds()[0]))
