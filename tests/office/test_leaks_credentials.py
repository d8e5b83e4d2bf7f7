"""What a film says of itself is read back, and differs in nothing from what was to be said."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from jebi.device import blocks
from jebi.media.jail import Jail
from jebi.office.issuer import Issuer
from jebi.office.labour import Report
from jebi.office.leaks_credentials import check_credentials
from jebi.office.outputs import sign_film
from jebi.release.credential_box import lies_at
from jebi.release.leaks import Check, Reason
from jebi.release.plan import About, Cover, Key, Plan
from office.outgoing import ISSUER, PLAN, film
from release.made import reasons
from signing import recognised

DIFFERS, INVALID = Reason.CREDENTIAL_DIFFERS, Reason.CREDENTIAL_INVALID


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rendered") / "film.mp4"
    film(path, "-t", "1")
    return path


@pytest.fixture
def folder(rendered: Path, tmp_path: Path) -> Path:
    """A folder with the film, signed."""
    shutil.copy(rendered, tmp_path / "film.mp4")
    sign_film(PLAN, str(tmp_path), ISSUER)
    return tmp_path


def checked(folder: Path, plan: Plan = PLAN, who: Issuer = ISSUER) -> tuple[Check, bool]:
    bare = folder / "bare.mp4"
    bare.unlink(missing_ok=True)
    return check_credentials(Jail.find(), str(folder / "film.mp4"), str(bare), plan, who, Report())


def test_what_was_signed_is_what_was_to_be_said(folder: Path, rendered: Path) -> None:
    check, is_bare = checked(folder)
    assert (check.findings, is_bare) == ((), True)
    assert (folder / "bare.mp4").read_bytes() == rendered.read_bytes()
    assert check.tools.keys() == {"jebi", "c2pa-rs"}


def test_a_credential_of_another_plan_differs(folder: Path) -> None:
    titled = replace(PLAN, about=About(title=(("en", "Rice, by Kim"),)))
    check, _ = checked(folder, titled)
    assert reasons(check.findings) == {DIFFERS}
    assert reasons(checked(folder, replace(PLAN, parts=(*PLAN.parts, *PLAN.parts)))[0].findings) == {DIFFERS}


def test_an_edit_more_differs(rendered: Path, tmp_path: Path) -> None:
    shutil.copy(rendered, tmp_path / "film.mp4")
    (shown,) = PLAN.sources
    plate = Cover(kind="text", style="solid", keys=(Key(time_ms=0, x=0, y=0, width=9, height=9),))
    more = replace(PLAN, sources=(replace(shown, covers=(*shown.covers, plate)),))
    sign_film(more, str(tmp_path), ISSUER)
    assert reasons(checked(tmp_path)[0].findings) == {DIFFERS}


def test_a_credential_by_somebody_else_differs_and_is_not_trusted(folder: Path) -> None:
    given, root = recognised()
    check, _ = checked(folder, who=Issuer(credential=given, root=root))
    assert reasons(check.findings) == {DIFFERS, INVALID}


def test_a_film_that_was_never_signed_has_none(rendered: Path, tmp_path: Path) -> None:
    shutil.copy(rendered, tmp_path / "film.mp4")
    check, is_bare = checked(tmp_path)
    assert (reasons(check.findings), is_bare) == ({DIFFERS, INVALID}, False)


def test_a_film_of_which_a_byte_changed_is_another(folder: Path) -> None:
    content = bytearray((folder / "film.mp4").read_bytes())
    content[-300] ^= 1
    (folder / "film.mp4").write_bytes(content)
    assert reasons(checked(folder)[0].findings) == {DIFFERS, INVALID}


def test_whatever_byte_of_the_credentials_changed_is_found(folder: Path) -> None:
    good = (folder / "film.mp4").read_bytes()
    with blocks.open_for_reading(str(folder / "film.mp4")) as source:
        place = lies_at(source)
    assert place
    for at in range(place[0] + 9, place[0] + 2100, 149):
        spoiled = bytearray(good)
        spoiled[at] ^= 0x21
        (folder / "film.mp4").write_bytes(spoiled)
        check, _ = checked(folder)
        assert check.findings, at
        assert reasons(check.findings) <= {DIFFERS, INVALID}


def test_what_is_no_film_is_invalid(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(b"no film at all, and no credentials")
    check, is_bare = checked(tmp_path)
    assert (reasons(check.findings), is_bare) == ({INVALID}, False)
