"""Footage leaves in the pieces that were asked for, under a type that is known, to nobody else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.office.kinds import Role
from jebi.web import watching
from web.archive import Bytes
from web.served import Served

FILM = bytes(range(256)) * 1000


@pytest.mark.parametrize(
    ("asked", "status", "part", "said"),
    [
        ("", 200, FILM, None),
        ("bytes=0-", 206, FILM, "bytes 0-255999/256000"),
        ("bytes=0-0", 206, FILM[:1], "bytes 0-0/256000"),
        ("bytes=100-199", 206, FILM[100:200], "bytes 100-199/256000"),
        ("bytes=-10", 206, FILM[-10:], "bytes 255990-255999/256000"),
        ("bytes=255990-999999999999", 206, FILM[255990:], "bytes 255990-255999/256000"),
        ("bytes=256000-", 416, None, "bytes */256000"),
        ("bytes=5-4", 416, None, "bytes */256000"),
        ("bytes=-0", 416, None, "bytes */256000"),
        ("bytes=-", 200, FILM, None),
        ("bytes=0-1,5-6", 200, FILM, None),
        ("bytes=99999999999999999999-", 200, FILM, None),
        ("frames=1-2", 200, FILM, None),
    ],
)
def test_a_range_is_answered_as_rfc_9110_says(
    served: Served, asked: str, status: int, part: bytes | None, said: str | None
) -> None:
    served.archive.films = [FILM]
    editor = served.signed_in(Role.EDITOR)
    answer = editor.client.get("/clips/c00000/media/viewing", headers={"range": asked} if asked else {})
    assert answer.status_code == status
    assert answer.headers.get("content-range") == said
    if part is not None:
        assert answer.content == part
        assert answer.headers["content-length"] == str(len(part))
        assert answer.headers["content-type"] == "video/mp4"


@given(
    asked=st.one_of(st.text(), st.from_regex(r"bytes=[0-9]{0,20}-[0-9]{0,20}", fullmatch=True)),
    size=st.integers(0, 300),
)
def test_no_range_breaks_anything(asked: str, size: int) -> None:
    answer = watching.ranged(Bytes(bytes(size), "video/mp4"), asked)
    assert answer.status_code in {200, 206, 416}


@pytest.mark.parametrize("media_type", ["text/html", "image/svg+xml", "application/pdf", ""])
def test_a_type_that_a_browser_would_run_is_never_sent(served: Served, media_type: str) -> None:
    with pytest.raises(Exception, match="404"):
        watching.ranged(Bytes(b"<script>", media_type), "")


def test_a_search_hits_second_is_in_its_address(served: Served) -> None:
    editor = served.signed_in(Role.EDITOR)
    text = editor.client.get("/search?q=시장").text
    assert "<mark>시장</mark>" in text
    assert "#t=" in text


@pytest.mark.parametrize("form", ["vtt", "srt"])
def test_a_transcript_leaves_as_a_file_and_comes_back_the_same(served: Served, form: str) -> None:
    editor = served.signed_in(Role.EDITOR)
    answer = editor.client.get(f"/clips/c00000/transcripts/t1.{form}")
    assert answer.headers["content-disposition"] == f'attachment; filename="t1.{form}"'
    editor.post("/clips/c00000/transcripts", {"language": "ko"}, file=answer.content)
    before, *_, after = served.archive.clip("c00000").transcripts
    assert [one.text for one in after.cues] == [one.text for one in before.cues]
    assert not after.is_machine


def test_machine_text_is_marked_as_such_wherever_it_stands(served: Served) -> None:
    editor = served.signed_in(Role.EDITOR)
    for path in ("/clips/c00000", "/search?q=쌀값"):
        assert 'class="machine"' in editor.client.get(path).text


def test_who_may_not_see_people_sees_no_word_of_them(served: Served) -> None:
    for role, is_shown in (
        (Role.EDITOR, True),
        (Role.CLEARER, True),
        (Role.PUBLISHER, False),
        (Role.RESEARCHER, False),
    ):
        signed = served.signed_in(role)
        assert ("seller-14" in signed.client.get("/clips/c00000").text) == is_shown


def test_a_verdict_stands_beside_the_timeline(served: Served) -> None:
    editor = served.signed_in(Role.EDITOR)
    assert "As it came: everything agrees." in editor.post("/clips/c00000/verify").text
    assert "Something does not agree." in editor.post("/clips/c00009/verify").text


def test_an_evidence_package_is_a_file_of_its_own_name(served: Served) -> None:
    answer = served.signed_in(Role.EDITOR).post("/clips/c00000/evidence")
    assert answer.headers["content-disposition"] == 'attachment; filename="evidence-c00000.tar"'
    assert len(answer.content) == int(answer.headers["content-length"])


@pytest.mark.parametrize(
    "path",
    [
        "/clips/c00000/media/shot",
        "/clips/c00000/media/original",
        "/clips/c00000/shots/99999999",
        "/clips/c00000/shots/-1",
        "/clips/..%2f..%2fetc/media/viewing",
        "/clips/c00000/transcripts/t1.exe",
        "/static/..%2fapp.py",
        "/static/x",
    ],
)
def test_there_is_nothing_else_to_fetch(served: Served, path: str) -> None:
    assert served.signed_in(Role.EDITOR).client.get(path).status_code in {404, 422}
