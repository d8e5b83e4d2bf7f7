"""An original lies on the bench for as long as somebody needs it."""

import os
from pathlib import Path

import pytest

from jebi.media.jail import Jail
from jebi.media.probe import Kind
from jebi.office.labour import Report
from jebi.office.originals import Originals
from jebi.office.unsealed import plain, probed
from looked_at import FILM
from office.rooms import Shown


def test_it_is_as_it_was_filmed_and_gone_afterwards(shown: Shown, samples: Path) -> None:
    with Originals(shown.office.desk) as originals:
        with plain(originals, shown.clip(FILM)) as path:
            assert Path(path).read_bytes() == (samples / FILM).read_bytes()
            assert FILM not in path
            assert os.stat(path).st_mode & 0o077 == 0
        assert not os.path.exists(path)


def test_it_is_gone_too_when_somebody_fails(shown: Shown) -> None:
    def fail() -> None:
        with plain(originals, shown.clip(FILM)) as path:
            paths.append(path)
            raise RuntimeError

    paths: list[str] = []
    with Originals(shown.office.desk) as originals:
        with pytest.raises(RuntimeError):
            fail()
        assert not os.path.exists(paths[0])


def test_the_jail_says_what_it_is(shown: Shown) -> None:
    with (
        Originals(shown.office.desk) as originals,
        probed(originals, Jail.find(), shown.clip(FILM), Report()) as (_, seen),
    ):
        assert seen.kind is Kind.VIDEO
