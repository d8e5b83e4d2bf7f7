"""The archive's disk is full while somebody writes at the pages: it is said, nothing is half there, and it goes on with room.

The catalogue is on that disk, or in PostgreSQL on another; the custody log is on it in either case.
"""

import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from httpx2 import Client, Response
from sqlalchemy import select

sys.path.append(str(Path(__file__).resolve().parent.parent))

from database import either, postgresql_url  # noqa: F401 fixtures
from faults.conftest import PASSPHRASE
from faults.test_disks import leave, small_disk
from faults.test_kill_desk_serve import WORDS, Served, Writer, admitted
from faults.test_kill_desk_work import Desk, until
from faults.test_lacking_desk import ended
from jebi.office.databases import settle
from jebi.office.desk import open_desk
from jebi.vault.schema import claim, clip_tag, person, segment, tag

if TYPE_CHECKING:
    from faults.conftest import Yard

ROOM = 24 << 20
KINDS = {  # what is posted where
    "tag": "tags",
    "note": "notes",
    "claim": "claims",
    "transcript": "transcripts",
    "person": "people",
}
STEPS = (0, 4_000, 12_000, 40_000, 90_000)  # bytes left: too few for rows, for the log, for a tile, for a blob
NO_ROOM = 507
A_WHILE = 120  # seconds; so that the first request would note that somebody is there


@pytest.fixture
def full(yard: "Yard", either: str) -> Iterator["Full"]:  # noqa: F811
    """An archive of two clips on a small disk, and an editor at its pages."""
    yard.done("field", "seal", "card", "--kit", "kit", "--as", "whole", "--onto", "sealed.age")
    yard.done(*yard.archive("desk", "receive", "sealed.age"))
    with small_disk(yard.folder / "small", ROOM) as small:
        shutil.move(yard.path("archive"), small / "archive")
        os.symlink(small / "archive", yard.path("archive"))
        desk = Desk(yard, 2, url=either)
        if either:
            with open_desk(yard.path("archive"), PASSPHRASE) as opened:
                settle(opened, either)
        yield Full(desk, small, admitted(desk, ago=A_WHILE))


@dataclass
class Full:
    """A disk that is full or not, and what was written at the pages: what they took, and what they said they could not."""

    desk: Desk
    disk: Path
    editor: Writer
    taken: list[str] = field(default_factory=list)
    turned_away: list[str] = field(default_factory=list)

    def leave(self, free: int) -> None:
        leave(self.disk, free)

    def post(self, client: Client, kind: str) -> Response:
        """Write something that nobody wrote before."""
        word = f"{kind} {len(self.taken) + len(self.turned_away)}."
        fields = {"form_token": self.editor.form_token, "language": "ko", "certainty": "possible", "tag": word}
        fields |= {"text": word, "pseudonym": word, "risk": "low", "consent": "given"}
        fields |= {"note": "she sells at the market"} if kind == "person" else {}
        files = {"file": ("a.srt", WORDS.format(word).encode())} if kind == "transcript" else None
        headers = {"sec-fetch-site": "same-origin"}
        path = f"/clips/{self.editor.clips[0]}/{KINDS[kind]}"
        answer = client.post(path, data=fields, files=files, headers=headers)
        (self.taken if answer.status_code == 303 else self.turned_away).append(word)
        return answer

    def written(self) -> Counter[str]:
        """What is in the catalogue."""
        queries = (
            select(segment.c.text).where(segment.c.origin == "person"),
            select(tag.c.name).join(clip_tag, clip_tag.c.tag == tag.c.id),
            select(claim.c.text),
            select(person.c.pseudonym),
        )
        with self.desk.catalogue() as catalogue, catalogue.reading() as connection:
            return Counter(word for query in queries for word in connection.execute(query).scalars())

    def logged(self) -> int:
        """How many things that were written at the pages the custody log tells of."""
        with open_desk(self.desk.yard.path("archive"), PASSPHRASE) as opened:
            lines = b"\n".join(opened.ledger.records())
        kinds = ("tag-added", "note-added", "claim-made", "transcript-brought-in", "person-named")
        return sum(lines.count(f'"{kind}"'.encode()) for kind in kinds)


def test_what_is_written_while_the_disk_is_full_is_kept_whole_or_refused_with_a_page_that_says_so(full: Full) -> None:
    served = Served(full.desk)
    served.start()
    cookies = {"jebi_session": full.editor.cookie}
    with Client(base_url=served.address(), cookies=cookies, timeout=30) as client:
        until(lambda: ended(full.desk))  # the clips are no clips
        for free in STEPS:
            full.leave(free)
            for page in ("/archive", f"/clips/{full.editor.clips[0]}", "/health", "/jobs"):
                assert client.get(page).status_code == 200, (page, free)
            for kind in KINDS:
                answer = full.post(client, kind)
                assert answer.status_code in {303, NO_ROOM}, (kind, free, answer.text, served.said())
                assert answer.status_code == 303 or "The disk is full." in answer.text
        full.leave(ROOM // 2)
        late = [full.post(client, kind).status_code for kind in KINDS]
    assert late == [303] * len(KINDS)
    assert "mistake" not in served.stopped()

    assert full.turned_away
    assert full.written() == Counter(full.taken)
    assert full.logged() == len(full.taken)
    full.desk.yard.assert_archive_agrees()
