"""The desk: ten minutes of film through everything, what the jail costs, and the archive's page of ten thousand clips and a million.

The film is real footage, scaled to 1080p and repeated, with a sentence spoken in every half minute. Accession is what
`jebi desk work` does, in the jail: metadata, viewing copy, shots, stills, sheet, fingerprints, waveform, landmarks, faces,
signs, speech, meanings, all sealed and logged.
"""

import itertools
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from statistics import quantiles

from fastapi.testclient import TestClient
from memory import Peak
from rows import ROOT, Row
from sqlalchemy import insert, text

sys.path.append(str(ROOT / "tests"))  # where a browser's requests are made by hand

from jebi.media.frames import frames
from jebi.media.jail import Jail
from jebi.media.probe import probe
from jebi.office.admission import open_catalogue
from jebi.office.attending import attend, kept_of
from jebi.office.desk import Desk, init, open_desk
from jebi.office.engine_room import Machine
from jebi.office.house import House
from jebi.office.inside import list_clips, seal_onto
from jebi.office.kinds import Role
from jebi.office.members import Member
from jebi.office.progress import Quiet
from jebi.office.receiving import Wish, receive
from jebi.vault import schema
from jebi.vault.catalogue import Catalogue
from jebi.web import passwords, sessions
from jebi.web.app import create_app
from jebi.web.settings import Settings

MINUTES = float(os.environ.get("JEBI_BENCH_MINUTES", "10"))
PIECE = 30  # seconds of film that are made, and then repeated
SAMPLES, MODELS = ROOT / ".cache" / "samples", ROOT / ".cache" / "models"
PASSPHRASE = b"only for this measurement"
SPOKEN = "The price of rice at the market has doubled since the spring, and nobody knows why."
FEW, MANY = 10_000, int(os.environ.get("JEBI_BENCH_ROWS", "1000000"))
ASKED = 100  # times that each page is asked for
DAY_MS = 24 * 3600 * 1000
BEGAN_MS = 1_700_000_000_000
ORIGIN = "http://127.0.0.1:8765"


def measure(folder: Path) -> Iterator[Row]:
    """All rows of the area."""
    film = make_film(folder)
    yield from _accession(folder, film)
    yield from _jail(film)
    yield from _pages(folder)


def make_film(folder: Path) -> Path:
    """The film: H.264 and AAC, 1080p, 25 pictures a second."""
    piece, film = folder / "piece.mp4", folder / "film.mp4"
    subprocess.run(["espeak-ng", "-v", "en", "-w", str(folder / "said.wav"), SPOKEN], check=True)
    sources = list(itertools.chain.from_iterable(
        ("-stream_loop", "-1", "-t", str(PIECE / 2), "-i", str(SAMPLES / name)) for name in ("bigbuckbunny.mp4", "bikes.mp4")
    ))  # fmt: skip
    shown = (
        ";".join(f"[{n}:v]scale=1920:1080,setsar=1,fps=25[v{n}]" for n in range(2)) + ";[v0][v1]concat=n=2:v=1:a=0[v]"
    )
    _ffmpeg(*sources, "-i", str(folder / "said.wav"), "-filter_complex", f"{shown};[2:a]apad=whole_dur={PIECE}[a]",
            "-map", "[v]", "-map", "[a]", "-t", str(PIECE), "-c:v", "libx264", "-preset", "fast", "-crf", "20",
            "-pix_fmt", "yuv420p", "-c:a", "aac", str(piece))  # fmt: skip
    again = round(MINUTES * 60 / PIECE) - 1
    _ffmpeg("-stream_loop", str(again), "-i", str(piece), "-c", "copy", str(film))
    return film


def _accession(folder: Path, film: Path) -> Iterator[Row]:
    archive = folder / "archive"
    init(str(archive), "example.org/desk", PASSPHRASE, time=int(time.time()))
    with open_desk(str(archive), PASSPHRASE) as desk:
        _receive(desk, film, folder / "stick")
        began = time.monotonic()
        with Peak() as peak:
            attended = attend(desk, MODELS, Quiet())
        taken = time.monotonic() - began
        assert attended.clips == {"opened": 1}, attended
        with open_catalogue(desk) as catalogue, catalogue.reading() as connection:
            spent = connection.execute(
                text("SELECT task, sum(ended_ms - started_ms) / 1000.0 FROM job GROUP BY task")
            ).all()
    plain = _seconds("-i", str(film), "-vf", "scale=-2:720", "-c:v", "libx264", "-preset", "veryfast", "-crf", "26",
                     "-bf", "0", "-c:a", "aac", "-b:a", "64k", "-y", str(folder / "plain.mp4"))  # fmt: skip
    seconds = MINUTES * 60
    yield Row(
        name="desk.accession", value=seconds / taken, unit="x real time", goal=">= 1.5",
        peer="ffmpeg, its viewing copy alone", peer_value=seconds / plain,
    )  # fmt: skip
    for task, used in spent:
        yield Row(name=f"desk.accession.{task}", value=float(used), unit="s")
    yield Row(name="desk.accession.memory", value=peak.highest / 1e6, unit="MB")


def _receive(desk: Desk, film: Path, stick: Path) -> None:
    issued = desk.issue(signing="signature", memorise=False, note="", share_route="", time=int(time.time()))
    assert issued.card.seed
    seal_onto(
        list_clips([str(film)]), issued.card, issued.card.seed, [str(stick)], survive=0, carrier=None, progress=Quiet()
    )
    receive(desk, [str(stick)], Wish(clips=False), Quiet())
    stick.unlink()


def _jail(film: Path) -> Iterator[Row]:
    """The same pictures at the same size, out of the jail and without one."""
    jail = Jail.find()
    began = time.monotonic()
    count = sum(1 for _ in frames(jail, str(film), probe(jail, str(film)), height=720))
    confined = time.monotonic() - began
    plain = _seconds(
        "-i",
        str(film),
        "-vf",
        "scale=-2:720:flags=bilinear",
        "-an",
        "-f",
        "rawvideo",
        "-pix_fmt",
        "yuv420p",
        "/dev/null",
        "-y",
    )
    yield Row(
        name="desk.jail.decoding",
        value=count / confined,
        unit="frames/s",
        peer="ffmpeg, no jail",
        peer_value=count / plain,
    )


def _pages(folder: Path) -> Iterator[Row]:
    few: dict[str, tuple[float, float]] = {}
    for count in (FEW, MANY):
        archive = folder / f"archive-{count}"
        init(str(archive), "example.org/desk", PASSPHRASE, time=int(time.time()))
        with open_desk(str(archive), PASSPHRASE) as desk, open_catalogue(desk) as catalogue:
            _fill(catalogue, count)
            catalogue.tend()
            taken = {name: _asked(desk, catalogue, path) for name, path in PAGES.items()}
        for name, (first, p95) in taken.items():
            yield Row(name=f"desk.page.{name}.{count}.first", value=first, unit="ms, nothing kept")
            if count == FEW:
                yield Row(name=f"desk.page.{name}.{count}", value=p95, unit="ms p95", goal="<= 300")
            else:
                yield Row(
                    name=f"desk.page.{name}.{count}", value=p95, unit="ms p95", goal="<= 2x",
                    peer=f"{FEW} clips", peer_value=few[name][1],
                )  # fmt: skip
        few = taken


PAGES = {
    "archive": "/archive",
    "filtered": "/archive?tag=market-3&faces=yes&state=ready",
    "older": f"/archive?key=o{BEGAN_MS + DAY_MS}_{'8' * 16}",
    "trip": "/archive?trip=trip-5",
}


def _fill(catalogue: Catalogue, count: int) -> None:
    """So many clips, as accession leaves them, but for the blobs."""
    with catalogue.claiming() as connection:
        connection.execute(insert(schema.trip), [{"id": f"trip-{n}", "issued_ms": BEGAN_MS} for n in range(50)])
        connection.execute(insert(schema.tag), [{"name": f"market-{n}"} for n in range(40)])
        connection.execute(
            insert(schema.place), [{"name": f"place {n}", "latitude": None, "longitude": None} for n in range(60)]
        )
        for start in range(0, count, 10_000):
            some = range(start, min(start + 10_000, count))
            connection.execute(insert(schema.clip), [_clip(n, count) for n in some])
            connection.execute(insert(schema.fact), [fact for n in some for fact in _facts(n)])
            connection.execute(insert(schema.glance), [
                {"clip": _id(n), "has_speech": n % 2, "has_text": int(n % 3 == 0), "most_faces": n % 5} for n in some
            ])  # fmt: skip
            connection.execute(insert(schema.clip_tag), [
                {"clip": _id(n), "tag": n % 40 + 1, "arrived_ms": _arrived_ms(n, count)} for n in some
            ])  # fmt: skip
            connection.execute(insert(schema.clip_place), [
                {"clip": _id(n), "place": n % 60 + 1, "certainty": "probable", "author": "maria", "note": "",
                 "arrived_ms": _arrived_ms(n, count)} for n in some
            ])  # fmt: skip


def _id(number: int) -> str:
    return f"{number * 0x9E3779B97F4A7C15 % (1 << 64):016x}"


def _arrived_ms(number: int, count: int) -> int:
    return BEGAN_MS + number * 1000 * DAY_MS // count


def _clip(number: int, count: int) -> dict[str, object]:
    return {
        "id": _id(number), "parcel": f"{number // 20:016x}", "number": number % 20 + 1, "trip": f"trip-{number % 50}",
        "sha256": f"{number:064x}", "size": 50_000_000, "kind": "video", "state": "opened" if number % 9 else "refused",
        "reason": "", "why": "", "arrived_ms": _arrived_ms(number, count),
    }  # fmt: skip


def _facts(number: int) -> Iterator[dict[str, object]]:
    made = {"clip": _id(number), "actor": "", "made_ms": BEGAN_MS}
    yield {**made, "name": "name", "source": "claimed", "value": f"DCIM/장마당 {number}.mp4", "tool": "manifest"}
    yield {**made, "name": "last-frame-ms", "source": "measured", "value": "61200", "tool": "ffmpeg, jebi"}


def _asked(desk: Desk, catalogue: Catalogue, path: str) -> tuple[float, float]:
    """The time, in ms, in which the server answers an editor with the page, whole: at first, and the 95th percentile."""
    house = House(
        desk, catalogue, kept_of(desk), machine=Machine(models=MODELS), now_ms=lambda: time.time_ns() // 10**6, zone=UTC
    )
    settings = Settings(origins=(ORIGIN,), clock=time.time, dice=os.urandom, complain=print)
    verifier = passwords.verifier("six words that nobody knows", os.urandom)
    house.keep_member(Member(name="maria", role=Role.EDITOR, verifier=verifier, second=bytes(20)), by="desk")
    token = sessions.begin(house, settings, "maria", language="ko", theme="auto")
    client = TestClient(create_app(house, settings), base_url=ORIGIN)
    client.cookies.set(sessions.cookie_name(settings), sessions.written(token), domain="127.0.0.1")
    taken = []
    for _ in range(ASKED):
        began = time.perf_counter()
        answer = client.get(path)
        taken.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200, answer.text
        assert b"/clips/" in answer.content
    return taken[0], quantiles(taken, n=20)[-1]


def _seconds(*arguments: str) -> float:
    began = time.monotonic()
    _ffmpeg(*arguments)
    return time.monotonic() - began


def _ffmpeg(*arguments: str) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", *arguments], check=True)
