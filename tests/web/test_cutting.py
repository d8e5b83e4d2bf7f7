"""Cuts in the browser: who sees them, how one is begun, what the editor is given, and what it may give back."""

import gzip
import html
import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from jebi.errors import Damaged
from jebi.office.kinds import CutState, Role
from jebi.release import plan_form
from jebi.release.leaks import CHECKS
from jebi.release.plan import Cover, Key, Line, Plan
from jebi.web import cutting
from release.plans import any_plans
from web.cuts import plan_of
from web.served import SAME, Served, Signed

ROOT = Path(__file__).resolve().parent.parent.parent
FILM = bytes(range(256)) * 100


def given(editor: Signed, cut: int = 1) -> dict[str, Any]:
    """What the editor is given."""
    read: dict[str, Any] = json.loads(editor.client.get(f"/cuts/{cut}/plan").content)
    return read


def keep(editor: Signed, plan: bytes, *, based: object = None, token: str = "", cut: int = 1) -> int:
    """Send a plan; returns the status."""
    fields = {"form_token": token or editor.form_token, "based": str(based or given(editor, cut)["based"])}
    files = {"plan": ("plan.json", plan, "application/json")}
    return int(editor.client.post(f"/cuts/{cut}/plan", data=fields, files=files, headers=SAME).status_code)


def test_the_list_says_how_far_each_cut_is(served: Served) -> None:
    text = served.signed_in(Role.PUBLISHER).client.get("/cuts").text
    assert "봄 시장, 쌀값" in text
    assert re.findall(r'class="state is-([a-z]+)"', text) == ["rendering", "leaking"]
    assert 'src="/cuts/1/picture"' in text


def test_an_archive_without_cuts_says_how_to_begin(served: Served) -> None:
    served.archive.names.clear()
    assert "No cut was begun yet" in served.signed_in(Role.EDITOR).client.get("/cuts").text


@pytest.mark.parametrize("state", CutState)
@pytest.mark.parametrize("language", ["en", "ko", "ja"])
def test_every_state_has_its_words(served: Served, state: CutState, language: str) -> None:
    editor = served.signed_in(Role.EDITOR, language=language)
    served.archive.rendered[1] = [replace(served.archive.rendered[1][0], state=state)]
    for path in ("/cuts", "/cuts/1", "/cuts/2", "/cuts/1/edit"):
        assert editor.client.get(path).status_code == 200
    assert f"is-{state}" in editor.client.get("/cuts/1").text


def test_a_cut_shows_plan_film_and_report_and_findings_lead_to_their_second(served: Served) -> None:
    text = served.signed_in(Role.CLEARER).client.get("/cuts/1").text
    for shown in (
        "3 covers",
        "1 face may be seen by everybody.",
        "오늘 쌀값이 또 올랐소.",
        "Rice at the market",
        "2026-10",
    ):
        assert shown in text
    assert 'src="/cuts/1/films/1"' in text
    assert 'href="#t=2.5"' in text
    assert text.count('<details class="transcript"') == len(CHECKS)
    assert "does not stop an expert" in text
    assert 'href="/cuts/1/outputs/1"' in text
    assert "/cuts/1/edit" not in text


def test_a_film_of_an_older_plan_is_said_to_be_one(served: Served) -> None:
    editor = served.signed_in(Role.EDITOR)
    assert "of an older plan" not in editor.client.get("/cuts/1").text
    assert keep(editor, plan_form.written(plan_of(style="mosaic"))) == 303
    assert "of an older plan" in editor.client.get("/cuts/1").text


def test_a_film_leaves_in_the_pieces_that_were_asked_for(served: Served) -> None:
    served.archive.films = [FILM]
    clearer = served.signed_in(Role.CLEARER)
    answer = clearer.client.get("/cuts/1/films/1", headers={"range": "bytes=100-199"})
    assert (answer.status_code, answer.content) == (206, FILM[100:200])
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["cache-control"] == "no-store"
    assert clearer.client.get("/cuts/1/films/2").status_code == 404
    assert clearer.client.get("/cuts/2/films/1").status_code == 404


def test_a_cut_is_begun_in_two_steps(served: Served) -> None:
    editor = served.signed_in(Role.EDITOR)
    assert 'href="/clips/c00001/cover"' in editor.client.get("/clips/c00001").text
    waiting = editor.client.get("/clips/c00001/cover").text
    assert 'action="/cuts"' not in waiting
    assert 'value="0.6"' in waiting
    assert editor.post("/cuts", {"clip": "c00001", "name": "x"}).status_code == 403
    assert editor.post("/clips/c00001/cover").headers["location"] == "/clips/c00001/cover"
    assert 'action="/cuts"' in editor.client.get("/clips/c00001/cover").text
    answer = editor.post("/cuts", {"clip": "c00001", "name": "가을", "style": "mosaic", "figures": "yes"})
    assert answer.headers["location"] == "/cuts/3/edit"
    by, plan = served.archive.plans[3][0]
    assert by == "a-editor"
    assert {cover.kind for cover in plan.sources[0].covers} == {"face", "figure"}
    again = editor.post("/cuts", {"clip": "c00001", "name": "가을"})
    assert (again.status_code, "there is a cut of that name" in again.text) == (403, True)


def test_text_is_looked_for_and_covered_where_somebody_wants_it(served: Served) -> None:
    editor, wanted = served.signed_in(Role.EDITOR), {"clip": "c00000", "name": "가을", "texts": "yes"}
    assert 'name="texts"' not in editor.client.get("/clips/c00000/cover").text
    assert editor.post("/cuts", wanted).status_code == 403
    assert editor.post("/clips/c00000/cover", {"sought": "smells"}).status_code == 422
    assert editor.post("/clips/c00000/cover", {"sought": "text"}).headers["location"] == "/clips/c00000/cover"
    assert 'name="texts"' in editor.client.get("/clips/c00000/cover").text
    assert editor.post("/cuts", wanted).headers["location"] == "/cuts/3/edit"
    assert "text" in {cover.kind for cover in served.archive.plans[3][0][1].sources[0].covers}


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "x"},
        {"clip": "c00000"},
        {"clip": "c00000", "name": ""},
        {"clip": "c00000", "name": "x" * 201},
        {"clip": "c00000", "name": "x\x00"},
        {"clip": "../c00000", "name": "x"},
        {"clip": "c00000", "name": "x", "style": "blur"},
        {"clip": "c00000", "name": "x", "figures": "no"},
        {"clip": "c00000", "name": "x", "texts": "no"},
    ],
)
def test_a_cut_that_cannot_be_is_not_begun(served: Served, fields: dict[str, str]) -> None:
    assert served.signed_in(Role.EDITOR).post("/cuts", fields).status_code == 422
    assert set(served.archive.names) == {1, 2}


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.EDITOR])
def test_nobody_but_an_editor_edits(served: Served, role: Role) -> None:
    other = served.signed_in(role)
    plan = plan_form.written(plan_of(style="mosaic"))
    assert keep(other, plan, based=10) == 403
    for path in ("/cuts/1/edit", "/cuts/1/plan", "/clips/c00000/cover"):
        assert other.client.get(path).status_code == 403
    for path in ("/cuts", "/clips/c00000/cover"):
        assert other.post(path, {"clip": "c00000", "name": "x"}).status_code == 403
    assert "cover" not in re.findall(r'href="/clips/c00000/(\w+)"', other.client.get("/clips/c00000").text)
    assert len(served.archive.plans[1]) == 1


def test_the_editor_is_given_the_plan_and_what_to_look_at_first(served: Served) -> None:
    editor = served.signed_in(Role.EDITOR)
    read = given(editor)
    assert read["based"] == 10
    written = json.dumps(read["plan"], ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert plan_form.parse(written) == plan_of()
    (source,) = read["sources"]
    assert [one["why"] for one in source["concerns"]] == ["bare", "unsure", "short"]
    assert source["said"] == [
        {"language": "ko", "translation": False, "by": ["haneul"], "lines": [[0, 900, "쌀값"]], "left": 2}
    ]
    assert source["concerns"][0]["cover"] is None
    assert all(len(key) == 5 for key in source["concerns"][0]["keys"])
    assert source["total"] == 3


def test_an_edited_plan_is_kept_under_the_editor_s_name(served: Served) -> None:
    editor = served.signed_in(Role.EDITOR)
    plan = plan_of()
    cover = Cover(kind="hand", style="solid", keys=(Key(time_ms=0, x=1, y=2, width=3, height=4),))
    after = replace(plan, sources=(replace(plan.sources[0], covers=(*plan.sources[0].covers, cover)),))
    assert keep(editor, plan_form.written(after)) == 303
    assert served.archive.plans[1][-1] == ("a-editor", after)


def test_what_somebody_else_kept_meanwhile_is_said_and_not_overwritten(served: Served) -> None:
    editor = served.signed_in(Role.EDITOR)
    first, second = (plan_form.written(plan_of(style=style)) for style in ("mosaic", "solid"))
    assert keep(editor, first, based=10) == 303
    assert keep(editor, second, based=10) == 403
    assert len(served.archive.plans[1]) == 2


@pytest.mark.parametrize(
    "untrusted",
    [
        b"",
        b"{}",
        b"\xff\xfe",
        b"[" * 200_000,
        b'{"format":"jebi cut 1"}',
        plan_form.written(plan_of()) + b" ",
        plan_form.written(plan_of()).replace(b'"solid"', b'"blur"', 1),
        plan_form.written(plan_of()).replace(b'"open":[[[', b'"open":[[[-', 1),
        plan_form.written(plan_of()).replace(b"[0,0,6000]", b"[9,0,6000]", 1),
        plan_form.written(plan_of()).replace(b"Rice", b"\\u0000Rice", 1),
        plan_form.written(plan_of()).replace("장마당".encode(), b"\\ud800", 1),
        plan_form.written(plan_of()).replace(b"2026-10", b"<script>", 1),
    ],
)
def test_what_is_no_plan_is_refused_in_a_sentence(served: Served, untrusted: bytes) -> None:
    editor = served.signed_in(Role.EDITOR)
    fields = {"form_token": editor.form_token, "based": "10"}
    answer = editor.client.post("/cuts/1/plan", data=fields, files={"plan": ("x", untrusted)}, headers=SAME)
    assert answer.status_code == 422
    assert "the plan" in answer.text
    assert served.complaints == []
    assert len(served.archive.plans[1]) == 1


def test_a_plan_may_come_packed(served: Served) -> None:
    plan = plan_of(style="mosaic")
    assert keep(served.signed_in(Role.EDITOR), gzip.compress(plan_form.written(plan))) == 303
    assert served.archive.plans[1][-1] == ("a-editor", plan)


@pytest.mark.parametrize(
    "untrusted",
    [
        gzip.compress(bytes((16 << 20) + 1)),
        gzip.compress(b"x" * 100, mtime=0)[:-3],
        gzip.compress(b"{}", mtime=0) + b"more",
        gzip.compress(b"{}", mtime=0) * 2,
        b"\x1f\x8b",
        b"\x1f\x8b" + bytes(100),
    ],
)
def test_what_swells_or_is_broken_is_never_unpacked_to_the_end(served: Served, untrusted: bytes) -> None:
    assert len(untrusted) < 100_000
    assert keep(served.signed_in(Role.EDITOR), untrusted) == 422
    with pytest.raises(Damaged):
        cutting.inflated(untrusted)


@given_any(content=st.binary())
def test_nothing_that_is_packed_is_a_mistake_of_ours(content: bytes) -> None:
    assert cutting.inflated(gzip.compress(content, mtime=0)) == content
    with suppress(Damaged):
        cutting.inflated(cutting.GZIP + content)


def test_a_plan_that_is_too_large_for_a_form_is_turned_away(served: Served) -> None:
    assert keep(served.signed_in(Role.EDITOR), b" " * (1 << 20)) == 413


def test_a_form_of_another_session_keeps_nothing(served: Served) -> None:
    editor = served.signed_in(Role.EDITOR)
    plan = plan_form.written(plan_of(style="mosaic"))
    assert keep(editor, plan, token="0" * 64) == 403
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        fields = {"form_token": editor.form_token, "based": "10"}
        answer = editor.client.post("/cuts/1/plan", data=fields, files={"plan": ("x", plan)}, headers=SAME | headers)
        assert answer.status_code == 403
    assert len(served.archive.plans[1]) == 1


def test_words_of_the_editor_stand_in_the_page_s_own_language(served: Served) -> None:
    text = served.signed_in(Role.EDITOR, language="ko").client.get("/cuts/1/edit").text
    words = json.loads(html.unescape(re.findall(r'words="([^"]*)"></jebi-editor>', text)[0]))
    assert (words["worst"], words["language_ja"]) == ("약한 곳부터", "일본어")
    assert words.keys() >= set(cutting.WORDS)
    assert "style=" not in text
    assert text.count("<h1>") == 1


def test_every_word_that_the_editor_asks_for_is_given_to_it() -> None:
    sources = "".join(path.read_text("utf-8") for path in sorted((ROOT / "web-src" / "src").glob("editor*.ts")))
    asked = set(re.findall(r"words\.([a-z_]+)", sources))
    by_kind = {
        *("bare", "tight", "gap", "unsure", "short", "empty", "stretch_overlaps"),
        *("face", "figure", "text", "hand", "solid", "mosaic", "plain", "surroundings", "disguised"),
        *("plain_why", "surroundings_why", "disguised_why"),
        *("line_empty", "line_ends", "line_fast", "line_overlap", "line_speaker", "line_markup"),
    }
    assert asked <= set(cutting.WORDS)
    assert set(cutting.WORDS) - asked == by_kind - asked


def test_edits_of_a_plan_keep_what_they_should(tmp_path: Path) -> None:
    """The pure half of the editor, in the engine that runs it: tests/web/editing.mjs says what is tried."""
    (tmp_path / "plan.json").write_bytes(plan_form.written(plan_of(has_figures=True)))
    command = ["node", str(ROOT / "tests" / "web" / "editing.mjs"), str(ROOT / "web-src"), str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT / "web-src", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    plan = plan_form.parse((tmp_path / "same.json").read_bytes())
    assert plan == plan_of(has_figures=True)
    edited = plan_form.parse((tmp_path / "edited.json").read_bytes())
    before, after = plan.sources[0], edited.sources[0]
    assert len(after.open) == len(before.open) + 1
    assert len(after.covers) == len(before.covers)  # one was opened, one drawn
    assert edited.about.places == ("혜산", "강변")
    assert dict(edited.about.title) == {"ja": "市場の米", "ko": "장마당의 쌀"}
    assert after.lines == (Line(start_ms=500, end_ms=2500, language="ja", text="米が 高い"), *before.lines)


@pytest.fixture(scope="module")
def there_and_back(tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[bytes]]:
    """The editor's own reading and writing of plans, in the engine that runs it: tests/web/round_trip.mjs."""
    folder = tmp_path_factory.mktemp("round-trip")
    command = ["node", str(ROOT / "tests" / "web" / "round_trip.mjs"), str(ROOT / "web-src"), str(folder)]
    with subprocess.Popen(command, cwd=ROOT / "web-src", stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield process
        assert process.stdin
        process.stdin.close()


@given_any(plan=any_plans())
def test_nothing_that_a_plan_allows_is_lost_in_the_editor(there_and_back: subprocess.Popen[bytes], plan: Plan) -> None:
    assert there_and_back.stdin
    assert there_and_back.stdout
    there_and_back.stdin.write(plan_form.written(plan) + b"\n")
    there_and_back.stdin.flush()
    same, more = (
        there_and_back.stdout.readline().rstrip(b"\n"),
        plan_form.parse(there_and_back.stdout.readline().rstrip(b"\n")),
    )

    assert same == plan_form.written(plan)
    added = Line(start_ms=5, end_ms=20, language="ko", text="쌀")
    lines = sorted((*plan.sources[0].lines, added), key=lambda line: line.start_ms)
    assert more == replace(plan, sources=(replace(plan.sources[0], lines=tuple(lines)), *plan.sources[1:]))
