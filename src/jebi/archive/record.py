"""What is written down of one event: the event, its salt, and the entry that they make (docs/formats/custody.md, "Event",
"Record and entry").

The entry is the hash of salt and event, so that a log of entries can be shown without showing anybody.

Invariants: an event that exists can be shown as it is; there is one way to write an event and a record, and any other is
`Damaged`. It never makes a salt, and cannot tell whether one binds its event to its place: `jebi.archive.custody` does both.
Peak: one record.
"""

import base64
import hashlib
import json
import re
from dataclasses import dataclass, field

from jebi.archive.merkle import written_hash
from jebi.errors import Damaged

SALT = 32  # random bytes, then a MAC
DICE = 16  # the random ones: nobody guesses 128 bits
LONGEST_ACTOR = 128  # a pseudonym
LONGEST_SUBJECT = 256  # an accession's number, or a file's name
LONGEST_DETAIL = 4096  # a few dozen hashes
LONGEST_RECORD = 16384  # all of that with every letter escaped, and the salt
LAST_TIME = (1 << 53) - 1  # every JSON reader can tell such numbers apart
_KIND = re.compile(r"[a-z0-9._-]{1,64}")
_UNSHOWABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened: its kind, what it happened to, what there is to say, who did it, and POSIX seconds by the desk's clock."""

    kind: str
    subject: str
    detail: str
    actor: str
    time: int

    def __post_init__(self) -> None:
        if not _KIND.fullmatch(self.kind):
            raise Damaged("an event's kind is empty, too long, or has letters that it must not have")
        for name, text, longest in (
            ("subject", self.subject, LONGEST_SUBJECT),
            ("detail", self.detail, LONGEST_DETAIL),
            ("actor", self.actor, LONGEST_ACTOR),
        ):
            if _UNSHOWABLE.search(text):
                raise Damaged(f"an event's {name} has a character that cannot be shown as it is")
            if len(text.encode()) > longest or not (text or name == "detail"):
                raise Damaged(f"an event's {name} is empty or too long")
        if not 0 <= self.time <= LAST_TIME:
            raise Damaged("an event's time cannot be")

    def canonical(self) -> bytes:
        """The one encoding of an event."""
        return _json(self.fields())

    def fields(self) -> dict[str, str | int]:
        """The event as plain values."""
        texts = {"kind": self.kind, "subject": self.subject, "detail": self.detail, "actor": self.actor}
        return {**texts, "time": self.time}


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An event and its salt, which is never used for another; `CustodyLog` makes it from dice and its key."""

    event: Event
    salt: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.salt) != SALT:
            raise Damaged("a record's salt has the wrong length")

    def entry(self) -> bytes:
        """What enters the log: without the salt, nobody can tell what it is of."""
        return hashlib.sha256(self.salt + self.event.canonical()).digest()

    def written(self) -> bytes:
        """The one encoding of a record, without a line end."""
        return _json({"event": self.event.fields(), "salt": written_hash(self.salt)})


def parse_record(untrusted_line: bytes) -> Record:
    """Read what `Record.written` writes, to the byte; raises `Damaged` for anything else."""
    if len(untrusted_line) > LONGEST_RECORD:
        raise Damaged("the record is too long to be one")
    try:
        fields = json.loads(untrusted_line)
        event, salt = fields["event"], base64.b64decode(fields["salt"], validate=True)
        texts = {name: event[name] for name in ("kind", "subject", "detail", "actor")}
        if not all(type(text) is str for text in texts.values()) or type(event["time"]) is not int:
            raise Damaged("the record has a field of the wrong kind")
        record = Record(event=Event(**texts, time=event["time"]), salt=salt)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise Damaged("the record cannot be read") from error
    if record.written() != untrusted_line:
        raise Damaged("the record is written in a way that jebi does not write")
    return record


def _json(fields: object) -> bytes:
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
