"""Where a third person publishes what two cleared, or withdraws it, while the archive is open; and the site follows the log.

What may go out is decided by `releasing`, here, under the log's lock, and once more after its files were read; `press` reads and makes the site meanwhile. The site's
folder is the one that was named when the archive was opened, and no page names another.

Invariants: a film is in the log before the site has it, and a withdrawal before the page that asked for it is answered; whoever is stopped in between is gone on with when
the archive is next opened. Peak: that of `releasing`, and the list of the site.
"""

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import NamedTuple

from jebi.errors import Damaged, JebiError, NothingFound, Refused
from jebi.office import releasing
from jebi.office.clearing_room import ClearingRoom, output_of
from jebi.office.issuer import issuer
from jebi.office.press import Done, Making, Order, Press, Reading, Run, Work
from jebi.office.public_site import edition, settled, whole
from jebi.office.releasing import Told
from jebi.office.room import SECOND
from jebi.office.shown_public import Public
from jebi.office.shown_publishing import (
    Doing,
    Errand,
    Hold,
    PressRun,
    PublicSite,
    Ready,
    Release,
    Releases,
    ToPublish,
    ToWithdraw,
)
from jebi.parcel.note import Verifier
from jebi.release import mirror
from jebi.release.mirror import NOTE, SiteList
from jebi.release.register import Released
from jebi.vault import clearing, cuts, files
from jebi.vault.cuts import Output, OutputFile, Planned

MOST_READY = 100  # that are looked through for what waits for a publisher
SURE = 0.02  # of a step must be done before anybody is told how long the rest takes
_NAME_FOLDER = "close the archive, and open it with the site's folder: jebi desk serve --site FOLDER"


class _Asked(NamedTuple):
    """An output that is asked about: the cut's name, its rows, and who cleared it."""

    name: str
    output: Output
    plan: Planned
    by: tuple[str, ...]

    def known(self, told: Told) -> Released | None:
        """The film that it is, by the log."""
        return told.register.of(self.output.cut, self.output.sha256, self.plan.sha256)


@dataclass(frozen=True, slots=True)
class _There:
    """What the site's list names: films by their numbers, and pages of films or of notices."""

    films: frozenset[str] = frozenset()
    pages: frozenset[str] = frozenset()

    @classmethod
    def of(cls, listed: SiteList | None) -> "_There":
        parts = [str(entry.path).split("/") for entry in listed.entries] if listed else []
        films = frozenset(one[1] for one in parts if len(one) > 2 and one[0] == "films")
        return cls(
            films, frozenset(one[2].removesuffix(".html") for one in parts if len(one) > 2 and one[1] == "films")
        )

    def has(self, one: Released) -> bool:
        """Whether the site shows a film, or the notice in its place."""
        slug = _slug(one)
        return slug in self.pages and (slug in self.films) is (one.withdrawn is None)


class PressRoom(ClearingRoom):
    """Implements `counter_publishing.Publishing`."""

    press: Press | None

    def releases(self, *, by: str) -> Releases:
        with self._held():
            told = self._outgoing.told()
            site, there = self._site(told)
            with self.catalogue.reading() as connection:
                out, waiting = clearing.releases(connection), clearing.waiting(connection, MOST_READY)
            films = {_slug(one): one for one in told.register.films.values()}
            ready = tuple(self._ready_of(one, told, site, by) for one in waiting)
            gone = tuple(self._release_of(one, films.get(one.slug), told, there) for one in reversed(out))
        return Releases(ready=ready, out=gone, site=site, run=self._run_of())

    def to_publish(self, cut: int, output: int, /, *, by: str) -> ToPublish:
        with self._held():
            asked, told = self._asked(output, cut), self._outgoing.told()
            site, _ = self._site(told)
            number, public, wrong = self._told_of(asked, told, by)
            lacking = wrong or self._lacking(output)
            holds = self._holds(asked, told, site, by, is_cleared=lacking is None or lacking is wrong)
            return ToPublish(
                cut=cut,
                name=asked.name,
                output=output,
                sha256=asked.output.sha256,
                plan_sha256=asked.plan.sha256,
                by=asked.by,
                site=site,
                film=number,
                public=public,
                holds=(*holds, *([Hold.NOT_FIT] if wrong else [])),
                why_not=lacking.what if lacking else "",
                hint=lacking.hint if lacking else "",
            )

    def publish(self, cut: int, output: int, sha256: str, plan_sha256: str, /, *, by: str) -> None:
        press = self._open_press()
        with self._speaking(cut, output):
            asked = self._asked(output, cut)
            if (asked.output.sha256, asked.plan.sha256) != (sha256, plan_sha256):
                raise Refused("what was confirmed is not this output", hint="open the page anew, and look at it again")
            outgoing = self._outgoing
            new = outgoing.candidate(output, by)
            unread = [] if asked.known(outgoing.told()) else outgoing.showing.files(new)
            self._check_site()
        order = Order(
            errand=Errand.PUBLISH, number=new.number, do=lambda do: self._published(do, output, new, unread, by)
        )
        press.take(order)

    def to_withdraw(self, cut: int, output: int, /, *, by: str) -> ToWithdraw:
        with self._held():
            asked, told = self._asked(output, cut), self._outgoing.told()
            site, _ = self._site(told)
        if (film := asked.known(told)) is None:
            raise NothingFound("this output was not published", hint="look at the list of releases")
        return ToWithdraw(
            cut=cut,
            name=asked.name,
            output=output,
            film=film.number,
            publisher=film.by,
            when=film.time,
            site=site,
            words=film.withdrawn.words.texts if film.withdrawn else (),
        )

    def withdraw(self, cut: int, output: int, texts: Mapping[str, str], /, *, by: str) -> None:
        press = self._open_press()
        with self._speaking(cut, output):
            film = self._asked(output, cut).known(self._outgoing.told())
            if film is None:
                raise NothingFound("this output was not published", hint="look at the list of releases")
            if film.withdrawn:
                raise Refused(f"film {film.number} is withdrawn already", hint="the words that were said stay")
            settled(self.desk)  # or nothing could be said in its place
            self._outgoing.withdraw(cut, by, texts)
        press.take(Order(errand=Errand.WITHDRAW, number=film.number, do=self._made), may_wait=True)

    def make_site(self, *, by: str) -> None:
        press = self._open_press()
        with self._speaking():
            self._check_site()
        press.take(Order(errand=Errand.SITE, do=self._made))

    def catch_up(self) -> None:
        """When the archive is opened: go on with what was stopped between the log, its row, and the site. What cannot be is said on the page of releases."""
        with contextlib.suppress(JebiError), self._speaking():
            with self.catalogue.reading() as connection:
                waiting = clearing.waiting(connection, MOST_READY)
            self._outgoing.mend(waiting)
        with contextlib.suppress(JebiError), self._held():
            site, _ = self._site(self._outgoing.told())
            if self.press and site.is_behind:
                self.press.take(Order(errand=Errand.SITE, do=self._made))

    def press_stir(self) -> str:
        """Something short that differs when the making of the site is further."""
        run = self.press.run if self.press else None
        return f"{run.errand}.{run.number}.{run.is_over}.{run.step.what}.{run.step.done}" if run else ""

    @property
    def _outgoing(self) -> releasing.Releases:
        return releasing.Releases(self._clearances)

    def _open_press(self) -> Press:
        if self.press is None:
            raise Refused("this desk was opened without the site's folder", hint=_NAME_FOLDER)
        self.press.check()
        return self.press

    def _published(
        self, do: Callable[[Work], Done], output: int, new: Released, unread: Iterable[OutputFile], by: str
    ) -> Done:
        """Read what is to go out, release it if it still may be, and bring the site on."""
        read = Reading(files=tuple(unread))
        do(read)
        with self._speaking():
            self._outgoing.release(output, by, read=new)
        return self._made(do, sum(one.size for one in read.files))

    def _made(self, do: Callable[[Work], Done], size: int = 0) -> Done:
        """Have the site made of what the log says now; `size` is how many bytes of films are new."""
        with self._speaking():
            today = datetime.fromtimestamp(self.now_ms() // SECOND, UTC).date()
            new = edition(self._outgoing, root=issuer(self.desk, today).anchors)
        done, new = whole(new, lambda one: do(Making.of(one, size)))
        return replace(done, left_out=tuple(new.shown.named()))

    def _check_site(self) -> None:
        """Raise what would keep the site from being made, before anything is released."""
        site, _ = self._site(self._outgoing.told())
        if site.why:
            raise Refused(site.why, hint=site.hint)
        edition(self._outgoing)

    def _site(self, told: Told) -> tuple[PublicSite, _There]:
        """The site as it is called and as it lies there; what is wrong with it is said in it."""
        folder = self.press.folder if self.press else ""
        try:
            called, signer = settled(self.desk)
            listed = _listed(folder, signer.verifier()) if folder else None
        except JebiError as error:
            return PublicSite(folder=folder, why=error.what, hint=error.hint), _There()
        there = _There.of(listed)
        site = PublicSite(
            folder=folder,
            title=called.title.best("en")[1],
            address=called.address,
            languages=called.languages,
            edition=listed.edition if listed else 0,
            day=str(listed.day) if listed else "",
            is_behind=bool(folder) and not all(there.has(one) for one in told.register.films.values()),
        )
        return site, there

    def _asked(self, output: int, cut: int = 0) -> _Asked:
        """An output, of that cut if one is given. Raises `NothingFound`."""
        with self.catalogue.reading() as connection:
            row = cuts.get_output(connection, output)
            name, found, planned = output_of(connection, cut or (row.cut if row else 0), output)
            names = clearing.member_numbers(connection)
            said = [one.member for one in clearing.words(connection, output) if one.verdict == "cleared"]
        return _Asked(name, found, planned, tuple(names[one] for one in said))

    def _told_of(self, asked: _Asked, told: Told, by: str) -> tuple[int, Public | None, JebiError | None]:
        """The number that a film has or would have, and what the public would read and hear; or what keeps it from being shown."""
        showing = self._outgoing.showing
        try:
            would = asked.known(told) or Released(
                number=told.register.next,
                cut=asked.output.cut,
                output=asked.output.sha256,
                plan=asked.plan.sha256,
                time=self.now_ms() // SECOND,
                by=by,
            )
            return would.number, Public.of(showing.film(would), showing.plan(would)), None
        except (Damaged, Refused) as error:
            return 0, None, error

    def _lacking(self, output: int) -> JebiError | None:
        """What is lacking of two clearances, or wrong with them."""
        try:
            self._clearances.cleared(output)
        except (Damaged, Refused) as error:
            return error
        return None

    def _holds(self, asked: _Asked, told: Told, site: PublicSite, by: str, *, is_cleared: bool) -> Iterator[Hold]:
        if known := asked.known(told):
            yield Hold.GONE if known.withdrawn else Hold.OUT
            return
        there = {
            Hold.NOT_CLEARED: not is_cleared,
            Hold.YOURS: by
            in (*told.words.ever_cleared(asked.output.cut), *self._clearances.authors(asked.plan.sha256)),
            Hold.SHOWN: told.register.shown_of(asked.output.cut) is not None,
            Hold.NO_FOLDER: not site.folder,
            Hold.NO_SITE: bool(site.why),
        }
        yield from (hold for hold, is_there in there.items() if is_there)

    def _ready_of(self, output: int, told: Told, site: PublicSite, by: str) -> Ready:
        asked, why_not = self._asked(output), self._why_not(output)
        holds = tuple(self._holds(asked, told, site, by, is_cleared=not why_not))
        return Ready(cut=asked.output.cut, name=asked.name, output=output, by=asked.by, why_not=why_not, holds=holds)

    def _release_of(self, row: clearing.Released, film: Released | None, told: Told, there: _There) -> Release:
        asked = self._asked(row.output)
        with self.catalogue.reading() as connection:
            names = clearing.member_numbers(connection)
        return Release(
            cut=asked.output.cut,
            name=asked.name,
            output=row.output,
            slug=row.slug,
            by=(names[row.first_member], names[row.second_member]),
            publisher=names[row.publisher],
            when=row.made_ms // SECOND,
            retracted=_retracted(row, film),
            why=film.withdrawn.words.best("en")[1] if film and film.withdrawn else row.why,
            is_there=film is not None and there.has(film),
            is_refused=film is not None and told.refusal(film) is not None,
        )

    def _run_of(self) -> PressRun | None:
        run = self.press.run if self.press else None
        return _shown(run, time.monotonic()) if run else None


def _slug(film: Released) -> str:
    """The number of a film as it stands in addresses."""
    return f"{film.number:04}"


def _listed(folder: str, verifier: Verifier) -> SiteList | None:
    """The list of what lies in the site's folder; `None` where nothing does yet.

    Raises:
        Damaged, Refused: what lies there is no site of ours.
        Unable: it cannot be read.
    """
    path = os.path.join(folder, NOTE)
    if os.path.exists(path):
        return mirror.parse_list(files.read(path), verifier)
    if any(names for _, _, names in os.walk(folder)):
        raise Refused("the site's folder holds files, and no site of ours", hint=_NAME_FOLDER)
    return None


def _retracted(row: clearing.Released, film: Released | None) -> int:
    """When a film was withdrawn, POSIX seconds, or zero; by the log where its row does not know yet."""
    if film is None or film.withdrawn is None or row.retracted_ms is not None:
        return (row.retracted_ms or 0) // SECOND
    return int(datetime.combine(film.withdrawn.day, datetime.min.time(), UTC).timestamp())


def _shown(run: Run, now: float) -> PressRun:
    share = run.step.done / run.step.total if 0 < run.step.done <= run.step.total else None
    past = now - run.began
    return PressRun(
        errand=run.errand,
        is_over=run.is_over,
        film=run.number,
        doing=Doing.MAKING if run.step.what == Doing.MAKING else Doing.READING,
        share=share,
        left=past * (1 - share) / share if share and share > SURE else None,
        edition=run.done.edition if run.done else 0,
        films=run.done.films if run.done else 0,
        left_out=run.done.left_out if run.done else (),
        failed=f"{run.why}; {run.hint}" if run.hint else run.why,
    )
