"""`jebi desk trip`, as it is typed."""

from typing import TYPE_CHECKING

import pytest

from jebi.errors import Exit
from jebi.parcel.card import parse_card, parse_route_key

if TYPE_CHECKING:
    from cli.conftest import Jebi

NEW = {"--kit": "new-kit", "--route": "new-route", "--receipts": "new-codes"}


def options(**change: str) -> list[str]:
    return [word for pair in {**NEW, **{f"--{name}": file for name, file in change.items()}}.items() for word in pair]


def test_a_kit_holds_a_seed_and_the_route_key_fits_it(office: "Jebi") -> None:
    said = office.desk("trip", *options(), "--json")
    kit = parse_card(office.read("new-kit"))
    assert (said.status, said.fact, said.err) == (Exit.DONE, {"trip": kit.trip}, "")
    assert kit.seed is not None
    assert kit.signing == "signature"
    assert parse_route_key(office.read("new-route")).public() == kit.route
    assert kit.trip not in office.read("new-codes").decode()
    assert {(office.folder / name).stat().st_mode & 0o077 for name in NEW.values()} == {0}


def test_with_memorise_the_words_are_shown_once_and_are_in_no_file(office: "Jebi") -> None:
    said = office.desk("trip", *options(), "--memorise")
    assert said.status == Exit.DONE
    assert len(said.out.split()) == 8
    assert "not shown again" in said.err
    assert parse_card(office.read("new-kit")).seed is None
    assert not any(said.out.strip().encode() in content for content in office.content().values())


def test_with_mac_the_kit_signs_so_that_it_can_be_denied(office: "Jebi") -> None:
    assert office.desk("trip", *options(), "--mac").status == Exit.DONE
    assert parse_card(office.read("new-kit")).signing == "mac"


def test_a_note_is_kept_where_nobody_sees_it_and_a_route_is_shared_by_name(office: "Jebi") -> None:
    office.write("note", "canary quorvex\n")
    office.write("share", office.trip_of("kit") + "\n")
    said = office.desk("trip", *options(), "--note-file", "note", "--share-route-file", "share")
    assert said.status == Exit.DONE
    assert office.read("new-route") == office.read("route")
    assert [name for name, content in office.content().items() if b"quorvex" in content] == ["note"]


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (options(kit="kit"), Exit.REFUSED, "kit exists already"),
        (options(route="route"), Exit.REFUSED, "route exists already"),
        (options(receipts="."), Exit.REFUSED, "exists already"),
        (options(route="new-kit"), Exit.REFUSED, "name a file for each"),
        (options(receipts="./new-route"), Exit.REFUSED, "name a file for each"),
        ([*options(), "--note-file", "none"], Exit.UNABLE, "none could not be read"),
        ([*options(), "--share-route-file", "clips"], Exit.UNABLE, "is a directory"),
        ([*options(), "--share-route-file", "pw"], Exit.REFUSED, "no trip of that name"),
        ([*options(), "--passphrase-file", "wrong-pw"], Exit.WRONG_KEY, "not the desk's passphrase"),
        ([*options(), "--archive", "none"], Exit.UNABLE, "none is no archive"),
        (["--kit", "new-kit"], Exit.USAGE, "--route"),
    ],
)
def test_what_cannot_be_is_said_and_no_trip_is_issued(
    office: "Jebi", words: list[str], status: Exit, said: str
) -> None:
    before = office.content()
    done = office("desk", "trip", "--archive", "archive", "--passphrase-file", "pw", *words)
    assert (done.status, said in done.err, done.out) == (status, True, ""), done
    assert {name: before[name] for name in before if "lock" not in name}.items() <= office.content().items()
    assert len(list((office.folder / "archive" / "trips").iterdir())) == 2
