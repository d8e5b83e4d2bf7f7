"""What the pages show of films that are published, wait for it, or were withdrawn, as plain values; see `shown`.

Invariants: values only; people appear under pseudonyms.
"""

from dataclasses import dataclass
from enum import StrEnum

from jebi.office.shown_public import Public, Texts


class Errand(StrEnum):
    """What the site is made anew for."""

    PUBLISH = "publish"
    WITHDRAW = "withdraw"
    SITE = "site"


class Doing(StrEnum):
    """What is being done meanwhile."""

    READING = "reading"
    MAKING = "making"


class Hold(StrEnum):
    """Why a member cannot publish an output now; the first that holds is what is dealt with first."""

    OUT = "out"
    GONE = "gone"
    NOT_CLEARED = "not-cleared"
    YOURS = "yours"
    SHOWN = "shown"
    NOT_FIT = "not-fit"
    NO_FOLDER = "no-folder"
    NO_SITE = "no-site"


@dataclass(frozen=True, slots=True, kw_only=True)
class PressRun:
    """What was published, withdrawn or made last since the archive was opened: how far it is, and in the end what came of it.

    `film` is a public number, or zero; `share` and `left` are None where they are not known; `edition` and `films` are those of the site when it is over.
    `failed` is why it did not come to its end, and `left_out` which films are not in it and why, for a person, in English.
    """

    errand: Errand
    is_over: bool
    film: int = 0
    doing: Doing = Doing.READING
    share: float | None = None
    left: float | None = None
    edition: int = 0
    films: int = 0
    left_out: tuple[str, ...] = ()
    failed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicSite:
    """The site: its folder and its address, nothing where there is none; its title; what edition of it lies there, of which day.

    `is_behind` where the log tells of more than the folder shows; `why` and `hint` say in English what keeps it from being made.
    """

    folder: str = ""
    title: str = ""
    address: str = ""
    languages: tuple[str, ...] = ()
    edition: int = 0
    day: str = ""
    is_behind: bool = False
    why: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """An output that two people cleared and that is not released; `holds` are what keeps the member who asks from publishing it.

    `why_not` says in English why it is not cleared all the same.
    """

    cut: int
    name: str
    output: int
    by: tuple[str, ...]
    why_not: str = ""
    holds: tuple[Hold, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What was released, on whose word, by whom; `retracted` and `why`, if it was.

    `is_there` says whether the site has it as it should, the film or the notice; `is_refused` whether somebody refused it since.
    """

    cut: int
    name: str
    output: int
    slug: str
    by: tuple[str, ...]
    publisher: str
    when: int
    retracted: int = 0
    why: str = ""
    is_there: bool = False
    is_refused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Releases:
    """What waits for a publisher, what went out, the newest first, the site that it went to, and what was done last."""

    ready: tuple[Ready, ...] = ()
    out: tuple[Release, ...] = ()
    site: PublicSite = PublicSite()
    run: PressRun | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToPublish:
    """An output as a publisher has it before them: what the public will read, and what they confirm. `film` is the number that it has or would have.

    `sha256` and `plan_sha256` name it to the byte. `why_not` and `hint` say in English what is wrong with it, where something is.
    """

    cut: int
    name: str
    output: int
    sha256: str
    plan_sha256: str
    by: tuple[str, ...]
    site: PublicSite
    film: int = 0
    public: Public | None = None
    holds: tuple[Hold, ...] = ()
    why_not: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToWithdraw:
    """A film that is shown, as a publisher has it before them who withdraws it; `words` in place of it where it was withdrawn already."""

    cut: int
    name: str
    output: int
    film: int
    publisher: str
    when: int
    site: PublicSite
    words: Texts = ()
