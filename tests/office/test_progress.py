"""Who watches, and that nobody need."""

from jebi.office.progress import Progress, Quiet
from office.conftest import Steps


def test_nobody_need_watch(capfd: object) -> None:
    watchers: list[Progress] = [Quiet(), Steps()]
    for watcher in watchers:
        watcher.begin("sealing", 10)
        watcher.advance(4)
        watcher.advance(6)
        watcher.say("plug it in again")
    assert isinstance(watchers[1], Steps)
    assert (watchers[1].announced, watchers[1].done, watchers[1].said) == (
        [("sealing", 10)],
        [10],
        ["plug it in again"],
    )
