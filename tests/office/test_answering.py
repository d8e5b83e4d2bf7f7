"""What the desk tells its trips: news that the log bears out, and no code on two days."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged, Refused, Unable
from jebi.office.answering import Announcement, parse_news, publish, published
from jebi.office.checking import check_archive
from jebi.office.desk import Issued
from jebi.office.progress import Quiet
from jebi.radio.receipt import Card, Kind, News, match, parse_list
from office.conftest import NOW, SMALL, Office, opened


@pytest.fixture
def issued(office: Office) -> Issued:
    """A trip whose first parcel came."""
    issued = office.issue()
    office.seal(issued.card, office.card(SMALL), "s1")
    office.arrive("s1")
    return issued


def publish_on(office: Office, day: str, text: str) -> bytes:
    out = office.path(f"list {day}")
    publish(office.desk, day, parse_news(text), str(out), "", time=NOW)
    return out.read_bytes()


def test_a_line_is_a_trip_a_parcel_what_became_of_it_and_how_often_it_was_said() -> None:
    assert parse_news("\n0a1b2c3d  1 send-more 2\n") == [
        Announcement(line=2, trip="0a1b2c3d", news=News(parcel=1, kind=Kind.SEND_MORE, repeat=2))
    ]


@given(st.text(max_size=60), st.integers(-9, 99), st.integers(-9, 9))
def test_news_that_cannot_be_read_is_damaged_or_refused_by_its_line(noise: str, parcel: int, repeat: int) -> None:
    for text in (noise, f"{noise} {parcel} arrived {repeat}", f"0a1b2c3d {parcel} {noise} {repeat}"):
        said = "line 1"
        try:
            parse_news(text)
        except (Damaged, Refused) as error:
            said = error.what
        assert said.startswith("line ")


def test_what_was_published_is_remembered_with_its_day_and_sealed(office: Office, issued: Issued) -> None:
    assert issued.card.receipts
    news = f"{issued.trip} 1 arrived 1\n{issued.trip} 2 send-more 1\n"
    listed = parse_list(publish_on(office, "2026-11-22", news), office.desk.signer.verifier())
    codes = {Card(issued.card.receipts).code(one) for one in match(listed, issued.card.receipts)}
    assert len(codes) == 2
    assert published(office.desk) == dict.fromkeys(codes, "2026-11-22")
    log = Path(office.desk.path("log", "records.jsonl")).read_bytes()
    kept = Path(office.desk.path("receipts", "2026-11-22.age")).read_bytes()
    assert not [code for code in map(str, codes) if code.encode() in log + kept]
    assert issued.trip.encode() not in log.splitlines()[-1]


def test_the_memory_of_a_day_does_not_show_how_much_there_was_to_say(office: Office, issued: Issued) -> None:
    publish_on(office, "2026-11-22", f"{issued.trip} 1 arrived 1")
    publish_on(office, "2026-11-23", "")
    one, none = (os.path.getsize(office.desk.path("receipts", name)) for name in office.listed("receipts"))
    assert one == none


def test_a_code_goes_out_on_one_day_whatever_lies_between(office: Office, issued: Issued) -> None:
    publish_on(office, "2026-11-22", f"{issued.trip} 1 arrived 1")
    publish_on(office, "2026-11-23", f"{issued.trip} 1 arrived 2")
    for repeat, day in ((1, "2026-11-22"), (2, "2026-11-23")):
        with pytest.raises(Refused, match=f"line 1 of the news went out already, on {day}"):
            publish_on(office, "2026-11-24", f"{issued.trip} 1 arrived {repeat}")
    assert office.listed("receipts") == ["2026-11-22.age", "2026-11-23.age"]
    assert check_archive(office.desk, [], [], Quiet()).records == 5


def test_another_trip_s_parcel_of_that_number_did_not_come(office: Office, issued: Issued) -> None:
    other = office.issue()
    with pytest.raises(Refused, match="no parcel 1 of that trip"):
        publish_on(office, "2026-11-22", f"{issued.trip} 1 erase-now 1\n{other.trip} 1 erase-now 1")
    assert office.events()[-1] == "trip-issued"
    assert office.listed("receipts") == []


@pytest.mark.parametrize("how", ["gone", "altered", "another day's"])
def test_a_desk_that_cannot_remember_publishes_nothing(office: Office, issued: Issued, how: str) -> None:
    publish_on(office, "2026-11-22", f"{issued.trip} 1 arrived 1")
    publish_on(office, "2026-11-23", "")
    kept = Path(office.desk.path("receipts", "2026-11-22.age"))
    if how == "gone":
        kept.unlink()
    else:
        kept.write_bytes(kept.with_name("2026-11-23.age").read_bytes() if how != "altered" else b"x")
    with pytest.raises((Damaged, Unable), match=r"2026-11-22\.age"):
        publish_on(office, "2026-11-24", "")
    with pytest.raises(Damaged, match=r"receipts/2026-11-22\.age"):
        check_archive(office.desk, [], [], Quiet())


def test_a_memory_that_somebody_put_there_is_named_by_check(office: Office, issued: Issued) -> None:
    publish_on(office, "2026-11-22", "")
    kept = Path(office.desk.path("receipts", "2026-11-22.age"))
    kept.with_name("2026-11-23.age").write_bytes(kept.read_bytes())
    with pytest.raises(Damaged, match=r"receipts/2026-11-23\.age lies in the archive"):
        check_archive(office.desk, [], [], Quiet())


def test_a_list_that_was_logged_when_jebi_was_killed_counts_and_is_found(archive: Path) -> None:
    with opened(archive) as office:
        trip = office.issue().trip
        publish_on(office, "2026-11-22", f"{trip} 1 send-more 1")
    kept = archive / "receipts" / "2026-11-22.age"
    kept.rename(f"{kept}.new")
    with opened(archive) as office:
        assert check_archive(office.desk, [], [], Quiet()).records == 3
        with pytest.raises(Refused, match="went out already"):
            publish_on(office, "2026-11-23", f"{trip} 1 send-more 1")
        assert office.listed("receipts") == ["2026-11-22.age"]


def test_a_list_that_was_not_logged_when_jebi_was_killed_never_was(archive: Path) -> None:
    (archive / "receipts").mkdir()
    (archive / "receipts" / "2026-11-22.age.new").write_bytes(b"half")
    with opened(archive) as office:
        assert check_archive(office.desk, [], [], Quiet()).records == 1
        publish_on(office, "2026-11-22", "")
        assert office.listed("receipts") == ["2026-11-22.age"]


def test_a_disk_that_refuses_leaves_no_list_and_no_event(office: Office) -> None:
    Path(office.desk.path("receipts")).write_bytes(b"in the way")
    with pytest.raises(Unable, match="receipts"):
        publish_on(office, "2026-11-22", "")
    os.unlink(office.desk.path("receipts"))
    with pytest.raises(Unable):
        publish(office.desk, "2026-11-22", [], str(office.path("list")), str(office.path("none/paper")), time=NOW)
    assert office.events() == ["desk-made"]
    assert not [name for name in os.listdir(office.folder) if name.startswith("list")]
    publish_on(office, "2026-11-22", "")
