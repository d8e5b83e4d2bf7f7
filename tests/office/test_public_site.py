"""From the log to a folder and to where it is served; stopped anywhere, run again, and it goes on."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from going_out import SETTINGS, Stage
from jebi.errors import Damaged, NothingFound, Refused, Unable
from jebi.office.admission import drain
from jebi.office.public_site import Brought, bring, settle, settled
from jebi.parcel import seal
from jebi.parcel.note import Ed25519Signer, Ed25519Verifier
from jebi.release import mirror
from jebi.release.mirror import NOTE, compare
from jebi.web.site.folder import files as files_of
from jebi.web.site.folder import measured
from jebi.web.site.generator import generate
from signing import authority

_NO_PLAN = "film 3: the plan of the cut is not the one that two people cleared"
SORRY = {"en": "Somebody could be recognised."}


@pytest.fixture
def key(stage: Stage) -> Ed25519Verifier:
    return settle(stage.desk, SETTINGS, by="member/owl", time=stage.clock.now_ms // 1000).verifier()


def released(stage: Stage, name: str = "market") -> int:
    output = stage.cut(name)
    stage.clear(output)
    return stage.releases.release(output, "owl").cut


def made(stage: Stage, folder: Path, **more: Any) -> Brought:
    return bring(stage.releases, generate, str(folder), **more)


def wrong(folder: Path, key: Ed25519Verifier) -> tuple[object, ...]:
    """How a copy differs from its list."""
    listed = mirror.parse_list((folder / NOTE).read_bytes(), key)
    found = {path: measured(str(folder / path)) for path in files_of(str(folder))}
    return compare(listed, {path: one for path, one in found.items() if one})


def test_a_film_comes_into_the_folder_and_to_where_it_is_served(
    stage: Stage, key: Ed25519Verifier, tmp_path: Path, files: Path
) -> None:
    ours, there = tmp_path / "site", tmp_path / "served"
    released(stage)
    brought = made(stage, ours, to=str(there))
    assert (brought.edition, brought.films, brought.taken) == (1, 1, len(list(files.iterdir())))
    assert (wrong(ours, key), wrong(there, key)) == ((), ())
    for path in files.iterdir():
        assert (there / "films/0001" / path.name).read_bytes() == path.read_bytes()
    page = (there / "en/films/0001.html").read_text()
    assert all(word in page for word in ("Rice at the market", "1 face covered", "Spring Films", "23 November 2026"))
    assert "쌀값이 얼마요?" in (there / "films/0001/ko.vtt").read_text()
    again = made(stage, ours, to=str(there))
    assert (again.edition, again.drawn, again.taken, again.sent) == (1, 0, 0, 0)


def test_a_withdrawn_film_leaves_a_notice_and_no_file(stage: Stage, key: Ed25519Verifier, tmp_path: Path) -> None:
    ours, there = tmp_path / "site", tmp_path / "served"
    cut = released(stage)
    made(stage, ours, to=str(there))
    stage.releases.withdraw(cut, "owl", SORRY)
    assert made(stage, ours, to=str(there)).edition == 2
    assert (wrong(ours, key), wrong(there, key)) == ((), ())
    assert not (there / "films/0001").exists()
    page = (there / "en/films/0001.html").read_text()
    assert SORRY["en"] in page
    assert "Rice" not in page


def test_a_folder_that_is_new_begins_after_the_edition_that_is_served(
    stage: Stage, key: Ed25519Verifier, tmp_path: Path
) -> None:
    there, again = tmp_path / "served", tmp_path / "again"
    cut = released(stage)
    made(stage, tmp_path / "site", to=str(there))
    assert made(stage, again, to=str(there)).edition == 1
    assert (again / NOTE).read_bytes() == (there / NOTE).read_bytes()
    stage.releases.withdraw(cut, "owl", SORRY)
    assert made(stage, tmp_path / "third", to=str(there)).edition == 2
    assert wrong(there, key) == ()
    assert not (there / "films/0001").exists()


class Stopped(BaseException):
    """The power goes."""


def test_whoever_is_stopped_between_row_site_and_outlet_goes_on(
    stage: Stage, key: Ed25519Verifier, tmp_path: Path
) -> None:
    ours, there = tmp_path / "site", tmp_path / "served"
    output = stage.cut()
    stage.clear(output)
    first = stage.releases.release(output, "owl")  # stopped here: no site yet

    taken = []

    def stopping(site: Any, folder: str, /, *, take: Any, **more: Any) -> Any:
        """The generator, stopped while it takes the third file."""

        def taking(film: Any, file: Any) -> Iterator[bytes]:
            taken.append(file)
            if len(taken) == 3:
                raise Stopped
            yield from take(film, file)

        return generate(site, folder, take=taking, **more)

    with pytest.raises(Stopped):
        bring(stage.releases, stopping, str(ours), to=str(there))
    assert (ours.exists(), there.exists()) == (False, False)

    assert stage.releases.release(output, "owl") == first
    made(stage, ours)  # stopped here: nothing was sent yet
    assert not there.exists()

    blocked = there / "films"
    there.mkdir()
    blocked.write_text("in the way")  # stopped here: the place cannot be written
    with pytest.raises(Unable):
        made(stage, ours, to=str(there))
    assert not (there / NOTE).exists()
    blocked.unlink()

    assert stage.releases.release(output, "owl") == first
    brought = made(stage, ours, to=str(there))
    assert (brought.edition, brought.taken) == (1, 0)
    assert (wrong(ours, key), wrong(there, key)) == ((), ())
    assert stage.kinds().count("cut-released") == 1


@pytest.mark.usefixtures("key")
def test_a_file_that_is_swapped_once_it_was_released_reaches_no_folder(stage: Stage, tmp_path: Path) -> None:
    released(stage)
    other = stage.kept.put(b"another film")
    stage.edit(f"UPDATE output_file SET blob = '{other.blob}' WHERE name = '180.mp4'")
    with pytest.raises(Damaged):
        made(stage, tmp_path / "site")
    assert not (tmp_path / "site").exists()


def test_a_notice_goes_out_while_other_films_are_damaged(stage: Stage, key: Ed25519Verifier, tmp_path: Path) -> None:
    site = tmp_path / "site"
    cuts = [released(stage, name) for name in ("market", "river", "station")]
    made(stage, site)
    other = stage.kept.put(b"another film")
    stage.edit(f"UPDATE output_file SET blob = '{other.blob}' WHERE name = '180.mp4' AND output = 2")
    other = stage.kept.put(b"another plan")
    stage.edit(f"UPDATE cut_plan SET blob = '{other.blob}' WHERE cut = {cuts[2]}")
    stage.releases.withdraw(cuts[0], "owl", SORRY)
    brought = made(stage, site)  # film 2 lies there as it was cleared, and nobody reads it again
    assert (brought.films, brought.left_out) == (1, (_NO_PLAN,))
    assert wrong(site, key) == ()
    assert sorted(path.name for path in (site / "films").iterdir()) == ["0002"]

    brought = made(stage, tmp_path / "new")
    assert (brought.films, brought.left_out) == (0, ("180.mp4 of film 2 is not what two people cleared", _NO_PLAN))
    assert SORRY["en"] in (tmp_path / "new/en/films/0001.html").read_text()
    assert not (tmp_path / "new/films").exists()
    assert wrong(tmp_path / "new", key) == ()


def test_a_store_that_is_not_there_empties_no_site(stage: Stage, key: Ed25519Verifier, tmp_path: Path) -> None:
    site = tmp_path / "site"
    first, _ = released(stage), released(stage, "river")
    stage.releases.withdraw(first, "owl", SORRY)
    made(stage, site)
    Path(stage.desk.path("blobs")).rename(tmp_path / "unplugged")
    Path(stage.desk.path("blobs")).mkdir()
    with pytest.raises(NothingFound):
        made(stage, site)
    assert (site / "films/0002").exists()
    assert wrong(site, key) == ()


def test_the_certificate_for_readers_of_credentials_comes_along(
    stage: Stage, key: Ed25519Verifier, tmp_path: Path
) -> None:
    root = authority().certificate
    made(stage, tmp_path / "site", root=root)
    assert (tmp_path / "site/root.pem").read_bytes() == root
    assert wrong(tmp_path / "site", key) == ()


def test_settings_can_be_changed_and_the_key_stays(stage: Stage, key: Ed25519Verifier) -> None:
    other = settle(stage.desk, SETTINGS.replace(b"Spring", b"Autumn"), by="member/owl", time=1)
    assert other.verifier() == key
    called, signer = settled(stage.desk)
    assert (called.title.best("en")[1], signer.verifier()) == ("Autumn Films", key)
    assert key.name == "example.org/desk/site"
    sealed = Path(stage.desk.path("keys", "site.age")).read_bytes()
    assert signer.secret not in sealed
    assert os.stat(stage.desk.path("keys", "site.age")).st_mode & 0o077 == 0


def test_before_anybody_settled_it_there_is_no_site(stage: Stage, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no title yet"):
        made(stage, tmp_path / "site")


def test_settings_that_cannot_be_published_change_nothing(stage: Stage, key: Ed25519Verifier) -> None:
    with pytest.raises(Damaged):
        settle(stage.desk, b"[title]", by="member/owl", time=1)
    assert settled(stage.desk)[1].verifier() == key
    assert stage.kinds().count("site-settled") == 1


def _altered_settings(stage: Stage) -> None:
    Path(stage.desk.path("site.toml")).write_bytes(SETTINGS.replace(b"from inside", b"by Eun-ha"))


def _settings_that_are_gone(stage: Stage) -> None:
    os.unlink(stage.desk.path("site.toml"))


def _another_key(stage: Stage) -> None:
    sealed = seal.in_memory(b"k" * 32, [stage.desk.identity.recipient()])
    Path(stage.desk.path("keys", "site.age")).write_bytes(sealed)


def _altered_settings_and_an_event_by_way_of_a_row(stage: Stage) -> None:
    _altered_settings(stage)
    digest = hashlib.sha256(Path(stage.desk.path("site.toml")).read_bytes()).hexdigest()
    key = settled_key(stage)
    stage.edit(
        "INSERT INTO outbox (made_ms, kind, subject, detail, actor) "
        f"VALUES (0, 'site-settled', 'site', 'settings sha256 {digest}, key {key}', 'member/owl')"
    )
    drain(stage.desk, stage.catalogue)


def settled_key(stage: Stage) -> str:
    secret = seal.open_in_memory(Path(stage.desk.path("keys", "site.age")).read_bytes(), [stage.desk.identity])
    return str(Ed25519Signer(name="example.org/desk/site", secret=secret).verifier())


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize(
    "alter",
    [_altered_settings, _settings_that_are_gone, _another_key, _altered_settings_and_an_event_by_way_of_a_row],
    ids=lambda alter: alter.__name__.strip("_"),
)
def test_what_the_log_does_not_name_is_not_published(stage: Stage, tmp_path: Path, alter: Any) -> None:
    alter(stage)
    with pytest.raises(Damaged):
        made(stage, tmp_path / "site")
    assert not (tmp_path / "site").exists()


def test_a_key_that_was_laid_there_before_the_first_time_is_not_taken(stage: Stage) -> None:
    _another_key(stage)
    laid = Path(stage.desk.path("keys", "site.age")).read_bytes()
    settle(stage.desk, SETTINGS, by="member/owl", time=1)
    assert Path(stage.desk.path("keys", "site.age")).read_bytes() != laid
