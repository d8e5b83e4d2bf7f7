"""Turn the weights of a speaker recogniser, as PyTorch pickles them, into an ONNX graph: `speaker_weights.py <PT >ONNX`.

A pickle is a program for a small machine. This is another machine: it knows the few instructions that numbers, names, lists and
tensors need and the three names that a tensor's description holds, builds nothing but values of its own, and refuses all else.
It imports nothing that the file names and calls nothing that it found there.

The format is PyTorch's older one: five pickles (a magic number, a version, the machine, the values, the list of storages), then each
storage's length and its floats. The graph is three layers of LSTM of 256, a linear layer and a ReLU (Wan et al., "Generalized end-to-end
loss for speaker verification", ICASSP 2018): mels (batch, frames, 40) become vectors (batch, 256), not yet of length 1.

Invariants: any bytes become tensors or `Damaged`; the same bytes become the same graph. Peak: the file three times.
"""

import io
import math
import pickletools
import struct
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from jebi.errors import Damaged

LARGEST: Final = 256 << 20  # bytes; the file in use has 17 MB
MOST_STEPS: Final = 20_000  # of one pickle; the file in use takes 1,700
MOST_SIDES: Final = 4  # of a tensor
MAGIC, VERSION = 0x1950A86A20F9469CFC6C, 1001  # of torch.serialization
ORDERED, TENSOR, FLOATS = "collections OrderedDict", "torch._utils _rebuild_tensor_v2", "torch FloatStorage"
MELS, HIDDEN, LAYERS = 40, 256, 3
OPSET, IR_VERSION = 11, 6  # in which axes are still attributes
FLOAT, INT, INTS, TENSOR_OF_FLOATS = 1, 2, 7, 1  # of onnx.proto

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Name:
    """Something that the file would have imported."""

    name: str


@dataclass(frozen=True, slots=True)
class _Storage:
    key: str
    count: int


@dataclass(frozen=True, slots=True)
class _Tensor:
    storage: _Storage
    offset: int
    shape: tuple[int, ...]


def read_weights(untrusted_pt: bytes) -> dict[str, Floats]:
    """The tensors of a saved model's `model_state`, by name. Raises `Damaged` for anything else."""
    if len(untrusted_pt) > LARGEST:
        raise Damaged("the file with the weights is too large to be one")
    file = io.BytesIO(untrusted_pt)
    magic, version, _, saved, keys = (_Machine().run(file) for _ in range(5))
    state = saved.get("model_state") if isinstance(saved, dict) else None
    if magic != MAGIC or version != VERSION or not isinstance(state, dict) or not isinstance(keys, list):
        raise _foreign()
    tensors = {name: value for name, value in state.items() if isinstance(name, str) and isinstance(value, _Tensor)}
    storages = _storages(memoryview(untrusted_pt)[file.tell() :], keys)
    return {name: _floats(tensor, storages) for name, tensor in tensors.items()}


def graph_of(weights: Mapping[str, Floats]) -> bytes:
    """The network as an ONNX file. Raises `Damaged` if a tensor is missing or of another shape."""
    nodes, initializers, x = [_node("Transpose", ["mels"], ["x0"], perm=[1, 0, 2])], b"", "x0"
    for layer in range(LAYERS):
        names = [f"{part}{layer}" for part in "WRB"]
        for name, tensor in zip(names, _layer(weights, layer), strict=True):
            initializers += _field(5, _tensor(name, tensor))
        outputs = [f"y{layer}", f"last{layer}"]
        nodes.append(_node("LSTM", [x, *names], outputs, hidden_size=HIDDEN))
        x = f"x{layer + 1}"
        nodes.append(_node("Squeeze", [outputs[0]], [x], axes=[1]))
    nodes.append(_node("Squeeze", [f"last{LAYERS - 1}"], ["said"], axes=[0]))
    nodes.append(_node("Gemm", ["said", "A", "b"], ["vectors"], transB=1))
    nodes.append(_node("Relu", ["vectors"], ["voices"]))
    initializers += _field(5, _tensor("A", _shaped(weights, "linear.weight", HIDDEN, HIDDEN)))
    initializers += _field(5, _tensor("b", _shaped(weights, "linear.bias", HIDDEN)))
    graph = b"".join(_field(1, node) for node in nodes) + _field(2, b"speakers") + initializers
    graph += _field(11, _value("mels", "batch", "frames", MELS)) + _field(12, _value("voices", "batch", HIDDEN))
    return (
        _number(1, IR_VERSION) + _field(2, b"jebi") + _field(7, graph) + _field(8, _field(1, b"") + _number(2, OPSET))
    )


class _Machine:
    """A machine for pickles that can only lay values on a heap. One run a machine."""

    def __init__(self) -> None:
        self._stack: list[Any] = []
        self._marks: list[int] = []
        self._memo: dict[int, Any] = {}

    def run(self, file: io.BytesIO) -> Any:
        """The value of the pickle that begins here. What stands behind it is left."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of escapes in names that are refused anyway
            return self._run(file)

    def _run(self, file: io.BytesIO) -> Any:
        try:
            for steps, (operation, argument, _) in enumerate(pickletools.genops(file)):
                if steps > MOST_STEPS:
                    raise Damaged("the file with the weights holds far more than weights")
                if operation.name == "STOP":
                    return self._stack.pop()
                self._step(operation.name, argument)
        except (ValueError, IndexError, KeyError, TypeError, OverflowError) as error:
            raise _foreign() from error
        raise _foreign()

    def _step(self, name: str, argument: Any) -> None:
        if name in _VALUES:
            self._stack.append(argument if name in _CARRIED else _VALUES[name]())
        elif name in _OPERATIONS:
            _OPERATIONS[name](self, argument)
        elif name != "PROTO":
            raise Damaged(
                f"the file with the weights wants to do what no weights need ({name})",
                hint="it may be an attack: fetch it anew, and load it nowhere",
            )

    def mark(self, _: Any) -> None:
        self._marks.append(len(self._stack))

    def put(self, number: int) -> None:
        self._memo[number] = self._stack[-1]

    def get(self, number: int) -> None:
        self._stack.append(self._memo[number])

    def name(self, name: str) -> None:
        if name not in {ORDERED, TENSOR, FLOATS}:
            raise Damaged(
                "the file with the weights names what no weights need",
                hint="it may be an attack: fetch it anew, and load it nowhere",
            )
        self._stack.append(_Name(name))

    def tuple_of(self, count: int) -> None:
        values = [self._stack.pop() for _ in range(count)]
        self._stack.append(tuple(reversed(values)))

    def tuple_from_mark(self, _: Any) -> None:
        self._stack.append(tuple(self._from_mark()))

    def append(self, _: Any) -> None:
        self._extend([self._stack.pop()])

    def appends(self, _: Any) -> None:
        self._extend(self._from_mark())

    def set_item(self, _: Any) -> None:
        value, key = self._stack.pop(), self._stack.pop()
        self._update([key, value])

    def set_items(self, _: Any) -> None:
        self._update(self._from_mark())

    def storage(self, _: Any) -> None:
        """What `torch.save` puts for the floats: a kind, a key, where they lay, and how many there are."""
        kind, floats, key, _, count, view = self._stack.pop()
        if kind != "storage" or floats != _Name(FLOATS) or not isinstance(key, str) or view is not None:
            raise _foreign()
        self._stack.append(_Storage(key, _whole(count)))

    def reduce(self, _: Any) -> None:
        arguments, what = self._stack.pop(), self._stack.pop()
        if what == _Name(ORDERED) and arguments == ():
            self._stack.append({})
        elif what == _Name(TENSOR):
            self._stack.append(_described(*arguments))
        else:
            raise _foreign()

    def build(self, _: Any) -> None:
        """What an ordered dictionary remembers of its versions is left out."""
        self._stack.pop()
        if not isinstance(self._stack[-1], dict):
            raise _foreign()

    def _from_mark(self) -> list[Any]:
        at = self._marks.pop()
        values = self._stack[at:]
        del self._stack[at:]
        return values

    def _extend(self, values: list[Any]) -> None:
        if not isinstance(self._stack[-1], list):
            raise _foreign()
        self._stack[-1].extend(values)

    def _update(self, values: list[Any]) -> None:
        if not isinstance(self._stack[-1], dict) or not all(isinstance(key, str | int) for key in values[::2]):
            raise _foreign()
        self._stack[-1].update(zip(values[::2], values[1::2], strict=True))


_CARRIED: Final = {"BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT", "BINUNICODE"}
_VALUES: Final[dict[str, Callable[[], Any]]] = {
    **dict.fromkeys(_CARRIED, lambda: None),
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_TUPLE": tuple,
    "EMPTY_LIST": list,
    "EMPTY_DICT": dict,
}
_OPERATIONS: Final[dict[str, Callable[[_Machine, Any], None]]] = {
    "MARK": _Machine.mark,
    "BINPUT": _Machine.put,
    "LONG_BINPUT": _Machine.put,
    "BINGET": _Machine.get,
    "LONG_BINGET": _Machine.get,
    "GLOBAL": _Machine.name,
    "TUPLE": _Machine.tuple_from_mark,
    "TUPLE1": lambda machine, _: machine.tuple_of(1),
    "TUPLE2": lambda machine, _: machine.tuple_of(2),
    "TUPLE3": lambda machine, _: machine.tuple_of(3),
    "APPEND": _Machine.append,
    "APPENDS": _Machine.appends,
    "SETITEM": _Machine.set_item,
    "SETITEMS": _Machine.set_items,
    "BINPERSID": _Machine.storage,
    "REDUCE": _Machine.reduce,
    "BUILD": _Machine.build,
}


def _described(storage: Any, offset: Any, shape: Any, stride: Any, *_: Any) -> _Tensor:
    """A tensor whose floats lie one after the other; the stride of any other would need care that nothing here needs."""
    if not isinstance(storage, _Storage) or not isinstance(shape, tuple) or len(shape) > MOST_SIDES:
        raise _foreign()
    sides = [_whole(side) for side in shape]
    if stride != tuple(math.prod(sides[place + 1 :]) for place in range(len(sides))):
        raise _foreign()
    return _Tensor(storage, _whole(offset), tuple(sides))


def _storages(floats: memoryview, keys: list[Any]) -> dict[str, memoryview]:
    """The bytes of each storage; together they end where the file does."""
    storages, place = {}, 0
    for key in keys:
        if not isinstance(key, str) or key in storages or place + 8 > len(floats):
            raise _foreign()
        (count,) = struct.unpack_from("<q", floats, place)
        place += 8
        if not 0 <= count <= (len(floats) - place) // 4:
            raise _foreign()
        storages[key] = floats[place : place + 4 * count]
        place += 4 * count
    if place != len(floats):
        raise _foreign()
    return storages


def _floats(tensor: _Tensor, storages: Mapping[str, memoryview]) -> Floats:
    held, count = storages.get(tensor.storage.key), math.prod(tensor.shape)
    if held is None or len(held) != 4 * tensor.storage.count or tensor.offset + count > tensor.storage.count:
        raise _foreign()
    floats = np.frombuffer(held, "<f4", count, 4 * tensor.offset).reshape(tensor.shape)
    if not np.isfinite(floats).all():
        raise _foreign()
    return floats


def _whole(number: Any) -> int:
    if type(number) is not int or not 0 <= number <= LARGEST:
        raise _foreign()
    return number


def _foreign() -> Damaged:
    return Damaged("the file with the weights is not what PyTorch writes, or is cut off", hint="fetch it anew")


def _layer(weights: Mapping[str, Floats], layer: int) -> Iterator[Floats]:
    """W, R and B of ONNX's LSTM, whose gates are in another order than PyTorch's: input, output, forget, cell."""
    width = HIDDEN if layer else MELS
    yield _gates(_shaped(weights, f"lstm.weight_ih_l{layer}", 4 * HIDDEN, width))[None]
    yield _gates(_shaped(weights, f"lstm.weight_hh_l{layer}", 4 * HIDDEN, HIDDEN))[None]
    biases = [_gates(_shaped(weights, f"lstm.bias_{kind}_l{layer}", 4 * HIDDEN)) for kind in ("ih", "hh")]
    yield np.concatenate(biases)[None]


def _gates(tensor: Floats) -> Floats:
    kept, forgotten, cell, out = np.split(tensor, 4)
    return np.concatenate([kept, out, forgotten, cell])


def _shaped(weights: Mapping[str, Floats], name: str, *shape: int) -> Floats:
    if name not in weights or weights[name].shape != shape:
        raise Damaged(f"the file with the weights is of another network: it has no {name} of the right shape")
    return weights[name]


def _node(kind: str, inputs: list[str], outputs: list[str], **attributes: int | list[int]) -> bytes:
    fields = [_field(1, name.encode()) for name in inputs] + [_field(2, name.encode()) for name in outputs]
    for name, value in attributes.items():
        if isinstance(value, int):
            attribute = _number(3, value) + _number(20, INT)
        else:
            attribute = b"".join(_number(8, each) for each in value) + _number(20, INTS)
        fields.append(_field(5, _field(1, name.encode()) + attribute))
    return b"".join(fields) + _field(4, kind.encode())


def _tensor(name: str, tensor: Floats) -> bytes:
    sides = b"".join(_number(1, side) for side in tensor.shape)
    return sides + _number(2, FLOAT) + _field(8, name.encode()) + _field(9, tensor.astype("<f4").tobytes())


def _value(name: str, *sides: str | int) -> bytes:
    """A named input or output: a tensor of floats whose sides have a length or a name."""
    shape = b"".join(
        _field(1, _field(2, side.encode()) if isinstance(side, str) else _number(1, side)) for side in sides
    )
    tensor = _number(1, TENSOR_OF_FLOATS) + _field(2, shape)
    return _field(1, name.encode()) + _field(2, _field(1, tensor))


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _field(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    """Groups of seven bits, the lowest first (protobuf.dev/programming-guides/encoding)."""
    groups = [value >> shift & 0x7F for shift in range(0, max(value.bit_length(), 1), 7)]
    return bytes([group | 0x80 for group in groups[:-1]] + groups[-1:])


if __name__ == "__main__":
    sys.stdout.buffer.write(graph_of(read_weights(sys.stdin.buffer.read(LARGEST + 1))))
