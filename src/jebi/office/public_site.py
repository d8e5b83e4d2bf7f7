"""The newsroom's site: how it is called, the key that signs it, and how it comes from the log into a folder and to where it is served.

    archive/site.toml       title, about, languages, address: public words, in the clear
    archive/keys/site.age   what signs the list of the site, sealed to the desk

Both count as the custody log names them, by digest and public key: whoever alters the file, or puts another key there, is noticed before anything is published.

Invariants: the site is made of what the log says was released, and of nothing else; a site that did not change is not sent again. Whoever is stopped runs it again, and
it goes on: the folder is one whole edition at every moment, and the list at the place that serves it is replaced last. Peak: that of the generator, and one piece.
"""

import hashlib
import os
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Protocol, TypeVar

from jebi.archive.record import parse_record
from jebi.errors import Damaged, Refused
from jebi.office import publishing
from jebi.office.desk import Desk
from jebi.office.releasing import SECOND, Releases
from jebi.office.showing import Shown
from jebi.parcel import seal
from jebi.parcel.note import Ed25519Signer
from jebi.release import masthead
from jebi.release.masthead import Masthead
from jebi.release.mirror import SiteList
from jebi.release.publish import File, Film, FilmDamaged, Site
from jebi.vault import files
from jebi.vault.outlet import Outlet

SETTINGS = "site.toml"
KEY = ("keys", "site.age")
SECRET = 32
SETTLED = "site-settled"
_TOLD = re.compile(r"settings sha256 ([0-9a-f]{64}), key (\S+)")
T = TypeVar("T")
_SETTLE = "jebi desk site --settings FILE keeps what stands in a file"


class Made(Protocol):
    """What making the site did: the list that the folder has now, and how many pages were drawn and files taken for it."""

    @property
    def listed(self) -> SiteList: ...
    @property
    def drawn(self) -> int: ...
    @property
    def taken(self) -> int: ...


class Generate(Protocol):
    """Makes the site in a folder: `jebi.web.site.generator.generate`, which the office does not know."""

    def __call__(
        self,
        site: Site,
        folder: str,
        /,
        *,
        take: Callable[[Film, File], Iterable[bytes]],
        signer: Ed25519Signer,
        day: date,
        served: Iterable[SiteList] = (),
    ) -> Made: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """What the site is to be by what the log says now: all that is drawn, where the files lie, the key that signs it, and the day."""

    site: Site
    shown: Shown
    signer: Ed25519Signer
    day: date

    def without(self, error: FilmDamaged) -> "Edition":
        """The same, with one film left out; raises as `Shown.without`."""
        shown = self.shown.without(error.number, error)
        return replace(self, shown=shown, site=replace(self.site, entries=shown.entries))


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """The edition that the folder has now, how much of it is new, and how many files were sent, `None` where nothing was to be; and of each film that is left out a line on why."""

    edition: int
    films: int
    drawn: int
    taken: int
    sent: int | None
    left_out: tuple[str, ...]


def settle(desk: Desk, untrusted_toml: bytes, *, by: str, time: int) -> Ed25519Signer:
    """Keep the settings of the site, and make its key where there is none; returns the key.

    Raises:
        Damaged: the settings cannot be published.
    """
    known = _last(desk)
    signer = _key(desk, known[1]) if known else _make_key(desk)
    masthead.parse(untrusted_toml, str(signer.verifier()))
    path, digest = desk.path(SETTINGS), hashlib.sha256(untrusted_toml).hexdigest()
    files.stage(path, untrusted_toml)
    desk.append(SETTLED, "site", f"settings sha256 {digest}, key {signer.verifier()}", actor=by, time=time)
    files.keep(path)
    return signer


def settled(desk: Desk) -> tuple[Masthead, Ed25519Signer]:
    """How the site is called, and its key.

    Raises:
        Refused: nobody settled it yet.
        Damaged: file or key are not those that the log names.
    """
    known = _last(desk)
    if known is None:
        raise Refused("the site has no title yet", hint=_SETTLE)
    digest, key = known
    if not os.path.exists(desk.path(SETTINGS)):
        raise Damaged("the settings of the site are gone", hint=_SETTLE)
    content = files.read(desk.path(SETTINGS))
    if hashlib.sha256(content).hexdigest() != digest:
        raise Damaged("the settings of the site are not those that were kept: somebody altered them", hint=_SETTLE)
    return masthead.parse(content, key), _key(desk, key)


def edition(releases: Releases, *, root: bytes = b"") -> Edition:
    """What the site is to be now; only this needs the log.

    A film that somebody refused, or that is not what it was, is left out: it keeps back neither the others nor a notice. `root` and what is raised as in `bring`.
    """
    called, signer = settled(releases.clearances.desk)
    shown = releases.shown()
    site = called.site(str(signer.verifier()), shown.entries, root=root)
    today = datetime.fromtimestamp(releases.clearances.now_ms() // SECOND, UTC).date()
    return Edition(site=site, shown=shown, signer=signer, day=today)


def whole(new: Edition, make: Callable[[Edition], T]) -> tuple[T, Edition]:
    """Make an edition; again, without it, for each film of which a file turns out not to be what was cleared. Returns what came of it, and what was made."""
    while True:
        try:
            return make(new), new
        except FilmDamaged as error:
            new = new.without(error)


def bring(releases: Releases, generate: Generate, folder: str, *, to: str = "", root: bytes = b"") -> Brought:
    """Bring a folder, and the place that serves it, to what was released.

    Args:
        releases: what was, of an archive that this process holds.
        generate: makes the site.
        folder: where the site lies here.
        to: where it is served from, by its URL; nothing for nowhere.
        root: the certificates by which readers of content credentials know the newsroom, PEM, the newest first; nothing where there is none.

    Raises:
        Refused, Damaged: as `settled`, `Releases.shown` and `generate`; the folder and the place are as they were.
        Unable: the place does not answer, or stopped half-way; run again, it goes on.
    """
    outlet = Outlet(to) if to else None
    new = edition(releases, root=root)
    served = (
        publishing.there(outlet, new.signer.verifier()).lists() if outlet else ()
    )  # which a new folder has to follow
    made, new = whole(
        new,
        lambda one: generate(one.site, folder, take=one.shown.take, signer=one.signer, day=one.day, served=served),
    )
    sent = publishing.publish(folder, outlet, new.signer.verifier()).sent if outlet else None
    count = len(new.site.films)
    return Brought(
        edition=made.listed.edition,
        films=count,
        drawn=made.drawn,
        taken=made.taken,
        sent=sent,
        left_out=tuple(new.shown.named()),
    )


def _last(desk: Desk) -> tuple[str, str] | None:
    """The digest of the settings and the public key, as the log named them last. What came by way of a row has a number behind it."""
    found = None
    for line in desk.ledger.records():
        if f'"{SETTLED}"'.encode() in line:
            event = parse_record(line).event
            told = _TOLD.fullmatch(event.detail) if event.kind == SETTLED else None
            found = (told[1], told[2]) if told else found
    return found


def _make_key(desk: Desk) -> Ed25519Signer:
    """A new key. One that lies there and that the log does not name was made by somebody else, or by a run that was stopped."""
    secret = secrets.token_bytes(SECRET)
    files.replace(desk.path(*KEY), seal.in_memory(secret, [desk.identity.recipient()]))
    return _signer(desk, secret)


def _key(desk: Desk, public: str) -> Ed25519Signer:
    """The key that the log names."""
    secret = seal.open_in_memory(files.read(desk.path(*KEY)), [desk.identity])
    if len(secret) != SECRET or str(_signer(desk, secret).verifier()) != public:
        raise Damaged(
            "the key of the site is not the one that the custody log names", hint="restore keys/site.age from a copy"
        )
    return _signer(desk, secret)


def _signer(desk: Desk, secret: bytes) -> Ed25519Signer:
    return Ed25519Signer(name=f"{desk.name}/site", secret=secret)
