"""From the site's folder to where it is served: only what changed, and only by the list of our own key."""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random

import pytest

from depth import often
from jebi.errors import Refused
from jebi.office.publishing import plan, publish
from jebi.parcel.note import Ed25519Signer
from jebi.parcel.safename import SafeName
from jebi.release import mirror
from jebi.release.mirror import COMING, NOTE, Entry, compare
from jebi.release.publish import Film, Retraction, words
from jebi.vault.outlet import STAGED, Outlet, Sent
from jebi.web.site.folder import files, measured
from jebi.web.site.generator import generate
from published import DAY, SIGNER, Files, film, signed_site, taker

KEY = SIGNER.verifier()


def make(folder: Path, entries: list[Film | Retraction], held: Files) -> None:
    generate(signed_site(entries), str(folder), take=taker(held), signer=SIGNER, day=DAY)


def wrong(folder: Path) -> tuple[object, ...]:
    listed = mirror.parse_list((folder / NOTE).read_bytes(), KEY)
    found = {path: measured(str(folder / path)) for path in files(str(folder))}
    return compare(listed, {path: one for path, one in found.items() if one})


def test_a_copy_is_whole_then_brought_on_and_loses_what_was_withdrawn(tmp_path: Path) -> None:
    ours, there, held = tmp_path / "site", tmp_path / "served", Files()
    entries: list[Film | Retraction] = [film(number, held) for number in range(1, 6)]
    make(ours, entries, held)

    first = publish(str(ours), Outlet(str(there)), KEY)

    assert wrong(there) == ()
    assert first.sent == len(list(files(str(ours))))
    (there / "CNAME").write_text("films.example")
    entries[2] = Retraction(number=3, day=DAY, words=words({"en": "Sorry."}))
    entries.append(film(6, held))
    make(ours, entries, held)

    second = publish(str(ours), Outlet(str(there)), KEY)

    assert wrong(there) == (("foreign", "CNAME"),)
    assert not (there / "films/0003").exists()
    assert 0 < second.sent < first.sent
    assert {str(path) for path in second.sending.gone} >= {"films/0003/film.mp4", "films/0003/ko.vtt"}
    assert publish(str(ours), Outlet(str(there)), KEY).sent == 0


def test_a_place_that_holds_the_list_of_another_key_is_left_alone(tmp_path: Path) -> None:
    ours, there, held = tmp_path / "site", tmp_path / "served", Files()
    make(ours, [film(1, held)], held)
    other = Ed25519Signer(name=SIGNER.name, secret=bytes(32))
    listed = mirror.site_list([], edition=9, day=date(2026, 1, 1))
    there.mkdir()
    (there / NOTE).write_bytes(str(mirror.sign_list(listed, other)).encode())

    with pytest.raises(Refused):
        plan(str(ours), Outlet(str(there)), KEY)
    with pytest.raises(Refused):
        publish(str(ours), Outlet(str(there)), replace(KEY))
    assert [path.name for path in there.iterdir()] == [NOTE]


def test_a_list_there_that_is_as_late_and_another_is_never_replaced(tmp_path: Path) -> None:
    ours, there, held = tmp_path / "site", tmp_path / "served", Files()
    make(ours, [film(1, held)], held)
    publish(str(ours), Outlet(str(there)), KEY)
    before = (there / NOTE).read_bytes()
    make(tmp_path / "fresh", [film(1, held), film(2, held)], held)

    with pytest.raises(Refused, match="edition 1 is served there"):
        publish(str(tmp_path / "fresh"), Outlet(str(there)), KEY)

    assert (there / NOTE).read_bytes() == before
    assert not (there / "films/0002").exists()


class Dropped(Exception):
    """The connection is gone."""


def dropped(there: Path, after: int) -> Callable[[Sent], None]:
    """Told of each file, it goes away at one of them, of which a half is left."""
    told: list[Sent] = []

    def tell(one: Sent) -> None:
        told.append(one)
        if len(told) == after:
            (there / f"{one.path}{STAGED}").write_bytes(b"half")
            raise Dropped

    return tell


@pytest.mark.parametrize("after", [1, 4, 20])
def test_a_film_whose_sending_was_stopped_and_that_is_withdrawn_then_leaves_nothing(tmp_path: Path, after: int) -> None:
    ours, there, held = tmp_path / "site", tmp_path / "served", Files()
    entries: list[Film | Retraction] = [film(1, held), film(2, held)]
    make(ours, entries, held)
    publish(str(ours), Outlet(str(there)), KEY)
    new = film(3, held, title=words({"en": "Nobody may know of this"}), places=("Nowhere else",))
    make(ours, [*entries, new], held)
    with pytest.raises(Dropped):
        publish(str(ours), Outlet(str(there)), KEY, tell=dropped(there, after))
    assert (there / "films/0003").exists()

    make(ours, [*entries, Retraction(number=3, day=DAY, words=words({"en": "Sorry."}))], held)
    publish(str(ours), Outlet(str(there)), KEY)

    assert wrong(there) == ()
    assert not (there / "films/0003").exists()
    assert [path for path in files(str(there)) if b"Nobody may know" in (there / path).read_bytes()] == []


def test_a_place_is_whole_at_last_whatever_was_stopped_on_the_way(tmp_path: Path) -> None:
    ours, there, held, dice = tmp_path / "site", tmp_path / "served", Files(), Random(12)
    films = [film(number, held) for number in range(1, 5)]
    for _ in range(often(12, 5)):
        withdrawn = [one for one in films if dice.random() < 0.4]
        entries: list[Film | Retraction] = [
            Retraction(number=one.number, day=DAY, words=words({"en": "Sorry."})) if one in withdrawn else one
            for one in films[: dice.randint(1, 4)]
        ]
        make(ours, entries, held)
        with contextlib.suppress(Dropped):
            publish(str(ours), Outlet(str(there)), KEY, tell=dropped(there, dice.randint(1, 60)))

    publish(str(ours), Outlet(str(there)), KEY)

    assert wrong(there) == ()
    assert (there / NOTE).read_bytes() == (ours / NOTE).read_bytes()


def test_a_list_of_what_is_coming_by_another_key_is_refused(tmp_path: Path) -> None:
    ours, there, held = tmp_path / "site", tmp_path / "served", Files()
    make(ours, [film(1, held)], held)
    publish(str(ours), Outlet(str(there)), KEY)
    listed = mirror.site_list([Entry(path=SafeName("CNAME"), size=1, sha256="0" * 64)], edition=2, day=DAY)
    other = Ed25519Signer(name=SIGNER.name, secret=bytes(32))
    (there / COMING).write_bytes(str(mirror.sign_list(listed, other)).encode())
    (there / "CNAME").write_text("films.example")

    with pytest.raises(Refused):
        publish(str(ours), Outlet(str(there)), KEY)

    assert (there / "CNAME").exists()
