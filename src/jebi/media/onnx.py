"""Networks in the ONNX format, loaded into ONNX Runtime: quiet, bounded in threads, and for any size of input when asked.

Invariants: bytes in, never a path, so that what is loaded is what was checked; no network, no telemetry, no code from a model
(custom operators are not registered). Peak: the file twice.
"""

from collections.abc import Iterator

import onnxruntime

from jebi.errors import Damaged

GRAPH, INITIALIZER, INPUT, OUTPUT = 7, 5, 11, 12  # field numbers in onnx.proto: ModelProto, then GraphProto
NAME_OF_INITIALIZER, NAME_OF_VALUE = 8, 1
ANY_FLOATS = bytes.fromhex("12040a020801")  # ValueInfoProto.type: a tensor of floats, of no stated shape


def load(content: bytes, *, threads: int) -> onnxruntime.InferenceSession:
    """An ONNX file, loaded to run on so many threads and to keep quiet. Raises `Damaged` if it is not one."""
    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # the other core has work to do
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise Damaged("a model's ONNX file cannot be loaded", hint="bring the model anew") from error


def of_any_size(untrusted_onnx: bytes) -> bytes:
    """The same network with a signature that takes pictures of any size, and with weights that nobody may change.

    Only the graph's list of inputs and outputs changes (onnx.proto, GraphProto): weights are taken off the inputs, and the others lose
    their shapes. Raises `Damaged` for what is not in protocol buffers' wire format.
    """
    rewritten = bytearray()
    for number, value, whole in _fields(untrusted_onnx):
        rewritten += _field(GRAPH, _without_shapes(value)) if number == GRAPH else whole
    return bytes(rewritten)


def _without_shapes(graph: bytes) -> bytes:
    fields = list(_fields(graph))
    weights = {_text(value, NAME_OF_INITIALIZER) for number, value, _ in fields if number == INITIALIZER}
    rewritten = bytearray()
    for number, value, whole in fields:
        if number not in {INPUT, OUTPUT}:
            rewritten += whole
        elif (name := _text(value, NAME_OF_VALUE)) not in weights:
            rewritten += _field(number, _field(NAME_OF_VALUE, name) + ANY_FLOATS)
    return bytes(rewritten)


def _text(message: bytes, number: int) -> bytes:
    return next((value for found, value, _ in _fields(message) if found == number), b"")


def _fields(message: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Each field's number, its value, and the whole of it (protobuf.dev/programming-guides/encoding)."""
    place = 0
    while place < len(message):
        start = place
        key, place = _varint(message, place)
        length = {0: 0, 1: 8, 5: 4}.get(key & 7)
        if key & 7 == 0:
            _, place = _varint(message, place)
        elif key & 7 == 2:
            length, place = _varint(message, place)
        if length is None or place + length > len(message):
            raise Damaged("a model's ONNX file is cut off, or not one")
        yield key >> 3, message[place : place + length], message[start : place + length]
        place += length


def _varint(message: bytes, place: int) -> tuple[int, int]:
    """A number in groups of seven bits, the lowest first, and the place behind it."""
    value = 0
    for shift in range(0, 70, 7):
        if place >= len(message):
            break
        value |= (message[place] & 0x7F) << shift
        place += 1
        if message[place - 1] < 0x80:
            return value, place
    raise Damaged("a model's ONNX file is cut off, or not one")


def _field(number: int, value: bytes) -> bytes:
    return _encode(number << 3 | 2) + _encode(len(value)) + value


def _encode(value: int) -> bytes:
    groups = [value >> shift & 0x7F for shift in range(0, max(value.bit_length(), 1), 7)]
    return bytes([group | 0x80 for group in groups[:-1]] + groups[-1:])
