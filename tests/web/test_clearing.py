"""Two people clear a cut on the pages, with notes that they really signed; every way around it is refused over HTTP, and stands in the log."""

import html
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from httpx2 import Response
from sqlalchemy import text

from cut_to_clear import A_FACE, AUTHOR, EVENT, ToClear, keep_output, report, signer
from jebi.errors import Refused
from jebi.office.clearing import Clearances
from jebi.office.kinds import Role
from jebi.office.shown_clearing import Obstacle
from jebi.parcel import note
from jebi.release.checklist import Question
from jebi.vault import clips
from office.conftest import archive_once  # noqa: F401 a fixture
from vault.rows import clip
from web.archive_clearing import reviewed
from web.housed import NOW, Housed, housed
from web.served import Served, Signed

ANSWERS = {str(one): "no" for one in Question}
DESK = "example.org/desk"


@dataclass
class Table:
    """The pages over an archive with a cut in it, and browsers of those who clear."""

    desk: Housed
    there: ToClear

    def browser(self, name: str, role: Role = Role.CLEARER) -> Signed:
        if self.desk.house.member(name) is None:
            self.desk.house.keep_member(self.desk.named(name, role), by="desk")
        return self.desk.session_of(name)

    def enroll(self, *names: str) -> None:
        admin = self.desk.signed_in(Role.ADMIN)
        for name in names:
            self.browser(name)
            key = str(signer(DESK, name).verifier())
            assert admin.post(f"/members/{name}/keys", {"verifier": key}).status_code == 303

    def see(self, who: Signed) -> None:
        """Go from page to page of the strip, and answer everything."""
        shown = self.desk.house.reviewed(self.there.cut, self.there.output, by=who.member.name)
        for page in shown.strip:
            answer = who.post(f"{self.there.address}/strip/{page.number}", {"sha256": page.sha256})
            assert answer.status_code == 303
        assert answer.headers["location"] == f"{self.there.address}#checklist"
        assert who.post(f"{self.there.address}/checklist", ANSWERS).status_code == 303

    def ask(self, who: Signed, there: ToClear | None = None) -> str:
        """The statement that the page shows."""
        answer = who.post(f"{(there or self.there).address}/ask")
        assert answer.status_code == 200, answer.text
        return html.unescape(answer.text.split("<pre", 1)[1].split(">", 1)[1].split("</pre>", 1)[0])

    def send(self, who: Signed, statement: str, *, key: str = "", there: ToClear | None = None) -> Response:
        """Sign as the browser does, and send it as a form does: with CR and LF at each line's end."""
        signed = str(note.sign(statement, signer(DESK, key or who.member.name)))
        return who.post(f"{(there or self.there).address}/clear", {"note": signed.replace("\n", "\r\n")})

    def clear(self, name: str) -> Signed:
        who = self.browser(name)
        self.see(who)
        answer = self.send(who, self.ask(who))
        assert (answer.status_code, answer.headers["location"]) == (303, self.there.address)
        return who

    @property
    def clearances(self) -> Clearances:
        house = self.desk.house
        return Clearances(house.desk, house.catalogue, house.kept, house.now_ms)

    @property
    def newest(self) -> str:
        return self.desk.house.entries().items[0].kind

    def edit(self, statement: str) -> None:
        """Somebody edits the database by hand."""
        with self.desk.house.catalogue.claiming() as connection:
            connection.execute(text(statement))

    def report(self, *, leaks: bool = False) -> None:
        house = self.desk.house
        self.desk.now += 1
        found = [A_FACE] if leaks else []
        report(house.desk, house.catalogue, house.kept, self.there, house.now_ms(), findings=found)


@pytest.fixture
def table(archive_once: Path, samples: Path, tmp_path: Path) -> Iterator[Table]:  # noqa: F811
    shutil.copytree(archive_once, tmp_path / "built")
    with housed(tmp_path / "built", tmp_path / "served") as desk:
        with desk.house.catalogue.writing(NOW * 1000) as change:
            clips.add(change, clip(), EVENT)
        there = keep_output(
            desk.house.desk,
            desk.house.catalogue,
            desk.house.kept,
            clip(),
            samples / "carphone_pristine.mp4",
            NOW * 1000,
        )
        yield Table(desk, there)
        assert desk.complaints == []


def test_two_people_clear_a_cut_on_the_pages(table: Table) -> None:
    table.enroll("crane", "heron")
    crane = table.clear("crane")
    with pytest.raises(Refused, match="1 of two"):
        table.clearances.cleared(table.there.output)
    table.clear("heron")
    cleared = table.clearances.cleared(table.there.output)
    assert {one.member for one in cleared.clearances} == {"crane", "heron"}
    assert "Two people cleared it." in crane.client.get(table.there.address).text
    publisher = table.browser("owl", Role.PUBLISHER).client.get("/releases").text
    assert f'href="{table.there.address}"' in publisher
    assert "Nothing was published yet." in publisher
    assert table.desk.house.verify_log().is_true


def test_the_film_is_sent_in_ranges_and_pictures_whole(table: Table, samples: Path) -> None:
    client = table.browser("crane").client
    film = (samples / "carphone_pristine.mp4").read_bytes()
    part = client.get(f"{table.there.address}/film", headers={"range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, film[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(film)}"
    for path in ("strip/1/picture", "first/1"):
        picture = client.get(f"{table.there.address}/{path}")
        assert (picture.headers["content-type"], picture.content[:3]) == ("image/jpeg", b"\xff\xd8\xff")
        assert picture.headers["cache-control"] == "no-store"


def _the_same_person_twice(table: Table) -> Response:
    crane = table.clear("crane")
    return table.send(crane, table.ask(crane))


def _a_note_that_is_replayed(table: Table) -> Response:
    crane = table.browser("crane")
    table.see(crane)
    statement = table.ask(crane)
    table.send(crane, statement)
    crane.post(f"{table.there.address}/refuse")
    return table.send(crane, statement)


def _a_note_of_another_member(table: Table) -> Response:
    table.clear("crane")
    heron = table.browser("heron")
    table.see(heron)
    return table.send(heron, table.ask(heron), key="crane")


def _a_role_that_was_forged(table: Table) -> Response:
    """An editor whose row somebody altered: they may look and be asked, and no key of theirs is in the log."""
    wolf = table.browser("wolf", Role.EDITOR)
    table.edit("UPDATE member SET role = 'clearer' WHERE name = 'wolf'")
    table.edit(
        f"INSERT INTO signing_key (member, verifier, made_ms) SELECT id, '{signer(DESK, 'wolf').verifier()}', 0 "
        "FROM member WHERE name = 'wolf'"
    )
    crane = table.browser("crane")
    table.see(crane)
    return table.send(wolf, table.ask(crane))


def _a_report_that_is_stale(table: Table) -> Response:
    crane = table.browser("crane")
    table.see(crane)
    statement = table.ask(crane)
    table.report()
    return table.send(crane, statement)


def _a_report_that_did_not_pass(table: Table) -> Response:
    crane = table.browser("crane")
    table.see(crane)
    statement = table.ask(crane)
    table.report(leaks=True)
    return table.send(crane, statement)


def _a_note_for_another_cut(table: Table) -> Response:
    house = table.desk.house
    film = table.desk.inbox.parent / "other.mp4"
    film.write_bytes(b"".join(house.film(table.there.cut, table.there.output).read(0, 1 << 24)) + b"\0\0\0\x08free")
    other = keep_output(house.desk, house.catalogue, house.kept, clip(), film, NOW * 1000, name="another")
    crane = table.browser("crane")
    table.see(crane)
    return table.send(crane, table.ask(crane), there=other)


def _garbage(table: Table) -> Response:
    return table.browser("crane").post(f"{table.there.address}/clear", {"note": "garbage"})


def _a_statement_with_another_film(table: Table) -> Response:
    crane = table.browser("crane")
    table.see(crane)
    lines = table.ask(crane).splitlines()
    lines[2] = f"output {'0' * 64}"
    return table.send(crane, "\n".join(lines) + "\n")


ATTACKS: list[Callable[[Table], Response]] = [
    _a_note_that_is_replayed,
    _a_note_of_another_member,
    _a_role_that_was_forged,
    _a_report_that_is_stale,
    _a_report_that_did_not_pass,
    _a_note_for_another_cut,
    _garbage,
    _a_statement_with_another_film,
]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__.strip("_"))
def test_who_goes_around_it_is_refused_and_stands_in_the_log(table: Table, attack: Callable[[Table], Response]) -> None:
    table.enroll("crane", "heron")
    assert attack(table).status_code in {403, 422}
    assert table.newest == "clearance-rejected"
    with pytest.raises(Refused):
        table.clearances.cleared(table.there.output)


def test_who_cleared_it_and_signs_again_is_refused_and_stands_in_the_log(table: Table) -> None:
    table.enroll("crane")
    answer = _the_same_person_twice(table)
    assert answer.status_code == 403
    assert "cleared it already" in html.unescape(answer.text)
    assert table.newest == "clearance-rejected"
    with pytest.raises(Refused, match="1 of two"):
        table.clearances.cleared(table.there.output)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CLEARER])
def test_who_does_not_clear_signs_answers_and_refuses_nothing(table: Table, role: Role) -> None:
    who, before = table.desk.signed_in(role), table.desk.newest()
    for path in ("strip/1", "checklist", "ask", "clear", "refuse"):
        assert who.post(f"{table.there.address}/{path}", {"sha256": "a" * 64, "note": "x"}).status_code == 403
    assert table.desk.newest() == before


def test_nothing_is_given_to_sign_before_everything_was_seen_and_answered(table: Table) -> None:
    table.enroll("crane")
    crane = table.browser("crane")
    shown = table.desk.house.reviewed(table.there.cut, table.there.output, by="crane")
    assert crane.post(f"{table.there.address}/ask").status_code == 403
    page = shown.strip[0]
    wrong = crane.post(f"{table.there.address}/strip/{page.number}", {"sha256": "0" * 64})
    assert (wrong.status_code, "another by now" in wrong.text) == (403, True)
    table.see(crane)
    assert crane.post(f"{table.there.address}/checklist", {"voice": "unsure"}).status_code == 303
    answer = crane.post(f"{table.there.address}/ask")
    assert (answer.status_code, "not sure about: voice" in html.unescape(answer.text)) == (403, True)


def test_an_author_and_who_has_no_key_are_told_so(table: Table) -> None:
    author = table.browser(AUTHOR)
    assert "You kept its plan" in author.client.get(table.there.address).text
    assert "No key of yours is enrolled" in author.client.get(table.there.address).text
    table.see(author)
    answer = author.post(f"{table.there.address}/ask")
    assert (answer.status_code, "who made the plan cannot clear it" in answer.text) == (403, True)


def test_a_refusal_takes_one_click_and_a_second_and_no_reason(table: Table) -> None:
    table.enroll("crane", "heron")
    table.clear("heron")
    crane = table.browser("crane")
    page = crane.client.get(table.there.address).text
    assert page.count(f'action="{table.there.address}/refuse"') == 1
    assert crane.post(f"{table.there.address}/refuse").headers["location"] == table.there.address
    assert "Somebody refused it." in table.browser("heron").client.get(table.there.address).text
    assert "cut-refused" in {one.kind for one in table.desk.house.entries().items}
    assert "heron" in crane.client.get(table.there.address).text
    stork = table.browser("stork")
    table.enroll("stork")
    table.see(stork)
    answer = stork.post(f"{table.there.address}/ask")
    assert (answer.status_code, "somebody who may refused the cut" in answer.text) == (403, True)


@pytest.mark.parametrize("obstacle", Obstacle)
@pytest.mark.parametrize("language", ["en", "ko", "ja"])
def test_every_obstacle_is_said_in_words_and_takes_the_way_to_a_signature(
    served: Served, obstacle: Obstacle, language: str
) -> None:
    served.archive.outputs[1, 2] = reviewed(obstacles=(obstacle,))
    page = served.signed_in(Role.CLEARER, language=language).client.get("/cuts/1/outputs/2").text
    said = served.app.state.desk.languages.by_code[language].say(f"clear.obstacle.{obstacle}")
    assert said in html.unescape(page)
    assert 'action="/cuts/1/outputs/2/ask"' not in page


def test_without_an_obstacle_the_way_to_a_signature_is_open(served: Served) -> None:
    page = served.signed_in(Role.CLEARER).client.get("/cuts/1/outputs/2").text
    assert 'action="/cuts/1/outputs/2/ask"' in page
    assert "&lt;b&gt;봄" in page


def test_who_clears_reads_every_word_that_the_public_will(served: Served) -> None:
    page = served.signed_in(Role.CLEARER).client.get("/cuts/1/outputs/2").text
    assert "Rice &lt;i&gt;at" in page
    assert "How &lt;much&gt;?" in page
    assert "얼마요?" in page


def test_who_clears_reads_what_is_heard_and_that_a_machine_speaks(served: Served) -> None:
    page = served.signed_in(Role.CLEARER).client.get("/cuts/1/outputs/2").text
    assert "disguised voice" in page
    assert "A machine speaks the lines in ko." in page


def test_the_page_to_sign_on_says_what_to_do_without_scripts(served: Served) -> None:
    page = served.signed_in(Role.CLEARER).post("/cuts/1/outputs/2/ask").text
    assert "sign at a terminal: jebi desk clear" in page
    assert (
        page.count('name="here" value="/cuts/1/outputs/2"') == 1
    )  # after another language: the answer itself is no page
    assert 'name="example.org/desk/a-clearer"' in page
    assert 'type="password"' not in page  # nothing that could be sent


def test_who_is_in_the_clips_is_shown_to_who_clears_and_not_to_who_publishes(served: Served) -> None:
    assert "seller-14" in served.signed_in(Role.CLEARER).client.get("/cuts/1/outputs/2").text
    page = served.signed_in(Role.PUBLISHER).client.get("/cuts/1/outputs/2").text
    assert "seller-14" not in page
    assert "/checklist" not in page


def test_a_report_that_is_not_there_or_did_not_pass_is_said(served: Served) -> None:
    clearer = served.signed_in(Role.CLEARER).client
    served.archive.outputs[1, 2] = reviewed(report=None, strip=(), first=(), newer=3, why_not="it was <i>mended</i>")
    page = clearer.get("/cuts/1/outputs/2").text
    assert "Nobody looked for leaks yet." in page
    assert "The pictures of the film are not made yet." in page
    assert 'href="/cuts/1/outputs/3"' in page
    assert "it was &lt;i&gt;mended" in page
    assert clearer.get("/cuts/1/outputs/2/strip/1").status_code == 404


def test_a_page_of_the_strip_has_one_button_of_its_own(served: Served) -> None:
    clearer = served.signed_in(Role.CLEARER)
    page = clearer.client.get("/cuts/1/outputs/2/strip/1").text
    assert page.count('name="sha256"') == 1
    answer = clearer.post("/cuts/1/outputs/2/strip/1", {"sha256": "1" * 64})
    assert answer.headers["location"] == "/cuts/1/outputs/2/strip/2"
    assert "You signed off this page." in clearer.client.get("/cuts/1/outputs/2/strip/1").text
    editor = served.signed_in(Role.EDITOR).client.get("/cuts/1/outputs/2/strip/2").text
    assert 'name="sha256"' not in editor


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 30, "1e3", "%00"])
def test_a_number_that_cannot_be_is_no_mistake_of_the_desk_s(served: Served, number: str) -> None:
    clearer = served.signed_in(Role.CLEARER).client
    for path in (f"/cuts/{number}/outputs/2", f"/cuts/1/outputs/{number}", f"/cuts/1/outputs/2/first/{number}"):
        assert clearer.get(path).status_code == 422
