"""Where two people clear a cut, or refuse it: the film, its report, its pictures, what they saw and answered, and what they signed.

What counts is decided by `clearing`; this shows it, and keeps the log to itself meanwhile. What is in the rows for the log goes there first, so that whoever kept
a plan a moment ago is known as its author.

Invariants: nobody's secret comes here. Peak: a plan and a report; of a film, a piece.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property

from sqlalchemy import Connection

from jebi.errors import Damaged, NothingFound, Refused, Unable
from jebi.office.clearing import Clearances, reporter, seen_of
from jebi.office.close_up import Copy, person_of
from jebi.office.kept import pieces
from jebi.office.room import SECOND, Room, event
from jebi.office.showing import ANOTHER, Showing
from jebi.office.shown import Blob
from jebi.office.shown_clearing import (
    Asked,
    Check,
    Finding,
    First,
    MemberKey,
    Obstacle,
    Report,
    Reviewed,
    Shown,
    StripPage,
    Verdict,
    Word,
)
from jebi.office.shown_public import Public
from jebi.parcel.note import Ed25519Verifier
from jebi.parcel.seekable import Seekable
from jebi.release import leaks, plan_form
from jebi.release.checklist import Answer, Question, Seen
from jebi.release.doubts import Why
from jebi.release.output import FILM, digest
from jebi.release.register import Released
from jebi.vault import clearing, cuts, members, seeing, sorting
from jebi.vault.cuts import Output, Planned, Reported
from jebi.vault.schema_seeing import PictureUse

_USES: Mapping[str, PictureUse] = {"strip": "strip", "first": "first"}


class ClearingRoom(Room):
    """Implements `counter_clearing.Clearing`."""

    @cached_property
    def _were_compared(self) -> set[tuple[str, str]]:
        """Blobs that were read through, and their digests."""
        return set()

    def reviewed(self, cut: int, output: int, /, *, by: str) -> Reviewed:
        with self._held():
            with self.catalogue.reading() as connection:
                named, found, planned = output_of(connection, cut, output)
                newest, whose = cuts.outputs(connection, cut)[0], members.named(connection, by)
                report, files = cuts.last_report(connection, output), cuts.files(connection, output)
                said, names = clearing.words(connection, output), clearing.member_numbers(connection)
                seen = seen_of(connection, output, whose.id if whose else 0)
                strip, first = (seeing.pictures(connection, output, use) for use in _USES.values())
                people = tuple(self._people(connection, planned))
            words = tuple(
                Word(by=names[one.member], verdict=Verdict(one.verdict), when=one.made_ms // SECOND) for one in said
            )
            is_full = sum(one.verdict is Verdict.CLEARED for one in words) >= 2
            why_not = self._why_not(output) if is_full else ""
            pages = {one.number: one.sha256 for one in strip}
            unseen = set(seen.unseen(pages))
            public, unfit = self._public(found, planned)
            obstacles = self._obstacles(output, by, report, seen, pages)
            return Reviewed(
                cut=cut,
                name=named,
                output=output,
                sha256=found.sha256,
                plan_sha256=planned.sha256,
                author=planned.author.removeprefix("member/"),
                when=found.made_ms // SECOND,
                newer=newest.id if newest.id != output else 0,
                has_film=any(one.name == FILM for one in files),
                report=self._reported(report),
                first=tuple(First(number=one.number, at=one.start_ms / SECOND, why=Why(one.why)) for one in first),
                strip=tuple(_page(one, is_seen=one.number not in unseen) for one in strip),
                answers=seen.answers,
                people=people,
                words=words,
                obstacles=(*obstacles, *([Obstacle.UNFIT] if unfit else [])),
                is_cleared=is_full and not why_not,
                why_not=why_not,
                public=public,
                unfit=unfit,
            )

    def film(self, cut: int, output: int, /) -> Blob:
        with self.catalogue.reading() as connection:
            _, found, _ = output_of(connection, cut, output)
            files = {one.name: one for one in cuts.files(connection, output)}
        if FILM not in files:
            raise NothingFound("the output has no film", hint="have the plan rendered anew")
        if digest({one.name: one.sha256 for one in files.values()}) != found.sha256:
            raise Damaged("the files of the output are not those that would be signed", hint=ANOTHER)
        return Copy(self._compared(files[FILM].blob, files[FILM].sha256), "video/mp4")

    def picture(self, cut: int, output: int, use: str, number: int, /) -> Blob:
        with self.catalogue.reading() as connection:
            output_of(connection, cut, output)
            found = seeing.picture(connection, output, _USES[use], number) if use in _USES else None
        if found is None:
            raise NothingFound("there is no such picture", hint="look at the output anew")
        return Copy(self._compared(found.blob, found.sha256), "image/jpeg")

    def sign_off(self, cut: int, output: int, page: int, sha256: str, /, *, by: str) -> None:
        with self.changing() as change:
            _, found, _ = output_of(change.connection, cut, output)
            there = seeing.picture(change.connection, output, "strip", page)
            if there is None:
                raise NothingFound("there is no such page", hint="look at the output anew")
            if there.sha256 != sha256:
                raise Refused("the page is another by now", hint="look at it again")
            detail = f"output sha256 {found.sha256}: page {page}, sha256 {sha256}"
            said = event("page-seen", f"cut/{cut}", detail, by)
            seeing.sign_off(change, output, _whose(change.connection, by), page, sha256, said)

    def answer(self, cut: int, output: int, answers: Mapping[Question, Answer], /, *, by: str) -> None:
        with self.changing() as change:
            _, found, _ = output_of(change.connection, cut, output)
            detail = f"output sha256 {found.sha256}: {Seen(answers=answers).written}"
            said = event("checklist-answered", f"cut/{cut}", detail, by)
            kept = {str(question): str(one) for question, one in answers.items()}
            seeing.answer(change, output, _whose(change.connection, by), kept, said)

    def ask(self, cut: int, output: int, /, *, by: str) -> Asked:
        with self._speaking(cut, output) as clearances:
            with self.catalogue.reading() as connection:
                _, found, planned = output_of(connection, cut, output)
            _, unfit = self._public(found, planned)
            if unfit:
                raise Refused(f"it cannot be shown as it is: {unfit}", hint="have the plan mended, and rendered anew")
            return Asked(statement=clearances.ask(output, by), key_name=clearances.key_name(by))

    def clear(self, cut: int, output: int, untrusted_note: bytes, /, *, by: str) -> None:
        with self._speaking(cut, output) as clearances:
            clearances.clear(output, by, untrusted_note)

    def refuse(self, cut: int, output: int, /, *, by: str) -> None:
        with self._speaking(cut, output) as clearances:
            clearances.refuse(output, by)

    def key_name(self, member: str, /) -> str:
        return self._clearances.key_name(member)

    def keys_of(self) -> Mapping[str, Sequence[MemberKey]]:
        with self._held():
            standing = {name: set(map(str, keys)) for name, keys in self._clearances.standing().items()}
            with self.catalogue.reading() as connection:
                names, kept = clearing.member_numbers(connection), clearing.keys(connection)
        found: dict[str, list[MemberKey]] = {}
        for one in kept:
            is_standing = one.verifier in standing.get(names[one.member], ())
            key = MemberKey(verifier=one.verifier, when=one.made_ms // SECOND, is_standing=is_standing)
            found.setdefault(names[one.member], []).append(key)
        return found

    def enroll(self, member: str, untrusted_verifier: str, /, *, by: str) -> None:
        with self._speaking() as clearances:
            clearances.enroll(member, Ed25519Verifier.parse(untrusted_verifier), by=f"member/{by}")

    def revoke(self, member: str, untrusted_verifier: str, /, *, by: str) -> None:
        with self._speaking() as clearances:
            verifier = Ed25519Verifier.parse(untrusted_verifier)
            if verifier not in clearances.standing().get(member, ()):
                raise NothingFound("no such key of that member stands")
            clearances.revoke(member, verifier, by=f"member/{by}")

    @property
    def _clearances(self) -> Clearances:
        return Clearances(self.desk, self.catalogue, self.kept, self.now_ms)

    @contextmanager
    def _held(self) -> Iterator[None]:
        """The log is ours, and knows all that the rows do."""
        with self.log_lock:
            with suppress(Unable):  # the disk is full: what is there can be looked at all the same
                self.bring_to_log()
            yield

    @contextmanager
    def _speaking(self, cut: int = 0, output: int = 0) -> Iterator[Clearances]:
        """Somebody says something, of an output of a cut if there is one: the log is ours, and knows all that the rows do, before and after."""
        with self.log_lock:
            self.bring_to_log()
            if output:
                with self.catalogue.reading() as connection:
                    output_of(connection, cut, output)
            try:
                yield self._clearances
            finally:
                with suppress(Unable):
                    self.bring_to_log()

    def _compared(self, blob: str, sha256: str) -> Seekable:
        """A blob that is shown to somebody who signs; read through once since the archive was opened. Raises `Damaged` where it is not what it was."""
        opened = self.kept.open(blob)
        if (blob, sha256) not in self._were_compared:
            found = hashlib.sha256()
            for piece in pieces(opened, 0, opened.size):
                found.update(piece)
            if found.hexdigest() != sha256:
                raise Damaged("what would be shown is not what would be signed", hint=ANOTHER)
            self._were_compared.add((blob, sha256))
        return opened

    def _why_not(self, output: int) -> str:
        """What is wrong with a cut that two people cleared; nothing, if it is cleared."""
        try:
            self._clearances.cleared(output)
        except (Damaged, Refused) as error:
            return error.what
        return ""

    def _obstacles(
        self, output: int, by: str, report: Reported | None, seen: Seen, pages: Mapping[int, str]
    ) -> Iterator[Obstacle]:
        if report is None:
            yield Obstacle.NO_REPORT
            return
        if not report.passed:
            yield Obstacle.LEAKS
        authors, refusals = self._clearances.spoken(output)
        lacking = {
            Obstacle.AUTHOR: by in authors,
            Obstacle.REFUSED: bool(refusals - {by}),
            Obstacle.DONE: self._clearances.stands(output, by),
            Obstacle.NO_KEY: not self._clearances.standing().get(by),
            Obstacle.NO_PICTURES: not pages,
            Obstacle.PAGES: bool(seen.unseen(pages)),
            Obstacle.QUESTIONS: bool(seen.unanswered),
            Obstacle.UNSURE: bool(seen.unsure),
        }
        yield from (obstacle for obstacle, is_there in lacking.items() if is_there)

    def _public(self, output: Output, plan: Planned) -> tuple[Public | None, str]:
        """What the public would read of an output, by the plan and the files of these hashes; or what keeps it from being shown."""
        time = self.now_ms() // SECOND
        would = Released(number=1, cut=output.cut, output=output.sha256, plan=plan.sha256, time=time, by="")
        try:
            showing = Showing(self.catalogue, self.kept)
            return Public.of(showing.film(would), showing.plan(would)), ""
        except (Damaged, Refused) as error:
            return None, error.what

    def _reported(self, found: Reported | None) -> Report | None:
        if found is None:
            return None
        report = leaks.open_report(self.kept.read(found.blob), reporter(self.desk).verifier())
        checks = tuple(map(_check, report.checks))
        return Report(sha256=found.sha256, when=found.made_ms // SECOND, has_passed=report.passed, checks=checks)

    def _people(self, connection: Connection, planned: Planned) -> Iterator[Shown]:
        """Who is in the clips that the plan shows, and what they agreed to."""
        for source in plan_form.parse(self.kept.read(planned.blob)).sources:
            for one, at_ms in sorting.persons_of(connection, source.clip):
                yield Shown(clip=source.clip, person=person_of(self.kept, one, at_ms))


def output_of(connection: Connection, cut: int, output: int) -> tuple[str, Output, Planned]:
    """An output of a cut: the cut's name, and what it was rendered from."""
    named, found = cuts.get(connection, cut), cuts.get_output(connection, output)
    planned = cuts.get_plan(connection, found.cut_plan) if found else None
    if named is None or found is None or planned is None or found.cut != cut:
        raise NothingFound("there is no such output of that cut", hint="look at the list of cuts")
    return named.name, found, planned


def _whose(connection: Connection, name: str) -> int:
    found = members.named(connection, name)
    if found is None or found.disabled or found.role != "clearer":
        raise Refused("only who clears cuts signs off their pictures and answers for them")
    return found.id


def _page(one: seeing.Picture, *, is_seen: bool) -> StripPage:
    times = {"start": one.start_ms / SECOND, "end": one.end_ms / SECOND}
    return StripPage(number=one.number, sha256=one.sha256, is_seen=is_seen, **times)


def _check(one: leaks.Check) -> Check:
    found = tuple(
        Finding(reason=str(each.reason), what=each.what, at=None if each.at_ms is None else each.at_ms / SECOND)
        for each in one.findings
    )
    return Check(name=one.name, tools=one.tools, measured=one.measured, findings=found)
