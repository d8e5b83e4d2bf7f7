"""The three ways in which jebi fails, and what the system's errors become."""

import errno
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi import errors
from jebi.errors import EXIT_MEANINGS, Damaged, Exit, Gone, JebiError, NoRoom, Refused, Unable, failures_named

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, JebiError)]
NAMED = {Exit.DAMAGED, Exit.REFUSED, Exit.UNABLE, Exit.WRONG_KEY, Exit.NO_ROOM, Exit.BUSY, Exit.NOTHING_FOUND}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind is not JebiError])
def test_every_failure_is_of_one_of_three_families_and_leaves_a_status_that_help_explains(
    kind: type[JebiError],
) -> None:
    assert sum(issubclass(kind, family) for family in (Damaged, Refused, Unable)) == 1
    assert kind.exit in NAMED
    assert kind.__doc__


def test_every_named_status_belongs_to_a_failure() -> None:
    assert {kind.exit for kind in KINDS if kind is not JebiError} == NAMED


def test_statuses_never_change_for_scripts_rely_on_them() -> None:
    assert {code.name: int(code) for code in Exit} == {
        "DONE": 0,
        "UNEXPECTED": 1,
        "USAGE": 2,
        "PARTLY": 3,
        "NOTHING_FOUND": 10,
        "DAMAGED": 11,
        "REFUSED": 12,
        "UNABLE": 13,
        "WRONG_KEY": 14,
        "NO_ROOM": 15,
        "BUSY": 16,
        "INTERRUPTED": 130,
    }


def test_every_status_has_a_meaning_in_small_letters_without_a_stop() -> None:
    assert set(EXIT_MEANINGS) == set(Exit)
    for meaning in EXIT_MEANINGS.values():
        assert meaning[0].islower()
        assert not meaning.endswith(".")


def test_a_failure_carries_its_sentence_and_its_hint() -> None:
    failure = Refused("a rule forbids it", hint="do it another way")
    assert (str(failure), failure.what, failure.hint) == ("a rule forbids it", "a rule forbids it", "do it another way")
    assert Refused("a rule forbids it").hint == ""


@pytest.mark.parametrize(
    ("number", "kind", "said"),
    [
        (errno.ENOSPC, NoRoom, "stick is full"),
        (errno.EDQUOT, NoRoom, "stick is full"),
        (errno.EFBIG, NoRoom, "stick is full"),
        (errno.EIO, Gone, "stick went away or is failing: it could not be read"),
        (errno.ENODEV, Gone, "went away"),
        (errno.EROFS, Unable, "this user may not, or it is write-protected"),
        (errno.EACCES, Unable, "this user may not"),
        (errno.ENOENT, Unable, "stick could not be read: no such file or directory"),
        (errno.EISDIR, Unable, "stick could not be read: is a directory"),
    ],
)
def test_an_error_of_the_system_says_what_could_not_be_done_and_where(
    number: int, kind: type[Unable], said: str
) -> None:
    with pytest.raises(Unable, match=said) as failed, failures_named("stick", "read"):
        raise OSError(number, os.strerror(number))
    assert type(failed.value) is kind


@given(st.integers(1, 140))
def test_whatever_the_system_says_it_is_unable_with_one_small_sentence(number: int) -> None:
    with pytest.raises(Unable) as failed, failures_named("stick", "written"):
        raise OSError(number, os.strerror(number))
    assert failed.value.what.startswith("stick ")
    assert "\n" not in failed.value.what
    assert not failed.value.what.endswith(".")


def test_an_error_without_a_reason_and_our_own_failures_pass() -> None:
    with pytest.raises(Unable, match="unknown error"), failures_named("stick", "read"):
        raise OSError
    with pytest.raises(Damaged), failures_named("stick", "read"):
        raise Damaged("cut off")
    with pytest.raises(ValueError, match="ours"), failures_named("stick", "read"):
        raise ValueError("ours")
