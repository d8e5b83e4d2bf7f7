"""What leaks from a cut is found by other means than those that covered it, each for its own reason."""

import contextlib
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import pytest

from jebi.device import blocks
from jebi.media.frames import frames
from jebi.media.jail import Jail
from jebi.media.models import Models
from jebi.media.probe import Probe, probe
from jebi.office.issuer import Issuer
from jebi.office.labour import Report as Progress
from jebi.office.leak_search import search, secrets_of
from jebi.office.opened import File
from jebi.office.outputs import make_output, sign_film
from jebi.office.reasons import NotHere
from jebi.office.rendering import render
from jebi.office.searching_faces import Watcher
from jebi.release import plan_form, protect
from jebi.release.chain import issue
from jebi.release.credential_box import opened, without
from jebi.release.leaks import CHECKS, Reason, Report
from jebi.release.plan import About, Key, Line, Moving, Part, Picture, Plan, Sound, Source
from jebi.release.secret_words import Secrets
from looked_at import FILM, MODELS, SAID
from office.rooms import Shown
from signing import FIRST, LAST, authority, issuer

ISSUER = issuer()
SECRETS = Secrets(words=("박은하", "Robert Quill"))
RATE, END_MS = 25, 600


@dataclass(frozen=True)
class Set:
    """Somebody who talks in a car, filmed with and without a tone, and the plan that covers them."""

    jail: Jail
    folder: Path
    plan: Plan

    def opened(self, _: int) -> "contextlib.AbstractContextManager[tuple[str, Probe]]":
        return contextlib.nullcontext((str(self.folder / "talk.mkv"), self.seen))

    @property
    def seen(self) -> Probe:
        return probe(self.jail, str(self.folder / "talk.mkv"))

    def source(self, **more: object) -> Plan:
        return replace(self.plan, sources=(replace(self.plan.sources[0], **more),))  # type: ignore[arg-type]

    def output(self, plan: Plan, name: str = "output") -> Path:
        """All files that a plan becomes, in a folder of their own."""
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        count = render(self.jail, Models(MODELS), plan, self.opened, str(folder / "film.mp4"), Progress())
        make_output(self.jail, plan, str(folder), count, ISSUER, Progress())
        return folder

    def searched(self, folder: Path, plan: Plan, models: Path = MODELS) -> Report:
        """Look whether anything leaks from an output."""
        digests = "aa" * 32, plan_form.digest(plan)
        return search(
            self.jail, Models(models), plan, self.opened, nobody, str(folder), SECRETS, ISSUER, digests, Progress()
        )

    def report(self, plan: Plan, *, of: Plan | None = None, models: Path = MODELS) -> Report:
        """Render one plan, and look whether anything leaks from it; `of` is the plan that it is said to be of."""
        return self.searched(self.output(plan), of or plan, models)


def nobody(_: int) -> Iterator[File]:
    """No other films."""
    yield from ()


def reasons(report: Report, check: str = "") -> set[Reason]:
    return {one.reason for found in report.checks for one in found.findings if check in {"", found.name}}


@pytest.fixture(scope="module")
def car(tmp_path_factory: pytest.TempPathFactory, samples: Path) -> Set:
    folder, jail = tmp_path_factory.mktemp("car"), Jail.find()
    subprocess.run(["espeak-ng", "-v", "en", "-w", str(folder / "speech.wav"), SAID], check=True)
    cut = ["-t", "3", "-c:v", "libx264", "-c:a", "pcm_s16le", str(folder / "talk.mkv")]
    source = ["-i", str(samples / FILM), "-i", str(folder / "speech.wav")]
    subprocess.run(["ffmpeg", "-v", "error", *source, *cut], check=True)
    path, watcher = str(folder / "talk.mkv"), Watcher(Models(MODELS))
    taken = frames(jail, path, probe(jail, path), height=1080)
    sightings = [one for frame in taken if frame.time_ms < END_MS + 500 for one in watcher.see(frame)]
    plan = Plan(
        about=About(title=(("en", "Rice at the market"),)),
        picture=Picture(lines=144, rate=RATE, seed=bytes(16)),
        sources=(Source(clip="0" * 16, sha256="0" * 64, covers=protect.covers(sightings, end_ms=3000)),),
        parts=(Part(source=0, start_ms=0, end_ms=END_MS),),
    )
    return Set(jail, folder, plan)


def test_a_face_that_is_covered_is_seen_by_nobody(car: Set) -> None:
    report = car.report(car.plan)
    assert tuple(check.name for check in report.checks) == CHECKS
    assert report.findings == ()
    assert report.passed
    assert not any(path.name.endswith(".bare") for path in car.folder.iterdir())
    measured = {check.name: check.measured for check in report.checks}
    assert measured["faces"]["pictures"] == END_MS * RATE // 1000
    assert int(measured["faces"]["faces in the original"]) >= 3
    assert int(measured["likeness"]["hidden"]) >= 3


def test_a_face_that_nobody_covered_is_seen_and_missed(car: Set) -> None:
    assert reasons(car.report(car.source(covers=())), "faces") == {Reason.FACE_SEEN, Reason.FACE_MISSED}


def test_a_face_that_is_uncovered_for_a_moment_is_known_again(car: Set) -> None:
    (whole,) = car.plan.sources[0].covers
    keys = tuple(key for key in whole.keys if key.time_ms < 300) or whole.keys[:1]
    last = replace(keys[-1], time_ms=max(300, keys[-1].time_ms + 1))
    report = car.report(car.source(covers=(replace(whole, keys=(*keys, last)),)))
    assert Reason.FACE_KNOWN in reasons(report, "likeness")
    assert Reason.FACE_MISSED in reasons(report, "faces")


@pytest.mark.deep
def test_a_face_that_may_be_seen_is_no_leak(car: Set) -> None:
    everywhere = Moving(keys=tuple(Key(time_ms=time, x=0, y=0, width=10_000, height=10_000) for time in (0, 3000)))
    assert reasons(car.report(car.source(covers=(), open=(everywhere,)))) == set()


def test_a_face_that_may_be_seen_where_it_is_and_nowhere_else_is_no_leak(car: Set) -> None:
    (whole,) = car.plan.sources[0].covers
    there = car.source(covers=(), open=(Moving(keys=whole.keys),))
    assert reasons(car.report(there)) == set()
    aside = tuple(replace(key, x=0, y=0, width=max(1, key.x), height=10_000) for key in whole.keys)
    elsewhere = car.source(covers=(), open=(Moving(keys=aside),))
    assert reasons(car.report(elsewhere), "faces") == {Reason.FACE_SEEN, Reason.FACE_MISSED}


def test_a_film_of_another_plan_is_not_looked_through(car: Set) -> None:
    longer = replace(car.plan, parts=(Part(source=0, start_ms=0, end_ms=END_MS + 200),))
    report = car.report(car.plan, of=longer)
    assert {check.name for check in report.checks if check.findings} == {"faces", "likeness", "writing", "camera"}


def test_a_secret_in_a_title_or_a_line_is_found(car: Set) -> None:
    told = replace(car.plan, about=About(summary=(("ko", "박은하의 쌀"),)))
    assert Reason.PAGE_SECRET in reasons(car.report(told), "words")
    said = Line(start_ms=0, end_ms=500, language="en", text="This is Robert Quill.")
    assert reasons(car.report(car.source(lines=(said,))), "words")


def test_a_secret_that_stands_in_the_picture_is_read(car: Set) -> None:
    font = "/usr/share/fonts/truetype/nanum/NanumGothic.ttf"
    draw = f"drawtext=fontfile={font}:text='박은하':fontcolor=white:fontsize=90:x=(w-tw)/2:y=(h-th)/2"
    path = car.folder / "sign.mkv"
    lavfi = ["-f", "lavfi", "-i", f"color=black:size=640x360:rate={RATE}:duration=0.4"]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *lavfi, "-vf", draw, str(path)], check=True)
    sign = replace(car.source(covers=()), parts=(Part(source=0, start_ms=0, end_ms=400),))
    sign = replace(sign, picture=replace(sign.picture, lines=360))
    there = _Elsewhere(car.jail, car.folder, sign, path)
    assert reasons(there.report(sign), "writing") == {Reason.TEXT_SECRET}


class _Elsewhere(Set):
    """The same with another film."""

    def __init__(self, jail: Jail, folder: Path, plan: Plan, path: Path) -> None:
        super().__init__(jail, folder, plan)
        object.__setattr__(self, "path", path)

    def opened(self, _: int) -> "contextlib.AbstractContextManager[tuple[str, Probe]]":
        path = str(self.__dict__["path"])
        return contextlib.nullcontext((path, probe(self.jail, path)))


def test_somebody_who_speaks_is_heard(car: Set) -> None:
    whole = replace(
        car.source(sounds=(Sound(start_ms=0, end_ms=2500, how="plain"),)),
        parts=(Part(source=0, start_ms=0, end_ms=2500),),
    )
    assert Reason.VOICE_HEARD in reasons(car.report(whole), "voices")


@pytest.mark.deep
def test_a_line_that_a_machine_says_is_no_leak(car: Set) -> None:
    said = Line(start_ms=100, end_ms=2400, language="en", text="The price of rice has doubled.")
    plan = replace(car.source(lines=(said,)), voice="en", parts=(Part(source=0, start_ms=0, end_ms=2500),))
    assert reasons(car.report(plan), "voices") == set()


Spoil = Callable[[Set, Path], None]


def other_size(car: Set, folder: Path) -> None:
    """The stream of the same cut without covers, in the place of the covered one."""
    bare = car.output(car.source(covers=()), "bare")
    for name in ("130.mp4", "130.m3u8", "stream.m3u8"):
        shutil.copy(bare / name, folder / name)


def other_poster(car: Set, folder: Path) -> None:
    shutil.copy(car.output(car.source(covers=()), "bare") / "poster.jpg", folder / "poster.jpg")


def said_by(who: Issuer, **more: object) -> Spoil:
    """The film signed anew: by somebody, about another plan."""

    def spoil(car: Set, folder: Path) -> None:
        film = folder / "film.mp4"
        with blocks.open_for_reading(str(film)) as signed:
            content = b"".join(without(signed))
        film.write_bytes(content)
        sign_film(replace(car.plan, **more), str(folder), who)  # type: ignore[arg-type]

    return spoil


def altered(car: Set, folder: Path) -> None:
    """Another signature."""
    film = bytearray((folder / "film.mp4").read_bytes())
    with blocks.open_for_reading(str(folder / "film.mp4")) as signed:
        lies = opened(signed)
    assert lies
    signature = lies.parts[0].parts[2].value
    assert isinstance(signature, tuple)
    assert isinstance(signature[1], list)
    assert isinstance(signature[1][3], bytes)
    film[film.index(signature[1][3]) + 40] ^= 1
    (folder / "film.mp4").write_bytes(film)


def unsigned(car: Set, folder: Path) -> None:
    with blocks.open_for_reading(str(folder / "film.mp4")) as signed:
        content = b"".join(without(signed))
    (folder / "film.mp4").write_bytes(content)


def with_comment(car: Set, folder: Path) -> None:
    playlist = folder / "130.m3u8"
    playlist.write_text(playlist.read_text().replace("#EXTINF", "# by the dam\n#EXTINF", 1))


def with_file(car: Set, folder: Path) -> None:
    shutil.copy(folder / "card.jpg", folder / "second.jpg")


def with_note(car: Set, folder: Path) -> None:
    command = ["exiftool", "-q", "-overwrite_original", "-Comment=by the dam", str(folder / "card.jpg")]
    subprocess.run(command, check=True)


def without_a_size(car: Set, folder: Path) -> None:
    (folder / "130.mp4").unlink()


OTHER = replace(ISSUER, credential=issue(authority(), first=FIRST, last=LAST, randomness=Random(9).randbytes))
MORE = About(title=(("en", "Rice at the market, by Kim"),))
R = Reason
OUTPUTS: dict[str, tuple[Spoil, set[Reason]]] = {
    "a size that shows uncovered pictures": (other_size, {R.RENDITION_DIFFERS}),
    "a face in the poster": (other_poster, {R.STILL_DIFFERS, R.FACE_KNOWN}),
    "credentials that say something more": (said_by(ISSUER, about=MORE), {R.CREDENTIAL_DIFFERS}),
    "credentials by somebody else": (said_by(OTHER), {R.CREDENTIAL_DIFFERS}),
    "credentials that were altered": (altered, {R.CREDENTIAL_INVALID}),
    "no credentials": (unsigned, {R.CREDENTIAL_DIFFERS, R.CREDENTIAL_INVALID}),
    "a comment in a playlist": (with_comment, {R.PLAYLIST}),
    "a file that no output has": (with_file, {R.EXTRA_FILE}),
    "a note in a still": (with_note, {R.PICTURE_NOTE, R.FOREIGN_METADATA}),
    "a size that is not there": (without_a_size, {R.NOT_CHECKED}),
}


# each of these is found by a check that has many cases of its own in `test_leaks_credentials` or `tests/release/test_leaky`
SHOWN_ELSEWHERE = {
    "credentials that say something more",
    "credentials by somebody else",
    "no credentials",
    "a file that no output has",
    "a note in a still",
}


@pytest.fixture(scope="module")
def clean(car: Set) -> Path:
    return car.output(car.plan, "clean")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.deep] * (name in SHOWN_ELSEWHERE)) for name in OUTPUTS]
)
def test_a_leaky_output_is_refused_for_its_own_reasons(car: Set, clean: Path, tmp_path: Path, name: str) -> None:
    spoil, wanted = OUTPUTS[name]
    folder = tmp_path / "output"
    shutil.copytree(clean, folder)
    spoil(car, folder)
    found = [one for check in car.searched(folder, car.plan).checks if check.name != "camera" for one in check.findings]
    assert {one.reason for one in found} == wanted, found


def test_without_its_models_nothing_is_reported(car: Set, tmp_path: Path) -> None:
    with pytest.raises(NotHere):
        car.report(car.plan, models=tmp_path)


def test_the_archive_knows_what_must_not_go_out(shown: Shown) -> None:
    clip = shown.clip(FILM)
    with shown.house.catalogue.reading() as connection:
        words = set(secrets_of(connection, shown.house.kept, [clip.id]).words)
    assert {clip.id, clip.parcel, clip.trip, "carphone_pristine"} <= words
