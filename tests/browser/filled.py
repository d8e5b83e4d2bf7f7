"""A desk's archive with a spring in it: real films that crossed on sticks, were looked at in the jail, and were spoken of."""

import subprocess
import time
from collections.abc import Sequence
from datetime import UTC
from pathlib import Path

from cut_made import make_cut
from jebi.office.admission import open_catalogue
from jebi.office.attending import attend, kept_of
from jebi.office.desk import Desk, init, open_desk
from jebi.office.engine_room import Machine
from jebi.office.house import House
from jebi.office.inside import list_clips, seal_onto
from jebi.office.kinds import Certainty, Consent, JobState, Risk, Role
from jebi.office.members import Member
from jebi.office.progress import Quiet
from jebi.office.receiving import Wish, receive
from jebi.office.shown import Filter, Person
from jebi.web import sessions
from jebi.web.settings import Settings
from looked_at import MODELS
from web.served import SECOND, VERIFIER

PASSPHRASE = b"six words that only this desk knows"
FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
SIGNS = ("쌀 7,000원", "市場", "NO. 4 GATE", "", "혜산역", "", "米 二千", "", "단속 구역", "")
KOREAN = (
    "오늘 쌀값이 또 올랐소.",
    "그 값이면 강냉이를 사야지 어쩌겠소.",
    "저기 단속이 온다, 빨리 거두시오.",
    "시장 문은 다섯 시에 닫는답니다.",
)
JAPANESE = (
    "今日も米の値段が上がった。",
    "その値段ならトウモロコシを買うしかない。",
    "取り締まりが来る。",
    "市場は五時に閉まる。",
)
ENGLISH = (
    "Rice went up again today.",
    "At that price we buy corn.",
    "The patrol is coming.",
    "The market closes at five.",
)
CUT_OF, CUT_ALSO_OF = "장마당 1.mp4", "장마당 2.mp4"
SAID = "The price of rice at the market has doubled since the spring."


def fill(folder: Path, samples: Path) -> Path:
    """Make the archive; returns its folder."""
    archive = folder / "archive"
    init(str(archive), "example.org/desk", PASSPHRASE, time=int(time.time()))
    with open_desk(str(archive), PASSPHRASE) as desk:
        _cross(desk, folder, samples)
        attend(desk, MODELS, Quiet())
        with open_catalogue(desk) as catalogue:
            machine = Machine.look(MODELS)
            house = House(
                desk, catalogue, kept_of(desk), machine=machine, now_ms=lambda: time.time_ns() // 10**6, zone=UTC
            )
            _speak_of(house)
            by_name = {one.name: one.id for one in house.clips(Filter()).items}
            now_ms, other = time.time_ns() // 10**6, by_name[CUT_ALSO_OF]
            make_cut(desk, catalogue, kept_of(desk), by_name[CUT_OF], now_ms, also=(other,))
    return archive


def admit(archive: Path, settings: Settings) -> dict[str, str]:
    """A session of every role, language and theme that a tour looks through; and an editor, to sign in with a code."""
    given = {}
    with open_desk(str(archive), PASSPHRASE) as desk, open_catalogue(desk) as catalogue:
        house = House(
            desk,
            catalogue,
            kept_of(desk),
            machine=Machine(models=MODELS),
            now_ms=lambda: time.time_ns() // 10**6,
            zone=UTC,
        )
        house.keep_member(Member(name="haneul", role=Role.EDITOR, verifier=VERIFIER, second=SECOND), by="desk")
        for role in Role:
            member = Member(name=f"a-{role}", role=role, verifier=VERIFIER, second=SECOND)
            house.keep_member(member, by="desk")
            for language in ("en", "ko", "ja"):
                for theme in ("light", "dark"):
                    token = sessions.begin(house, settings, member.name, language=language, theme=theme)
                    given[f"{role} {language} {theme}"] = sessions.written(token)
    return given


def _cross(desk: Desk, folder: Path, samples: Path) -> None:
    """Two trips: one parcel whole with a number missing before it, one that still fills up."""
    first, second = (
        desk.issue(signing="signature", memorise=False, note="", share_route="", time=int(time.time()))
        for _ in range(2)
    )
    card, more = folder / "card", folder / "more"
    _films(card, samples)
    more.mkdir()
    (more / "MOVI0300.MP4").write_bytes((samples / "bigbuckbunny.mp4").read_bytes() * 6)
    assert first.card.seed
    assert second.card.seed
    seed = first.card.seed.ratchet()  # its parcel number 1 never came
    for card_of, ratcheted, clips, sticks in (
        (first.card, seed, card, ["a"]),
        (second.card, second.card.seed, more, ["b", "c"]),
    ):
        paths = [str(folder / name) for name in sticks]
        seal_onto(list_clips([str(clips)]), card_of, ratcheted, paths, survive=0, carrier=None, progress=Quiet())
        receive(desk, paths[:1], Wish(clips=False), Quiet())
    (folder / "inbox").mkdir()
    (folder / "c").rename(folder / "inbox" / "c")


def _films(card: Path, samples: Path) -> None:
    card.mkdir()
    for number, sign in enumerate(SIGNS):
        film, start = ("bigbuckbunny.mp4", 0.0) if number % 3 else ("bikes.mp4", number * 0.6)
        _film(samples / film, start, sign, card / f"장마당 {number + 1}.mp4")
    subprocess.run(["espeak-ng", "-v", "en", "-w", str(card / "street.wav"), SAID], check=True)
    (card / "empty.mov").touch()
    (card / "cut.mp4").write_bytes((samples / "bikes.mp4").read_bytes()[:3000])
    (card / "readme.txt").write_text("no film, no sound")


def _film(source: Path, start: float, sign: str, target: Path) -> None:
    board = f"drawtext=fontfile={FONT}:text='{sign}':x=40:y=40:fontsize=44:fontcolor=black:box=1:boxcolor=white:boxborderw=12"
    shown = "scale=640:360" + (f",{board}" if sign else "")
    made = ["-t", "4", "-vf", shown, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"]
    subprocess.run(["ffmpeg", "-v", "error", "-ss", str(start), "-i", str(source), *made, str(target)], check=True)


def _speak_of(house: House) -> None:
    """What an editor and a researcher wrote of the clips."""
    clips = [one for one in house.clips(Filter()).items if one.has_poster]
    for number, clip in enumerate(sorted(clips, key=lambda one: one.name)):
        if number % 2 == 0:
            for lines, language in ((ENGLISH, "en"), (JAPANESE, "ja"), (KOREAN, "ko")):
                file = _srt(lines)
                house.add_transcript(clip.id, file, language=language, is_translation=language != "ko", by="haneul")
        house.add_tag(clip.id, ("시장", "쌀값", "拡声器", "market")[number % 4], by="haneul")
        if number % 3 == 0:
            house.add_place(clip.id, "혜산 장마당", Certainty.PROBABLE, "간판과 산등성이로 판단", by="haneul")
            house.add_time(clip.id, "2026-03-12", Certainty.POSSIBLE, "shadows; snow", by="maria")
            house.add_to_collection(clip.id, "봄 · 시장 물가", by="maria")
    first, other = clips[0].id, clips[1].id
    house.add_note(first, "화면 왼쪽 가게 간판을 확대해 볼 것.", 1.5, by="haneul")
    house.add_person(
        first,
        Person(pseudonym="seller-14", risk=Risk.MORTAL, consent=Consent.UNKNOWN, note="얼굴이 정면으로 보임", at=1.0),
        by="haneul",
    )
    house.add_claim(first, "쌀값이 한 달 사이에 두 배로 올랐다.", Certainty.PROBABLE, [other], by="haneul")
    _leave_undone(house)


def _leave_undone(house: House) -> None:
    """A job that somebody left for later."""
    house.skip(house.jobs(JobState.WAITING).items[0].id, by="haneul")


def _srt(lines: Sequence[str]) -> bytes:
    return "".join(
        f"{number + 1}\n00:00:{number:02},200 --> 00:00:{number:02},900\n{line}\n\n"
        for number, line in enumerate(lines)
    ).encode()
