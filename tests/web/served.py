"""A desk over the archive in memory, its clock in our hand; and browsers' requests made by hand."""

import hashlib
from dataclasses import dataclass, field

from fastapi.testclient import TestClient
from httpx2 import Response

from jebi.office.kinds import Role
from jebi.office.members import Member
from jebi.web import passwords, sessions
from jebi.web.app import create_app
from jebi.web.settings import Settings
from web.archive import NOW, SampleArchive

ORIGIN = "http://127.0.0.1:8765"
SAME = {"origin": ORIGIN, "sec-fetch-site": "same-origin"}
PASSWORD = "correct horse battery swallow"
SECOND = bytes(range(20))
VERIFIER = passwords.verifier(PASSWORD, bytes)


@dataclass
class Served:
    """A desk and all that tests want to turn."""

    archive: SampleArchive
    now: float = NOW
    complaints: list[str] = field(default_factory=list)
    drawn: int = 0
    origins: tuple[str, ...] = (ORIGIN, "http://localhost:8765")

    def dice(self, count: int) -> bytes:
        """Bytes that never come twice."""
        self.drawn += 1
        return hashlib.shake_128(f"dice {self.drawn}".encode()).digest(count)

    def client(self) -> TestClient:
        """A browser of nobody."""
        settings = Settings(
            origins=self.origins, clock=lambda: self.now, dice=self.dice, complain=self.complaints.append, beat=0.01
        )
        self.settings = settings
        self.app = create_app(self.archive, settings)
        return TestClient(self.app, base_url=self.origins[0], follow_redirects=False, raise_server_exceptions=False)

    def signed_in(self, role: Role, client: TestClient | None = None, *, language: str = "en") -> "Signed":
        """A browser of a member of that role, whose session was made without the form."""
        client = client or self.client()
        member = Member(name=f"a-{role}", role=role, verifier=VERIFIER, second=SECOND)
        self.archive.members_by_name[member.name] = member
        token = sessions.begin(self.archive, self.settings, member.name, language=language, theme="auto")
        client.cookies.set(sessions.cookie_name(self.settings), sessions.written(token), domain="127.0.0.1")
        visitor = sessions.find(self.archive, self.settings, sessions.written(token), is_person=True)
        assert visitor is not None
        return Signed(client=client, member=member, form_token=visitor.form_token)

    def newcomer(self, name: str, role: Role) -> Member:
        """Somebody with a password of an admin's, and nothing else."""
        return Member(name=name, role=role, verifier=VERIFIER, must_change=True)


@dataclass
class Signed:
    """A browser of somebody."""

    client: TestClient
    member: Member
    form_token: str

    def post(self, path: str, fields: dict[str, str] | None = None, *, file: bytes | None = None) -> Response:
        """A form of theirs."""
        given = {"form_token": self.form_token} | (fields or {})
        files = None if file is None else {"file": ("a file", file)}
        return self.client.post(path, data=given, headers=SAME, files=files)
