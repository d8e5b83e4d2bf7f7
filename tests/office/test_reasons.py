"""Every family of errors has a word that the desk's pages know."""

import pytest

from jebi.errors import Busy, Damaged, Gone, JebiError, NoRoom, NothingFound, Refused, Unable
from jebi.media.run import Stopped, TooCostly, Undecodable
from jebi.office.kinds import Reason
from jebi.office.reasons import NotHere, reason_of


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (NotHere("x"), Reason.NO_MODEL),
        (NoRoom("x"), Reason.NO_ROOM),
        (TooCostly("x"), Reason.OVER_BUDGET),
        (Undecodable("x"), Reason.MALFORMED),
        (Damaged("x"), Reason.MALFORMED),
        (NothingFound("x"), Reason.MALFORMED),
        (Refused("x"), Reason.TOO_LARGE),
        *((kind("x"), Reason.UNABLE) for kind in (Unable, Busy, Gone, Stopped)),
    ],
)
def test_an_error_has_its_word(error: JebiError, word: Reason) -> None:
    assert reason_of(error) is word
