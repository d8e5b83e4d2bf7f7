"""What was said, read and written: search across all of it, and transcripts by people.

Invariants: the model for meanings answers one question at a time, and starts when it is first asked; where it is not, words
are found all the same. What a hit shows is the text as it was written, cut to what stands around the match.
"""

import threading
from collections.abc import Iterator, Sequence

from jebi.office import pages, seeking, transcribing
from jebi.office.attending import meanings_of
from jebi.office.gallery import Gallery, wanted_by
from jebi.office.meaning import Meanings
from jebi.office.room import SECOND
from jebi.office.shown import Card, Filter, Hit, Page, Piece
from jebi.vault import clips

HITS = 30  # a page
AROUND = 120  # letters before the first match and behind the last


class Library(Gallery):
    """Search and transcripts."""

    _meanings: Meanings | None = None
    _asking = threading.Lock()

    def search(self, query: str, filter_: Filter, /, *, key: str = "") -> Page[Hit]:
        asked = pages.parse(key, 1)
        start = (pages.number(asked[1][0]) or 0) if asked else 0
        with self.catalogue.reading() as connection:
            wanted = wanted_by(connection, filter_)
        with self._asking:
            self._meanings = self._meanings or meanings_of(self.desk)
            found = seeking.search(self.catalogue, query, wanted, limit=HITS, offset=start, meanings=self._meanings)
        with self.catalogue.reading() as connection:
            rows = [row for hit in found.hits if (row := clips.get(connection, hit.clip))]
            cards = {card.id: card for card in self.cards(connection, rows)}
        return Page(
            items=tuple(_hit(hit, cards[hit.clip]) for hit in found.hits if hit.clip in cards),
            total=found.total,
            is_exact=found.is_exact,
            older=pages.written(pages.OLDER, start + HITS) if start + HITS < found.total else "",
            newer=pages.written(pages.NEWER, max(0, start - HITS)) if start else "",
        )

    def written_transcript(self, clip: str, transcript: str, form: str, /) -> str:
        with self.catalogue.reading() as connection:
            return transcribing.written(connection, clip, transcript, form).decode()

    def add_transcript(
        self, clip: str, untrusted_text: bytes, /, *, language: str, is_translation: bool, by: str
    ) -> None:
        with self.changing() as change:
            transcribing.bring_in(
                change, clip, untrusted_text, language=language, is_translation=is_translation, by=f"member/{by}"
            )

    def close(self) -> None:
        """End the model's process, if it was ever asked."""
        if self._meanings:
            self._meanings.close()


def _hit(hit: seeking.Hit, card: Card) -> Hit:
    return Hit(
        card=card,
        where=hit.kind,
        pieces=tuple(_pieces(hit.text, hit.spans)),
        at=None if hit.start_ms is None else hit.start_ms / SECOND,
        language=hit.language,
        is_machine=hit.is_machine,
    )


def _pieces(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[Piece]:
    """The text in pieces, cut to what is around the matches; one that only means the same from its beginning."""
    first = max(0, spans[0][0] - AROUND) if spans else 0
    last = min(len(text), (spans[-1][1] if spans else first + AROUND) + AROUND)
    place = first
    if first:
        yield Piece(text="… ")
    for start, end in spans:
        if start > place:
            yield Piece(text=text[place:start])
        yield Piece(text=text[start:end], is_match=True)
        place = end
    if last > place:
        yield Piece(text=text[place:last])
    if last < len(text):
        yield Piece(text=" …")
