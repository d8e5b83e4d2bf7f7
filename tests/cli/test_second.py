"""The second person's file: read as it is, opened by the passphrase that they type, and refused for what is wrong with it."""

import os
from typing import TYPE_CHECKING

import pytest

from jebi.cli.second import second_person
from jebi.cli.terminal import Terminal
from jebi.errors import Damaged, Exit, JebiError, Refused, Unable
from jebi.parcel.keys import PostQuantumIdentity

if TYPE_CHECKING:
    from cli.conftest import Jebi

SECOND = PostQuantumIdentity(bytes(range(32)))
OTHER = PostQuantumIdentity(bytes(32))
OWN_WORDS = b"her own words"


def test_where_no_file_is_named_nobody_else_is_asked() -> None:
    assert second_person(None, Terminal()) == ()


@pytest.mark.parametrize(
    "written",
    [
        SECOND.written(),
        f"# created: 2026-01-01\n# public key: {SECOND.recipient()}\n{SECOND.written()}\n",
        f"\r\n{SECOND.written()}\r\n",
    ],
    ids=["the key alone", "as age-keygen writes it", "with the line ends of another system"],
)
def test_a_file_without_a_passphrase_is_read_as_it_is(jebi: "Jebi", written: str) -> None:
    jebi.write("second", written)

    (found,) = second_person(str(jebi.folder / "second"), Terminal())

    assert isinstance(found, PostQuantumIdentity)
    assert str(found.recipient()) == str(SECOND.recipient())


def test_whoever_keeps_several_keys_may_open_with_any(jebi: "Jebi") -> None:
    jebi.write("second", f"{OTHER.written()}\n{SECOND.written()}\n")

    assert len(second_person(str(jebi.folder / "second"), Terminal())) == 2


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", Damaged),
        (b"# only a comment\n", Damaged),
        (b"not a key", Damaged),
        (SECOND.written().encode()[:-1], Damaged),
        (b"\xff\xfe\x00", Damaged),
        (os.urandom(1000), Damaged),
        (None, Unable),
    ],
    ids=["empty", "only a comment", "no key", "a key cut off", "no text", "noise", "not there"],
)
def test_what_is_no_identity_is_said_without_a_word_of_it(
    jebi: "Jebi", content: bytes | None, error: type[JebiError]
) -> None:
    if content is not None:
        jebi.write("second", content)

    with pytest.raises(error) as raised:
        second_person(str(jebi.folder / "second"), Terminal())

    assert SECOND.written()[20:-1] not in f"{raised.value!r} {raised.value.what} {raised.value.hint}"


def test_where_there_is_no_terminal_a_passphrase_is_not_asked_for_and_the_hint_says_who_types_it(jebi: "Jebi") -> None:
    jebi.put_under_passphrase("second.age", SECOND.written().encode(), OWN_WORDS)

    with pytest.raises(Refused, match="there is no terminal to ask for it") as raised:
        second_person(str(jebi.folder / "second.age"), Terminal())

    assert raised.value.hint == "run it at a terminal: the second person types it"


def test_a_second_person_types_their_own_passphrase(office: "Jebi") -> None:
    office.write("second", SECOND.written() + "\n")
    office.put_under_passphrase("second.age", SECOND.written().encode(), OWN_WORDS)
    pair = ("--archive", "pair", "--passphrase-file", "pw")
    office.done("desk", "init", *pair, "--name", "example.org/pair", "--with", str(SECOND.recipient()))
    office.lower_work("pair/keys/identity.age")
    office.done("desk", "trip", *pair, "--kit", "pair-kit", "--route", "pair-route", "--receipts", "pair-codes")
    office.done("field", "seal", "clips", "--onto", "p1", "--kit", "pair-kit")
    alone = office("desk", "receive", "p1", *pair)
    assert (alone.status, "--with IDENTITY" in alone.err) == (Exit.REFUSED, True)
    wrong = office.at_terminal("desk", "receive", "p1", *pair, "--with", "second.age", typed=b"not hers\n")
    assert (wrong.status, "this is not the passphrase of second.age" in wrong.out) == (Exit.WRONG_KEY, True)
    right = office.at_terminal(
        "desk", "receive", "p1", *pair, "--with", "second.age", "--plain", typed=b"her own words\n"
    )
    assert right.status == Exit.DONE, right.out
    assert "her own words" not in right.out
    assert len(list((office.folder / "pair" / "clips").rglob("*.m*"))) == 2
