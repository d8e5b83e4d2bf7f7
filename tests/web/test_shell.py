"""What stands around every request holds, whatever is asked."""

import pytest

from jebi.errors import NoRoom, Unable
from jebi.office.kinds import Role
from jebi.web.shell import ALWAYS, POLICY
from web.served import ORIGIN, SAME, Served

CROSS = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}


@pytest.mark.parametrize(
    "path", ["/sign-in", "/static/desk.css", "/nothing", "/archive", "/clips/c00000/media/poster", "/parcels/live"]
)
def test_every_answer_has_the_headers(served: Served, path: str) -> None:
    answer = served.client().get(path)
    for name, value in ALWAYS.items():
        assert answer.headers[name] == value


def test_the_policy_lets_nothing_in_from_elsewhere() -> None:
    assert POLICY.startswith("default-src 'none'")
    assert "unsafe" not in POLICY
    assert "http" not in POLICY
    assert "*" not in POLICY


def test_only_the_files_that_pages_stand_on_are_kept(served: Served) -> None:
    editor = served.signed_in(Role.EDITOR)
    assert "immutable" in editor.client.get("/static/desk.css").headers["cache-control"]
    for path in (
        "/archive",
        "/clips/c00000",
        "/clips/c00000/media/viewing",
        "/clips/c00000/transcripts/t1.vtt",
        "/nothing",
    ):
        assert editor.client.get(path).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:9999", "localhost.evil.example:8765", ""])
def test_a_name_that_is_not_ours_is_turned_away(served: Served, host: str) -> None:
    editor = served.signed_in(Role.EDITOR)
    answer = editor.client.get("/archive", headers={"host": host})
    assert answer.status_code == 421
    assert "clip" not in answer.text


def test_another_name_of_ours_is_answered(served: Served) -> None:
    assert served.client().get("/sign-in", headers={"host": "LOCALHOST:8765"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": "https://evil.example"},
        {"origin": "http://127.0.0.1:9999", "sec-fetch-site": "same-site"},
        {"origin": ORIGIN, "sec-fetch-site": "cross-site"},
        {"origin": "https://evil.example", "sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
    ],
)
def test_a_form_from_elsewhere_changes_nothing(served: Served, headers: dict[str, str]) -> None:
    editor = served.signed_in(Role.EDITOR)
    fields = {"form_token": editor.form_token, "tag": "planted"}
    answer = editor.client.post("/clips/c00000/tags", data=fields, headers=headers)
    assert answer.status_code == 403
    assert "planted" not in served.archive.clip("c00000").card.tags


@pytest.mark.parametrize("headers", [SAME, {"sec-fetch-site": "same-origin", "origin": "null"}, {"origin": ORIGIN}])
def test_a_form_of_ours_goes_through(served: Served, headers: dict[str, str]) -> None:
    editor = served.signed_in(Role.EDITOR)
    fields = {"form_token": editor.form_token, "tag": "mine"}
    assert editor.client.post("/clips/c00000/tags", data=fields, headers=headers).status_code == 303
    assert "mine" in served.archive.clip("c00000").card.tags


def test_another_page_cannot_show_our_pictures(served: Served) -> None:
    editor = served.signed_in(Role.EDITOR)
    assert editor.client.get("/clips/c00000/media/poster", headers=CROSS).status_code == 403
    assert (
        editor.client.get(
            "/archive", headers=CROSS | {"sec-fetch-dest": "iframe", "sec-fetch-mode": "navigate"}
        ).status_code
        == 403
    )


def test_a_link_from_elsewhere_leads_here(served: Served) -> None:
    led = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert served.client().get("/sign-in", headers=led).status_code == 200


def test_a_mistake_shows_no_trace_and_no_name(served: Served) -> None:
    editor = served.signed_in(Role.EDITOR)
    served.archive.clips_by_id["c00000"] = "a secret name"  # type: ignore[assignment]
    answer = editor.client.get("/clips/c00000")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["content-security-policy"] == POLICY
    assert "secret" not in "".join(served.complaints)
    assert served.complaints


def test_what_this_machine_cannot_do_is_said_without_a_path(served: Served) -> None:
    editor = served.signed_in(Role.EDITOR)
    served.archive.failure = Unable("/home/somebody/archive is full")
    answer = editor.client.get("/health")
    assert answer.status_code == 503
    assert "somebody" not in answer.text


def test_a_full_disk_is_named_and_what_to_do(served: Served) -> None:
    editor = served.signed_in(Role.EDITOR)
    served.archive.failure = NoRoom("the disk with the log is full")
    answer = editor.client.get("/health")
    assert (answer.status_code, "Make room on the disk of the archive" in answer.text) == (507, True)


def test_https_is_kept_to(served: Served) -> None:
    served.origins = ("https://desk.example",)
    answer = served.client().get("/sign-in")
    assert "max-age" in answer.headers["strict-transport-security"]
