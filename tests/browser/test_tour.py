"""An editor's morning in a real browser: by keyboard alone, in three languages, with nothing leaving the desk."""

from pathlib import Path
from typing import Any

TOO_MUCH = (
    "Too much to read: 16 characters a second, where 7 can be read. Shorten it, or give it more time."  # 11 in 0.7 s
)


def test_an_editor_signs_in_searches_watches_and_leaves_by_keyboard_alone(found: dict[str, Any]) -> None:
    morning = found["morning"]
    assert (morning["door"], morning["inside"], morning["out"]) == ("/sign-in", "/archive", "/sign-in")
    assert (morning["skip"], morning["main"]) == ("#main", "main")
    assert morning["help"]
    assert morning["roved"] == morning["columns"]
    assert morning["stops"] == 1
    assert morning["language"] == "작업"


def test_words_of_all_three_languages_are_found_and_lead_to_their_second(found: dict[str, Any]) -> None:
    morning = found["morning"]
    assert min(morning["hits"][word] for word in ("쌀값", "시장", "市場", "market")) > 0
    assert morning["jumped"]
    assert morning["marked"]


def test_footage_plays_and_answers_to_keys(found: dict[str, Any]) -> None:
    morning = found["morning"]
    assert morning["played"]
    assert morning["subtitles"].startswith("오늘 쌀값")
    assert morning["back"]
    assert morning["shot"]
    assert morning["noting"] == "text"
    assert morning["noted"]


def test_custody_is_verified_and_the_package_exported(found: dict[str, Any]) -> None:
    assert found["morning"]["verdict"] == "As it came: everything agrees."
    assert found["morning"]["exported"].startswith("evidence-")


def test_an_open_page_draws_a_change_by_itself(found: dict[str, Any]) -> None:
    assert found["live"] == {"drawn": True, "left": "begun"}


def test_what_lies_in_the_inbox_is_received_on_the_page_of_arrivals(found: dict[str, Any]) -> None:
    assert found["received"] == {"before": 1, "said": "whole", "after": 0}


def test_a_plan_is_edited_by_keyboard_alone_and_kept(found: dict[str, Any]) -> None:
    assert found["edited"] == {
        "begins": 1,
        "finding": "t=1.2",
        "saved": True,
        "worst": "0:00.8 The finder was not sure (42 %)",
        "moved": [50, -50, 50, 50],
        "asked": True,
        "deleted": 1,
        "undone": 0,
        "said": {
            "taken": [4, TOO_MUCH],
            "left": 3,
            "other": [0, 1],
            "back": ["0", 4, "ko"],
        },
        "out": ['Rice "now"', 1],
        "kept": [1, 1, True, 1],
    }


def test_pages_say_what_they_say_without_a_script(found: dict[str, Any]) -> None:
    assert all(found["plain"].values()), found["plain"]


def test_axe_finds_nothing_serious_on_any_page_in_either_theme(found: dict[str, Any]) -> None:
    assert found["looked"]["axe"] == []
    assert found["looked"]["pages"] == 24


def test_nothing_sticks_out_from_360_to_2560_pixels(found: dict[str, Any]) -> None:
    assert found["looked"]["out"] == []


def test_no_request_leaves_the_origin_and_nothing_is_complained_of(found: dict[str, Any]) -> None:
    assert found["elsewhere"] == []
    assert [one for one in found["said"] if "/nothing:" not in one] == []
    assert found["said_by_desk"].splitlines()[1:] == []


def test_no_script_can_read_the_session(found: dict[str, Any]) -> None:
    assert found["morning"]["script"] == ""


def test_the_tour_leaves_pictures(found: dict[str, Any]) -> None:
    assert len(found["taken"]) == 14
    for name in found["taken"]:
        assert (Path(found["folder"]) / f"{name}.png").stat().st_size > 10_000
