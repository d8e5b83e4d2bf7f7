"""The contract itself: its values cannot change, and what keeps it fits it. `tests/conformance` runs it over carriers."""

import dataclasses

import pytest

from jebi.carriers.carrier import Carrier, Grid, Medium, Patch, Placements
from jebi.carriers.cover import CoverCarrier
from jebi.carriers.file import FileCarrier
from jebi.carriers.freespace import FreeSpaceCarrier
from jebi.device.blocks import Blocks

KEPT_BY: tuple[type[Carrier], ...] = (FileCarrier, FreeSpaceCarrier, CoverCarrier)
READ_THROUGH: tuple[type[Medium], ...] = (Blocks,)
VALUES = (
    Patch(offset=1, content=b"box"),
    Placements(offsets=(0, 131072), size=262144),
    Grid(start=0, stop=262144, step=512),
)


@pytest.mark.parametrize("value", VALUES)
def test_a_plan_cannot_be_changed_after_it_was_made(value: Patch | Placements | Grid) -> None:
    for field in dataclasses.fields(value):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(value, field.name, None)


@pytest.mark.parametrize("value", VALUES)
def test_plans_that_say_the_same_are_the_same(value: Patch | Placements | Grid) -> None:
    assert value == dataclasses.replace(value)


def test_a_plan_says_what_each_number_is() -> None:
    for kind in (Patch, Placements, Grid):
        with pytest.raises(TypeError):
            kind(1, 2, 3)  # type: ignore[call-arg, arg-type]


def test_a_plan_needs_no_patches() -> None:
    assert Placements(offsets=(), size=0).patches == ()


@pytest.mark.parametrize("carrier", KEPT_BY)
def test_every_carrier_can_be_asked_all_three_questions(carrier: type[Carrier]) -> None:
    """That the answers have the right types, the type checker sees above."""
    assert all(callable(getattr(carrier(), name)) for name in ("capacity", "place", "grids"))


@pytest.mark.parametrize("medium", READ_THROUGH)
def test_every_medium_has_a_size_and_can_be_read_anywhere(medium: type[Medium]) -> None:
    assert isinstance(medium.size, property)
    assert callable(medium.read_at)
