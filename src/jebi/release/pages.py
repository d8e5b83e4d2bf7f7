"""Pages that go out: HTML, XML, SVG, JSON, CSS and plain text, searched for words that must not be in them.

A page is read as its reader's browser, a search engine and a curious person read it: as it is, without its markup, and with every
escape taken away. Comments, names of makers, folders of this machine, pictures within the text and unseen characters are leaks, too.

Invariants: a page that is no UTF-8 or too long is a finding; nothing is fetched or run. Whether the page is well made is not asked.
Peak: 40 times the page.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from jebi.release.leaks import Finding, Reason
from jebi.release.secret_words import Secrets

LARGEST_FILE: Final = 16 << 20  # bytes; a list of ten thousand films takes four
UNSEEN: Final = frozenset(("Cc", "Cf", "Cs", "Co", "Cn"))
WITHIN_WORDS: Final = frozenset("\n\t\u200c\u200d\u00ad")  # line ends, joiners of emoji, places to break a word
FORMS: Final = (
    (Reason.PAGE_COMMENT, "a comment", re.compile(r"<!--|<!\[CDATA\[|/\*|<\?(?!xml )", re.ASCII)),
    (Reason.PAGE_FORM, "a definition of its own", re.compile(r"<!(?:ENTITY|ATTLIST|ELEMENT|NOTATION)|<!DOCTYPE[^<>\[]*\[", re.IGNORECASE)),
    (
        Reason.PAGE_FORM,
        "the name of who or what made it",
        re.compile(
            r"<meta\b[^<>]*\bname\s*=\s*[\"']?(?:generator|author|creator|publisher|date|geo\.)|<(?:\w+:)?(?:generator|creator)\b"
            r"|<metadata\b|inkscape:|sodipodi:|xmp(?:meta|MM)\b",
            re.IGNORECASE,
        ),
    ),
    (
        Reason.PAGE_FORM,
        "a folder of a machine",
        re.compile(r"file:/|(?:^|[\s\"'=(])(?:/(?:home|root|Users|tmp|var|mnt|media|work|srv|opt)/|[A-Za-z]:\\)", re.IGNORECASE),
    ),
    (Reason.PAGE_FORM, "a picture or a film within the text", re.compile(r"data:(?:image/(?!svg)|video|audio|application)", re.IGNORECASE)),
)  # fmt: skip


def page(untrusted_file: bytes, secrets: Secrets) -> Iterator[Finding]:
    """What is wrong with a page."""
    text = _text(untrusted_file)
    if text is None:
        yield Finding(reason=Reason.PAGE_FORM, what="a page is no UTF-8, or too long")
        return
    for reason, what, form in FORMS:
        found = form.search(text)
        if found:
            yield Finding(
                reason=reason, what=f"line {text.count(chr(10), 0, found.start()) + 1} of a page holds {what}"
            )
    strange = {letter for letter in set(text) - WITHIN_WORDS if unicodedata.category(letter) in UNSEEN}
    if strange:
        codes = " ".join(sorted(f"U+{ord(letter):04X}" for letter in strange)[:8])
        yield Finding(reason=Reason.PAGE_FORM, what=f"a page has characters that are not seen: {codes}")
    for place in secrets.found_in(text):
        yield Finding(reason=Reason.PAGE_SECRET, what=f"a page has word {place} of the secrets list in it")


def _text(untrusted_file: bytes) -> str | None:
    if len(untrusted_file) > LARGEST_FILE or untrusted_file.startswith(b"\xef\xbb\xbf"):
        return None
    try:
        return untrusted_file.decode()
    except UnicodeDecodeError:
        return None
