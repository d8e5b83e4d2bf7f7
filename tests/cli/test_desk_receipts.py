"""`jebi desk receipts`, as it is typed."""

import time
from typing import TYPE_CHECKING

import pytest

from jebi.errors import Exit

if TYPE_CHECKING:
    from cli.conftest import Jebi


def test_a_list_carries_its_news_to_the_holder_of_the_kit_and_looks_like_any_other(archive: "Jebi") -> None:
    archive.write("news", f"{archive.trip_of('kit')} 1 arrived 1\n\n{archive.trip_of('kit')} 1 erase-now 3\n")
    said = archive.desk("receipts", "--news", "news", "--day", "2026-11-22", "--out", "list", "--paper", "paper")
    assert (said.status, said.out, said.err) == (Exit.DONE, "wrote list: 400 codes for 2026-11-22\n", "")
    found = archive("field", "receipts", "list", "--kit", "kit", "--json")
    assert [fact["news"] for fact in found.facts] == ["arrived", "erase now"]
    dummies = archive.desk("receipts", "--news", "/dev/null", "--day", "2026-11-23", "--out", "dummies")
    assert dummies.status == Exit.DONE
    assert len(archive.read("dummies")) == len(archive.read("list"))
    assert "2026-11-22" in archive.read("paper").decode()


def test_the_same_news_goes_out_on_one_day_and_anew_under_the_next_code(archive: "Jebi") -> None:
    trip = archive.trip_of("kit")
    archive.write("news", f"{trip} 1 send-more 1\n{trip} 1 arrived 1\n")
    assert archive.desk("receipts", "--news", "news", "--day", "2026-11-22", "--out", "list").status == Exit.DONE
    archive.write("news", f"{trip} 1 arrived 2\n{trip} 1 arrived 1\n")
    said = archive.desk("receipts", "--news", "news", "--day", "2026-11-23", "--out", "next")
    assert (said.status, "line 2 of the news went out already, on 2026-11-22" in said.err) == (Exit.REFUSED, True)
    assert trip not in said.err
    assert not archive.exists("next")
    archive.write("news", f"{trip} 1 arrived 2\n")
    assert archive.desk("receipts", "--news", "news", "--day", "2026-11-23", "--out", "next").status == Exit.DONE


@pytest.mark.parametrize("kind", ["arrived", "erase-now"])
def test_nothing_that_ends_a_parcel_is_said_of_one_that_did_not_come(archive: "Jebi", kind: str) -> None:
    for trip, parcel in ((archive.trip_of("kit"), 2), (archive.trip_of("card.txt"), 1)):
        archive.write("news", f"{trip} {parcel} send-more 1\n{trip} {parcel} {kind} 1\n")
        said = archive.desk("receipts", "--news", "news", "--out", "list")
        assert said.status == Exit.REFUSED
        assert f"line 2 of the news: no parcel {parcel} of that trip is in the log as received" in said.err
        assert not archive.exists("list")


def test_news_may_come_from_standard_input_and_the_day_is_today(office: "Jebi") -> None:
    news = f"{office.trip_of('kit')} 1 send-more 2\n".encode()
    fact = office.desk("receipts", "--news", "-", "--out", "list", "--json", stdin=news).fact
    assert fact["codes"] == 400
    assert str(fact["day"]) in {time.strftime("%Y-%m-%d", time.gmtime(time.time() - late)) for late in (0, 60)}


def test_a_day_has_one_list(office: "Jebi") -> None:
    day = ("--news", "/dev/null", "--day", "2026-11-22")
    assert office.desk("receipts", *day, "--out", "list").status == Exit.DONE
    said = office.desk("receipts", *day, "--out", "other")
    assert (said.status, "would show which codes are real" in said.err) == (Exit.REFUSED, True)
    assert not office.exists("other")


@pytest.mark.parametrize(
    ("line", "status", "said"),
    [
        ("TRIP 1 arrived", Exit.DAMAGED, "line 1 of the news cannot be read"),
        ("\nTRIP 1 arrived 1 1", Exit.DAMAGED, "line 2 of the news cannot be read"),
        ("TRIP 1 gone 1", Exit.DAMAGED, "arrived, send-more, erase-now"),
        ("deadbeef 1 arrived 1", Exit.REFUSED, "line 1 of the news: there is no trip of that name"),
        ("\n\ndeadbeef 1 send-more 1", Exit.REFUSED, "line 3 of the news: there is no trip of that name"),
        ("TRIP ² arrived 1", Exit.DAMAGED, "line 1"),
        ("TRIP -1 arrived 1", Exit.DAMAGED, "line 1"),
        (f"TRIP {'9' * 5000} arrived 1", Exit.DAMAGED, "line 1"),
        ("TRIP 999 arrived 1", Exit.REFUSED, "line 1 of the news: a receipt card covers"),
        ("TRIP 0 arrived 1", Exit.REFUSED, "line 1 of the news: a receipt card covers"),
        ("TRIP 1 arrived 4", Exit.REFUSED, "3 times at most"),
    ],
)
def test_news_that_cannot_be_is_said_by_its_line_and_no_list_is_made(
    office: "Jebi", line: str, status: Exit, said: str
) -> None:
    office.write("news", line.replace("TRIP", office.trip_of("kit")))
    done = office.desk("receipts", "--news", "news", "--day", "2026-11-22", "--out", "list")
    assert (done.status, said in done.err) == (status, True), done
    assert not office.exists("list")


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"--out": "pw"}, Exit.REFUSED, "pw exists already"),
        ({"--paper": "pw"}, Exit.REFUSED, "pw exists already"),
        ({"--paper": "./list"}, Exit.REFUSED, "are two files"),
        ({"--news": "none"}, Exit.UNABLE, "none could not be read"),
        ({"--news": "clips"}, Exit.UNABLE, "is a directory"),
        ({"--day": "2026-13-01"}, Exit.DAMAGED, "written like 2026-11-22"),
        ({"--day": "today"}, Exit.DAMAGED, "written like 2026-11-22"),
        ({"--out": "none/list"}, Exit.UNABLE, "none/list cannot be made"),
        ({"--passphrase-file": "wrong-pw"}, Exit.WRONG_KEY, "passphrase"),
        ({"--news": "-", "--passphrase-file": "-"}, Exit.REFUSED, "two things at once"),
    ],
)
def test_what_cannot_be_is_said_and_the_log_says_nothing_of_it(
    office: "Jebi", change: dict[str, str], status: Exit, said: str
) -> None:
    before, log = office.read("pw"), office.read("archive/log/records.jsonl")
    given = {
        "--news": "/dev/null",
        "--day": "2026-11-22",
        "--out": "list",
        "--archive": "archive",
        "--passphrase-file": "pw",
    }
    done = office("desk", "receipts", *(word for pair in {**given, **change}.items() for word in pair))
    assert (done.status, said in done.err, done.out) == (status, True, ""), done
    assert (office.read("pw"), office.read("archive/log/records.jsonl")) == (before, log)
    assert not office.exists("list")
