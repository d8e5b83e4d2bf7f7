"""The site is made in a process of its own, and nothing else is; whatever becomes of it, the folder is one whole edition and the next order goes on."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from going_out import SETTINGS, Stage
from jebi.errors import Refused, Unable
from jebi.office.press import Done, Making, Order, Press, Reading, Run, Work
from jebi.office.public_site import Generate, edition, settle
from jebi.office.shown_publishing import Doing, Errand
from jebi.release import mirror
from jebi.release.mirror import NOTE, compare
from jebi.web.site.folder import files as files_of
from jebi.web.site.folder import measured
from jebi.web.site.generator import generate

SOON = 60  # seconds; nothing here takes two


@pytest.fixture
def film(stage: Stage) -> Making:
    """A site with one film, to be made."""
    settle(stage.desk, SETTINGS, by="member/owl", time=1)
    output = stage.cut()
    stage.clear(output)
    stage.releases.release(output, "owl")
    return Making.of(edition(stage.releases))


@contextmanager
def standing(stage: Stage, folder: Path, how: Generate = generate) -> Iterator[Press]:
    """A press of this desk, which ends with the block."""
    stage.catalogue.engine.dispose()
    press = Press(stage.desk, how, str(folder))
    try:
        yield press
    finally:
        press.close()


def ordered(press: Press, *works: Work) -> Run:
    """What came of an order of some pieces of work."""
    press.take(of(*works))
    return ended(press)


def of(*works: Work) -> Order:
    def do(have_done: Callable[[Work], Done]) -> Done:
        return [have_done(one) for one in works][-1]

    return Order(errand=Errand.SITE, do=do)


def ended(press: Press) -> Run:
    until = time.monotonic() + SOON
    while press.is_busy:
        assert time.monotonic() < until, "it never ended"
        time.sleep(0.01)
    assert press.run
    return press.run


def halting(begun: Path) -> Generate:
    """The generator; the first time, it says that it has begun and stops for good once it has a file."""

    def halted(site: Any, folder: str, /, *, take: Any, **more: Any) -> Any:
        def taking(film: Any, file: Any) -> Iterator[bytes]:
            yield from take(film, file)
            if not begun.exists():
                begun.touch()
                time.sleep(SOON)

        return generate(site, folder, take=taking, **more)

    return halted


def kill_who_works(press: Press, begun: Path) -> None:
    """Kill whoever makes the site, once it has begun."""
    while not begun.exists():
        time.sleep(0.01)
    for child in children(press.process):
        os.kill(child, signal.SIGKILL)


def is_whole(folder: Path, made: Making) -> bool:
    listed = mirror.parse_list((folder / NOTE).read_bytes(), made.signer.verifier())
    found = {path: one for path in files_of(str(folder)) if (one := measured(str(folder / path)))}
    return compare(listed, found) == ()


def children(process: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def test_a_site_is_made_in_another_process_as_it_is_told(stage: Stage, film: Making, tmp_path: Path) -> None:
    makers = tmp_path / "makers"

    def telling(*told: Any, **more: Any) -> Any:
        makers.write_text(str(os.getpid()))
        return generate(*told, **more)

    with standing(stage, tmp_path / "site", telling) as press:
        assert press.run is None
        run = ordered(press, film)
        assert int(makers.read_text()) not in {os.getpid(), press.process}
    assert run.done
    assert (run.done.edition, run.done.films, run.why) == (1, 1, "")
    assert run.done.taken > 1
    assert is_whole(tmp_path / "site", film)
    assert run.step.what == Doing.MAKING


def test_files_that_are_read_are_whole_or_named(stage: Stage, tmp_path: Path) -> None:
    output = stage.cut()
    stage.clear(output)
    files = tuple(stage.releases.showing.files(stage.releases.candidate(output, "owl")))
    with standing(stage, tmp_path / "site") as press:
        run = ordered(press, Reading(files=files))
        assert (run.done, run.why) == (Done(), "")
        assert (run.step.what, run.step.total) == (Doing.READING, sum(one.size for one in files))
        blob = next(one.blob for one in files if one.name == "film.mp4")
        other = stage.kept.put(b"another film").blob
        swapped = tuple(one if one.blob != blob else replace(one, blob=other) for one in files)
        run = ordered(press, Reading(files=swapped))
    assert "film.mp4 of the cut is not what two people cleared" in run.why
    assert run.hint
    assert run.done is None
    assert not (tmp_path / "site").exists()


def test_making_that_is_killed_leaves_the_folder_as_it_was_and_the_next_goes_on(
    stage: Stage, film: Making, tmp_path: Path
) -> None:
    site, begun = tmp_path / "site", tmp_path / "begun"
    with standing(stage, site, halting(begun)) as press:
        press.take(of(film))
        kill_who_works(press, begun)
        run = ended(press)
        assert "ended before it was done" in run.why
        assert run.hint
        assert not site.exists()
        assert ordered(press, film).why == ""
    assert is_whole(site, film)
    assert sorted(one.name for one in tmp_path.iterdir() if one.name.startswith("site")) == ["site"]


def test_two_orders_are_never_done_at_once_and_one_that_may_wait_comes_next(
    stage: Stage, film: Making, tmp_path: Path
) -> None:
    going_on = threading.Event()
    seen = []

    def slow(have_done: Callable[[Work], Done]) -> Done:
        assert going_on.wait(SOON)
        seen.append("first")
        return have_done(film)

    def next_one(have_done: Callable[[Work], Done]) -> Done:
        seen.append("next")
        return have_done(film)

    with standing(stage, tmp_path / "site") as press:
        press.take(Order(errand=Errand.PUBLISH, number=1, do=slow))
        with pytest.raises(Refused, match="being made just now"):
            press.take(of(film))
        press.take(Order(errand=Errand.WITHDRAW, number=2, do=next_one), may_wait=True)
        going_on.set()
        run = ended(press)
    assert seen == ["first", "next"]
    assert (run.errand, run.number, run.why) == (Errand.WITHDRAW, 2, "")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_mistake_in_an_order_keeps_nobody_waiting(stage: Stage, film: Making, tmp_path: Path) -> None:
    def mistaken(_: Callable[[Work], Done]) -> Done:
        raise RuntimeError

    with standing(stage, tmp_path / "site") as press:
        press.take(Order(errand=Errand.SITE, do=mistaken))
        assert "mistake in jebi itself" in ended(press).why
        assert ordered(press, film).why == ""


def test_what_went_wrong_over_there_is_said_here(stage: Stage, film: Making, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "letter.txt").write_text("not ours")
    with standing(stage, tmp_path / "site") as press:
        run = ordered(press, film)
    assert "no site of ours" in run.why
    assert (tmp_path / "site" / "letter.txt").read_text() == "not ours"


def test_without_its_process_an_order_is_refused(stage: Stage, film: Making, tmp_path: Path) -> None:
    with standing(stage, tmp_path / "site") as press:
        os.kill(press.process, signal.SIGKILL)
        os.waitid(os.P_PID, press.process, os.WEXITED | os.WNOWAIT)
        with pytest.raises(Refused, match="was ended"):
            press.take(of(film))


def test_an_order_whose_process_goes_away_says_so(stage: Stage, film: Making, tmp_path: Path) -> None:
    def alone(have_done: Callable[[Work], Done]) -> Done:
        os.kill(press.process, signal.SIGKILL)
        os.waitid(os.P_PID, press.process, os.WEXITED | os.WNOWAIT)
        with pytest.raises(Unable, match="was ended"):
            have_done(film)
        return have_done(film)

    with standing(stage, tmp_path / "site") as press:
        press.take(Order(errand=Errand.SITE, do=alone))
        assert "was ended" in ended(press).why


def test_when_whoever_serves_is_killed_nobody_goes_on_and_the_next_one_does(
    stage: Stage, film: Making, tmp_path: Path
) -> None:
    site, begun = tmp_path / "site", tmp_path / "begun"
    stage.catalogue.engine.dispose()
    server = os.fork()
    if server == 0:
        try:
            press = Press(stage.desk, halting(begun), str(site))
            press.take(of(film))
            time.sleep(SOON)
        finally:
            os._exit(1)
    while not begun.exists():
        time.sleep(0.01)
    those = [at for one in children(server) for at in (one, *children(one))]
    assert len(those) == 2
    os.kill(server, signal.SIGKILL)
    os.waitpid(server, 0)
    for process in those:
        assert_gone(process)
    assert not site.exists()
    with standing(stage, site) as press:
        assert ordered(press, film).why == ""
    assert is_whole(site, film)


def assert_gone(process: int) -> None:
    deadline = time.monotonic() + SOON
    while Path(f"/proc/{process}").exists() and _is_alive(process):
        assert time.monotonic() < deadline, "it lives on"
        time.sleep(0.01)


def _is_alive(process: int) -> bool:
    """Whether it is more than a name in the list: whoever inherits it may not have buried it yet."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_closing_ends_what_is_made_and_leaves_no_process(stage: Stage, film: Making, tmp_path: Path) -> None:
    begun = tmp_path / "begun"

    def endless(*_: Any, **__: Any) -> Any:
        begun.touch()
        time.sleep(SOON)

    with standing(stage, tmp_path / "site", endless) as press:
        press.take(of(film))
        while not begun.exists():
            time.sleep(0.01)
        those = [press.process, *children(press.process)]
    for process in those:
        assert_gone(process)


def test_no_key_is_shown_with_what_is_to_be_made(film: Making) -> None:
    assert film.signer.secret.hex() not in repr(film)
    assert repr(film.signer.secret) not in repr(film)
