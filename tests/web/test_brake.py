"""Guessing gets slower and slower, and nobody is locked out for long."""

from hypothesis import given
from hypothesis import strategies as st

from jebi.web import brake
from jebi.web.brake import Brake


def waits(name: str, count: int) -> list[float]:
    """How long each wrong one has to wait after the one before."""
    slow, now, found = Brake(), 0.0, []
    for _ in range(count):
        wait = slow.wait(name, now)
        found.append(wait)
        now += wait
        slow.wrong(name, now)
    return found


def test_each_wrong_one_after_the_third_waits_twice_as_long_up_to_five_minutes() -> None:
    assert waits("haneul", 14) == [0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


def test_names_that_were_never_there_slow_down_everybody_and_never_long() -> None:
    slow = Brake()
    for number in range(200):
        slow.wrong(f"name {number}", 0)
    assert slow.wait("haneul", 0) == brake.LONGEST_WAIT_ALL
    assert slow.wait("haneul", brake.LONGEST_WAIT_ALL) == 0


def test_who_is_right_is_free_again_and_slows_nobody() -> None:
    slow = Brake()
    for _ in range(50):
        slow.wrong("haneul", 0)
        slow.right("haneul")
    assert slow.wait("haneul", 0) == 0
    assert slow.wait("sora", 0) == 0


def test_wrong_ones_are_forgotten_after_an_hour() -> None:
    slow = Brake()
    for _ in range(9):
        slow.wrong("haneul", 0)
    slow.wrong("haneul", brake.FORGET + 1)
    assert slow.wait("haneul", brake.FORGET + 1) == 0


def test_no_flood_of_names_takes_the_memory() -> None:
    slow = Brake()
    for number in range(brake.MOST + 100):
        slow.wrong(f"name {number}", 0)
    assert len(slow._wrong) <= brake.MOST
    assert brake.ALL in slow._wrong


@given(name=st.text(), times=st.lists(st.floats(0, 1e6), max_size=20))
def test_no_name_and_no_clock_breaks_it(name: str, times: list[float]) -> None:
    slow = Brake()
    for now in times:
        assert 0 <= slow.wait(name, now) <= brake.LONGEST_WAIT + 1e6
        slow.wrong(name, now)
