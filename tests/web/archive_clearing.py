"""Clearances and keys of the archive in memory: one output of one cut, its pages, and what members say of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from jebi.errors import NothingFound, Refused
from jebi.office.kinds import Consent, Risk
from jebi.office.shown import Blob, Person
from jebi.office.shown_clearing import (
    Asked,
    Check,
    First,
    MemberKey,
    Obstacle,
    Report,
    Reviewed,
    Shown,
    StripPage,
    Verdict,
    Word,
)
from jebi.office.shown_public import Public
from jebi.release.checklist import Answer, Question
from jebi.release.doubts import Why
from jebi.release.leaks import CHECKS

WHEN = 1_795_000_000
PICTURE = b"not really a picture"


PUBLIC = Public(
    title=(("en", "Rice <i>at</i> the market"), ("ko", "장마당의 쌀")),
    summary=(("en", "What a kilo costs."),),
    why=(),
    places=("혜산",),
    themes=(),
    filmed="2026-10",
    seconds=61,
    size=2_000_000,
    changes=(("faces-covered", 3), ("metadata-removed", 0)),
    subtitles=(("en", ((1.2, "How <much>?"),)), ("ko", ((1.2, "얼마요?"),))),
    heard=((0.5, 2.0, "disguised"), (3.0, 4.0, "surroundings")),
    voice="ko",
)


def reviewed(**more: object) -> Reviewed:
    """An output that passed, with two pages of pictures, of which none was seen."""
    checks = tuple(Check(name=name, tools={"jebi": "1"}, measured={"looked": 1}) for name in CHECKS)
    seller = Person(pseudonym="seller-14", risk=Risk.MORTAL, consent=Consent.REFUSED, note="얼굴이 보임", at=1.0)
    values = {
        "public": PUBLIC,
        "cut": 1,
        "name": "장마당 <b>봄</b>",
        "output": 2,
        "sha256": "a" * 64,
        "plan_sha256": "b" * 64,
        "author": "haneul",
        "when": WHEN,
        "report": Report(sha256="c" * 64, when=WHEN, has_passed=True, checks=checks),
        "first": (First(number=1, at=2.0, why=Why.END), First(number=2, at=4.5, why=Why.OPEN)),
        "strip": tuple(
            StripPage(number=at, start=10.0 * at - 10, end=10.0 * at - 0.25, sha256=f"{at}" * 64, is_seen=False)
            for at in (1, 2)
        ),
        "people": (Shown(clip="c00001", person=seller),),
    }
    return Reviewed(**(values | more))  # type: ignore[arg-type]


@dataclass
class SampleClearing:
    """Implements `counter_clearing.Clearing`."""

    outputs: dict[tuple[int, int], Reviewed] = field(default_factory=lambda: {(1, 2): reviewed()})
    keys: dict[str, list[MemberKey]] = field(default_factory=dict)
    signed: list[bytes] = field(default_factory=list)

    def reviewed(self, cut: int, output: int, /, *, by: str) -> Reviewed:
        if (cut, output) not in self.outputs:
            raise NothingFound("there is no such output of that cut")
        return self.outputs[cut, output]

    def film(self, cut: int, output: int, /) -> Blob:
        self.reviewed(cut, output, by="")
        return _Bytes(b"not really a film", "video/mp4")

    def picture(self, cut: int, output: int, use: str, number: int, /) -> Blob:
        shown = self.reviewed(cut, output, by="")
        if number > len(shown.strip if use == "strip" else shown.first):
            raise NothingFound("there is no such picture")
        return _Bytes(PICTURE, "image/jpeg")

    def sign_off(self, cut: int, output: int, page: int, sha256: str, /, *, by: str) -> None:
        shown = self.reviewed(cut, output, by=by)
        if sha256 not in {one.sha256 for one in shown.strip if one.number == page}:
            raise Refused("the page is another by now")
        strip = tuple(replace(one, is_seen=one.is_seen or one.number == page) for one in shown.strip)
        self.outputs[cut, output] = replace(shown, strip=strip)

    def answer(self, cut: int, output: int, answers: Mapping[Question, Answer], /, *, by: str) -> None:
        shown = self.reviewed(cut, output, by=by)
        self.outputs[cut, output] = replace(shown, answers={**shown.answers, **answers})

    def ask(self, cut: int, output: int, /, *, by: str) -> Asked:
        if self.reviewed(cut, output, by=by).obstacles:
            raise Refused("something is lacking")
        return Asked(statement="jebi clearance\ncut 1\n", key_name=self.key_name(by))

    def clear(self, cut: int, output: int, untrusted_note: bytes, /, *, by: str) -> None:
        self.signed.append(untrusted_note)

    def refuse(self, cut: int, output: int, /, *, by: str) -> None:
        shown = self.reviewed(cut, output, by=by)
        words = (*shown.words, Word(by=by, verdict=Verdict.REFUSED, when=WHEN))
        self.outputs[cut, output] = replace(shown, words=words, obstacles=(Obstacle.REFUSED,))

    def key_name(self, member: str, /) -> str:
        return f"example.org/desk/{member}"

    def keys_of(self) -> Mapping[str, Sequence[MemberKey]]:
        return self.keys

    def enroll(self, member: str, untrusted_verifier: str, /, *, by: str) -> None:
        self.keys.setdefault(member, []).append(MemberKey(verifier=untrusted_verifier, when=WHEN, is_standing=True))

    def revoke(self, member: str, untrusted_verifier: str, /, *, by: str) -> None:
        self.keys[member] = [replace(one, is_standing=one.verifier != untrusted_verifier) for one in self.keys[member]]


@dataclass(frozen=True, slots=True)
class _Bytes:
    """A blob in memory."""

    content: bytes
    media_type: str

    @property
    def size(self) -> int:
        return len(self.content)

    def read(self, start: int, end: int, /) -> Iterator[bytes]:
        yield self.content[start:end]
