"""Pictures of an output, who saw which pages of them, and what they answered.

Rows are for pages and for what must be seen before something is signed. They clear nothing: a signature does.

Invariants: a blob is kept before a row names it; pictures that are made anew take the place of the earlier ones, and a page that was signed off as it was
before is not signed off any more, for its digest differs. It knows nothing of what a question means.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from sqlalchemy import Connection, delete, select

from jebi.vault.catalogue import Change, Event, columns, row, rows
from jebi.vault.cuts import SHA256, Kept
from jebi.vault.limits import LONGEST_NAME, check_hex, check_number, check_one_of, check_text
from jebi.vault.schema_seeing import PictureUse, checklist, output_picture, page_seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A page of the contact strip, or one of the pictures to look at first: from when to when, and why."""

    use: PictureUse
    number: int
    start_ms: int
    end_ms: int
    why: str
    blob: str
    size: int
    sha256: str

    def __post_init__(self) -> None:
        check_one_of("a picture's use", self.use, get_args(PictureUse))
        check_text("why a picture is shown", self.why, LONGEST_NAME)
        check_number("a picture's number", self.number)
        Kept(sha256=self.sha256, blob=self.blob, size=self.size)


def put_pictures(change: Change, output: int, made: Sequence[Picture], event: Event) -> None:
    """Keep the pictures of an output in place of those that there were."""
    change.connection.execute(delete(output_picture).where(output_picture.c.output == output))
    for one in made:
        change.add(output_picture, one, output=output)
    change.say(event)


def pictures(connection: Connection, output: int, use: PictureUse) -> list[Picture]:
    """The pictures of an output of one use, by number."""
    same = (output_picture.c.output == output, output_picture.c.use == use)
    asked = select(*columns(Picture, output_picture)).where(*same)
    return rows(connection, Picture, asked.order_by(output_picture.c.number))


def picture(connection: Connection, output: int, use: PictureUse, number: int) -> Picture | None:
    """One of them."""
    return row(connection, Picture, output_picture, output=output, use=use, number=number)


def sign_off(change: Change, output: int, whose: int, page: int, sha256: str, event: Event) -> None:
    """Keep that a member saw a page of the strip as it is."""
    check_hex("a page's digest", sha256, SHA256)
    check_number("a page's number", page)
    seen = {"output": output, "member": whose, "page": page, "sha256": sha256, "made_ms": change.now_ms}
    change.put(page_seen, [seen])
    change.say(event)


def signed_off(connection: Connection, output: int, whose: int) -> dict[int, str]:
    """The pages that a member signed off, each with the digest that it had."""
    asked = select(page_seen.c.page, page_seen.c.sha256)
    found = connection.execute(asked.where(page_seen.c.output == output, page_seen.c.member == whose))
    return {int(page): str(sha256) for page, sha256 in found}


def answer(change: Change, output: int, whose: int, answers: Mapping[str, str], event: Event) -> None:
    """Keep a member's answers on an output in place of what they answered before."""
    for question, said in answers.items():
        check_text("a question", question, LONGEST_NAME, least=1)
        check_text("an answer", said, LONGEST_NAME, least=1)
    about = {"output": output, "member": whose, "made_ms": change.now_ms}
    change.put(checklist, [{**about, "question": name, "answer": said} for name, said in answers.items()])
    change.say(event)


def answers(connection: Connection, output: int, whose: int) -> dict[str, str]:
    """A member's answers on an output, by question."""
    asked = select(checklist.c.question, checklist.c.answer)
    found = connection.execute(asked.where(checklist.c.output == output, checklist.c.member == whose))
    return {str(question): str(said) for question, said in found}
