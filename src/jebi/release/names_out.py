"""Names of files that go out: a fixed pattern in which no word of a person, a camera or a machine fits by accident.

Invariant: a name is judged by itself; nothing is opened. Peak: the name.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from jebi.release.leaks import Finding, Reason
from jebi.release.secret_words import Secrets

LONGEST_PATH: Final = 200
DEEPEST: Final = 8
MOST_NAMES: Final = 1_000_000
ENDINGS: Final = (
    *("html", "css", "js", "svg", "xml", "json", "txt", "note"),  # pages, feeds and signed lists
    *("mp4", "m4s", "m3u8", "vtt", "jpg", "png", "webp", "c2pa"),  # a film and what goes with it
    *("mov", "wav", "srt", "edl", "fcpxml", "csv"),  # what broadcasters take
    "woff2",
)
PART: Final = "[a-z0-9]+(?:[-.][a-z0-9]+)*"  # small letters, digits, single hyphens and points within
PATH: Final = re.compile(rf"(?:{PART}/){{0,{DEEPEST - 1}}}{PART}\.(?:{'|'.join(ENDINGS)})", re.ASCII)
CAMERA: Final = re.compile(  # what cameras and telephones call their files
    r"(?:^|[/.-])(?:img|dsc|dscn|dscf|mvi|mov|vid|pxl|gopr|gx0|gh0|dji|p10|screenshot)[-.]?\d{2,}|(?:19|20)\d{6}[-.]?\d{4,6}"
)


def names(paths: Iterable[str], secrets: Secrets) -> Iterator[Finding]:
    """What is wrong with names of files, relative to the folder that goes out, with `/` between their parts."""
    for place, path in enumerate(paths, start=1):
        if place > MOST_NAMES:
            yield Finding(reason=Reason.NOT_CHECKED, what="there are more files than are looked at")
            return
        if len(path) > LONGEST_PATH or not PATH.fullmatch(path):
            yield Finding(reason=Reason.FILE_NAME, what=f"file {place} has a name that is not of the fixed pattern")
        elif CAMERA.search(path):
            yield Finding(reason=Reason.FILE_NAME, what=f"file {place} has a name as a camera gives it")
        for secret in secrets.found_in(path):
            yield Finding(
                reason=Reason.FILE_NAME, what=f"file {place} has word {secret} of the secrets list in its name"
            )
