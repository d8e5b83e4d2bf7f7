"""`jebi desk site`, as it is typed."""

from typing import TYPE_CHECKING

import pytest

from going_out import SETTINGS
from jebi.errors import Exit

if TYPE_CHECKING:
    from cli.conftest import Jebi


def test_settings_are_kept_and_the_key_stays(office: "Jebi") -> None:
    office.write("site.toml", SETTINGS)
    first = office.desk("site", "--settings", "site.toml", "--as", "owl", "--json")
    assert (first.status, first.fact["title"]) == (Exit.DONE, {"en": "Spring Films"})
    assert first.fact["languages"] == ["en", "ko", "ja"]
    assert office.desk("site", "--json").fact == first.fact
    assert "member/owl" in (office.folder / "archive/log/records.jsonl").read_text()


@pytest.mark.parametrize(
    ("settings", "status", "told"),
    [
        (None, Exit.REFUSED, "no title yet"),
        (b"[title]", Exit.DAMAGED, "an about"),
        (b"\xff", Exit.DAMAGED, "no TOML"),
    ],
)
def test_what_cannot_be_is_said(office: "Jebi", settings: bytes | None, status: Exit, told: str) -> None:
    more = ["--settings", office.write("site.toml", settings)] if settings is not None else []
    said = office.desk("site", *more)
    assert (said.status, told in said.err) == (status, True), said
