"""The gate takes forms in one alphabet, and nothing in them is a mistake of the desk's."""

import pytest

from jebi.office.kinds import Role
from web.served import SAME, Served

CODECS = ("undefined", "punycode", "idna", "utf-7", "utf-16", "unicode_escape", "hex", "x" * 3000, "utf-8, utf-16")
PATHS = ("/sign-in", "/sign-out", "/clips/c00000/tags")


def part(name: str, value: bytes) -> bytes:
    return f'--xx\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value + b"\r\n"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("codec", CODECS)
def test_a_form_in_another_alphabet_is_turned_away(served: Served, codec: str, path: str) -> None:
    editor = served.signed_in(Role.EDITOR)
    content = part("form_token", editor.form_token.encode()) + part("tag", rb"\ud800+2AA-") + b"--xx--\r\n"
    headers = SAME | {"content-type": f"multipart/form-data; boundary=xx; charset={codec}"}
    assert editor.client.post(path, content=content, headers=headers).status_code == 400
    assert served.complaints == []


def test_utf_8_may_be_named(served: Served) -> None:
    editor = served.signed_in(Role.EDITOR)
    content = part("form_token", editor.form_token.encode()) + part("tag", "시장 골목".encode()) + b"--xx--\r\n"
    headers = SAME | {"content-type": "multipart/form-data; charset=UTF-8; boundary=xx"}
    assert editor.client.post("/clips/c00000/tags", content=content, headers=headers).status_code == 303
    assert "시장 골목" in served.archive.clip("c00000").card.tags


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=", b"x"),
        ("multipart/form-data; boundary=xx", b"--xx\r\nContent-Disposition: form-data\r\n\r\nx\r\n--xx--"),
        ("multipart/form-data; boundary=xx", b"--xx\r\n: \r\n\r\n"),
        ("multipart/form-data; boundary=" + "y" * 300, b"x"),
        ("application/x-www-form-urlencoded", b"a=1&" * 2000),
        ("application/x-www-form-urlencoded", b"%%%&=&;" * 20),
        ("application/json", b"{"),
        ("", b"\xff"),
    ],
)
@pytest.mark.parametrize("path", PATHS)
def test_a_form_that_is_none_changes_nothing(served: Served, path: str, kind: str, content: bytes) -> None:
    editor = served.signed_in(Role.EDITOR)
    before = list(served.archive.log)
    answer = editor.client.post(path, content=content, headers=SAME | {"content-type": kind})
    assert answer.status_code in {400, 403, 429}
    assert served.archive.log == before


def test_a_file_where_a_field_should_be_is_not_taken_for_one(served: Served) -> None:
    editor = served.signed_in(Role.EDITOR)
    fields = {"form_token": editor.form_token, "text": "x"}
    for name in ("at", "text", "form_token"):
        given = {key: value for key, value in fields.items() if key != name}
        files = {name: ("a file", b"1:15")}
        answer = editor.client.post("/clips/c00000/notes", data=given, files=files, headers=SAME)
        assert answer.status_code in {403, 422}, name
    assert served.complaints == []
