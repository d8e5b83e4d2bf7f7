"""The public site: a thousand films at once, one film more, nothing new, and what a film's page weighs before the film.

Processor time and time on the clock, with every page in three languages and every film with subtitles in three. Files of films are
small, so that pages are measured and not the disk.
"""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))

from rows import Row

from jebi.web.site.drawing import Drawing
from jebi.web.site.generator import Made, generate
from jebi.web.site.layout import WORDS_ON_PAGE, pages
from published import DAY, SIGNER, Files, cues, film, made_up, signed_site, taker

FILMS = 1000
STREAM = ("stream.m3u8", *(f"{lines}.{kind}" for lines in (240, 480, 720) for kind in ("m3u8", "mp4")))
CUES = 40  # a line each: a film of some minutes


def measure(folder: Path) -> Iterator[Row]:
    """1,000 films, then the 1,001st, then nothing."""
    held = Files()
    spoken = tuple(cues(language, CUES) for language in ("en", "ko", "ja"))
    stream = tuple(made_up(name, name.encode(), held) for name in STREAM)
    entries = [film(number, held, subtitles=spoken, stream=stream) for number in range(1, FILMS + 2)]
    site = str(folder / "site")

    def made(count: int) -> tuple[float, float, Made]:
        began, used = time.perf_counter(), time.process_time()
        result = generate(signed_site(entries[:count]), site, take=taker(held), signer=SIGNER, day=DAY)
        return time.perf_counter() - began, time.process_time() - used, result

    clock, used, result = made(FILMS)
    yield Row(name="site.films_1000", value=round(clock, 2), unit="s", goal="<= 60")
    yield Row(name="site.films_1000.processor", value=round(used, 2), unit="s")
    yield Row(name="site.films_1000.files", value=len(result.listed.entries), unit="files")
    clock, used, result = made(FILMS + 1)
    yield Row(name="site.one_more", value=round(clock, 2), unit="s", goal="<= 2")
    yield Row(name="site.one_more.processor", value=round(used, 2), unit="s")
    yield Row(name="site.one_more.pages", value=result.drawn, unit="pages")
    clock, _, _ = made(FILMS + 1)
    yield Row(name="site.nothing_new", value=round(clock, 2), unit="s", goal="<= 2")
    yield Row(name="site.film_page", value=heaviest(), unit="bytes", goal="<= 35000")


def heaviest() -> int:
    """The largest page of a film whose transcripts still fit on it; its still, at most 25,000 bytes, comes on top."""
    count, found = 1, 0
    while True:
        site = signed_site([film(1, Files(), subtitles=tuple(cues(one, count) for one in ("en", "ko", "ja")))])
        drawing = Drawing(site)
        of_film = [page for page in pages(site, drawing.look) if page.template == "film.html"]
        if len(of_film) > len(site.languages):
            assert found > WORDS_ON_PAGE
            return found
        found = max(len(drawing.draw(page)) for page in of_film)
        count += 1
