"""dlib's face recognition network, written anew as ONNX, so that no further native library has to be brought to a desk.

It is a ResNet of 29 convolutions that turns a face of 150 × 150 pixels into 128 numbers (Davis King 2017, given to the public domain). Its
file holds the weights in the order in which they are used, each before a name of its layer; nothing in it is code. Every weight is copied as
it is, so the same file always makes the same network. Uses nothing but Python itself.
"""

import math
import re
import struct
from collections.abc import Iterator

SIDE, NUMBERS = 150, 128
WEIGHTS = 4 * 5_614_592  # bytes
BLOCKS = (
    (32, 3),
    (64, 4),
    (128, 3),
    (256, 3),
    (256, 1),
)  # maps, and how many blocks have so many; all but the first row halve sides
SIDES = ((35, 35), (17, 17), (8, 8), (3, 4), (1, 2))  # after a halving, by convolution and by the mean of four
FLOATS, INTEGERS = 1, 7  # onnx.proto, TensorProto.DataType
_TENSOR = re.compile(rb"\x01\x05con_4|\x01\x07affine_|\x01\x04fc_2(?:\x01.|\x02..){2}", re.DOTALL)


def onnx(content: bytes) -> bytes:
    """The network of dlib's file. Raises ValueError if it is not that file."""
    tensors = list(_tensors(content))
    if len(tensors) != 2 * 29 + 1 or sum(map(len, tensors)) != WEIGHTS:
        raise ValueError("not dlib's face recognition network")
    graph = _Graph(iter(tensors))
    here = graph.node("MaxPool", graph.convolved("face", 3, 32, side=7, stride=2), kernel_shape=(3, 3), strides=(2, 2))
    before = 32
    for (maps, blocks), sides in zip(BLOCKS, SIDES, strict=True):
        for block in range(blocks):
            halves = block == 0 and maps != 32
            around = graph.halved(here, maps - before) if halves else here
            inner = graph.convolved(here, before, maps, stride=2 if halves else 1)
            inner = graph.convolved(inner, maps, maps, bare=True)
            if halves and sides[0] < sides[1]:
                inner = graph.padded(inner, 0, sides[1] - sides[0])
            here, before = graph.node("Relu", graph.node("Add", inner, around)), maps
    flat = graph.node("Flatten", graph.node("GlobalAveragePool", here))
    graph.node("MatMul", flat, graph.weights((before, NUMBERS), next(graph.tensors)), result="numbers")
    return graph.written()


class _Graph:
    """A graph as it grows: nodes and weights, in the wire format of onnx.proto."""

    def __init__(self, tensors: Iterator[bytes]) -> None:
        self.tensors = tensors
        self._parts: list[bytes] = []

    def node(self, kind: str, *inputs: str, result: str = "", **attributes: tuple[int, ...]) -> str:
        """Add a node that takes these; the name of its result."""
        result = result or f"{kind}-{len(self._parts)}"
        fields = [*(_field(1, name) for name in inputs), _field(2, result), _field(4, kind)]
        fields += [_field(5, _attribute(name, values)) for name, values in attributes.items()]
        self._parts.append(_field(1, b"".join(fields)))
        return result

    def weights(self, shape: tuple[int, ...], raw: bytes, kind: int = FLOATS) -> str:
        """Add what never changes; its name."""
        name = f"weights-{len(self._parts)}"
        tensor = b"".join(_number(1, side) for side in shape) + _number(2, kind) + _field(8, name) + _field(9, raw)
        self._parts.append(_field(5, tensor))
        return name

    def convolved(
        self, here: str, before: int, maps: int, *, side: int = 3, stride: int = 1, bare: bool = False
    ) -> str:
        """A convolution, its scale, and what is below zero cut off unless it is to be bare."""
        raw, scale = next(self.tensors), next(self.tensors)
        weights = self.weights((maps, before, side, side), raw[: -4 * maps])
        edge = side // 2 if stride == 1 else 0
        here = self.node(
            "Conv", here, weights, self.weights((maps,), raw[-4 * maps :]), strides=(stride,) * 2, pads=(edge,) * 4
        )
        here = self.node("Mul", here, self.weights((maps, 1, 1), scale[: 4 * maps]))
        here = self.node("Add", here, self.weights((maps, 1, 1), scale[4 * maps :]))
        return here if bare else self.node("Relu", here)

    def halved(self, here: str, more: int) -> str:
        """The mean of four pixels, and more maps, of zeros."""
        return self.padded(self.node("AveragePool", here, kernel_shape=(2, 2), strides=(2, 2)), more, 0)

    def padded(self, here: str, maps: int, pixels: int) -> str:
        """Zeros after the last map, and to the right and below."""
        if not maps and not pixels:
            return here
        return self.node(
            "Pad", here, self.weights((8,), struct.pack("<8q", 0, 0, 0, 0, 0, maps, pixels, pixels), INTEGERS)
        )

    def written(self) -> bytes:
        """The whole file: ONNX 1.8, operators of version 13."""
        face = b"".join(
            _field(1, _field(2, "faces") if side is None else _number(1, side)) for side in (None, 3, SIDE, SIDE)
        )
        numbers = b"".join(
            _field(1, _field(2, "faces") if side is None else _number(1, side)) for side in (None, NUMBERS)
        )
        ends = [(11, "face", face), (12, "numbers", numbers)]
        signature = [
            _field(at, _field(1, name) + _field(2, _field(1, _number(1, FLOATS) + _field(2, shape))))
            for at, name, shape in ends
        ]
        graph = b"".join([*self._parts, _field(2, "dlib face recognition"), *signature])
        return _number(1, 7) + _field(7, graph) + _field(8, _field(1, "") + _number(2, 13))


def _tensors(content: bytes) -> Iterator[bytes]:
    """The floats after each layer's name; a tensor is its version, four sides, and its numbers (dlib/cuda/tensor.h)."""
    place = 0
    while found := _TENSOR.search(content, place):
        (version, *sides), place = _integers(content, found.end(), 5)
        if version != 2 or place + 4 * math.prod(sides) > len(content):
            raise ValueError("not dlib's face recognition network")
        yield content[place : place + 4 * math.prod(sides)]
        place += 4 * math.prod(sides)


def _integers(content: bytes, place: int, count: int) -> tuple[list[int], int]:
    """Numbers, each a byte that says how many bytes follow, and these, the lowest first (dlib/serialize.h)."""
    numbers = []
    for _ in range(count):
        length = content[place]
        numbers.append(int.from_bytes(content[place + 1 : place + 1 + length], "little"))
        place += 1 + length
    return numbers, place


def _attribute(name: str, values: tuple[int, ...]) -> bytes:
    return _field(1, name) + b"".join(_number(8, value) for value in values) + _number(20, 7)


def _field(at: int, value: bytes | str) -> bytes:
    raw = value.encode() if isinstance(value, str) else value
    return _varint(at << 3 | 2) + _varint(len(raw)) + raw


def _number(at: int, value: int) -> bytes:
    return _varint(at << 3) + _varint(value)


def _varint(value: int) -> bytes:
    groups = bytearray()
    while value > 0x7F:
        groups.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(groups + bytes([value]))
