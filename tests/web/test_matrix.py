"""Every route that the document lists, asked by every role and by nobody, of a real archive: what it says is what happens.

All of it over SQLite, and then over PostgreSQL. Where the table allows, the answer is a page, a file or the way to one; where it does not, nothing at all has changed.
"""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from inspect import signature
from pathlib import Path
from time import sleep
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from fastapi.testclient import TestClient
from httpx2 import Response

from cut_to_clear import signer
from database import either, postgresql_url  # noqa: F401 fixtures
from going_out import SETTINGS, Clock, Stage
from jebi.office.clearing import Clearances
from jebi.office.house import House
from jebi.office.kinds import JobState, ParcelState, Role
from jebi.office.public_site import settle
from jebi.office.releasing import Releases
from jebi.office.shown import Delivery, Filter
from jebi.parcel.note import Ed25519Signer, sign
from jebi.release.checklist import Answer, Question
from jebi.vault import cuts
from jebi.web import passwords, sessions
from jebi.web.app import endpoints_by_name
from jebi.web.table import BY_NAME, RULES
from looked_at import FILM
from office.conftest import archive_once, files  # noqa: F401 fixtures
from web.housed import Housed, build, housed
from web.served import PASSWORD, SAME, SECOND, Signed

DOCUMENT = Path(__file__).resolve().parent.parent.parent / "docs" / "formats" / "web.md"
DONE, AWAY = {200, 206, 303}, 303
SUBTITLES = "1\n00:00:00,200 --> 00:00:01,000\n市場は五時に閉まる。\n"
OTHER_PASSWORD = "another horse, another swallow"
FORM = {"content-type": "application/x-www-form-urlencoded"}
ODD = (
    b"a\x00b",  # PostgreSQL keeps no such text
    b"\xed\xa0\x80",  # half a surrogate pair
    b"9" * 15,
    b"9223372036854775808",  # one more than a signed number of 64 bits
    b"1e999",
    b"nan",
    b"o999999999999999_999999999999999",
    "\u2028\ufeff\u202e".encode(),
    "\U0010fffd".encode() * 200,
)
LIVE = ("parcels", "archive", "jobs", "cuts", "releases")
OUT = {"publish_ask", "publish", "withdraw_ask", "withdraw"}  # of another cut than what is cleared
SLOW = {"sign_in_now", "account_password", "account_second", "member_add", "member_password"}  # as passwords are to be
TAKE_NOTHING = {
    "sign_out",
    "home",
    "guide",
    "trips",
    "log_verify",
    "releases",
    "site_make",
    "health",
    "members",
    *(f"{name}_live" for name in LIVE),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the document's table; `who` are the roles, or nobody."""

    name: str
    method: str
    path: str
    who: frozenset[str]

    def __str__(self) -> str:
        return self.name


def rows() -> list[Row]:
    """The document's table."""
    names = {(rule.method, rule.path): rule.name for rule in RULES}
    found, heads = [], []
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if cells[:2] == ["method", "path"]:
            heads = cells[2:]
        elif heads and cells and cells[0] in {"GET", "POST"}:
            path = cells[1].strip("`")
            who = {role for role, cell in zip(heads, cells[2:], strict=True) if cell}
            assert set(cells[2:]) in ({"nobody"}, {"yes"}, {"yes", ""})
            found.append(Row(names[cells[0], path], cells[0], path, frozenset(who if "nobody" not in cells else ())))
    return found


ROWS = rows()


@dataclass
class Asked:
    """The desk, and what its addresses are made of."""

    desk: Housed
    places: dict[str, str]
    note: str = "x"
    leaf: str = "0" * 64
    film: Mapping[str, str] = field(default_factory=dict)

    def path(self, row: Row) -> str:
        """The row's address of something that there is."""
        path = row.path
        for place, value in self.places.items():
            path = path.replace(place, self.film.get(place, value) if row.name in OUT else value)
        return path

    def ask(self, row: Row, client: TestClient, signed: Signed | None, **headers: str) -> Response:
        """What a browser of ours would send."""
        if row.method == "GET":
            return client.get(self.path(row), headers=headers)
        fields = self.fields(row, signed) | ({"form_token": signed.form_token} if signed else {})
        sent = {"file": ("a.srt", SUBTITLES.encode())} if row.name == "transcript_add" else None
        if row.name == "plan_keep":
            sent = {"plan": ("plan.json", self.desk.house.edited_plan(self.places["{cut}"]).written)}
        return client.post(self.path(row), data=fields, files=sent, headers=SAME | headers)

    def fields(self, row: Row, signed: Signed | None) -> dict[str, str]:
        """A form filled in as it should be."""
        self.desk.now += 30  # a code is good once
        if row.name == "sign_in_now":
            return {"name": "a-stranger", "password": PASSWORD, "code": self.code(SECOND)}
        if row.name == "account_password":
            return {"old": PASSWORD, "new": OTHER_PASSWORD, "again": OTHER_PASSWORD}
        if row.name == "account_second":
            token = sessions.parse(signed.client.cookies["jebi_session"]) if signed else bytes(32)
            return {"password": PASSWORD, "code": self.code(passwords.proposed_key(token or b""))}
        if row.name == "receive":
            return {"medium": self.desk.house.media()[0].id}
        if row.name.startswith(("clear_", "member_key")):
            return {
                "note": self.note,
                "sha256": self.leaf,
                "gait": "no",
                "verifier": str(key_of("a-target").verifier()),
            }
        if row.name in OUT:
            film = self.desk.house.to_publish(*map(int, self.film.values()), by="owl")
            return {"sha256": film.sha256, "plan": film.plan_sha256, "sure": "yes", "en": "Somebody asked."}
        if row.name in {"tag_drop", "collection_drop"}:
            return {"tag": "a tag", "collection": "a collection"}
        if row.name == "plan_keep":
            return {"based": str(self.desk.house.edited_plan(self.places["{cut}"]).number)}
        if row.name == "cut_begin":
            return {"clip": self.places["{clip}"], "name": f"new-{self.desk.drawn}", "style": "solid", "figures": ""}
        filled = {"name": f"new-{self.desk.drawn}", "password": OTHER_PASSWORD, "role": "editor", "state": "enabled"}
        said = {"tag": "x", "collection": "x", "place": "혜산", "time": "2026-03", "text": "x", "certainty": "possible"}
        return filled | said | {"pseudonym": "seller-14", "risk": "low", "consent": "given", "language": "ja"}

    def code(self, key: bytes) -> str:
        return TOTP(key, 6, SHA1(), 30).generate(int(self.desk.now)).decode()

    def prepare(self, row: Row) -> None:
        """What the form is to take away is there; the job is as it must be to be done again, or left."""
        house, clip, job = self.desk.house, self.places["{clip}"], self.places["{job}"]
        state = next(one.state for one in house.jobs().items if one.id == job)
        if row.name == "tag_drop":
            house.add_tag(clip, "a tag", by="haneul")
        elif row.name == "collection_drop":
            house.add_to_collection(clip, "a collection", by="haneul")
        elif row.name == "receive":
            delivered(house)
        elif row.name in OUT | {"site_make"}:
            printed(house)
            if row.name.startswith("withdraw"):
                self.release()
        elif row.name == "job_again" and state is JobState.WAITING:
            house.skip(job, by="haneul")
        elif row.name == "job_skip" and state is JobState.SKIPPED:
            house.again(job, by="haneul")
        elif row.name.startswith("clear_"):
            by = self.desk.signed_in(Role.CLEARER).member.name
            self.leaf = house.reviewed(1, 1, by=by).strip[0].sha256
            self.note = ready_to_sign(self.desk) if row.name in {"clear_ask", "clear_sign"} else self.note
        elif row.name.startswith("member_key"):
            house.keep_member(self.desk.named("a-target", Role.CLEARER), by="desk")
            if row.name == "member_key_revoke" and "a-target" not in house.keys_of():
                house.enroll("a-target", str(key_of("a-target").verifier()), by="desk")

    def release(self) -> None:
        """There is a film to be withdrawn."""
        house, (_, output) = self.desk.house, map(int, self.film.values())
        with house.log_lock:
            Releases(Clearances(house.desk, house.catalogue, house.kept, house.now_ms)).release(output, "owl")


def key_of(name: str) -> Ed25519Signer:
    return signer("example.org/desk", name)


def ready_to_sign(desk: Housed) -> str:
    """What the clearer signs who saw and answered everything, and was asked."""
    house, by = desk.house, desk.signed_in(Role.CLEARER).member.name
    if not house.keys_of().get(by):
        house.enroll(by, str(key_of(by).verifier()), by="desk")
    for one in house.reviewed(1, 1, by=by).unseen:
        house.sign_off(1, 1, one.number, one.sha256, by=by)
    house.answer(1, 1, dict.fromkeys(Question, Answer.NO), by=by)
    return str(sign(house.ask(1, 1, by=by).statement, key_of(by)))


@pytest.fixture(scope="module")
def asked(
    archive_once: Path,  # noqa: F811
    samples: Path,
    tmp_path_factory: pytest.TempPathFactory,
    either: str,  # noqa: F811
    files: Path,  # noqa: F811
) -> Iterator[Asked]:
    built = build(archive_once, tmp_path_factory.mktemp("built"), samples, url=either)
    with housed(built, tmp_path_factory.mktemp("matrix")) as desk:
        house = desk.house
        (desk.inbox / "noise").write_bytes(bytes(4096))
        film = next(one.id for one in house.clips(Filter()).items if one.name == FILM)
        for name in ("a-target", "a-stranger"):
            house.keep_member(desk.named(name), by="desk")
        (left,) = (one.id for one in house.jobs().items if one.state is JobState.SKIPPED)
        whole = next(one for one in house.parcels().items if one.state is ParcelState.WHOLE)
        out = cleared_film(desk, files)
        yield Asked(
            desk,
            {
                "{name}": "swallow.svg",
                "{parcel}": whole.id,
                "{clip}": film,
                "{part}": "viewing",
                "{number}": "0",
                "{transcript}": house.clip(film).transcripts[0].id,
                "{form}": "vtt",
                "{trip}": whole.trip,
                "{job}": left,
                "{member}": "a-target",
                "{cut}": "1",
                "{output}": "1",
                "{picture}": "1",
                "{leaf}": "1",
            },
            film=out,
        )


def cleared_film(desk: Housed, files: Path) -> dict[str, str]:  # noqa: F811
    """A cut that two cleared, with all that is published of it, and the newsroom's settings of the site."""
    stage = Stage(desk.house.desk, desk.house.catalogue, files, clock=Clock(desk.now_ms()))
    stage.people()
    settle(stage.desk, SETTINGS, by="member/owl", time=int(desk.now))
    stage.clear(output := stage.cut("rice"))
    with stage.catalogue.reading() as connection:
        found = cuts.get_output(connection, output)
    assert found
    return {"{cut}": str(found.cut), "{output}": str(output)}


def test_the_document_lists_every_route_and_no_other() -> None:
    assert [(row.method, row.path, row.who) for row in ROWS] == [(one.method, one.path, one.roles) for one in RULES]


@pytest.mark.parametrize("row", [row for row in ROWS if row.who], ids=str)
def test_who_may_is_answered_and_who_may_not_changes_nothing(asked: Asked, row: Row) -> None:
    for role in Role:
        if role in row.who:
            asked.prepare(row)
        signed = asked.desk.signed_in(role)
        before = asked.desk.newest()
        if role in row.who:
            with ended_soon(asked.desk, signed, row):
                answer = asked.ask(row, signed.client, signed)
            assert answer.status_code in DONE, (role, answer.status_code)
            assert answer.headers.get("location", "") not in {"/account", "/sign-in"} or row.name == "sign_out"
            printed(asked.desk.house)  # it changes what is counted here
        else:
            answer = asked.ask(row, signed.client, signed)
            assert answer.status_code == 403, (role, answer.status_code)
            assert asked.desk.newest() == before
    assert asked.desk.complaints == []


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_nobody_gets_through_the_doors_that_stand_open_and_no_other(asked: Asked, row: Row) -> None:
    before = asked.desk.newest()
    answer = asked.ask(row, asked.desk.client(), None)
    if not row.who:
        assert answer.status_code in DONE
        return
    assert answer.status_code == (401 if BY_NAME[row.name].is_part else AWAY)
    assert asked.desk.newest() == before
    if answer.status_code == AWAY:
        assert answer.headers["location"].startswith("/sign-in?wanted=")
        assert answer.content == b""


@pytest.mark.parametrize("row", [row for row in ROWS if row.who and row.method == "POST"], ids=str)
def test_a_stolen_cookie_alone_changes_nothing(asked: Asked, row: Row) -> None:
    for role in sorted(row.who):
        signed = asked.desk.signed_in(Role(role))
        other = asked.desk.signed_in(next(one for one in Role if one != role))
        before = asked.desk.newest()
        for token in ("", "0" * 64, other.form_token):
            forged = Signed(signed.client, signed.member, token)
            assert asked.ask(row, signed.client, forged).status_code == 403
        for headers in (
            {"origin": "https://evil.example"},
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site", "origin": "http://127.0.0.1:9999"},
            {"host": "rebound.example:8765"},
        ):
            assert asked.ask(row, signed.client, signed, **headers).status_code in {403, 421}
        assert asked.desk.newest() == before


@pytest.mark.parametrize("row", [row for row in ROWS if row.who and row.method == "GET"], ids=str)
def test_a_page_elsewhere_reads_nothing_with_a_member_s_cookie(asked: Asked, row: Row) -> None:
    signed = asked.desk.signed_in(Role(min(row.who)))
    for headers, status in (
        ({"host": "rebound.example:8765"}, 421),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "video"}, 403),
        ({"sec-fetch-site": "same-site", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty"}, 403),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"}, 403),
    ):
        assert signed.client.get(asked.path(row), headers=headers).status_code == status


@pytest.mark.parametrize("row", [row for row in ROWS if row.name not in TAKE_NOTHING], ids=str)
def test_what_a_database_would_not_keep_or_count_is_no_mistake_of_the_desk_s(asked: Asked, row: Row) -> None:
    """One field of a good form after the other, one part of the address after the other."""
    signed = asked.desk.signed_in(Role(min(row.who))) if row.who else None
    client = signed.client if signed else asked.desk.client()
    for path in odd_paths(asked, row):
        assert client.request(row.method, path, headers=SAME).status_code < 500, path
    for name in taken(row) if row.method == "POST" else ():
        for odd in ODD[:1] if row.name in SLOW else ODD:
            fields = asked.fields(row, signed) | {"form_token": signed.form_token if signed else ""}
            status = client.post(asked.path(row), content=form(fields | {name: odd}), headers=SAME | FORM).status_code
            assert status < 500, (name, odd, status)
    assert asked.desk.complaints == []


def test_no_transcript_that_a_database_would_not_keep_is_a_mistake_of_the_desk_s(asked: Asked) -> None:
    row, signed = next(row for row in ROWS if row.name == "transcript_add"), asked.desk.signed_in(Role.EDITOR)
    for odd in ODD:
        file = SUBTITLES.encode().replace("市場".encode(), odd[:4000]).replace(b"0\n", odd[:9] + b"\n", 1)
        assert signed.post(asked.path(row), asked.fields(row, signed), file=file).status_code < 500, odd
    assert asked.desk.complaints == []


def odd_paths(asked: Asked, row: Row) -> Iterator[str]:
    """Addresses with something odd in one place, or after them."""
    for place in (place for place in asked.places if place in row.path):
        for odd in ODD:
            yield Asked(asked.desk, asked.places | {place: quote(odd[:900], safe="")}).path(row)
    if row.method == "GET":
        narrowing = [one.name for one in fields(Filter)] if row.name in {"archive", "search"} else []
        for name in (*taken(row), *narrowing):
            for odd in ODD:
                yield f"{asked.path(row)}?{name}={quote(odd[:900], safe='')}"


def taken(row: Row) -> list[str]:
    """What a page takes beside its address."""
    asks = signature(endpoints_by_name()[row.name]).parameters
    return [name for name in asks if name != "request" and f"{{{name}}}" not in row.path]


def form(filled: Mapping[str, str | bytes]) -> str:
    """A form as a browser of nobody's would send it: of bytes that need not be letters."""
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in filled.items())


@pytest.mark.parametrize("role", Role)
def test_the_cookie_of_who_is_disabled_or_gets_another_role_dies_at_once(asked: Asked, role: Role) -> None:
    admin = asked.desk.signed_in(Role.ADMIN)
    for changed in ({"state": "disabled", "role": role}, {"state": "enabled", "role": "intake"}):
        asked.desk.house.keep_member(asked.desk.named("a-target", role), by="desk")
        theirs = asked.desk.session_of("a-target")
        assert theirs.client.get("/help").status_code == 200
        assert admin.post("/members/a-target", changed).status_code == AWAY
        assert theirs.client.get("/help").headers["location"].startswith("/sign-in")
        assert theirs.post("/account/look", {"theme": "dark"}).status_code == 401


def printed(house: House) -> None:
    """Wait until nothing is being published."""
    while house.press and house.press.is_busy:
        sleep(0.01)


def delivered(house: House) -> Delivery | None:
    """What was brought last, once nothing is being received."""
    while (delivery := house.delivery()) and not delivery.is_over:
        sleep(0.01)
    return delivery


class ended_soon:  # noqa: N801 it reads as what it does
    """A stream lasts as long as its session: that one ends in a moment."""

    def __init__(self, desk: Housed, signed: Signed, row: Row) -> None:
        self._timer = threading.Timer(0.1, desk.house.end_sessions, [signed.member.name])
        self._is_stream = row.path.endswith("/live")

    def __enter__(self) -> None:
        if self._is_stream:
            self._timer.start()

    def __exit__(self, *_: object) -> None:
        if self._is_stream:
            self._timer.join()
