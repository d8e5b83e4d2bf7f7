"""The garbage campaign: some thousand inputs a parser, exactly a million in the deep profile; and that it would notice."""

import os
import time
from collections.abc import Callable
from random import Random

import pytest

from depth import often
from garbage.campaign import MIB, Parser, dice_of, run
from garbage.mutation import mutate, tweak
from garbage.table import PARSERS
from jebi.errors import Damaged, Refused

INPUTS = often(1_000_000, 1_000)
JOBS = often(os.cpu_count() or 1, 1)
TEXT = b"jebi parcel\nnumber 12\nfile a\n"


@pytest.mark.timeout(4 * 3600)
@pytest.mark.parametrize("name", PARSERS)
def test_of_garbage_comes_a_value_or_damage_soon_and_in_little_memory(name: str) -> None:
    tally = run(name, PARSERS[name](), range(INPUTS), JOBS)
    assert not tally.failure, tally.failure
    assert tally.inputs == INPUTS
    assert tally.valid >= INPUTS // 1000, "hardly anything is read: the wrongs are too great"


def given_to(parse: Callable[[bytes], object], numbers: range = range(400)) -> str:
    """What the campaign says of a parser."""
    parser = Parser(draw=lambda dice: mutate(TEXT, dice), parse=parse)
    return run("sample", parser, numbers, 2, hang=2.0).failure


def is_seventeenth(given: bytes) -> bool:
    return given == mutate(TEXT, dice_of("sample", 17))


def damaged(given: bytes) -> object:
    raise Damaged("whatever it is")


def test_a_parser_that_only_ever_finds_damage_passes() -> None:
    parser = Parser(draw=lambda dice: mutate(TEXT, dice), parse=damaged)
    tally = run("sample", parser, range(400), 2)
    assert (tally.inputs, tally.valid, tally.failure) == (400, 0, "")


def test_any_other_error_is_named_with_the_input_that_raises_it() -> None:
    def parse(given: bytes) -> object:
        return given[len(given)] if is_seventeenth(given) else None

    said = given_to(parse)
    assert "sample: input 17 raised IndexError" in said
    assert "-m garbage sample --replay 17" in said


def test_an_error_that_the_contract_does_not_name_is_one_too() -> None:
    def parse(given: bytes) -> object:
        raise Refused("a rule")

    assert "raised Refused" in given_to(parse)


def test_a_parser_that_takes_long_is_named_with_its_input() -> None:
    def parse(given: bytes) -> object:
        end = time.process_time() + (2.3 if is_seventeenth(given) else 0)
        while time.process_time() < end:
            pass
        return None

    parser = Parser(draw=lambda dice: mutate(TEXT, dice), parse=parse)
    assert "sample: input 17 took 2.3 s" in run("sample", parser, range(100), 2).failure


def test_a_parser_that_hangs_is_killed_and_named_with_its_input() -> None:
    def parse(given: bytes) -> object:
        if is_seventeenth(given):
            time.sleep(600)
        return None

    began = time.monotonic()
    assert "sample: input 17 was not through after 2 seconds" in given_to(parse)
    assert time.monotonic() - began < 60


def test_a_parser_that_wants_as_much_memory_as_an_input_says_is_named() -> None:
    def parse(given: bytes) -> object:
        return len(bytes(200 * MIB)) if is_seventeenth(given) else None

    assert "sample: input 17 raised MemoryError" in given_to(parse)


def test_a_parser_that_ends_its_process_is_named() -> None:
    def parse(given: bytes) -> object:
        return os._exit(3) if is_seventeenth(given) else None

    assert "sample: input 17 ended the process with status 3" in given_to(parse)


@pytest.mark.parametrize("name", ["note", "tar", "contents", "proof", "card", "slot-headers", "timestamp"])
def test_an_input_is_the_same_every_time(name: str) -> None:
    first, second = PARSERS[name](), PARSERS[name]()
    for number in range(50):
        assert first.draw(dice_of(name, number)) == second.draw(dice_of(name, number))


def test_wrongs_in_place_move_nothing() -> None:
    assert all(len(tweak(TEXT, Random(number))) == len(TEXT) for number in range(2000))


def test_wrongs_are_many_and_mostly_small() -> None:
    made = [mutate(TEXT, Random(number)) for number in range(2000)]
    assert len(set(made)) > 1500
    assert sum(abs(len(one) - len(TEXT)) < 100 for one in made) > 1500
