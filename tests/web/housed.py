"""The desk's pages over a real archive, its clock in our hand: real rows, real log, sealed blobs, films that were looked at."""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC
from pathlib import Path

from fastapi import FastAPI
from fastapi.testclient import TestClient

from cut_made import make_cut
from cut_to_clear import keep_output
from jebi.office.admission import open_catalogue
from jebi.office.attending import kept_of
from jebi.office.databases import settle
from jebi.office.engine_room import Machine
from jebi.office.house import House
from jebi.office.kinds import JobState, Role
from jebi.office.members import Member
from jebi.office.porter import Porter
from jebi.office.press import Press
from jebi.office.shown import Filter
from jebi.vault import jobs, outbox
from jebi.web import sessions
from jebi.web.app import create_app
from jebi.web.settings import Settings
from jebi.web.site.generator import generate
from looked_at import FILM, MODELS, fill, look_at, receive_half
from office.conftest import opened
from web.served import ORIGIN, SECOND, VERIFIER, Signed

NOW = 1_790_000_000
SPOKEN = "1\n00:00:00,500 --> 00:00:02,000\n오늘 쌀값이 또 올랐소.\n"


def build(empty: Path, folder: Path, samples: Path, *, url: str = "") -> Path:
    """An archive with a parcel that was looked at, half of another, a transcript, and a cut; returns its folder.

    `url` is that of an empty PostgreSQL database, where the catalogue is to be there.
    """
    shutil.copytree(empty, folder / "archive")
    fill(folder / "card", samples)
    with opened(folder / "archive") as office:
        if url:
            settle(office.desk, url)
        look_at(office, folder / "card", folder)
        receive_half(office, folder)
        with open_catalogue(office.desk) as catalogue:
            house = House(
                office.desk, catalogue, kept_of(office.desk), machine=Machine(models=MODELS), now_ms=_ms, zone=UTC
            )
            film = next(one.id for one in house.clips(Filter()).items if one.name == FILM)
            house.add_transcript(film, SPOKEN.encode(), language="ko", is_translation=False, by="haneul")
            keep_output(office.desk, catalogue, house.kept, house.found(film), samples / FILM, _ms())
            make_cut(office.desk, catalogue, kept_of(office.desk), film, _ms())
            with house.changing() as change:
                jobs.want(change, "speech", [film])
            house.skip(house.jobs(JobState.WAITING).items[0].id, by="haneul")
    return folder / "archive"


@contextmanager
def housed(built: Path, folder: Path) -> Iterator["Housed"]:
    """The pages over a copy of an archive that was built. A catalogue in PostgreSQL is no copy: use that one once."""
    shutil.copytree(built, folder / "archive")
    with opened(folder / "archive") as office, open_catalogue(office.desk) as catalogue:
        machine = Machine.look(MODELS)
        desk = Housed(inbox=folder / "inbox", site=folder / "site")
        desk.inbox.mkdir()
        catalogue.engine.dispose()  # no connection crosses the fork
        porter = Porter(office.desk)
        press = Press(office.desk, generate, str(desk.site))
        desk.house = House(
            office.desk,
            catalogue,
            kept_of(office.desk),
            machine=machine,
            now_ms=desk.now_ms,
            zone=UTC,
            porter=porter,
            inboxes=[str(desk.inbox)],
            press=press,
        )
        porter.serve(desk.house.record, desk.house.take_in)
        desk.app = create_app(desk.house, desk.settings)
        yield desk
        porter.close()
        press.close()
        desk.house.close()


@dataclass
class Housed:
    """A desk and all that tests want to turn."""

    inbox: Path
    site: Path
    house: House = field(init=False)
    app: FastAPI = field(init=False)
    now: float = NOW
    drawn: int = 0
    complaints: list[str] = field(default_factory=list)
    signed: dict[Role, Signed] = field(default_factory=dict)

    def now_ms(self) -> int:
        return int(self.now * 1000)

    def dice(self, count: int) -> bytes:
        """Bytes that never come twice."""
        self.drawn += 1
        return hashlib.shake_128(f"dice {self.drawn}".encode()).digest(count)

    @property
    def settings(self) -> Settings:
        return Settings(
            origins=(ORIGIN,), clock=lambda: self.now, dice=self.dice, complain=self.complaints.append, beat=0.01
        )

    def client(self) -> TestClient:
        """A browser of nobody."""
        return TestClient(self.app, base_url=ORIGIN, follow_redirects=False, raise_server_exceptions=False)

    def named(self, name: str, role: Role = Role.EDITOR) -> Member:
        return Member(name=name, role=role, verifier=VERIFIER, second=SECOND)

    def signed_in(self, role: Role) -> Signed:
        """A browser of a member of that role, who is as they were at first; the one from before, if it still may."""
        member, before = self.named(f"a-{role}", role), self.signed.get(role)
        known = self.house.member(member.name)
        is_changed = known is None or replace(known, seen=0) != member
        if is_changed:
            self.house.keep_member(member, by="desk")
        if is_changed or before is None or not self.lasts(before):
            self.signed[role] = self.session_of(member.name)
        return self.signed[role]

    def lasts(self, signed: Signed) -> bool:
        """Whether their session does."""
        cookie = signed.client.cookies.get(sessions.cookie_name(self.settings)) or ""
        return sessions.find(self.house, self.settings, cookie, is_person=True) is not None

    def session_of(self, name: str) -> Signed:
        """A browser of a member, whose session was made without the form."""
        client, settings = self.client(), self.settings
        cookie = sessions.written(sessions.begin(self.house, settings, name, language="en", theme="auto"))
        client.cookies.set(sessions.cookie_name(settings), cookie, domain="127.0.0.1")
        visitor = sessions.find(self.house, settings, cookie, is_person=True)
        assert visitor
        return Signed(client=client, member=visitor.member, form_token=visitor.form_token)

    def newest(self) -> int:
        """The number of the newest event: it differs after anything changed."""
        with self.house.catalogue.reading() as connection:
            return outbox.newest(connection)


def _ms() -> int:
    return NOW * 1000
