"""The desk's server killed at any moment, while somebody writes and films are looked at: what was answered is kept, once.

Each kill is of the server alone. Whoever works for it must go with it, and what they had in plain goes when the archive is
next opened.
"""

import json
import os
import random
import re
import select
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from functools import partial
from pathlib import Path

import pytest
from httpx2 import Client, HTTPError
from sqlalchemy import select as select_rows

sys.path.append(str(Path(__file__).resolve().parent.parent))

from depth import often
from faults.conftest import CLIPS, PASSPHRASE
from faults.test_kill_desk_work import Desk, desk, forgive, members, until  # noqa: F401 - one of them is a fixture
from jebi.cli.main import main
from jebi.errors import Exit
from jebi.office.admission import open_catalogue
from jebi.office.answering import events
from jebi.office.attending import kept_of, take_in
from jebi.office.desk import open_desk
from jebi.office.engine_room import Machine
from jebi.office.house import House
from jebi.office.kinds import Role
from jebi.office.members import Member
from jebi.office.shown import Filter
from jebi.parcel.keys import Identity
from jebi.vault.schema import clip, clip_tag, segment, tag
from jebi.web import app, sessions  # noqa: F401 - loaded before the fork
from jebi.web.settings import Settings
from web.served import SECOND, VERIFIER

KILLS = often(34, 6)
PARCELS, KILLS_A_PARCEL = often(4, 1), often(3, 2)
EARLY = 5  # one kill in so many comes before the first answer
PATIENCE = 60
SOON = 60  # seconds from Ctrl-C to the end, by which it hangs: a loaded machine takes six
WORDS = "1\n00:00:00,100 --> 00:00:01,000\n{}\n"


@dataclass
class Served:
    """`jebi desk serve`, in a copy of this process and a session of its own: loading it anew takes as long as a life here."""

    desk: Desk
    process: int = 0

    def start(self, *also: str) -> None:
        yard = self.desk.yard
        more = ["--port", "0", "--json", "--models", yard.path("models"), "--workers", "2", *also]
        ours, its = os.pipe()
        self.process = os.fork()
        if self.process == 0:
            os.setsid()
            os.dup2(its, 1)
            os.dup2(os.open(yard.path("said"), os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
            sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115
            status = 70
            try:
                sys.argv[1:] = yard.archive("desk", "serve", *more)
                status = main()
            finally:
                os._exit(status)
        os.close(its)
        self._said = open(ours)  # noqa: SIM115 closed by `gone`

    def address(self) -> str:
        """Where it answers; empty if it ended before."""
        assert select.select([self._said], [], [], PATIENCE)[0], "the server does not come up"
        line = self._said.readline()
        return str(json.loads(line)["address"]).rstrip("/") if line else ""

    def stopped(self) -> str:
        """Ctrl-C, as a terminal gives it to all who are there; returns what was said. It has little time to end in."""
        os.killpg(self.process, signal.SIGINT)
        end = time.monotonic() + SOON
        while not (ended := os.waitpid(self.process, os.WNOHANG))[0]:
            assert time.monotonic() < end, "it does not end"
            time.sleep(0.02)
        assert os.waitstatus_to_exitcode(ended[1]) == Exit.INTERRUPTED, self.said()
        self.desk.yard.assert_all_dead(self.process)
        self._said.close()
        return self.said()

    def said(self) -> str:
        """What it said to people so far."""
        return Path(self.desk.yard.path("said")).read_text()

    @contextmanager
    def running(self, *also: str) -> Iterator[None]:
        """For as long as the block lasts; whatever happens there, nothing stays behind."""
        self.start(*also)
        try:
            yield
        finally:
            self.gone()

    def gone(self) -> None:
        """Kill it, and see that all who worked for it go too."""
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)
        self.desk.yard.assert_all_dead(self.process)
        self._said.close()


@dataclass
class Writer:
    """An editor who never stops writing. `asked` was sent, `answered` was acknowledged."""

    cookie: str
    form_token: str
    clips: list[str]
    asked: list[str] = field(default_factory=list)
    answered: set[str] = field(default_factory=set)
    strange: Counter[str] = field(default_factory=Counter)

    def has(self, enough: int) -> bool:
        """Whether so many words were acknowledged."""
        return len(self.answered) >= enough

    @contextmanager
    def writing(self, origin: str) -> Iterator[None]:
        """Until the block ends."""
        stop = threading.Event()
        thread = threading.Thread(target=self._write, args=(origin, stop))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def _write(self, origin: str, stop: threading.Event) -> None:
        with Client(base_url=origin, cookies={"jebi_session": self.cookie}, timeout=30) as client:
            while not stop.is_set():
                try:
                    self._post(client, origin)
                except HTTPError:
                    return

    def _post(self, client: Client, origin: str) -> None:
        number = len(self.asked)
        kind, clip = ("tag", "note", "transcript")[number % 3], self.clips[number % len(self.clips)]
        word = f"{kind} {number}."
        self.asked.append(word)
        fields = {"form_token": self.form_token, "language": "ko", "tag": word, "text": word}
        files = {"file": ("a.srt", WORDS.format(word).encode())} if kind == "transcript" else None
        headers = {"origin": origin, "sec-fetch-site": "same-origin"}
        answer = client.post(f"/clips/{clip}/{kind}s", data=fields, files=files, headers=headers)
        if answer.status_code == 303:
            self.answered.add(word)
        else:
            self.strange[f"{kind} {answer.status_code}"] += 1


def test_kills_of_the_server_lose_nothing_that_was_answered_and_keep_nothing_twice(desk: Desk) -> None:  # noqa: F811
    writer, dice = admitted(desk), random.Random(20261124)
    for number in range(KILLS):
        served = Served(desk)
        with ExitStack() as writing, served.running():
            if number % EARLY:
                enough = len(writer.answered) + dice.randrange(3)
                writing.enter_context(writer.writing(served.address()))
                until(partial(writer.has, enough))
            time.sleep(dice.uniform(0, 0.4 if number % EARLY else 0.8))
        assert_written_once(desk, writer)
        if number % 6 == 0:
            desk.yard.assert_archive_agrees()  # opens it, and clears away what the dead left
            desk.assert_nothing_plain_is_left()
            forgive(desk)
    assert writer.strange == {}
    assert len(writer.answered) > KILLS // 2
    forgive(desk)
    desk.attend_to_the_end()

    desk.assert_all_is_done_and_kept_once()
    desk.assert_nothing_plain_is_left()


@pytest.mark.parametrize("desk", [2], indirect=True)
def test_kills_of_the_server_while_it_receives_lose_nothing_and_the_next_one_goes_on(desk: Desk) -> None:  # noqa: F811
    yard, dice = desk.yard, random.Random(20261125)
    for number in range(PARCELS):
        Path(yard.path("inbox"), str(number)).mkdir(parents=True)
        onto = [f"inbox/{number}/{stick}" for stick in ("one", "two")]
        yard.done("field", "seal", str(yard.clips), "--kit", "kit", "--survive", "0", "--onto", *onto)
    writer = admitted(desk)
    for number in range(PARCELS):
        for is_killed in (*[True] * KILLS_A_PARCEL, False):
            served = Served(desk)
            with (
                served.running("--inbox", yard.path("inbox")),
                Client(base_url=served.address(), cookies={"jebi_session": writer.cookie}, timeout=30) as client,
            ):
                bring(client, writer, number)
                if is_killed:
                    time.sleep(dice.uniform(0, 0.4))
                else:
                    until(partial(is_received, client))
    with open_desk(str(desk.archive), PASSPHRASE) as opened, open_catalogue(opened) as catalogue:
        with catalogue.reading() as connection:
            admitted_clips = connection.execute(select_rows(clip.c.parcel, clip.c.number)).all()
        received = [event.subject for event in events(opened) if event.kind == "parcel-received"]
    counts = Counter(parcel for parcel, _ in admitted_clips)
    assert sorted(counts.values()) == sorted([desk.films, *[len(CLIPS)] * PARCELS])
    assert set(counts) == set(received)
    yard.assert_archive_agrees()


def bring(client: Client, writer: Writer, number: int) -> None:
    """Have one of the inbox's folders received, as the page offers it."""
    page = client.get("/parcels").text
    (medium,) = re.findall(f'name="medium" value="([0-9a-f]+)" aria-label="Receive {number}"', page)
    headers = {"origin": str(client.base_url).rstrip("/"), "sec-fetch-site": "same-origin"}
    fields = {"form_token": writer.form_token, "medium": medium}
    assert client.post("/parcels/receive", data=fields, headers=headers).status_code == 303


def is_received(client: Client) -> bool:
    return "What was received last" in client.get("/parcels").text


@pytest.mark.parametrize("desk", [2], indirect=True)
def test_ctrl_c_ends_the_server_and_all_who_work_for_it_soon(desk: Desk) -> None:  # noqa: F811
    yard = desk.yard
    writer = admitted(desk)
    command = yard.archive("desk", "serve", "--port", "0", "--json", "--models", yard.path("models"))
    with yard.start(*command) as process:
        assert process.stdout
        origin = str(json.loads(process.stdout.readline())["address"]).rstrip("/")
        with writer.writing(origin):
            until(lambda: len(writer.answered) > 3)
            process.send_signal(signal.SIGINT)
            process.wait(SOON)
        ended = yard.end(process)
    assert (ended.status, ended.err.count("\n"), "Run it again" in ended.err) == (Exit.INTERRUPTED, 1, True)
    yard.assert_all_dead(process.pid)
    assert_written_once(desk, writer)
    desk.assert_nothing_plain_is_left()
    yard.assert_archive_agrees()


def admitted(desk: Desk, outer: Sequence[Identity] = (), *, ago: int = 0) -> Writer:  # noqa: F811
    """The films are in the catalogue, and an editor signed in so many seconds ago."""
    origins = ("http://127.0.0.1:1",)
    settings = Settings(origins=origins, clock=lambda: time.time() - ago, dice=os.urandom, complain=print)
    with open_desk(str(desk.archive), PASSPHRASE) as opened, open_catalogue(opened) as catalogue:
        take_in(opened, catalogue, outer)
        machine = Machine(models=Path(desk.yard.path("models")))
        house = House(
            opened, catalogue, kept_of(opened), machine=machine, now_ms=lambda: time.time_ns() // 10**6, zone=UTC
        )
        house.keep_member(Member(name="haneul", role=Role.EDITOR, verifier=VERIFIER, second=SECOND), by="desk")
        cookie = sessions.written(sessions.begin(house, settings, "haneul", language="en", theme="auto"))
        visitor = sessions.find(house, settings, cookie, is_person=True)
        clips = [one.id for one in house.clips(Filter()).items]
    assert visitor
    assert len(clips) == desk.films
    return Writer(cookie, visitor.form_token, clips)


def assert_written_once(desk: Desk, writer: Writer) -> None:  # noqa: F811
    """Whatever was answered is there, and nothing that was sent is there twice."""
    with desk.catalogue() as catalogue, catalogue.reading() as connection:
        said = connection.execute(select_rows(segment.c.text).where(segment.c.origin == "person")).scalars().all()
        tags = connection.execute(select_rows(tag.c.name).join(clip_tag, clip_tag.c.tag == tag.c.id)).scalars().all()
    counts = Counter([*said, *tags])
    assert {word for word in writer.answered if counts[word] != 1} == set()
    assert {word: count for word, count in counts.items() if word not in writer.asked or count != 1} == {}
