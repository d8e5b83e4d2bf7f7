"""Why a job or a clip ended as it did: the word for an error, which the desk's pages say in every language."""

from jebi.errors import Damaged, JebiError, NoRoom, Refused, Unable
from jebi.media.run import TooCostly
from jebi.office.kinds import Reason


class NotHere(Unable):
    """What a job takes is not on this machine, and nobody is to blame: the job is skipped."""


WORDS: tuple[tuple[type[JebiError], Reason], ...] = (  # the first that fits
    (NotHere, Reason.NO_MODEL),
    (NoRoom, Reason.NO_ROOM),
    (TooCostly, Reason.OVER_BUDGET),
    (Refused, Reason.TOO_LARGE),
    (Damaged, Reason.MALFORMED),
)


def reason_of(error: JebiError) -> Reason:
    """The word for an error."""
    return next((word for kind, word in WORDS if isinstance(error, kind)), Reason.UNABLE)
