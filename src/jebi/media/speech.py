"""What was said, as a machine hears it: a Whisper model out of the slot, run by faster-whisper in a process of its own.

It hears only the stretches it is given: on silence these models invent text, most often Korean and Japanese farewells from films. What
they return is a claim of this model; every segment carries its name and digest, and the figures by which doubtful ones are told.
Nothing is drawn at random and no text of earlier segments is looked at, so that the same sound gives the same text.

Invariants: the process has no file name to fetch from and is told to stay offline; it ends when its input ends, it is killed when it takes
longer than its sound allows, and it cannot take more memory than three times its model and 3 GiB. Whatever happens to it is `Unable`
here, and the desk goes on. What it answers is bounded and checked. Peak: five minutes of sound here; there, 320 MB for the smallest model.
"""

import contextlib
import importlib.util
import json
import math
import os
import resource
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, BinaryIO, Self

import numpy as np
import numpy.typing as npt

from jebi.errors import Damaged, Refused, Unable
from jebi.media.models import Maker, Model
from jebi.media.untrusted import plain

RATE = 16_000  # samples a second, Whisper's
LONGEST = 300 * RATE  # samples at once; longer speech without a pause is cut at its quietest place
SEAM = 10 * RATE  # in the last ten seconds of which that place is looked for
QUIET = RATE // 10  # samples in whose mean it is quiet
BEAMS = 5  # as Whisper's own figures are measured
MEMORY = 3 << 30  # what the process may take besides three times its model: libraries reserve much and use little
START_SECONDS, SECONDS_A_GIBIBYTE = 120, 120  # for the libraries, and for a large model from a slow disk
SECONDS_A_SECOND = 60  # the largest models take ten on two slow cores that are shared
LARGEST_ANSWER = 4 << 20  # five minutes of the fastest speech with every word's time are below 1 MiB
MOST_SEGMENTS, MOST_WORDS = 3_000, 2_000  # ten a second
LONGEST_TEXT = 20_000  # letters, …
LONGEST_ESCAPE = (
    10  # … of which each may have been written as an escape; Whisper writes at most 224 tokens every segment
)
LANGUAGES = {"ko", "ja", "en", "zh", "ru"}
NEEDED = ("config.json", "model.bin", "tokenizer.json")  # without the last one, the library would try to fetch it
INSTALL = "install it from the wheels that were carried in: pip install 'jebi[speech]'"
_LENGTH, _REQUEST = struct.Struct("<I"), struct.Struct("<I?")

Samples = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word with its time, in milliseconds; the probability is the model's own."""

    start_ms: int
    end_ms: int
    text: str
    probability: float

    def __post_init__(self) -> None:
        if not 0 <= self.start_ms <= self.end_ms or not 0 <= self.probability <= 1:
            raise ValueError("a word ends after it begins")


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """What a machine believes it heard.

    Attributes:
        average_log_probability: of its tokens; below −1 it is mostly guessed.
        no_speech_probability: that there was no speech at all; the model's own.
        compression_ratio: of its text by zlib; above 2.4 it repeats itself.
        language: a code of ISO 639-1.
        words: with times, when they were asked for.
        maker: which machine.
    """

    start_ms: int
    end_ms: int
    text: str
    average_log_probability: float
    no_speech_probability: float
    compression_ratio: float
    language: str
    words: tuple[Word, ...]
    maker: Maker

    def __post_init__(self) -> None:
        if not 0 <= self.start_ms <= self.end_ms or not self.text or len(self.text) > LONGEST_TEXT:
            raise ValueError("a segment has text, and ends after it begins")
        if not 0 <= self.no_speech_probability <= 1 or not self.average_log_probability <= 0 <= self.compression_ratio:
            raise ValueError("a segment's figures are in their ranges")


class Recogniser:
    """A model at work in its own process; a context manager. Not for two threads at once.

    Args:
        model: from the slot: a Whisper model for CTranslate2, with `config.json`, `model.bin` and `tokenizer.json`.
        language: which one is spoken; None to let a multilingual model decide for each stretch.
        threads: of the process.

    Raises:
        Unable: faster-whisper is not installed, or the process could not be started.
        Damaged: the model cannot be loaded.
    """

    def __init__(self, model: Model, *, language: str | None = None, threads: int = 2) -> None:
        if language is not None and language not in LANGUAGES:
            raise Refused(f"speech is recognised in {', '.join(sorted(LANGUAGES))}")
        if importlib.util.find_spec("faster_whisper") is None:
            raise Unable("speech recognition is not installed on this machine", hint=INSTALL)
        model.needs(*NEEDED)
        self.maker = model.maker
        weights = (model.folder / "model.bin").stat().st_size
        self._process = _spawn(str(model.folder), language or "", threads, MEMORY + 3 * weights)
        try:
            self._exchange(b"", seconds=START_SECONDS + SECONDS_A_GIBIBYTE * weights / (1 << 30))
        except BaseException as error:
            self.close()
            if isinstance(error, Unable):
                raise Damaged(
                    f"the model {model.name} cannot be loaded for speech recognition",
                    hint="free some memory and try again; else bring the model anew, as CTranslate2 files for Whisper",
                ) from error
            raise

    def recognise(self, samples: Samples, *, start_ms: int = 0, words: bool = False) -> Iterator[Segment]:
        """What was said in a stretch of sound: 16 kHz, one channel, 16 bits.

        Args:
            samples: the stretch.
            start_ms: where it begins in the clip; the segments' times count from the clip's beginning.
            words: give each word its time, too; takes about a tenth longer.

        Raises:
            Unable: the process died, took too long or too much memory, or answered nonsense; this one is of no more use.
        """
        if samples.dtype != np.int16 or samples.ndim != 1 or start_ms < 0:
            raise ValueError("sound is one row of 16-bit samples")
        for start, part in _parts(samples):
            request = _REQUEST.pack(len(part), words) + part.astype("<i2").tobytes()
            answer = self._exchange(request, seconds=START_SECONDS + SECONDS_A_SECOND * len(part) / RATE)
            begins = start_ms + start * 1000 // RATE
            try:
                yield from parse_answer(answer, maker=self.maker, start_ms=begins, length_ms=len(part) * 1000 // RATE)
            except Damaged as error:
                self.close()
                raise _died() from error

    def close(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(BrokenPipeError):
                if pipe:
                    pipe.close()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _exchange(self, request: bytes, *, seconds: float) -> bytes:
        """Ask, and wait for the answer as long as is fair; a killed process ends both."""
        assert self._process.stdin
        assert self._process.stdout
        timer = threading.Timer(seconds, self._process.kill)
        timer.start()
        try:
            self._process.stdin.write(request)
            self._process.stdin.flush()
            return _read_answer(self._process.stdout)
        except (OSError, ValueError, Damaged) as error:
            self.close()
            raise _died() from error
        finally:
            timer.cancel()


def parse_answer(untrusted_answer: bytes, *, maker: Maker, start_ms: int, length_ms: int) -> list[Segment]:
    """The segments of an answer, their times moved to the clip's. Raises `Damaged` unless everything is in range."""
    try:
        answer = json.loads(untrusted_answer)
        language, untrusted_segments = answer["language"], answer["segments"]
        if len(untrusted_segments) > MOST_SEGMENTS or not (isinstance(language, str) and len(language) <= 8):
            raise ValueError
        segments = []
        for start, end, text, log_probability, no_speech, ratio, words in untrusted_segments:
            if len(words) > MOST_WORDS:
                raise ValueError
            begins, ends = _times(start, end, start_ms, length_ms)
            if not (written := _text(text)):
                continue
            segment = Segment(
                start_ms=begins,
                end_ms=ends,
                text=written,
                average_log_probability=min(0.0, _finite(log_probability)),
                no_speech_probability=_finite(no_speech),
                compression_ratio=_finite(ratio),
                language=language,
                words=tuple(_word(word, start_ms, length_ms) for word in words),
                maker=maker,
            )
            segments.append(segment)
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError) as error:
        raise Damaged("the answer of the speech recognition is not one") from error
    return segments


def _word(untrusted_word: Any, start_ms: int, length_ms: int) -> Word:
    start, end, text, probability = untrusted_word
    begins, ends = _times(start, end, start_ms, length_ms)
    return Word(start_ms=begins, end_ms=ends, text=_text(text), probability=_finite(probability))


def _times(start: Any, end: Any, start_ms: int, length_ms: int) -> tuple[int, int]:
    """Milliseconds in the clip; Whisper's own windows of 30 s may reach beyond the sound, and its words may overlap."""
    begins = min(length_ms, max(0, round(_finite(start) * 1000)))
    ends = min(length_ms, max(begins, round(_finite(end) * 1000)))
    return start_ms + begins, start_ms + ends


def _finite(number: Any) -> float:
    if isinstance(number, bool) or not isinstance(number, (int, float)) or not math.isfinite(number):
        raise ValueError
    return float(number)


def _text(untrusted: Any) -> str:
    """Text without the spaces that Whisper begins words with, and without anything that moves a cursor."""
    if not isinstance(untrusted, str) or len(untrusted) > LONGEST_TEXT // LONGEST_ESCAPE:
        raise ValueError
    return plain(" ".join(untrusted.split()))


def _parts(samples: Samples) -> Iterator[tuple[int, Samples]]:
    """Pieces of at most five minutes, with the sample at which each begins, cut where it is quietest."""
    start = 0
    while len(samples) - start > LONGEST:
        seam = samples[start + LONGEST - SEAM : start + LONGEST].astype(np.float32)
        loudness = np.square(seam).reshape(-1, QUIET).mean(axis=1)
        end = start + LONGEST - SEAM + int(loudness.argmin()) * QUIET + QUIET // 2
        yield start, samples[start:end]
        start = end
    if start < len(samples):
        yield start, samples[start:]


def _spawn(folder: str, language: str, threads: int, memory: int) -> "subprocess.Popen[bytes]":
    """The process, in an environment that knows nothing of the desk's: no home, no proxy, and offline."""
    offline = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
    environment = {"OMP_NUM_THREADS": str(threads), "HOME": "/nonexistent", "LANG": "C.UTF-8", **offline}
    # -I: no module from the working folder, which may hold footage
    command = [sys.executable, "-I", "-m", "jebi.media.speech", folder, language, str(threads), str(memory)]
    try:
        return subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, cwd="/"
        )
    except OSError as error:
        raise Unable("the process for speech recognition could not be started", hint="free some memory") from error


def _read_answer(pipe: BinaryIO | Any) -> bytes:
    head = pipe.read(_LENGTH.size)
    if len(head) != _LENGTH.size:
        raise Damaged("the process ended")
    (length,) = _LENGTH.unpack(head)
    if length > LARGEST_ANSWER:
        raise Damaged("the answer is too long")
    answer: bytes = pipe.read(length)
    if len(answer) != length:
        raise Damaged("the process ended within its answer")
    return answer


def _died() -> Unable:
    return Unable(
        "the speech recognition broke off: it crashed, took too long, or wanted more memory than there is",
        hint="free some memory or use a smaller model; what was recognised before is kept",
    )


def _listen(folder: str, language: str, threads: int, memory: int) -> None:
    """The process itself: load, say that it is ready, then answer requests until there are no more."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold speech
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # libraries may print; answers are ours alone
    from faster_whisper import WhisperModel  # noqa: PLC0415 - an extra, and only this process needs it

    model = WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True)
    _answer(answers, b"{}")
    for samples, words in _requests(sys.stdin.buffer):
        found, about = model.transcribe(
            samples.astype(np.float32) / 32768,
            language=language or None,
            beam_size=BEAMS,
            temperature=0.0,
            condition_on_previous_text=False,
            word_timestamps=words,
        )
        segments = [
            (
                *(one.start, one.end, one.text, one.avg_logprob, one.no_speech_prob, one.compression_ratio),
                [(word.start, word.end, word.word, float(word.probability)) for word in one.words or ()],
            )
            for one in found
        ]
        _answer(answers, json.dumps({"language": about.language, "segments": segments}).encode())


def _answer(pipe: BinaryIO, content: bytes) -> None:
    pipe.write(_LENGTH.pack(len(content)) + content)
    pipe.flush()


def _requests(pipe: BinaryIO) -> Iterator[tuple[Samples, bool]]:
    """Requests as they come. A thread reads ahead and ends the process when nobody is left to ask, even amid a long answer."""
    import queue  # noqa: PLC0415 - only this process needs it

    waiting: queue.Queue[tuple[Samples, bool]] = queue.Queue(maxsize=1)

    def read() -> None:
        while len(head := pipe.read(_REQUEST.size)) == _REQUEST.size:
            length, words = _REQUEST.unpack(head)
            waiting.put((np.frombuffer(pipe.read(2 * length), "<i2"), words))
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    while True:
        yield waiting.get()


if __name__ == "__main__":
    _listen(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
