"""The public site in a real browser, from a server and from a folder, with and without scripts; and what stock checkers say of it."""

import html
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).resolve().parent.parent))
from jebi.archive.transcript import parse_transcript
from jebi.media.ladder import Movie
from jebi.release.publish import Film, Retraction, words
from jebi.web.site.generator import generate
from published import DAY, SIGNER, Files, cues, film, real_files, signed_site, taker

HERE = Path(__file__).parent
CHECKER = HERE / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
PATIENCE = 300
MOST_BEFORE = 60_000  # bytes of a film's page, with style, script and still
FILM, LONG, GONE = "films/0004.html", "films/0003.html", "films/0002.html"
KINDS = (
    "index.html",
    "archive.html",
    "places.html",
    "themes.html",
    "time.html",
    "time/2026.html",
    "check.html",
    FILM,
    LONG,
    GONE,
)
FROM_A_PATH = re.compile(
    r"Resource violates Content Security Policy \(meta tag\): image .* blocked by .img-src. directive\."
)
SHOTS = (
    ("site-front", "en/index.html", 1440, "light"),
    ("site-front-ko-dark", "ko/index.html", 1440, "dark"),
    ("site-film", f"en/{FILM}", 1440, "light"),
    ("site-film-narrow-ja-dark", f"ja/{FILM}", 390, "dark"),
)


@pytest.fixture(scope="session")
def site(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of four films, one of them long, one withdrawn, one as large as a page may be."""
    folder, held = tmp_path_factory.mktemp("public"), Files()
    movie = Movie(path=str(samples / "bikes.mp4"), width=640, height=272, seconds=10, has_sound=False)
    real = real_files(movie, tmp_path_factory.mktemp("stream"), held, at=3)
    entries: list[Film | Retraction] = [
        film(1, held, **real, filmed="", places=()),
        Retraction(
            number=2,
            day=DAY,
            words=words({"en": "Somebody could be recognised.", "ko": "알아볼 수 있는 사람이 있었습니다."}),
        ),
        film(3, held, **real, subtitles=(cues("en", 600), cues("ko", 600, machine=True))),
        film(
            4,
            held,
            **real,
            subtitles=tuple(cues(language, 40, machine=language == "ja") for language in ("en", "ko", "ja")),
        ),
    ]
    generate(signed_site(entries), str(folder / "site"), take=taker(held), signer=SIGNER, day=DAY)
    return folder / "site"


@pytest.fixture(scope="session")
def seen(site: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What Chromium saw. `JEBI_PICTURES` names the folder that its screenshots are kept in."""
    folder = tmp_path_factory.mktemp("site-tour")
    place = next((site / "en" / "places").iterdir()).relative_to(site / "en")
    given = {
        "site": str(site),
        "kinds": [*KINDS, str(place), LONG.replace(".html", "-words.html")],
        "film": FILM,
        "long": LONG,
        "shots": SHOTS,
        "pictures": os.environ.get("JEBI_PICTURES", str(folder)),
        "sandbox": os.geteuid() != 0,
    }
    (folder / "given.json").write_text(json.dumps(given), encoding="utf-8")
    command = ["node", str(HERE / "site.mjs"), str(folder / "given.json")]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return {**found, "folder": given["pictures"]}


@pytest.fixture(params=["http with script", "http without script", "file with script", "file without script"])
def played(request: pytest.FixtureRequest, seen: dict[str, Any]) -> dict[str, Any]:
    plays: dict[str, Any] = seen["plays"][request.param]
    return {**plays, "how": request.param}


def test_a_film_plays_and_seeks(played: dict[str, Any]) -> None:
    assert played["played"]["at"] > 0.2
    assert played["sought"]["at"] >= 4
    assert played["decoded"] > 5
    assert (played["played"]["error"], played["sought"]["error"]) == ("", "")


def test_browsers_that_play_streams_get_the_stream_from_a_server_and_all_others_the_film(
    played: dict[str, Any],
) -> None:
    assert played["played"]["source"] == ("stream.m3u8" if played["how"] == "http with script" else "film.mp4")


def test_nothing_of_the_film_is_fetched_and_little_else_before_somebody_plays_it(seen: dict[str, Any]) -> None:
    for how in ("http with script", "http without script"):
        before = seen["plays"][how]
        assert 20_000 < before["before"] <= MOST_BEFORE
        assert not [url for url in before["asked"] if url.endswith((".mp4", ".m3u8"))]


def test_subtitles_are_there_in_every_language_even_in_a_folder(seen: dict[str, Any]) -> None:
    for how in ("http with script", "file with script"):
        tracks = {language: (mode, count) for language, mode, count in seen["plays"][how]["played"]["cues"]}
        assert tracks["en"] == ("showing", 40), how
        assert tracks.keys() == {"en", "ko", "ja"}
    words_page = seen["plays"]["file with script"]["words"]["cues"]
    assert ["en", "showing", 600] in words_page


def test_a_time_of_the_transcript_is_a_link_that_a_script_makes_quick(seen: dict[str, Any]) -> None:
    for how, played in seen["plays"].items():
        assert played["link"] == "../../films/0004/film.mp4#t=1.6"
        if "with script" in how:
            assert played["moved"].endswith(FILM)


def test_pages_are_walked_by_keyboard_and_lead_to_other_languages(played: dict[str, Any]) -> None:
    assert (played["skip"], played["language"]) == ("#main", "ko")


def test_axe_finds_nothing_on_any_kind_of_page_in_any_language_or_theme(seen: dict[str, Any]) -> None:
    assert seen["axe"] == []
    assert seen["looked"] == 2 * (len(KINDS) + 2)


def test_nothing_sticks_out_from_360_to_2560_pixels(seen: dict[str, Any]) -> None:
    assert seen["out"] == []


def test_no_request_goes_elsewhere_and_nothing_is_complained_of(seen: dict[str, Any]) -> None:
    assert seen["elsewhere"] == []
    blocked = re.compile(
        r"^file:.*(\.vtt|text track|CORS|origin)", re.IGNORECASE
    )  # what scripts mend, and transcripts replace
    assert [one for one in seen["said"] if not blocked.search(one)] == []


def test_the_tour_leaves_pictures(seen: dict[str, Any]) -> None:
    for name, *_ in SHOTS:
        assert (Path(seen["folder"]) / f"{name}.png").stat().st_size > 10_000


def test_the_nu_checker_has_nothing_to_say_of_any_page(site: Path) -> None:
    """It cannot tell the place of a page that it reads from a path, so it says of every image there that a policy, even `*`, blocks it."""
    command = [
        "java",
        "-Xss4m",
        "-XX:TieredStopAtLevel=1",
        "-jar",
        str(CHECKER),
        "--format",
        "json",
        "--skip-non-html",
        str(site),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    messages = json.loads(done.stdout or done.stderr)["messages"]
    assert [one for one in messages if not FROM_A_PATH.fullmatch(one["message"])] == []


def test_subtitles_are_webvtt_to_our_parser_and_to_the_browser_alike(site: Path, seen: dict[str, Any]) -> None:
    files = sorted(site.glob("films/*/*.vtt"))
    assert len(files) == 8
    for path in files:
        read = parse_transcript(path.read_bytes())
        assert read.remarks == ()
        assert read.cues
    tracks = seen["plays"]["http with script"]["sought"]["cues"]
    assert ["en", "showing", len(parse_transcript((site / "films/0004/en.vtt").read_bytes()).cues)] in tracks


def test_what_is_read_on_a_page_is_what_the_subtitles_say(site: Path) -> None:
    page = (site / "ko" / FILM).read_text(encoding="utf-8")
    (korean,) = re.findall(r'<ol class="words" lang="ko".*?</ol>', page, re.DOTALL)
    read = [html.unescape(line) for line in re.findall(r"<span>(.*?)</span>", korean)]
    assert read == [cue.text for cue in parse_transcript((site / "films/0004/ko.vtt").read_bytes()).cues]
