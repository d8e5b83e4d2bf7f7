"""People who speak, out of published packages of Debian: prompts of telephone exchanges, words of a children's game, a read book.

Eighteen people in a dozen languages, each in a studio of their own: who is compared across them is told apart by room, microphone and
language too, so that what a disguise leaves is rather overrated here than underrated. Utterances are strung together from prompts. That
one person speaks all of a folder is what the packages let one think; three folders of the game in which several do are left out.
"""

import subprocess
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

SHARE = Path("/usr/share")  # where Debian's packages lie
RATE = 48_000
SECONDS = 8  # of speech in an utterance
MOST_UTTERANCES = 10  # of a person
SHORTEST = 2000  # bytes of a file; what is shorter is no word, and one that Debian has is no sound
PAUSE = RATE // 8  # samples between two prompts
QUIET = 0.02  # of the loudest sample: what is below it before and after a prompt is cut off
PEOPLE = {
    **{
        f"prompts-{name.lower()}": f"asterisk/sounds/{name}"
        for name in (
            "en_US_f_Allison",
            "es",
            "fr",
            "fr_CA_f_June",
            "it_IT_f_Menardi",
            "it_IT_m_Carlo",
            "ru_RU_f_IvrvoiceRU",
        )
    },
    **{
        f"game-{language}": f"ktuberling/sounds/{language}"
        for language in ("da", "de", "el", "en", "fr", "gl", "lt", "nn", "sl", "wa")
    },
    "book-en": "pocketsphinx/test/data/librivox",
}
KINDS = {".g722", ".gsm", ".wav", ".ogg", ".opus"}

Samples = npt.NDArray[np.int16]


def utterances(person: str) -> list[Samples]:
    """What somebody says, in utterances of at least `SECONDS`: 48 kHz, one channel, 16 bits."""
    folder = SHARE / PEOPLE[person]
    paths = sorted(path for path in folder.glob("*") if path.suffix in KINDS and path.stat().st_size >= SHORTEST)
    return list(islice(_strung(map(decoded, paths)), MOST_UTTERANCES))


def decoded(path: Path) -> Samples:
    """A file's sound without what is quiet before and after it."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-f", "s16le", "-ac", "1", "-ar", str(RATE), "-"]
    sound = np.frombuffer(subprocess.run(command, check=True, capture_output=True).stdout, np.int16)
    loud = np.flatnonzero(np.abs(sound.astype(np.int32)) > QUIET * np.abs(sound.astype(np.int32)).max(initial=1))
    return sound[loud[0] : loud[-1] + 1] if loud.size else sound[:0]


def _strung(prompts: Iterable[Samples]) -> Iterator[Samples]:
    """Prompts one after the other until there is an utterance of them."""
    waiting: list[Samples] = []
    for prompt in prompts:
        waiting += [prompt, np.zeros(PAUSE, np.int16)]
        if sum(len(part) for part in waiting) >= SECONDS * RATE:
            yield np.concatenate(waiting)
            waiting = []
