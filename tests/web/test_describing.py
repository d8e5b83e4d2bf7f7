"""What members say of a clip is kept as they said it, under their name."""

import pytest

from jebi.office.kinds import Certainty, Consent, Risk, Role
from web.served import Served


def test_what_is_said_of_a_clip_is_kept(served: Served) -> None:
    editor = served.signed_in(Role.EDITOR)
    base = "/clips/c00000"
    for path, fields in (
        ("notes", {"text": "한 줄\r\n두 줄", "at": "1:15.5"}),
        ("tags", {"tag": "새 태그"}),
        ("collections", {"collection": "가을"}),
        ("places", {"place": "강가", "certainty": "confirmed", "note": "다리"}),
        ("times", {"time": "spring", "certainty": "doubtful"}),
        ("people", {"pseudonym": "boy-3", "risk": "mortal", "consent": "refused", "at": "2"}),
        ("claims", {"text": "a market", "certainty": "probable", "corroborating": "c00001, c00002"}),
    ):
        assert editor.post(f"{base}/{path}", fields).status_code == 303, path
    clip = served.archive.clip("c00000")
    assert (clip.notes[-1].text, clip.notes[-1].at, clip.notes[-1].by) == ("한 줄\n두 줄", 75.5, "a-editor")
    assert "새 태그" in clip.card.tags
    assert "가을" in clip.collections
    assert (clip.places[-1].value, clip.places[-1].certainty) == ("강가", Certainty.CONFIRMED)
    assert clip.times[-1].certainty is Certainty.DOUBTFUL
    assert (clip.people[-1].risk, clip.people[-1].consent, clip.people[-1].at) == (Risk.MORTAL, Consent.REFUSED, 2.0)
    assert clip.claims[-1].corroborating == ("c00001", "c00002")
    assert clip.custody[-1].actor == "member/a-editor"

    editor.post(f"{base}/tags/drop", {"tag": "새 태그"})
    editor.post(f"{base}/collections/drop", {"collection": "가을"})
    assert "새 태그" not in served.archive.clip("c00000").card.tags
    assert "가을" not in served.archive.clip("c00000").collections


@pytest.mark.parametrize("risk", Risk)
@pytest.mark.parametrize("consent", Consent)
def test_a_person_is_shown_whatever_is_known_of_them(served: Served, risk: Risk, consent: Consent) -> None:
    editor = served.signed_in(Role.EDITOR)
    editor.post("/clips/c00000/people", {"pseudonym": "boy-3", "risk": risk, "consent": consent})
    for page in ("/clips/c00000", "/clips/c00000/people"):
        answer = editor.client.get(page)
        assert (answer.status_code, "boy-3" in answer.text) == (200, True)


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("notes", {"text": ""}),
        ("notes", {"text": "x" * 4001}),
        ("notes", {"text": "x", "at": "soon"}),
        ("notes", {"text": "x", "at": "1:2:3:4"}),
        ("notes", {"text": "x", "at": "9999999999"}),
        ("notes", {"text": "bell \x07"}),
        ("tags", {"tag": "x" * 201}),
        ("tags", {}),
        ("places", {"place": "x", "certainty": "certain"}),
        ("people", {"pseudonym": "x", "risk": "none", "consent": "given"}),
        ("claims", {"text": "x", "certainty": "possible", "corroborating": "c99999"}),
        ("transcripts", {"language": "ko"}),
    ],
)
def test_what_cannot_be_is_not_taken(served: Served, path: str, fields: dict[str, str]) -> None:
    before = served.archive.clip("c00000")
    assert served.signed_in(Role.EDITOR).post(f"/clips/c00000/{path}", fields).status_code in {404, 422}
    assert served.archive.clip("c00000") == before


def test_a_file_that_is_no_transcript_is_refused_with_what_is_wrong(served: Served) -> None:
    editor = served.signed_in(Role.EDITOR)
    for content in (b"", b"not a transcript", b"\xff\xfe", b"\0" * 1000):
        answer = editor.post("/clips/c00000/transcripts", {"language": "ko"}, file=content)
        assert answer.status_code == 422


def test_a_body_above_its_limit_is_not_read(served: Served) -> None:
    editor = served.signed_in(Role.EDITOR)
    answer = editor.post("/clips/c00000/transcripts", {"language": "ko"}, file=b"x" * (1 << 20))
    assert answer.status_code == 413


def test_a_form_of_thousands_of_fields_is_refused(served: Served) -> None:
    editor = served.signed_in(Role.EDITOR)
    assert editor.post("/clips/c00000/tags", {f"field{n}": "x" for n in range(200)}).status_code == 400
