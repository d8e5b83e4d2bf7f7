"""Plans of erasing, and what they admit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.field.erase import (
    FLASH_COPIES,
    JOURNAL,
    NAMES_REMAIN,
    ONLY_SURE,
    SHELL,
    SNAPSHOTS,
    SWAP,
    Item,
    Medium,
    plan_erase,
)

ITEMS = st.builds(
    Item,
    path=st.text(min_size=1),
    size=st.integers(0, 1 << 40),
    medium=st.sampled_from(Medium),
    links=st.integers(1, 5),
)


@given(st.lists(ITEMS, max_size=5))
def test_every_file_is_a_step_in_the_order_in_which_it_was_named(items: list[Item]) -> None:
    assert [step.item for step in plan_erase(items).steps] == items


@given(st.lists(ITEMS, max_size=5))
def test_every_plan_says_what_remains_whatever_is_done(items: list[Item]) -> None:
    plan = plan_erase(items)
    assert plan.remains == (SHELL, SWAP, SNAPSHOTS, ONLY_SURE)
    assert all(reason in str(plan) for reason in plan.remains)
    assert all(f"overwrite and delete {item.path}: {item.size} bytes on {item.medium}" in str(plan) for item in items)


@pytest.mark.parametrize("medium", [Medium.DISK, Medium.FLASH, Medium.UNKNOWN])
def test_of_nothing_but_memory_is_it_said_that_no_copy_stays(medium: Medium) -> None:
    """A stick may call itself a magnetic disk."""
    (step,) = plan_erase([Item(path="kit", size=1, medium=medium)]).steps
    assert step.unsure == (FLASH_COPIES, NAMES_REMAIN, JOURNAL)
    (in_memory,) = plan_erase([Item(path="kit", size=1, medium=Medium.MEMORY)]).steps
    assert in_memory.unsure == ()


@pytest.mark.parametrize(("links", "said"), [(2, "it has 1 more name,"), (3, "it has 2 more names,")])
def test_a_file_with_other_names_says_how_many(links: int, said: str) -> None:
    plan = plan_erase([Item(path="kit", size=1, medium=Medium.MEMORY, links=links)])
    assert f"  cannot be sure: {said}" in str(plan)
