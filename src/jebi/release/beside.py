"""Which files an output has, and what those of them say that are no film: playlists and stills (docs/formats/cuts.md, "Output").

Invariants: whatever is given, the answer is a check; a file that no output has is found, whatever is in it, and one that every output has and that is
not there was not checked. The names that every output has say nothing of anybody, whatever a clip was called. A playlist leads to files of the same output alone. Nothing is decoded. Peak: a still, three times.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Final

from jebi.release.leaks import Check, Finding, Reason, most
from jebi.release.names_out import names
from jebi.release.output import FILM
from jebi.release.pictures_out import picture
from jebi.release.playlists import addresses, playlist
from jebi.release.secret_words import Secrets

POSTER: Final = "poster.jpg"
STILLS: Final = (POSTER, "card.jpg")
STREAM: Final = "stream.m3u8"
ALWAYS: Final = (FILM, *STILLS, STREAM)
SIZE: Final = re.compile(r"([1-9][0-9]{1,3})\.m3u8", re.ASCII)  # lines
MOST_SIZES: Final = 8


def sizes(stream: bytes) -> tuple[str, ...]:
    """The sizes that a main playlist leads to, each by its lines; whatever else it leads to is not among them."""
    found = dict.fromkeys(match[1] for one in addresses(stream) if (match := SIZE.fullmatch(one)))
    return tuple(found)[:MOST_SIZES]


def beside(paths: Sequence[str], contents: Mapping[str, bytes], secrets: Secrets, *, version: str) -> Check:
    """The check `files`.

    Args:
        paths: all files of the output.
        contents: those of them that are no film.
        secrets: what must not be in a name.
        version: jebi's.
    """
    rungs = sizes(contents.get(STREAM, b""))
    wanted = (*ALWAYS, *(f"{rung}.{ending}" for rung in rungs for ending in ("m3u8", "mp4")))
    findings = chain(
        names([path for path in paths if path not in wanted], secrets),
        _other(paths, wanted),
        *(_led(name, content) for name, content in contents.items() if name.endswith(".m3u8")),
        *(_still(name, content) for name, content in contents.items() if name in STILLS),
    )
    measured = {"files": len(paths), "sizes": len(rungs), "stills": len(set(STILLS) & set(contents))}
    return Check(name="files", tools={"jebi": version}, measured=measured, findings=most(findings))


def _other(paths: Sequence[str], wanted: Sequence[str]) -> Iterator[Finding]:
    for place, path in enumerate(paths, start=1):
        if path not in wanted:
            yield Finding(reason=Reason.EXTRA_FILE, what=f"file {place} is none that goes out with a film")
    for name in wanted:
        if name not in paths:
            yield Finding(reason=Reason.NOT_CHECKED, what=f"the file {name} is not there")


def _led(name: str, content: bytes) -> Iterator[Finding]:
    """What is wrong with a playlist, and where it leads to that it must not."""
    yield from playlist(content)
    size = SIZE.fullmatch(name)
    for place, address in enumerate(addresses(content), start=1):
        is_right = address == f"{size[1]}.mp4" if size else name == STREAM and SIZE.fullmatch(address)
        if not is_right:
            yield Finding(
                reason=Reason.PLAYLIST, what=f"address {place} of a playlist leads to another file than its own"
            )
    if not addresses(content):
        yield Finding(reason=Reason.PLAYLIST, what="a playlist leads nowhere")


def _still(name: str, content: bytes) -> Iterator[Finding]:
    yield from picture(content)
    if not content.startswith(b"\xff\xd8"):
        yield Finding(reason=Reason.UNREADABLE, what=f"{name} is no JPEG")
