"""A plan has one encoding."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given

from jebi.errors import Damaged
from jebi.release.plan import Plan
from jebi.release.plan_form import LONGEST, digest, parse, written
from release.plans import plans, simple


@given(plans)
def test_what_is_written_is_read(plan: Plan) -> None:
    assert parse(written(plan)) == plan


def test_its_bytes_never_change() -> None:
    assert (
        written(simple())
        == (
            '{"about":{"filmed":"2026-10","places":[],"summary":{},"themes":[],'
            '"title":{"en":"Rice at the market","ko":"장마당의 쌀"},"why":{}},"format":"jebi cut 1",'
            '"parts":[[0,1000,3000]],"picture":{"lines":720,"rate":25,"seed":"000102030405060708090a0b0c0d0e0f"},'
            '"sources":[{"clip":"0123456789abcdef","covers":[],"lines":[],"open":[],"sha256":"'
            + "ab" * 32
            + '","sounds":[]}],"voice":""}'
        ).encode()
    )


def test_another_plan_has_another_hash() -> None:
    assert digest(simple()) != digest(simple(voice="ko"))


OTHERWISE: dict[str, Callable[[bytes], bytes]] = {
    "a space": lambda text: text.replace(b":", b": ", 1),
    "another order": lambda text: json.dumps(dict(reversed(json.loads(text).items())), separators=(",", ":")).encode(),
    "letters that are escaped": lambda text: json.dumps(
        json.loads(text), sort_keys=True, separators=(",", ":")
    ).encode(),
    "a field more": lambda text: text[:-1] + b',"z":1}',
    "a field twice": lambda text: text.replace(b'"voice":""', b'"voice":"","voice":""'),
    "a field less": lambda text: text.replace(b',"voice":""', b""),
    "a number with a fraction": lambda text: text.replace(b"1000,", b"1000.0,"),
    "true for a number": lambda text: text.replace(b"[0,", b"[false,"),
    "letters for a text": lambda text: text.replace(b'"voice":""', b'"voice":[]'),
    "another format": lambda text: text.replace(b"jebi cut 1", b"jebi cut 2"),
    "nothing": lambda _: b"",
    "another kind of thing": lambda _: b"[]",
    "depth": lambda _: b"[" * 100_000,
    "half a letter": lambda text: text.replace("쌀".encode(), b"\xec\x8c"),
    "an endless length": lambda text: text + b" " * LONGEST,
}


@pytest.mark.parametrize("name", OTHERWISE)
def test_a_plan_is_refused_with(name: str) -> None:
    with pytest.raises(Damaged):
        parse(OTHERWISE[name](written(simple())))
