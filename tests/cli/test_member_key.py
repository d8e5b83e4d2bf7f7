"""`jebi member key`, as it is typed."""

from typing import TYPE_CHECKING

import pytest

from jebi.errors import Exit
from jebi.parcel.note import Ed25519Verifier
from jebi.release.member_key import parse

if TYPE_CHECKING:
    from cli.conftest import Jebi

NEW = {"--desk": "example.org/desk", "--name": "crane", "--passphrase-file": "pw"}


def call(jebi: "Jebi", file: str = "crane.key", *more: str, **change: str) -> "tuple[int, str, str]":
    options = {**NEW, **{f"--{name.replace('_', '-')}": value for name, value in change.items()}}
    said = jebi("member", "key", file, *(word for pair in options.items() for word in pair), *more)
    return said.status, said.out, said.err


def test_the_public_key_is_shown_and_the_file_opens_with_the_passphrase(jebi: "Jebi") -> None:
    jebi.write("pw", "여덟 글자 넘는 말\n")
    status, out, err = call(jebi)
    assert (status, "keep it with you" in err) == (Exit.DONE, True)
    kept = parse(jebi.read("crane.key"))
    assert kept.verifier == Ed25519Verifier.parse(out.strip())
    assert kept.verifier.name == "example.org/desk/crane"
    signer = kept.opened("여덟 글자 넘는 말")
    assert signer.verifier() == kept.verifier
    assert signer.secret.hex() not in out + err
    assert (jebi.folder / "crane.key").stat().st_mode & 0o077 == 0


def test_two_keys_are_never_the_same(jebi: "Jebi") -> None:
    jebi.write("pw", "eight or more\n")
    keys = [call(jebi, f"{number}.key", "--json")[1] for number in range(2)]
    assert keys[0] != keys[1]
    first, second = (parse(jebi.read(f"{number}.key")) for number in range(2))
    assert (first.salt != second.salt, first.nonce != second.nonce) == (True, True)


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"name": "Crane"}, Exit.REFUSED, "small letters"),
        ({"name": "--x"}, Exit.USAGE, "--name"),
        ({"name": "crane/heron"}, Exit.REFUSED, "pseudonym"),
        ({"desk": "two words"}, Exit.DAMAGED, "signer's name"),
        ({"passphrase_file": "short"}, Exit.REFUSED, "shorter than 8"),
        ({"passphrase_file": "none"}, Exit.UNABLE, "none could not be read"),
    ],
)
def test_what_cannot_be_is_said_and_no_key_is_made(
    jebi: "Jebi", change: dict[str, str], status: Exit, said: str
) -> None:
    jebi.write("pw", "eight or more\n")
    jebi.write("short", "seven..\n")
    done = call(jebi, **change)
    assert (done[0], done[1], said in done[2]) == (status, "", True), done
    assert not jebi.exists("crane.key")


def test_no_file_is_written_over(jebi: "Jebi") -> None:
    jebi.write("pw", "eight or more\n")
    jebi.write("crane.key", b"mine")
    status, _, err = call(jebi)
    assert (status, "exists already" in err) == (Exit.REFUSED, True)
    assert jebi.read("crane.key") == b"mine"
