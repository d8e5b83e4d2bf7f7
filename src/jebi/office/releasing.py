"""A publisher releases what two others cleared, or withdraws it; both stand in the custody log before anything shows it (docs/formats/cuts.md, "Release").

What is published is read out of the log, never out of a row: which films, in which order, of which output and plan. Rows of `released` say the same to pages, and the
database refuses there what one person alone would do, before the log is written.

Whoever is stopped runs it again. Stopped before the log: nothing was released. Stopped between the log and its row: the row is written. Stopped after it: nothing is
left to do here, and the site is made (`public_site`).

Invariants: only a `ClearedCut` comes into the log, whose every file was read and is what was cleared, by somebody who cleared nothing of it; a number is given once.
Peak: one piece of a film, and the plans of all that is shown.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from jebi.archive.record import Event, parse_record
from jebi.errors import Damaged, NothingFound, Refused
from jebi.office.clearing import Clearances
from jebi.office.showing import ANOTHER, Showing, Shown
from jebi.parcel.seekable import Seekable
from jebi.release import register as releasing_words
from jebi.release import spoken as clearing_words
from jebi.release.clear import PEOPLE
from jebi.release.plan import Plan
from jebi.release.register import MEMBER, RELEASED, WITHDRAWN, Register, Released, notice_detail, register
from jebi.release.spoken import Words, spoken, subject
from jebi.vault import catalogue as rows
from jebi.vault import clearing, cuts, members
from jebi.vault.limits import LONGEST_SENTENCE

SECOND = 1000  # milliseconds
_LINES = {kind: f'"{kind}"'.encode() for kind in (*releasing_words.KINDS, *clearing_words.KINDS)}


@dataclass(frozen=True, slots=True)
class Told:
    """What the log says of releases, and of outputs."""

    register: Register
    words: Words

    def refusal(self, film: Released) -> Refused | None:
        """What is raised of a film that is shown, where somebody's last word on it is a refusal."""
        if film.withdrawn or not self.words.of(film.output).refused:
            return None
        return Refused(
            f"film {film.number} was refused by somebody who may", hint="withdraw it first; at a terminal: --retract"
        )

    def check_refusal(self, film: Released) -> None:
        """Raise `Refused` where `refusal` says so."""
        if refusal := self.refusal(film):
            raise refusal


@dataclass(frozen=True, slots=True)
class Releases:
    """What is released from one archive, which this process holds."""

    clearances: Clearances

    def release(self, output: int, name: str, *, read: Released | None = None) -> Released:
        """Release an output that is cleared; one that is released already stays what it is.

        `read` is what `candidate` gave, whose files were read since and found whole; without it they are read here.

        Raises:
            Refused: it is not cleared, or was refused since; whoever asks is no publisher, or cleared it; a film of the cut is shown; the plan tells nothing.
            Damaged: a file, the plan, the report or a row is not what the log knows.
        """
        told = self.told()
        new = self._candidate(output, name, told)
        if new.number in told.register.films:
            self._mend(told, new, output)
            return new
        if read is None or (read.cut, read.output, read.plan) != (new.cut, new.output, new.plan):
            self.showing.check(new)
        whose = self._publisher(name)
        with self.clearances.catalogue.writing(self.clearances.now_ms()) as change:
            self._keep(change, told, new, output, whose)
            self._log(RELEASED, new.cut, new.detail(), name, new.time)
        return new

    def candidate(self, output: int, name: str) -> Released:
        """What `release` would release now, or what it released before. Changes nothing and reads no file through; raises as `release` but for those."""
        return self._candidate(output, name, self.told())

    def _candidate(self, output: int, name: str, told: Told) -> Released:
        self._publisher(name)
        cut, *hashes = self._output(output)
        self._check_rows(told)
        if known := told.register.of(cut, *hashes):
            if known.withdrawn:
                raise Refused(
                    f"film {known.number} was withdrawn",
                    hint="have the cut planned and cleared anew; it gets another number",
                )
            told.check_refusal(known)
            return known
        cleared, now = self.clearances.cleared(output).cut, self.clearances.now_ms() // SECOND
        if name in told.words.ever_cleared(cut):
            raise Refused(
                "who cleared a cut does not publish it", hint="a third person does, who has the role of a publisher"
            )
        if name in self.clearances.authors(cleared.plan):
            raise Refused("who made the plan does not publish it", hint="a third person does, who is no author of it")
        if told.register.shown_of(cut):
            raise Refused("a film of this cut is published", hint="withdraw that one first; at a terminal: --retract")
        if now < told.words.of(cleared.output).last:
            raise Refused("the clock of this machine stands before the clearances of the cut", hint="set the clock")
        new = Released(number=told.register.next, cut=cut, output=cleared.output, plan=cleared.plan, time=now, by=name)
        self.showing.film(new)
        return new

    def mend(self, outputs: Iterable[int]) -> None:
        """Write the rows of outputs that the log knows as released, where somebody was stopped in between."""
        told = self.told()
        for output in outputs:
            if known := told.register.of(*self._output(output)):
                self._mend(told, known, output)

    def withdraw(self, cut: int, name: str, texts: Mapping[str, str]) -> Released:
        """Take the film of a cut back, and leave words in its place. One that is withdrawn already keeps the words that it has.

        Raises:
            NothingFound: no film of this cut was released.
            Refused: whoever asks is no publisher.
            Damaged, Refused: the words cannot be shown, or are too long.
        """
        self._publisher(name)
        told = self.told().register
        films = [one for one in told.films.values() if one.cut == cut]
        if not films:
            raise NothingFound("no film of this cut was published")
        if shown := told.shown_of(cut):
            self._log(WITHDRAWN, cut, notice_detail(shown.number, texts), name, self.clearances.now_ms() // SECOND)
        last = self.told().register.films[max(one.number for one in films)]
        self._keep_withdrawn(last, name)
        return last

    def published(self, cut: int, name: str) -> tuple[Released, Plan, Seekable]:
        """The film of a cut as it is published, for a publisher who passes it on: what was released, its plan, and the film itself, read and found whole.

        Raises:
            NothingFound: no film of this cut is shown.
            Refused: whoever asks is no publisher, or somebody refused the film since.
            Damaged: it is not to the byte what two people cleared.
        """
        self._publisher(name)
        told = self.told()
        if (film := told.register.shown_of(cut)) is None:
            raise NothingFound("no film of this cut is published", hint="jebi desk publish does that")
        told.check_refusal(film)
        self.showing.check(film)
        return film, self.showing.plan(film), self.showing.film_file(film)

    def shown(self) -> Shown:
        """All that is published, and what is left out of it: films that somebody refused since they were released, and those that are not what they were.

        Raises:
            Damaged: so much is not what it was that the store seems to be gone (`showing.check_remaining`).
        """
        told = self.told()
        films = [told.register.films[number] for number in sorted(told.register.films)]
        refused = {one.number: refusal for one in films if (refusal := told.refusal(one))}
        return self.showing.shown(films, refused)

    def told(self) -> Told:
        """Read the log."""
        events = list(self._events())
        return Told(register(events), spoken(events))

    @property
    def showing(self) -> Showing:
        return Showing(self.clearances.catalogue, self.clearances.kept)

    def _publisher(self, name: str) -> int:
        """The number of a member who may publish."""
        with self.clearances.catalogue.reading() as connection:
            found = members.named(connection, name)
        if found is None or found.disabled:
            raise NothingFound("there is no such member")
        if found.role != "publisher":
            raise Refused("only a publisher publishes and withdraws", hint="ask somebody who has that role")
        return found.id

    def _output(self, number: int) -> tuple[int, str, str]:
        """The cut of an output, the output hash, and the plan hash, as rows have them."""
        with self.clearances.catalogue.reading() as connection:
            found = cuts.get_output(connection, number)
            plan = cuts.get_plan(connection, found.cut_plan) if found else None
        if found is None or plan is None:
            raise NothingFound("there is no such output", hint="look at the list of cuts")
        return found.cut, found.sha256, plan.sha256

    def _check_rows(self, told: Told) -> None:
        """Raise `Damaged` where the catalogue tells of a release of which the log knows nothing: somebody wrote it there."""
        with self.clearances.catalogue.reading() as connection:
            found = [one.output for one in clearing.releases(connection)]
        if any(told.register.of(*self._output(output)) is None for output in found):
            raise Damaged("the catalogue tells of a release of which the custody log knows nothing", hint=ANOTHER)

    def _mend(self, told: Told, known: Released, output: int) -> None:
        """Write the row of a release that the log knows, where somebody was stopped in between."""
        with self.clearances.catalogue.writing(self.clearances.now_ms()) as change:
            whose = members.named(change.connection, known.by)
            if whose and _slug(known) not in {one.slug for one in clearing.releases(change.connection)}:
                self._keep(change, told, known, output, whose.id)

    def _keep(self, change: rows.Change, told: Told, new: Released, output: int, whose: int) -> None:
        """Write the row of a release, with the clearances of two others, which the database holds against its rules."""
        names = clearing.member_numbers(change.connection)
        said = [one for one in clearing.words(change.connection, output) if one.verdict == "cleared"]
        by_log = told.words.of(new.output).cleared
        people = list({one.member: one for one in said if names[one.member] in by_log}.values())  # each once
        if len(people) < PEOPLE:
            raise Damaged("the catalogue lacks what two people signed", hint=ANOTHER)
        row = clearing.Released(
            id=0,
            output=output,
            slug=_slug(new),
            first=people[0].id,
            first_member=people[0].member,
            second=people[1].id,
            second_member=people[1].member,
            publisher=whose,
            made_ms=new.time * SECOND,
        )
        clearing.release(change, row, _row(RELEASED, new.cut, new.by))

    def _keep_withdrawn(self, film: Released, name: str) -> None:
        """Write into the row of a release that it was withdrawn, with the words of the notice; once."""
        assert film.withdrawn
        why = film.withdrawn.words.best("en")[1].encode()[:LONGEST_SENTENCE].decode(errors="ignore")
        with self.clearances.catalogue.writing(self.clearances.now_ms()) as change:
            for one in clearing.releases(change.connection):
                if one.slug == _slug(film) and one.retracted_ms is None:
                    clearing.retract(change, one.id, why, _row(WITHDRAWN, film.cut, name))

    def _log(self, kind: str, cut: int, detail: str, name: str, time: int) -> None:
        self.clearances.desk.append(kind, subject(cut), detail, actor=f"{MEMBER}{name}", time=time)

    def _events(self) -> Iterator[Event]:
        for line in self.clearances.desk.ledger.records():
            if any(kind in line for kind in _LINES.values()):
                event = parse_record(line).event
                if event.kind in _LINES:
                    yield event


def _slug(film: Released) -> str:
    """The number of a film as it stands in addresses."""
    return f"{film.number:04}"


def _row(kind: str, cut: int, name: str) -> rows.Event:
    """The event of a row; the log has its own before."""
    return rows.Event(kind=f"{kind}-kept", subject=subject(cut), detail="", actor=f"{MEMBER}{name}")
