"""Films that are published in tests: small made-up ones by the hundred, and real ones with their streams."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from jebi.archive.transcript import Cue
from jebi.media.ladder import Made, Movie, make_ladder, make_stills
from jebi.parcel.note import Ed25519Signer
from jebi.parcel.safename import SafeName
from jebi.release.publish import Change, File, Film, Retraction, Site, Subtitles, words

SIGNER = Ed25519Signer(name="spring.example/site", secret=hashlib.sha256(b"site").digest())
DAY = date(2026, 11, 23)
PLACES = ("혜산", "청진", "무산", "평성", "新義州", "Sinuiju bridge")
THEMES = ("시장", "철도", "학교", "겨울", "放送", "Bread & salt")
ABOUT = words(
    {
        "en": "Films from inside, made by people who live there and shown so that nobody in them, or behind the camera, is exposed.",
        "ko": "그곳에 사는 사람들이 찍은 영상입니다. 영상 속 사람도, 카메라 뒤의 사람도 드러나지 않게 공개합니다.",
        "ja": "そこに暮らす人々が撮った映像です。映っている人も、カメラを持つ人も明かされないように公開しています。",
    }
)
TITLE = words({"en": "Spring Films", "ko": "봄 영상", "ja": "春の映像"})
SUBJECTS = (
    ("Morning at the market", "시장의 아침", "市場の朝"),
    ("The night train", "밤기차", "夜汽車"),
    ("Waiting for the ferry", "나룻배를 기다리며", "渡し船を待つ"),
    ("What a kilo of rice costs", "쌀 1킬로의 값", "米一キロの値段"),
    ("Loudspeakers on the square", "광장의 확성기", "広場の拡声器"),
    ("First snow, and no coal", "첫눈, 그리고 석탄은 없다", "初雪、石炭はない"),
    ("A school day", "학교의 하루", "学校の一日"),
)
SPOKEN = {
    "en": ("How much is the rice today?", "Dearer than yesterday. The lorry has not come.", "<i>They & we</i> wait."),
    "ko": ("오늘 쌀값이 얼마요?", "어제보다 비싸요. 차가 아직 안 왔소.", "우리는 기다립니다."),
    "ja": ("今日、米はいくらですか。", "昨日より高いです。トラックがまだ来ません。", "私たちは待ちます。"),
}
Files = dict[str, bytes]


def signed_site(entries: Iterable[Film | Retraction], **more: Any) -> Site:
    return Site(title=TITLE, about=ABOUT, key=str(SIGNER.verifier()), entries=tuple(entries), **more)


def cues(language: str, count: int, *, machine: bool = False) -> Subtitles:
    said = SPOKEN[language]
    lines = [
        Cue(
            start_ms=400 + 1200 * at,
            end_ms=1500 + 1200 * at,
            text=said[at % len(said)].replace("<i>", "").replace("</i>", ""),
            is_machine=machine,
        )
        for at in range(count)
    ]
    return Subtitles(language=language, cues=tuple(lines))


def film(number: int, files: Files, **more: Any) -> Film:
    """A film whose files are a few bytes; they go into `files` by their digest."""
    subject: dict[str, str] = dict(zip(("en", "ko", "ja"), SUBJECTS[number % len(SUBJECTS)], strict=True))
    values: dict[str, Any] = {
        "number": number,
        "title": words({language: f"{title} {number}" for language, title in subject.items()}),
        "summary": words(
            {
                "en": "Filmed from a bag over three hours.\nNobody speaks who could be known.",
                "ko": "가방 안에서 세 시간 동안 찍었습니다.",
            }
        ),
        "why": words(
            {"en": "Whoever is seen here could be punished for it.", "ko": "여기 보이는 사람은 처벌받을 수 있습니다."}
        ),
        "places": (PLACES[number % len(PLACES)],),
        "themes": (THEMES[number % len(THEMES)], THEMES[number // 7 % len(THEMES)])[
            : 1 + (number % 6 != number // 7 % 6)
        ],
        "filmed": ("2026-10-03", "2026-09", "2025", "")[number % 4],
        "seconds": 61 + number,
        "published": DAY - timedelta(days=max(0, 1000 - number)),
        "changes": ((Change.FACES_COVERED, 4), (Change.VOICES_REPLACED, 1), (Change.NOISE_LOWERED, 0)),
        "subtitles": tuple(cues(language, 3 + number % 5) for language in ("en", "ko", "ja")),
        "width": 1280,
        "height": 720,
        "movie": made_up("film.mp4", f"film {number}".encode(), files),
        "poster": made_up("poster.jpg", f"poster {number}".encode(), files),
        "card": made_up("card.jpg", f"card {number}".encode(), files),
    }
    return Film(**(values | more))


def made_up(name: str, content: bytes, files: Files) -> File:
    digest = hashlib.sha256(content).hexdigest()
    files[digest] = content
    return File(name=SafeName(name), size=len(content), sha256=digest)


def real_files(movie: Movie, folder: Path, files: Files, *, at: float, ladder: bool = True) -> dict[str, Any]:
    """A real film's files, as values for `film`."""
    made = make_ladder(movie, str(folder)) if ladder else ()
    poster, card = make_stills(movie, str(folder), at=at)
    kept: Mapping[str, File] = {one.name: _kept(one, folder, files) for one in (*made, poster, card)}
    return {
        "movie": made_up("film.mp4", Path(movie.path).read_bytes(), files),
        "poster": kept["poster.jpg"],
        "card": kept["card.jpg"],
        "stream": tuple(kept[one.name] for one in made),
        "width": movie.width,
        "height": movie.height,
        "seconds": round(movie.seconds),
    }


def _kept(made: Made, folder: Path, files: Files) -> File:
    file = made_up(made.name, (folder / made.name).read_bytes(), files)
    assert (file.size, file.sha256) == (made.size, made.sha256)
    return file


def taker(files: Files) -> Any:
    return lambda _film, file: [files[file.sha256]]
