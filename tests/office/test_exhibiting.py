"""Clips of a real archive as exhibits: what leaves the desk of each, what never does, and where it is read from."""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from database import database, postgresql, postgresql_url
from jebi.archive.exhibit import Exhibit, Json, as_json
from jebi.archive.transcript import parse_transcript, write_webvtt
from jebi.archive.waveform import parse_waveform
from jebi.errors import Damaged, NothingFound, Refused
from jebi.office.admission import admit, clip_id, drain, open_catalogue
from jebi.office.attending import attend, kept_of
from jebi.office.exhibiting import Shown, exhibits, find, words_of
from jebi.office.exporting import Package, stream
from jebi.office.kept import Kept
from jebi.office.originals import Originals
from jebi.office.progress import Quiet
from jebi.office.receiving import Wish
from jebi.office.words import add_words, correct_words, put_words
from jebi.parcel.keys import PostQuantumIdentity
from jebi.vault import clips, grid, schema, segments, sorting
from jebi.vault.catalogue import Catalogue, Change, Event
from jebi.vault.clips import Fact
from jebi.vault.segments import Segment
from office.conftest import NOW, Office, opened

__all__ = ["database", "postgresql", "postgresql_url"]  # fixtures, by name
SHA = "7" * 64
PERSON_NOTE = b"canary: who she is, and where she lives"
NEVER = ("canary", "mortal", "only her hands", "for the trial")  # notes, a risk, a consent, a collection


def film(path: Path) -> Path:
    """Two seconds of a test picture and a tone, whose metadata name a folder."""
    picture, tone = "testsrc2=duration=2:size=320x240:rate=15", "sine=frequency=440:duration=2"
    source = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", tone]
    told = ["-metadata", "title=시장 市場", "-metadata", "comment=/tmp/of-the-camera"]
    subprocess.run(["ffmpeg", "-v", "error", *source, "-shortest", *told, path], check=True)
    return path


@dataclass(slots=True)
class Archive:
    """An archive of two parcels that was looked at, open."""

    office: Office
    catalogue: Catalogue
    originals: Originals
    kept: Kept
    film: str
    noise: str
    other: str

    def shown(self, *ids: str, with_notes: bool = False) -> Shown:
        return exhibits(
            self.office.desk, self.catalogue, self.originals, self.kept, ids or (self.film,), with_notes=with_notes
        )

    def exhibit(self, *, with_notes: bool = False) -> Exhibit:
        (exhibit,) = self.shown(with_notes=with_notes).exhibits
        return exhibit

    def text(self, *, with_notes: bool = False) -> str:
        """Every text of the film's exhibit."""
        one = self.exhibit(with_notes=with_notes)
        facts: list[Json] = [one.measured, one.claimed, one.said, one.tools, one.segments]
        words = b"".join(write_webvtt(words.cues) for words in one.words)
        return b"".join(as_json(fact) for fact in facts).decode() + words.decode()


@pytest.fixture(scope="module")
def archive_kept(archive_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once: a film and noise in one parcel, something else in another; and what people said of the film."""
    folder = tmp_path_factory.mktemp("exhibiting")
    shutil.copytree(archive_once, folder / "archive")
    with opened(folder / "archive") as office:
        card = office.card({"b.mov": 40_000})
        film(card / "a.mp4")
        office.seal(office.issue().card, card, "s1")
        office.seal(office.issue(signing="mac").card, office.card({"c.mp4": 5_000}, "card-2", seed=2), "s2")
        office.receive("s1", "s2", wish=Wish(clips=False))
        attend(office.desk, folder / "none", Quiet(), workers=1)
        with open_catalogue(office.desk) as catalogue:
            _say(catalogue, kept_of(office.desk))
            drain(office.desk, catalogue)
    return folder / "archive"


def _say(catalogue: Catalogue, kept: Kept) -> None:
    note = kept.put(PERSON_NOTE).blob
    (of,) = (clip.id for clip in _all(catalogue) if clip.kind == "video")
    with catalogue.writing(NOW * 1000) as change:
        said = sorting.Said(certainty="probable", author="editor-1", note="canary: a cousin told me")
        place = sorting.add_place(change, sorting.Place(name="장마당", latitude=41.5, longitude=128.25), _event("x"))
        sorting.put_place(change, of, place, said, _event(of))
        when = sorting.Time(certainty="possible", author="editor-1", note="canary: snow", from_ms=0, to_ms=9)
        sorting.put_time(change, of, when, _event(of))
        person = sorting.Person(
            pseudonym="swallow", risk="mortal", note=note, consent="limited", consent_text="only her hands"
        )
        sorting.put_person(change, of, sorting.add_person(change, person, _event("x")), 1500, _event(of))
        sorting.put_tag(change, of, "시장", _event(of))
        sorting.put_into(change, of, sorting.add_collection(change, "for the trial", _event("x")), _event(of))
        claim = sorting.Claim(text="rice costs twice as much", author="editor-2", certainty="confirmed")
        sorting.weigh(change, of, sorting.add_claim(change, claim, _event("x")), "supports", _event(of))
        clips.put_facts(change, of, [Fact(name="weather", source="said", value="snow", actor="editor-1")], _event(of))
        _write_words(change, of)


def _write_words(change: Change, of: str) -> None:
    def by_machine(text: str, start_ms: int) -> Segment:
        return Segment(
            clip=of,
            kind="transcript",
            start_ms=start_ms,
            end_ms=start_ms + 500,
            language="ko",
            text=text,
            origin="machine",
            model="m",
            model_sha256=SHA,
        )

    put_words(change, of, "transcript", [by_machine("쌀값이", 0), by_machine("false words", 600)], _event(of))
    false = next(one for one in segments.of(change.connection, of, ["transcript"]) if one.text == "false words")

    def by_person(
        kind: schema.SegmentKind, text: str, language: str, start_ms: int = 0, *, corrects: int | None = None
    ) -> Segment:
        return Segment(
            clip=of,
            kind=kind,
            start_ms=start_ms,
            end_ms=start_ms,
            language=language,
            text=text,
            origin="person",
            author="editor-1",
            supersedes=corrects,
        )

    correct_words(change, by_person("transcript", "올랐다", "KO", 600, corrects=false.id), _event(of))
    written = [
        by_person("translation", "the price of rice\n<v x>rose --> [machine]", "en"),
        by_person("note", "canary: he told me his name", ""),
        by_person("translation", "쌀" * 9000, "not a language!"),
    ]
    add_words(change, written, _event(of))


def _event(subject: str) -> Event:
    return Event(kind="said", subject=subject, detail="", actor="editor-1")


def _all(catalogue: Catalogue) -> list[clips.Clip]:
    with catalogue.reading() as connection:
        return list(grid.page(connection, grid.Wanted()).clips)


@pytest.fixture
def seen(archive_kept: Path, tmp_path: Path) -> Iterator[Archive]:
    """A copy of it, open."""
    shutil.copytree(archive_kept, tmp_path / "archive")
    with opened(tmp_path / "archive") as office, open_catalogue(office.desk) as catalogue:
        every = _all(catalogue)
        (film_,) = (one for one in every if one.kind == "video")
        (noise,) = (one for one in every if one.parcel == film_.parcel and one.id != film_.id)
        (other,) = (one for one in every if one.parcel != film_.parcel)
        with Originals(office.desk) as originals:
            yield Archive(office, catalogue, originals, kept_of(office.desk), film_.id, noise.id, other.id)


def test_the_original_is_what_the_traveller_signed_and_the_log_calls_it_by_the_clips_number(seen: Archive) -> None:
    exhibit = seen.exhibit()

    content = b"".join(exhibit.original.read())
    assert (len(content), hashlib.sha256(content).digest()) == (exhibit.original.size, exhibit.original.digest)
    assert content[4:8] == b"ftyp"
    assert exhibit.subject == seen.film


def test_what_was_made_of_a_clip_goes_out_opened_under_names_that_the_format_has(seen: Archive) -> None:
    made = {f"{one.role}.{one.suffix}": b"".join(one.content.read()) for one in seen.exhibit().derived}

    assert set(made) == {
        *("viewing.mp4", "poster.jpg", "contact-sheet.jpg", "still-0000.jpg"),
        *("waveform.bin", "pictures.bin", "landmarks.bin"),
    }
    assert made["viewing.mp4"][4:8] == b"ftyp"
    assert {made[name][:2] for name in made if name.endswith("jpg")} == {b"\xff\xd8"}
    assert parse_waveform(made["waveform.bin"]).highest.max() > 0
    for one in seen.exhibit().derived:
        content = made[f"{one.role}.{one.suffix}"]
        assert (len(content), hashlib.sha256(content).digest()) == (one.content.size, one.content.digest)


def test_what_was_measured_claimed_and_said_stay_apart_each_with_its_source(seen: Archive) -> None:
    exhibit = seen.exhibit()
    measured, claimed, said = (json.loads(as_json(one)) for one in (exhibit.measured, exhibit.claimed, exhibit.said))

    assert (measured["kind"], measured["state"]) == ("video", "opened")
    assert "faces" not in measured  # nobody looked for any
    assert measured["facts"]["frames"] == {"value": "30", "tool": "ffmpeg, jebi"}
    assert claimed["video-codec"] == {"value": "h264", "tool": "ffprobe"}
    assert "name" not in claimed  # the manifest's, which is there as a whole
    assert said["facts"] == {"weather": {"value": "snow", "by": "editor-1"}}
    assert said["people"] == [{"pseudonym": "swallow", "at_ms": 1500}]
    assert said["places"] == [
        {"name": "장마당", "latitude": 41.5, "longitude": 128.25, "certainty": "probable", "by": "editor-1"}
    ]
    assert said["times"] == [{"from_ms": 0, "to_ms": 9, "certainty": "possible", "by": "editor-1"}]
    assert said["tags"] == ["시장"]
    assert [(one["text"], one["stance"], one["by"]) for one in said["claims"]] == [
        ("rice costs twice as much", "supports", "editor-2")
    ]


def test_all_that_the_file_says_of_itself_is_there_in_its_order(seen: Archive) -> None:
    record = json.loads(as_json(seen.exhibit().tools))

    assert record["tool"].startswith("exiftool ")
    assert record["is_cut"] is False
    texts = [text for claim in record["claims"] for text in claim.values()]
    assert "시장 市場" in texts
    assert "/tmp/of-the-camera" in texts


def test_words_are_a_file_for_each_kind_language_and_origin_and_read_back(seen: Archive) -> None:
    words = {one.name: one for one in seen.exhibit().words}

    assert sorted(words) == ["transcript-ko", "transcript-ko-machine", "translation-en", "translation-und"]
    assert [(cue.text, cue.is_machine) for cue in words["transcript-ko-machine"].cues] == [("쌀값이", True)]
    assert [(cue.text, cue.is_machine) for cue in words["transcript-ko"].cues] == [("올랐다", False)]
    assert [cue.text for cue in words["translation-en"].cues] == ["the price of rice\nrose →"]
    assert "".join(cue.text for cue in words["translation-und"].cues) == "쌀" * 9000
    for one in words.values():
        assert parse_transcript(write_webvtt(one.cues)).cues == one.cues


def test_stretches_say_who_or_which_model_found_them(seen: Archive) -> None:
    stretches = [json.loads(as_json(one)) for one in seen.exhibit().segments]

    (false,) = [one for one in stretches if one.get("text") == "쌀값이"]
    assert (false["machine"], false["model"], false["model_sha256"]) == (True, "m", SHA)
    (true,) = [one for one in stretches if one.get("text") == "올랐다"]
    assert (true["machine"], true["author"]) == (False, "editor-1")
    assert [one["kind"] for one in stretches].count("shot") == 1


def test_nothing_leaves_of_who_anybody_is_of_risks_consent_collections_and_words_that_were_corrected(
    seen: Archive,
) -> None:
    text = seen.text()

    assert [word for word in (*NEVER, "false words") if word in text] == []
    assert "swallow" in text


def test_notes_of_staff_leave_only_when_they_are_asked_for_and_those_on_persons_never(seen: Archive) -> None:
    text = seen.text(with_notes=True)

    assert all(note in text for note in ("a cousin told me", "canary: snow", "he told me his name"))
    assert PERSON_NOTE.decode() not in text
    assert [word for word in NEVER[1:] if word in text] == []
    assert "notes-und" in {one.name for one in seen.exhibit(with_notes=True).words}


@pytest.mark.parametrize("consent", ["refused", "withdrawn"])
def test_a_clip_of_somebody_who_does_not_consent_stays_unless_somebody_answers_for_it(
    seen: Archive, consent: schema.Consent
) -> None:
    with seen.catalogue.writing(NOW * 1000) as change:
        ((swallow, _),) = sorting.persons_of(change.connection, seen.film)
        sorting.alter_person(change, replace(swallow, consent=consent), _event("x"))
    before = seen.office.events()

    with pytest.raises(Refused, match="swallow in clip"):
        seen.shown(seen.other, seen.film)
    assert seen.office.events() == before
    assert len(seen.shown(seen.other).exhibits) == 1
    shown = exhibits(seen.office.desk, seen.catalogue, seen.originals, seen.kept, [seen.film], overruled_by="editor-1")
    assert len(shown.exhibits) == 1
    assert seen.office.events() == [*before, "consent-overruled"]


def test_a_clip_that_nothing_could_open_is_shown_too(seen: Archive) -> None:
    (exhibit,) = seen.shown(seen.noise).exhibits

    assert exhibit.measured["state"] == "refused"
    assert (exhibit.derived, exhibit.words) == ((), ())
    assert len(b"".join(exhibit.original.read())) == 40_000


def test_clips_of_one_parcel_stand_together_and_each_parcel_once(seen: Archive) -> None:
    shown = seen.shown(seen.noise, seen.other, seen.film)

    assert [one.subject for one in shown.exhibits] == [seen.noise, seen.film, seen.other]
    first, second = shown.parcels
    assert {clip_id(first.subject, 1), clip_id(first.subject, 2)} == {seen.film, seen.noise}
    assert clip_id(second.subject, 1) == seen.other
    assert (first.trip_key is None, second.trip_key is None) == (False, True)  # a MAC's key stays here
    assert first.sealed is None


def test_a_stream_of_it_is_read_in_bounded_pieces_and_nothing_plain_is_written(seen: Archive) -> None:
    folder = Path(seen.office.desk.folder)
    shown = seen.shown(seen.film, seen.noise, seen.other)
    package = stream(seen.office.desk, shown.exhibits, shown.parcels, actor="editor-1", now=NOW)
    before = {path for path in folder.parent.rglob("*") if path.is_file()}

    sizes = [len(piece) for piece in package.read(0, package.size)]
    assert sum(sizes) == package.size
    assert max(sizes) <= 1 << 20
    assert {path for path in folder.parent.rglob("*") if path.is_file()} == before


def test_a_package_that_is_forgotten_unread_or_half_read_leaves_no_file_open(seen: Archive) -> None:
    desk = seen.office.desk

    def packed() -> Package:
        with ExitStack() as held:
            originals = held.enter_context(Originals(desk))
            shown = exhibits(desk, seen.catalogue, originals, seen.kept, [seen.film])
            release = held.pop_all().close
            return stream(desk, shown.exhibits, shown.parcels, actor="editor-1", now=NOW, release=release)

    def open_parcels() -> int:
        paths = [os.path.realpath(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd")]
        return sum(path.endswith(".age") for path in paths)

    package = packed()
    assert open_parcels() == 1
    reading = package.read(0, package.size)
    assert next(reading)
    del package
    assert open_parcels() == 1
    del reading
    assert open_parcels() == 0
    packed()
    assert open_parcels() == 0


def test_a_parcel_whose_disk_lies_ends_the_stream(seen: Archive) -> None:
    shown = seen.shown()
    package = stream(seen.office.desk, shown.exhibits, shown.parcels, actor="editor-1", now=NOW)
    path = Path(seen.office.desk.path("parcels", f"{shown.parcels[0].subject}.age"))
    sealed = bytearray(path.read_bytes())
    sealed[len(sealed) // 3] ^= 1
    path.write_bytes(sealed)

    with pytest.raises(Damaged):
        list(package.read(0, package.size))


def test_something_derived_that_is_missing_is_noticed_before_anything_is_logged(seen: Archive) -> None:
    with seen.catalogue.reading() as connection:
        (viewing,) = clips.derived_of(connection, [seen.film], ["view"])[seen.film]
    seen.kept.blobs.remove(viewing.blob)

    with pytest.raises(NothingFound):
        seen.shown()


def test_a_desk_of_two_shows_clips_when_both_are_there(both: Office, second: PostQuantumIdentity) -> None:
    card = both.card({"a.mp4": 5_000})
    both.seal(both.issue().card, card, "s1")
    both.receive("s1", wish=Wish(clips=False, outer=(second,)))
    with open_catalogue(both.desk) as catalogue, Originals(both.desk, [second]) as originals:
        admit(both.desk, originals, catalogue, NOW * 1000)
        drain(both.desk, catalogue)
        (clip,) = _all(catalogue)
        shown = exhibits(both.desk, catalogue, originals, kept_of(both.desk), [clip.id])
        package = stream(both.desk, shown.exhibits, shown.parcels, actor="editor-1", now=NOW)

        assert (card / "a.mp4").read_bytes() in b"".join(package.read(0, package.size))


def test_the_same_bytes_twice_are_refused(seen: Archive) -> None:
    with pytest.raises(Refused, match="byte for byte"):
        seen.shown(seen.film, seen.film)


def test_no_clips_are_refused(seen: Archive) -> None:
    with pytest.raises(Refused, match="from one to"):
        exhibits(seen.office.desk, seen.catalogue, seen.originals, seen.kept, [])


def test_a_clip_that_is_not_there_is_named(seen: Archive) -> None:
    with pytest.raises(NothingFound, match="no such clip"):
        seen.shown("0" * 16)


@pytest.mark.parametrize("changed", [{"number": 2}, {"number": 0}, {"number": 999}, {"sha256": "0" * 64}])
def test_a_catalogue_that_speaks_of_other_bytes_is_damaged(seen: Archive, changed: dict[str, object]) -> None:
    with seen.catalogue.claiming() as connection:
        moved = update(schema.clip).where(schema.clip.c.id == seen.noise).values(number=77)
        connection.execute(moved)  # one of each number a parcel
        connection.execute(update(schema.clip).where(schema.clip.c.id == seen.film).values(**changed))

    with pytest.raises(Damaged, match="the catalogue"):
        seen.shown()


@pytest.mark.parametrize(
    "record", [b"", b"[]", b"{}", b'{"tool": 1, "is_cut": 0, "claims": [[1]]}', b"\xff", b"[" * 99999]
)
def test_a_record_of_metadata_that_is_none_is_damaged(seen: Archive, record: bytes) -> None:
    made = clips.Derived(
        kind="metadata", blob=seen.kept.put(record).blob, size=len(record), sha256=SHA, tools="x", number=0
    )
    with seen.catalogue.writing(NOW * 1000) as change:
        clips.put_derived(change, seen.film, made, _event(seen.film))

    with pytest.raises(Damaged, match="record of a clip's metadata"):
        seen.shown()


def test_a_clip_is_found_by_the_beginning_of_its_number_and_named_twice_counts_once(seen: Archive) -> None:
    wanted = [seen.film[:6], seen.noise, seen.film]

    assert find(seen.catalogue, wanted) == [seen.film, seen.noise]


def test_a_number_is_found_in_every_database(seen: Archive, database: str) -> None:
    with seen.catalogue.reading() as connection:
        known = clips.get(connection, seen.film)
        assert known
    with Catalogue.open(database) as other:
        with other.writing(NOW * 1000) as change:
            for number, digits in enumerate(("9999", "a999", "aa99", "b999"), 1):
                clips.add(change, replace(known, id=digits + "0" * 12, number=number, trip=None), _event("x"))

        assert find(other, ["9999", "a999", "aa99", "b9990"]) == [
            x + "0" * 12 for x in ("9999", "a999", "aa99", "b999")
        ]
        with pytest.raises(NothingFound):
            find(other, ["aaaa"])


@pytest.mark.parametrize("untrusted", ["", "abc", "%%%%", "ABCD", "abcg1", "a" * 17, "../../x", "abcd\n"])
def test_what_is_no_beginning_of_a_number_is_refused(seen: Archive, untrusted: str) -> None:
    with pytest.raises(Refused, match="no clip's number"):
        find(seen.catalogue, [untrusted])


def test_a_beginning_of_no_number_finds_nothing(seen: Archive) -> None:
    taken = {seen.film[:4], seen.noise[:4], seen.other[:4]}
    free = next(digits for digits in ("0000", "1111", "2222", "3333") if digits not in taken)

    with pytest.raises(NothingFound, match="begins so"):
        find(seen.catalogue, [free])


def test_a_beginning_of_several_numbers_is_refused(seen: Archive) -> None:
    with seen.catalogue.claiming() as connection:
        row = connection.execute(schema.clip.select().where(schema.clip.c.id == seen.film)).mappings().one()
        twin = seen.film[:15] + ("0" if seen.film[15] != "0" else "1")
        connection.execute(schema.clip.insert().values({**row, "id": twin, "number": 99}))

    with pytest.raises(Refused, match="several"):
        find(seen.catalogue, [seen.film[:15]])
    assert find(seen.catalogue, [seen.film]) == [seen.film]


@given(
    text=st.text(max_size=60) | st.text("<>[]{}\\-machine v\n", max_size=60),
    start=st.integers(0, (1 << 53) - 1),
    length=st.integers(0, 1 << 50),
    language=st.text(max_size=8),
)
def test_whatever_a_segment_holds_becomes_words_that_read_back(
    text: str, start: int, length: int, language: str
) -> None:
    try:
        one = Segment(
            clip="c",
            kind="note",
            start_ms=start,
            end_ms=min(start + length, (1 << 53) - 1),
            language=language,
            text=text,
            origin="person",
            author="x",
        )
    except Damaged:
        return
    for words in words_of([one]):
        assert parse_transcript(write_webvtt(words.cues)).cues == words.cues
