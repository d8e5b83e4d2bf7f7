"""Making a site: all of it, a little more of it, and being killed in the middle."""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from jebi.errors import Damaged, Refused
from jebi.parcel.note import Ed25519Signer
from jebi.release import names_out, subtitles_out
from jebi.release import pages as outgoing_pages
from jebi.release.mirror import NOTE, SUMS, SiteList, compare, parse_list
from jebi.release.publish import File, Film, Retraction, Site, words
from jebi.release.secret_words import Secrets
from jebi.web.site.folder import LAST, MARK, files, measured, work_of
from jebi.web.site.generator import MADE, Made, generate, read_last
from published import DAY, SIGNER, Files, film, signed_site, taker
from signing import authority

LATER = date(2026, 11, 24)
KILLED = """
import sys
from datetime import date
sys.path[:0] = {paths!r}
from published import *
from jebi.web.site.generator import generate
held = {{}}
entries = [film(number, held, why=words({{"en": sys.argv[2]}})) for number in range(1, 25)]
print("ready", flush=True)
generate(signed_site(entries), sys.argv[1], take=taker(held), signer=SIGNER, day=DAY)
"""


class Press:
    """A site that is made again and again from a list of films."""

    def __init__(self, folder: Path, count: int) -> None:
        self.folder, self.held = folder, Files()
        self.entries: list[Film | Retraction] = [film(number, self.held) for number in range(1, count + 1)]

    def site(self) -> Site:
        return signed_site(self.entries)

    def make(self, day: date = DAY, served: Iterable[SiteList] = ()) -> Made:
        take = taker(self.held)
        return generate(self.site(), str(self.folder), take=take, signer=SIGNER, day=day, served=served)


@pytest.fixture
def press(tmp_path: Path) -> Press:
    return Press(tmp_path / "site", 30)


def wrong(folder: Path) -> tuple[object, ...]:
    """How a folder differs from its own signed list."""
    listed = parse_list((folder / NOTE).read_bytes(), SIGNER.verifier())
    found = {path: measured(str(folder / path)) for path in files(str(folder))}
    return compare(listed, {path: one for path, one in found.items() if one})


def contents(folder: Path) -> dict[str, bytes]:
    return {path: (folder / path).read_bytes() for path in files(str(folder))}


def test_a_new_site_is_what_its_list_says(press: Press) -> None:
    made = press.make()
    assert wrong(press.folder) == ()
    assert (made.listed.edition, made.listed.day, made.taken) == (1, DAY, 90)
    check = ["sha256sum", "-c", "--strict", "--quiet", SUMS]
    assert subprocess.run(check, cwd=press.folder, check=False).returncode == 0


def test_every_file_passes_the_checks_of_what_goes_out(press: Press) -> None:
    press.make()
    secrets = Secrets(words=("a name nobody may read",))
    found = contents(press.folder)
    assert list(names_out.names(found, secrets)) == []
    for path, content in found.items():
        if path.endswith(".vtt"):
            assert list(subtitles_out.subtitles(content, secrets)) == [], path
        elif not path.endswith((".mp4", ".jpg")):
            assert list(outgoing_pages.page(content, secrets)) == [], path


def test_a_reader_with_openssl_alone_can_check_a_copy(press: Press) -> None:
    press.make()
    page = (press.folder / "en/check.html").read_text()
    steps = [
        re.sub(
            "&(gt|lt|amp|#34|#39);",
            lambda one: {"gt": ">", "lt": "<", "amp": "&", "#34": '"', "#39": "'"}[one[1]],
            step,
        )
        for step in re.findall(r"<pre[^>]*>(.*?)</pre>", page, re.DOTALL)
    ]
    assert len(steps) == 3
    run = ["bash", "-e", "-o", "pipefail", "-c", "\n".join(steps)]
    done = subprocess.run(run, cwd=press.folder, capture_output=True, text=True, check=False)
    assert (done.returncode, "Signature Verified Successfully" in done.stdout) == (0, True), done.stderr
    note = press.folder / NOTE
    note.write_text(note.read_text().replace("edition 1", "edition 2"))
    assert subprocess.run(run, cwd=press.folder, capture_output=True, check=False).returncode != 0


def test_a_site_in_which_nothing_changed_keeps_its_edition_and_every_byte(press: Press) -> None:
    press.make()
    before = contents(press.folder)
    again = press.make(LATER)
    assert (again.drawn, again.taken, again.listed.edition, again.listed.day) == (0, 0, 1, DAY)
    assert contents(press.folder) == before


def test_one_more_film_draws_a_few_pages_and_is_the_same_as_all_made_anew(press: Press, tmp_path: Path) -> None:
    press.make()
    press.entries.append(film(31, press.held))
    made = press.make(LATER)
    assert (made.listed.edition, made.taken) == (2, 3)
    assert made.drawn < 50
    assert wrong(press.folder) == ()
    anew = Press(tmp_path / "anew", 31)
    anew.make()
    ours, theirs = contents(press.folder), contents(anew.folder)
    assert {path for path in ours.keys() | theirs.keys() if ours.get(path) != theirs.get(path)} == {NOTE}


def test_a_withdrawn_film_leaves_its_notice_and_none_of_its_files(press: Press) -> None:
    press.make()
    gone = press.entries[11]
    assert isinstance(gone, Film)
    press.entries[11] = Retraction(number=12, day=LATER, words=words({"en": "It was not safe."}))
    press.make(LATER)
    assert not list(press.folder.glob("films/0012/*"))
    assert "It was not safe." in (press.folder / "ko/films/0012.html").read_text()
    title = gone.title.best("en")[1].encode()
    assert [path for path, content in contents(press.folder).items() if title + b"<" in content] == []
    assert wrong(press.folder) == ()


def test_what_somebody_else_put_into_the_folder_stays(press: Press) -> None:
    press.make()
    (press.folder / ".well-known").mkdir()
    (press.folder / ".well-known/security.txt").write_text("mine")
    press.entries.append(film(31, press.held))
    press.make()
    assert (press.folder / ".well-known/security.txt").read_text() == "mine"
    assert wrong(press.folder) == (("foreign", ".well-known/security.txt"),)


def test_a_folder_that_is_a_link_stays_one_and_what_it_leads_to_is_replaced(press: Press, tmp_path: Path) -> None:
    (tmp_path / "srv").mkdir()
    press.folder.symlink_to("srv/www")
    press.make()
    press.entries[11] = Retraction(number=12, day=LATER, words=words({"en": "It was not safe."}))
    assert press.make(LATER).listed.edition == 2
    assert os.readlink(press.folder) == "srv/www"
    assert not (tmp_path / "srv/www/films/0012").exists()
    assert wrong(tmp_path / "srv/www") == ()
    assert (os.listdir(tmp_path / "srv"), sorted(os.listdir(tmp_path))) == (["www"], ["site", "srv"])


def test_a_site_that_a_stopped_run_left_away_is_put_back_before_it_is_read(press: Press) -> None:
    press.make()
    (press.folder / "CNAME").write_text("films.example")
    work = Path(work_of(str(press.folder)))
    work.mkdir()
    (work / MARK).touch()
    press.folder.rename(work / LAST)
    press.entries.append(film(31, press.held))
    assert press.make(LATER).listed.edition == 2
    assert (press.folder / "CNAME").read_text() == "films.example"
    assert os.listdir(press.folder.parent) == [press.folder.name]


def test_a_folder_that_is_new_goes_on_where_the_served_site_is(press: Press, tmp_path: Path) -> None:
    first = press.make()
    served = replace(first.listed, edition=12)
    shutil.rmtree(press.folder)
    press.entries.append(film(31, press.held))
    listed = press.make(LATER, served=[served]).listed
    assert (listed.edition, listed.day) == (13, LATER)
    del press.entries[-1]
    shutil.rmtree(press.folder)
    assert press.make(LATER, served=[served]).listed == served
    assert press.make(LATER).listed == served


@pytest.mark.parametrize("path", ["en/films/0003.html", MADE, "films/0003/en.vtt"])
def test_a_page_that_was_altered_in_the_folder_is_drawn_anew(press: Press, path: str) -> None:
    press.make()
    before = contents(press.folder)
    os.unlink(press.folder / path)  # it is a link of several
    (press.folder / path).write_bytes(before[path][:-1] + b"!")
    press.make()
    assert (press.folder / path).read_bytes() == before[path]
    assert wrong(press.folder) == ()


def _written_over(film: Path) -> None:
    with film.open("r+b") as file:
        file.write(b"FILM")


def _written_anew(film: Path) -> None:
    film.unlink()
    film.write_bytes(b"film x")


def _another_film_with_its_time(film: Path) -> None:
    film.unlink()
    shutil.copy2(film.parent.parent / "0004/film.mp4", film)


def _a_link_to_it(film: Path) -> None:
    film.rename(film.parent.parent.parent.parent / "film.mp4")
    film.symlink_to("../../../film.mp4")


@pytest.mark.parametrize(
    "alter",
    [_written_over, _written_anew, _another_film_with_its_time, _a_link_to_it, Path.unlink],
    ids=lambda alter: alter.__name__.strip("_"),
)
def test_a_film_that_was_altered_in_the_folder_is_taken_anew(press: Press, alter: Callable[[Path], None]) -> None:
    press.make()
    film = press.folder / "films/0003/film.mp4"
    alter(film)
    made = press.make(LATER)
    assert (made.taken, made.listed.edition) == (1, 1)
    assert (film.read_bytes(), film.is_symlink()) == (b"film 3", False)
    assert wrong(press.folder) == ()


def test_a_film_that_was_touched_and_is_what_it_was_is_kept_and_known_again(press: Press) -> None:
    press.make()
    film = press.folder / "films/0003/film.mp4"
    before = film.stat()
    os.utime(film, ns=(1, 1))
    assert press.make(LATER).taken == 0
    assert (film.stat().st_mtime_ns, film.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    assert datetime.fromtimestamp(before.st_mtime, UTC).date() == press.site().films[2].published


def test_a_film_that_bears_the_time_it_was_given_is_not_read_again(press: Press) -> None:
    press.make()
    film = press.folder / "films/0003/film.mp4"
    given = film.stat().st_mtime_ns
    _written_over(film)
    os.utime(film, ns=(given, given))
    assert press.make(LATER).taken == 0


@pytest.mark.parametrize("content", [b"film x", b"film 1 and more", b"fil"])
def test_a_file_that_is_not_what_was_cleared_is_not_published(press: Press, content: bytes) -> None:
    press.make()
    before = contents(press.folder)
    new = film(31, press.held)
    press.entries.append(new)
    press.held[new.movie.sha256] = content
    with pytest.raises(Damaged, match="cleared"):
        press.make()
    assert contents(press.folder) == before
    assert os.listdir(press.folder.parent) == [press.folder.name]


def test_a_folder_of_another_key_or_of_something_else_is_left_alone(press: Press, tmp_path: Path) -> None:
    press.make()
    other = Ed25519Signer(name="other.example", secret=bytes(32))
    site = replace(press.site(), key=str(other.verifier()))
    with pytest.raises(Refused):
        generate(site, str(press.folder), take=taker(press.held), signer=other, day=DAY)
    (tmp_path / "home").mkdir()
    (tmp_path / "home/thesis.txt").write_text("years of work")
    with pytest.raises(Refused, match="no site of ours"):
        generate(press.site(), str(tmp_path / "home"), take=taker(press.held), signer=SIGNER, day=DAY)
    assert os.listdir(tmp_path / "home") == ["thesis.txt"]
    assert read_last(str(tmp_path / "nowhere"), SIGNER).listed is None


def test_a_site_that_shows_another_key_than_it_is_signed_with_is_a_mistake(press: Press) -> None:
    other = Ed25519Signer(name="other.example", secret=bytes(32))
    with pytest.raises(ValueError, match="key"):
        generate(press.site(), str(press.folder), take=taker(press.held), signer=other, day=DAY)


def test_a_run_that_fails_on_the_way_leaves_the_old_site(press: Press) -> None:
    press.make()
    before = contents(press.folder)

    def take(_film: Film, file: File) -> Iterable[bytes]:
        yield b"f"
        raise OSError("the stick went away")

    press.entries.append(film(31, press.held))
    with pytest.raises(OSError, match="went away"):
        generate(press.site(), str(press.folder), take=take, signer=SIGNER, day=DAY)
    assert contents(press.folder) == before


def test_a_run_that_is_killed_at_any_moment_leaves_a_whole_site(tmp_path: Path) -> None:
    site, here = tmp_path / "site", Path(__file__).resolve().parents[2]
    code = KILLED.format(paths=[str(here), str(here.parent / "src")])
    seen = set()
    run = [sys.executable, "-c", code, str(site)]
    subprocess.run([*run, "first"], check=True, stdout=subprocess.DEVNULL)
    for at in range(5):
        with subprocess.Popen([*run, f"edition {at}"], stdout=subprocess.PIPE) as process:
            assert process.stdout
            process.stdout.readline()
            time.sleep(0.05 + 0.15 * at)
            process.send_signal(signal.SIGKILL)
        assert wrong(site) == ()
        seen.add(hashlib.sha256((site / NOTE).read_bytes()).hexdigest())
    subprocess.run([*run, "last"], check=True, stdout=subprocess.DEVNULL)
    assert wrong(site) == ()
    assert os.listdir(tmp_path) == ["site"]
    assert seen


def test_the_certificate_for_readers_of_credentials_lies_beside_and_is_explained(press: Press) -> None:
    press.make()
    assert "root.pem" not in (press.folder / "en/check.html").read_text()
    root = authority().certificate
    made = generate(
        signed_site(press.entries, root=root), str(press.folder), take=taker(press.held), signer=SIGNER, day=LATER
    )
    assert (press.folder / "root.pem").read_bytes() == root
    assert "root.pem" in made.listed.by_path()
    for language in ("en", "ko", "ja"):
        assert 'href="../root.pem"' in (press.folder / language / "check.html").read_text()
