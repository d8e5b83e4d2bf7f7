"""The desk is put together from its table, keeps to itself, and answers fast enough to be a pleasure."""

import pytest

from jebi.office.kinds import Role
from jebi.web import app, receiving
from jebi.web.settings import Settings
from web.archive import sample
from web.served import Served


def test_a_page_without_a_row_keeps_the_desk_from_starting(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def stray() -> None:
        """No row in the table."""

    monkeypatch.setattr(receiving, "ENDPOINTS", (*receiving.ENDPOINTS, stray))
    with pytest.raises(ValueError, match="stray"):
        served.client()


def test_there_is_no_description_to_fetch(served: Served) -> None:
    editor = served.signed_in(Role.EDITOR)
    for path in ("/docs", "/redoc", "/openapi.json", "/docs/oauth2-redirect"):
        assert editor.client.get(path).status_code == 404


def test_nothing_is_reported_whatever_the_environment_says(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    served.client()
    assert not served.app._native_telemetry.enabled()


def test_only_the_routes_of_the_table_are_there(served: Served) -> None:
    served.client()
    assert {route.name for route in served.app.routes} == set(app.endpoints_by_name())  # type: ignore[attr-defined]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "HEAD"])
def test_no_other_method_does_anything(served: Served, method: str) -> None:
    editor = served.signed_in(Role.EDITOR)
    answer = editor.client.request(method, "/archive", headers={"sec-fetch-site": "same-origin"})
    assert answer.status_code == 405


@pytest.mark.parametrize("origins", [(), ("127.0.0.1:80",), ("http://a", "https://b")])
def test_settings_that_cannot_be_are_a_mistake_of_the_caller(origins: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"origins|https"):
        Settings(origins=origins, clock=float, dice=bytes, complain=print)


def test_a_grid_is_a_page_at_a_time_and_keeps_its_filter() -> None:
    editor = Served(archive=sample(200)).signed_in(Role.EDITOR)
    first = editor.client.get("/archive?speech=yes").text
    assert first.count('<li class="clip') == 48
    assert "/archive?speech=yes&amp;key=48" in first
    assert "/archive?speech=yes&amp;key=0" in editor.client.get("/archive?speech=yes&key=48").text
