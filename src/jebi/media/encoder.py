"""The encoder: an ffmpeg outside of the jail, to which numbers of our own are written, and what it says when it fails.

Invariants: it sees no byte of the footage, no environment, and no terminal; left well, it has ended well; left otherwise, it is
killed. It decides nothing: whoever asks brings the options. Peak: the encoder's own.
"""

import contextlib
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Final

from jebi.errors import Unable, failures_named
from jebi.media.confinement import PROGRAMS
from jebi.media.probe import Matrix
from jebi.media.untrusted import plain

LONGEST_WORDS: Final = 1000
MARKED: Final[Mapping[Matrix, str]] = {Matrix.BT601: "smpte170m", Matrix.BT709: "bt709"}


def marks(matrix: Matrix) -> Sequence[str]:
    """Options that say of a film by which matrix its colours were made."""
    mark = MARKED[matrix]
    return ("-colorspace", mark, "-color_primaries", mark, "-color_trc", mark)


@contextlib.contextmanager
def encoder(options: Sequence[str], target: str) -> Iterator[IO[bytes]]:
    """What is written to it goes to ffmpeg's `pipe:0`; raises `Unable` where the encoder or the disk failed."""
    command = [f"{PROGRAMS}/ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-y", *options]
    with tempfile.TemporaryFile() as words, failures_named("the film", "encoded"):
        process = subprocess.Popen(
            [*command, f"file:{target}"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=words, env={}
        )
        assert process.stdin
        try:
            yield process.stdin
            process.stdin.close()
            if process.wait():
                raise _failed(words)
        except BrokenPipeError as error:
            process.wait()
            raise _failed(words) from error
        finally:
            process.kill()
            process.wait()
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()


def _failed(words: IO[bytes]) -> Unable:
    words.seek(0)
    why = plain(words.read(LONGEST_WORDS).decode("utf-8", errors="replace").strip())
    hint = "look whether the disk is full; then run it again"
    return Unable(f"the film could not be encoded: {why or 'ffmpeg did not say why'}", hint=hint)
