"""What goes out of the archive in memory: what waits, what is out, and what somebody asked for; nothing is made."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from jebi.errors import NothingFound, Refused
from jebi.office.shown_publishing import Errand, PressRun, PublicSite, Release, Releases, ToPublish, ToWithdraw
from web.archive_clearing import PUBLIC

WHEN = 1_795_000_000
SITE = PublicSite(
    folder="/srv/site",
    title="봄 <b>영상</b>",
    address="https://films.example/",
    languages=("en", "ko"),
    edition=3,
    day="2026-11-18",
)


def to_publish(**more: object) -> ToPublish:
    """An output that may be published."""
    values = {
        "cut": 1,
        "name": "장마당 <b>봄</b>",
        "output": 2,
        "sha256": "a" * 64,
        "plan_sha256": "b" * 64,
        "by": ("crane", "heron"),
        "site": SITE,
        "film": 4,
        "public": PUBLIC,
    }
    return ToPublish(**(values | more))  # type: ignore[arg-type]


def release(**more: object) -> Release:
    """A film that is out."""
    values = {
        "cut": 3,
        "name": "가을",
        "output": 4,
        "slug": "0003",
        "by": ("crane", "heron"),
        "publisher": "owl",
        "when": WHEN,
        "is_there": True,
    }
    return Release(**(values | more))  # type: ignore[arg-type]


@dataclass
class SamplePublishing:
    """Implements `counter_publishing.Publishing`."""

    released: Releases = field(default_factory=lambda: Releases(site=SITE))
    waiting: dict[tuple[int, int], ToPublish] = field(default_factory=lambda: {(1, 2): to_publish()})
    withdrawing: dict[tuple[int, int], ToWithdraw] = field(
        default_factory=lambda: {
            (3, 4): ToWithdraw(cut=3, name="가을", output=4, film=3, publisher="owl", when=WHEN, site=SITE)
        }
    )
    went: list[tuple[object, ...]] = field(default_factory=list)

    def releases(self, *, by: str) -> Releases:
        return self.released

    def to_publish(self, cut: int, output: int, /, *, by: str) -> ToPublish:
        if (cut, output) not in self.waiting:
            raise NothingFound("there is no such output of that cut")
        return self.waiting[cut, output]

    def publish(self, cut: int, output: int, sha256: str, plan_sha256: str, /, *, by: str) -> None:
        asked = self.to_publish(cut, output, by=by)
        if asked.holds or (asked.sha256, asked.plan_sha256) != (sha256, plan_sha256):
            raise Refused("it cannot be published", hint="see why")
        self._begin(Errand.PUBLISH, asked.film, "publish", cut, output, by)

    def to_withdraw(self, cut: int, output: int, /, *, by: str) -> ToWithdraw:
        if (cut, output) not in self.withdrawing:
            raise NothingFound("this output was not published")
        return self.withdrawing[cut, output]

    def withdraw(self, cut: int, output: int, texts: Mapping[str, str], /, *, by: str) -> None:
        self._begin(
            Errand.WITHDRAW, self.to_withdraw(cut, output, by=by).film, "withdraw", cut, output, dict(texts), by
        )

    def make_site(self, *, by: str) -> None:
        self._begin(Errand.SITE, 0, "site", by)

    def _begin(self, errand: Errand, film: int, *went: object) -> None:
        self.went.append(went)
        self.released = replace(
            self.released, run=PressRun(errand=errand, is_over=False, film=film, share=0.25, left=75.0)
        )
