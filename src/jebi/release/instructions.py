"""What a broadcaster must know before using a programme, in English, Korean and Japanese (docs/formats/broadcast.md, "Terms").

Plain text, for it is read on any machine and pasted into any planning system.

Invariants: what is not protected is said in every language; that a machine speaks is said wherever one does. Peak: a page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from jebi.errors import Refused
from jebi.release.programme import Programme, check_text

LONGEST_RIGHTS: Final = 5000  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The fixed sentences of one language."""

    credit: str
    rights: str
    embargo: str
    contact: str
    rules: str
    protected: str
    nothing_added: str
    spoken: str
    stop: str
    limits: str
    check: str


LANGUAGES: Final[Mapping[str, Words]] = {
    "en": Words(
        credit="Credit",
        rights="Rights",
        embargo="Not before",
        contact="Contact",
        rules="Before you use this",
        protected="Faces, voices or writing were covered to protect people. Do not take a cover away, do not lighten or "
        "enlarge what is under it or beside it, and do not try to find out who anybody is.",
        nothing_added="Do not add a name, a place or a date that is not in these texts.",
        spoken="A machine speaks some or all of the words. Say so when you broadcast them.",
        stop="If we ask you to stop, stop broadcasting it, take it down and delete your copies.",
        limits="Covers do not hide how somebody walks, what they wear or where they are. Who knows a person may still recognise them.",
        check="SHA256SUMS tells whether the files are whole. The film carries content credentials that name what was done to it.",
    ),
    "ja": Words(
        credit="クレジット表記",
        rights="権利",
        embargo="解禁日",
        contact="連絡先",
        rules="ご使用の前に",
        protected="人を守るため、顔、声、文字などを隠してあります。隠した部分を取り除くこと、その下や周りを明るくしたり拡大したりすること、"
        "誰であるかを突き止めようとすることは、なさらないでください。",
        nothing_added="添えられた文章にない名前、場所、日付を加えないでください。",
        spoken="言葉の一部またはすべてを機械が読み上げています。放送の際はその旨をお伝えください。",
        stop="使用の中止をお願いした場合は、放送と掲載をやめ、複製を消去してください。",
        limits="歩き方、服装、場所は隠れません。その人を知る者には、誰であるか分かることがあります。",
        check="ファイルが欠けていないかは SHA256SUMS で確かめられます。映像には、加えた処理を記した来歴情報(C2PA)が付いています。",
    ),
    "ko": Words(
        credit="출처 표시",
        rights="권리",
        embargo="공개 가능일",
        contact="연락처",
        rules="사용하기 전에",
        protected="사람들을 보호하려고 얼굴, 목소리, 글자 따위를 가렸습니다. 가린 것을 걷어 내거나, 그 밑이나 둘레를 밝게 하거나 확대하지 마십시오. "
        "누구인지 알아내려고 하지 마십시오.",
        nothing_added="함께 드린 글에 없는 이름, 장소, 날짜를 덧붙이지 마십시오.",
        spoken="말의 일부 또는 전부를 기계가 읽었습니다. 방송할 때 그렇게 밝혀 주십시오.",
        stop="사용을 멈춰 달라고 하면 방송과 게시를 멈추고 사본을 지워 주십시오.",
        limits="걸음걸이, 옷차림, 장소는 가려지지 않습니다. 그 사람을 아는 이는 알아볼 수도 있습니다.",
        check="파일이 온전한지는 SHA256SUMS로 확인할 수 있습니다. 영상에는 무엇을 고쳤는지 적은 출처 정보(C2PA)가 들어 있습니다.",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the organisation says.

    Args:
        credit: how it is to be named.
        rights: for each of en, ja and ko what may be done with the programme, and by whom.
        embargo: the day before which it is not to be shown, as people write it; or nothing.
        contact: whom to ask; or nothing.
        is_spoken_by_a_machine: some words are.

    Raises:
        Refused: a language is missing, or a text is too long or not seen.
    """

    credit: str
    rights: Mapping[str, str]
    embargo: str = ""
    contact: str = ""
    is_spoken_by_a_machine: bool = False

    def __post_init__(self) -> None:
        if set(self.rights) != set(LANGUAGES):
            raise Refused("rights are told in English, Japanese and Korean")
        for text in (self.credit, *filter(None, (self.embargo, self.contact))):
            check_text(text, "a line of the terms")
        for text in self.rights.values():
            if not 1 <= len(text) <= LONGEST_RIGHTS or not text.replace("\n", " ").replace("\u3000", " ").isprintable():
                raise Refused(f"rights are a text of at most {LONGEST_RIGHTS} characters that can all be seen")


def instructions(programme: Programme, terms: Terms, language: str) -> bytes:
    """One language's page, as plain text in UTF-8."""
    words = LANGUAGES[language]
    lines = [programme.title, "", f"{words.credit}: {terms.credit}"]
    lines += [f"{words.embargo}: {terms.embargo}"] * bool(terms.embargo)
    lines += [f"{words.contact}: {terms.contact}"] * bool(terms.contact)
    rules = [words.protected, words.nothing_added, *([words.spoken] * terms.is_spoken_by_a_machine)]
    rules += [words.stop, words.limits, words.check]
    lines += ["", words.rights, "", terms.rights[language], "", words.rules, ""]
    return "\n".join([*lines, *(f"{number}. {rule}" for number, rule in enumerate(rules, 1)), ""]).encode()
