"""What the desk tells its trips: news that the log bears out, and no code on two days (docs/formats/receipts.md).

Every day's real codes are kept in `receipts/DAY.age`, sealed to the desk and as long on every day as on any other; the
log holds the digest. So whoever has the archive and no passphrase learns from it no more than from the list itself.

Invariants: a day has one list, and it is in the log before anybody can have it; what is refused leaves nothing behind,
and is named by its line, never by its trip.
"""

import contextlib
import glob
import hashlib
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from jebi.archive.receive import logged
from jebi.archive.record import Event, parse_record
from jebi.errors import Damaged, Refused, failures_named
from jebi.office.desk import Desk
from jebi.parcel import seal
from jebi.radio import receipt
from jebi.radio.receipt import Card, Code, Kind, News
from jebi.vault import files

FOLDER = "receipts"
LISTED = "receipts-listed"  # the kind of event that says that a day has its list
KINDS = {kind.words.replace(" ", "-"): kind for kind in Kind}
OF_WHAT_CAME = (Kind.ARRIVED, Kind.ERASE_NOW)  # said of a parcel that is here; of one that is not, it would cost it
LONGEST_NUMBER = 3  # digits; no card covers so many parcels, and the card says what it covers
_SEALED = re.compile(r"sealed sha256 ([0-9a-f]{64})")
_CODE_LENGTH = len(str(Code(0))) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """A line of the news: which line, whose trip, and what is to be said to it."""

    line: int
    trip: str
    news: News


def events(desk: Desk) -> Iterator[Event]:
    """All that the log says, from its beginning."""
    return (parse_record(line).event for line in desk.ledger.records())


def parse_news(untrusted_text: str) -> list[Announcement]:
    """Read what is to be announced, a line each: TRIP PARCEL KIND REPEAT.

    Raises:
        Damaged: a line is none.
        Refused: no card has a code for it.
    """
    lines = enumerate(untrusted_text.splitlines(), 1)
    return [_parse_line(line.split(), number) for number, line in lines if line.strip()]


def publish(desk: Desk, day: str, news: list[Announcement], out: str, paper: str, *, time: int) -> None:
    """Make a day's list, remember what is real in it, and write it.

    Args:
        desk: the desk.
        day: the list's day, as 2026-11-22.
        news: what to announce.
        out: where the signed list goes.
        paper: where the list goes that is printed and read aloud; may be empty.
        time: POSIX seconds, for the log.

    Raises:
        Refused: the day has its list, or a line of the news names a trip that there is not, a parcel that did not come,
            or what another day's list said already.
    """
    _finish(desk)
    if any((event.kind, event.subject) == (LISTED, day) for event in events(desk)):
        raise Refused(
            f"{day} has its list already; a second one would show which codes are real",
            hint="publish that one (where jebi was killed, it ends in .new); for another day's list: --day",
        )
    codes = _codes(desk, news)
    receipts = receipt.compose(day, codes, secrets.token_bytes(receipt.DICE))
    written = {out: str(receipt.sign_list(receipts, desk.signer)).encode()}
    if paper:
        written[paper] = receipts.paper().encode()
    _keep(desk, day, codes, written, time)


def published(desk: Desk) -> dict[Code, str]:
    """The codes that went out, each with its day.

    Raises:
        Unable, Damaged: what the log says was kept of a list is gone, or is not what it was: nobody could tell then.
    """
    kept = {event.subject: match[1] for event in events(desk) if (match := _kept(event))}
    return {code: day for day, digest in kept.items() for code in _read(desk, receipt.check_day(day), digest)}


def _kept(event: Event) -> re.Match[str] | None:
    return _SEALED.fullmatch(event.detail) if event.kind == LISTED else None


def _parse_line(words: list[str], line: int) -> Announcement:
    if len(words) != 4 or words[2] not in KINDS or not all(map(_is_number, words[1::2])):
        raise Damaged(
            f"line {line} of the news cannot be read",
            hint=f"TRIP PARCEL KIND REPEAT, where KIND is {', '.join(KINDS)}",
        )
    try:
        news = News(parcel=int(words[1]), kind=KINDS[words[2]], repeat=int(words[3]))
    except Refused as error:
        raise Refused(f"line {line} of the news: {error.what}", hint=error.hint) from error
    return Announcement(line=line, trip=words[0], news=news)


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= LONGEST_NUMBER


def _codes(desk: Desk, news: list[Announcement]) -> set[Code]:
    """The codes under which the news goes out, each line checked against the trips, the log and earlier lists."""
    cards = {known.trip: Card(known.receipts) for known in desk.trips()}
    came = {(one.trip, one.number) for one in logged(events(desk))}
    earlier = published(desk)
    codes = set()
    for one in news:
        code = _checked(one, cards, came)
        if code in earlier:
            raise Refused(
                f"line {one.line} of the news went out already, on {earlier[code]}",
                hint="a code goes out on one day only: take the next REPEAT, or leave the line out",
            )
        codes.add(code)
    return codes


def _checked(one: Announcement, cards: Mapping[str, Card], came: set[tuple[str, int]]) -> Code:
    if one.trip not in cards:
        raise Refused(
            f"line {one.line} of the news: there is no trip of that name",
            hint="jebi desk receive shows of which trip a parcel is",
        )
    if one.news.kind in OF_WHAT_CAME and (one.trip, one.news.parcel) not in came:
        raise Refused(
            f"line {one.line} of the news: no parcel {one.news.parcel} of that trip is in the log as received",
            hint="whoever reads that may erase the only copy; where parts are missing, say send-more",
        )
    return cards[one.trip].code(one.news)


def _keep(desk: Desk, day: str, codes: set[Code], written: Mapping[str, bytes], time: int) -> None:
    """Log it when all of it lies on the disk, and only then give it its names."""
    path = desk.path(FOLDER, f"{day}.age")
    sealed = seal.in_memory(_written(codes), [desk.identity.recipient()])
    with failures_named(desk.path(FOLDER), "made"):
        os.makedirs(desk.path(FOLDER), mode=0o700, exist_ok=True)
    try:
        for name, content in {path: sealed, **written}.items():
            files.stage(name, content)
        desk.append(LISTED, day, f"sealed sha256 {hashlib.sha256(sealed).hexdigest()}", actor="desk", time=time)
    except BaseException:
        for name in written:  # what the archive keeps of it, the next list's making looks at
            with contextlib.suppress(OSError):
                os.unlink(name + files.STAGED)
        raise
    for name in (path, *written):
        files.keep(name)


def _finish(desk: Desk) -> None:
    """Give what was logged just before jebi was killed its name; what was not logged never was."""
    digests = {(event.subject, match[1]) for event in events(desk) if (match := _kept(event))}
    for staged in glob.glob(os.path.join(glob.escape(desk.path(FOLDER)), f"*{files.STAGED}")):
        path = staged.removesuffix(files.STAGED)
        day = os.path.basename(path).removesuffix(".age")
        if (day, hashlib.sha256(files.read(staged)).hexdigest()) in digests:
            files.keep(path)
        else:
            with failures_named(staged, "removed"):
                os.unlink(staged)


def _written(codes: set[Code]) -> bytes:
    """The codes, a line each, and as many empty lines as make every day's the same length."""
    return "".join(f"{code}\n" for code in sorted(codes)).encode().ljust(receipt.LIST_LENGTH * _CODE_LENGTH, b"\n")


def _read(desk: Desk, day: str, digest: str) -> list[Code]:
    """Sealed by this desk to itself, so what is wrong with it is the disk's fault, or somebody put it there."""
    sealed = files.read(desk.path(FOLDER, f"{day}.age"))
    damaged = Damaged(f"{FOLDER}/{day}.age is not what it was when it was logged", hint="restore a copy of the archive")
    if hashlib.sha256(sealed).hexdigest() != digest:
        raise damaged
    try:
        return [Code.parse(line) for line in seal.open_in_memory(sealed, [desk.identity]).decode().splitlines() if line]
    except UnicodeDecodeError as error:
        raise damaged from error
