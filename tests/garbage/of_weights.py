"""What is given to the readers of pickled weights, and of what espeak-ng says."""

import importlib.util
import pickle
import struct
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

from garbage.campaign import Parser
from garbage.mutation import mutate, tweak
from jebi.media.revoicing import HEADER, NATIVE, parse_sound

MAGIC, VERSION = 0x1950A86A20F9469CFC6C, 1001
WORDS = (
    b"cos\nsystem\n",
    b"cbuiltins\neval\n",
    b"R",
    b"Q",
    b"(",
    b"t",
    b"u",
    b"}",
    b"]",
    b"e",
    b"b",
    b".",
    b"\x8b\xff\xff\xff\x7f",
)
OWN = (
    b"ctorch\nFloatStorage\n",
    b"ccollections\nOrderedDict\n",
    b"h\x00",
    b"q\x00",
    b"K\x01",
    b"M\xff\xff",
    b"J\xff\xff\xff\xff",
    b"N",
)


def tool() -> Any:
    """`tools/speaker_weights.py`, which is no package's."""
    path = Path(__file__).resolve().parents[2] / "tools" / "speaker_weights.py"
    spec = importlib.util.spec_from_file_location("speaker_weights", path)
    assert spec
    assert spec.loader
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def saved(tensors: dict[str, tuple[int, ...]], floats: Sequence[float]) -> bytes:
    """What `torch.save` would write for tensors that lie one after the other in one storage."""
    described, offset = b"", 0
    strides: list[int]
    for name, shape in tensors.items():
        count = 1
        strides = []
        for side in reversed(shape):
            strides.insert(0, count)
            count *= side
        described += _text(name) + b"ctorch._utils\n_rebuild_tensor_v2\n((" + _text("storage")
        described += b"ctorch\nFloatStorage\n" + _text("7") + _text("cpu") + _int(len(floats)) + b"NtQ"
        described += _int(offset) + _tuple(shape) + _tuple(strides) + b"\x89ccollections\nOrderedDict\n)RtR"
        offset += count
    state = b"\x80\x02}" + _text("model_state") + b"ccollections\nOrderedDict\n)R(" + described + b"us."
    heads = pickle.dumps(MAGIC, 2) + pickle.dumps(VERSION, 2) + pickle.dumps({"little_endian": True}, 2)
    return heads + state + pickle.dumps(["7"], 2) + struct.pack(f"<q{len(floats)}f", len(floats), *floats)


def weights() -> Parser:
    """`read_weights`: tensors of floats, or damage; nothing that the pickle names is touched."""
    reader = tool()
    seed = saved({"a": (2, 3), "b": (4,), "c": ()}, range(11))

    def draw(dice: Random) -> bytes:
        hot = [(0, len(seed) - 60)]
        if dice.random() < 0.4:
            return tweak(seed, dice, hot=hot)
        return mutate(seed, dice, words=WORDS + OWN, hot=hot)

    def parse(given: bytes) -> object:
        read = reader.read_weights(given)
        assert all(abs(tensor).sum() < float("inf") for tensor in read.values())
        return read

    return Parser(draw=draw, parse=parse, strange=(b"", b"\n", b"PK\3\4" + bytes(99), bytes(999)))


def spoken() -> Parser:
    """`parse_sound`: 16-bit samples, as many as came."""
    seed = HEADER.pack(b"RIFF", 0x7FFFF024, b"WAVE", b"fmt ", 16, 1, 1, NATIVE, 2 * NATIVE, 2, 16, b"data", 0x7FFFF000)
    seed += bytes(range(200))

    def parse(given: bytes) -> object:
        sound = parse_sound(given)
        assert len(sound) == (len(given) - HEADER.size) // 2
        return sound

    return Parser(draw=lambda dice: mutate(seed, dice), parse=parse, strange=(b"", b"RIFF", bytes(99)))


def _text(text: str) -> bytes:
    return b"X" + struct.pack("<I", len(text)) + text.encode()


def _int(number: int) -> bytes:
    return b"J" + struct.pack("<i", number)


def _tuple(numbers: Sequence[int]) -> bytes:
    return b"(" + b"".join(_int(number) for number in numbers) + b"t"


PARSERS = {"weights": weights, "spoken": spoken}
