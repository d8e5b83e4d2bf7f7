"""Passwords are kept as RFC 9106 says, codes are those of RFC 6238."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Refused
from jebi.web import passwords
from web.served import PASSWORD, VERIFIER


def test_a_password_is_right_and_every_other_is_not() -> None:
    assert passwords.is_right(PASSWORD, VERIFIER)
    assert not passwords.is_right(PASSWORD + " ", VERIFIER)
    assert not passwords.is_right("", VERIFIER)
    assert not passwords.is_right(PASSWORD + "x" * 300, VERIFIER)
    assert not passwords.is_right("\ud800", VERIFIER)


def test_nobodys_password_is_never_right_and_costs_the_same() -> None:
    assert not passwords.is_right(PASSWORD, None)
    parameters = re.compile(r"\$argon2id\$v=19\$m=65536,t=3,p=4\$[^$]{22}\$[^$]{43}")
    assert parameters.fullmatch(passwords.NOBODY)
    assert parameters.fullmatch(VERIFIER)


@pytest.mark.parametrize("password", ["", "eleven char", "x" * 257])
def test_a_password_that_is_too_short_or_too_long_is_refused(password: str) -> None:
    with pytest.raises(Refused):
        passwords.verifier(password, bytes)


def test_a_korean_password_is_one() -> None:
    password = "제비가 강을 건너 돌아온다"
    assert passwords.is_right(password, passwords.verifier(password, bytes))


@pytest.mark.parametrize(("time", "code"), [(59, "94287082"), (1111111109, "07081804"), (2000000000, "69279037")])
def test_codes_are_those_of_rfc_6238_appendix_b(time: int, code: str) -> None:
    assert passwords.step_of(b"12345678901234567890", code[-6:], time) == time // 30


def test_a_neighbours_code_is_taken_and_an_older_one_is_not() -> None:
    key, code = b"12345678901234567890", "081804"
    assert passwords.step_of(key, code, 1111111109 + 30) == 1111111109 // 30
    assert passwords.step_of(key, f" {code[:3]} {code[3:]}", 1111111109 - 30) == 1111111109 // 30
    assert passwords.step_of(key, code, 1111111109 + 61) is None


@given(garbage=st.text())
def test_garbage_is_no_code(garbage: str) -> None:
    step = passwords.step_of(bytes(20), garbage, 1000)
    assert step is None or "".join(garbage.split()).isdigit()


def test_a_key_is_shown_as_authenticators_take_it() -> None:
    assert passwords.written_key(b"12345678901234567890") == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"
    assert passwords.address(bytes(20), "haneul").startswith("otpauth://totp/jebi:haneul?")


def test_each_session_proposes_a_key_of_its_own() -> None:
    assert passwords.proposed_key(bytes(32)) != passwords.proposed_key(bytes(31) + b"\1")
    assert len(passwords.proposed_key(bytes(32))) == passwords.KEY
