"""`tools/speaker_weights.py`: what a pickle says is read and never done, and the graph is the network that was in it."""

import pickle
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from garbage.of_weights import saved, tool
from jebi.errors import Damaged
from jebi.media.models import Models
from jebi.media.onnx import load

ROOT = Path(__file__).resolve().parents[2]
WHEELS = ROOT / ".cache" / "wheels" / "models"
TOOL: Any = tool()


@pytest.fixture(scope="module")
def published() -> bytes:
    """The pickle as its package holds it."""
    (wheel,) = WHEELS.glob("Resemblyzer-*.whl")
    with zipfile.ZipFile(wheel) as packed:
        return packed.read("resemblyzer/pretrained.pt")


def test_tensors_are_read_in_their_shapes() -> None:
    read = TOOL.read_weights(saved({"a": (2, 3), "b": (4,), "c": ()}, range(11)))
    assert {name: tensor.tolist() for name, tensor in read.items()} == {
        "a": [[0, 1, 2], [3, 4, 5]],
        "b": [6, 7, 8, 9],
        "c": 10,
    }


class _Runs:
    """Whoever unpickles this runs a command."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return subprocess.run, (["touch", str(self._mark)],)


@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_that_would_run_a_command_runs_nothing(tmp_path: Path, protocol: int) -> None:
    attack = pickle.dumps(_Runs(tmp_path / "ran"), protocol)
    for given in (attack, pickle.dumps(TOOL.MAGIC, 2) + pickle.dumps(TOOL.VERSION, 2) + attack):
        with pytest.raises(Damaged, match=r"what no weights need"):
            TOOL.read_weights(given)
    assert not (tmp_path / "ran").exists()
    pickle.loads(attack)
    assert (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("what", "replaced", "by"),
    [
        ("another kind of floats", b"torch\nFloatStorage", b"torch\nByteStorage"),
        ("a stride that skips", b"J\x03\0\0\0J\x01\0\0\0t\x89", b"J\x02\0\0\0J\x01\0\0\0t\x89"),
        ("an offset beyond the storage", b"QJ\x06\0\0\0", b"QJ\x60\0\0\0"),
        ("a negative offset", b"QJ\x06\0\0\0", b"QJ\xff\xff\xff\xff"),
        ("a storage that is not there", b"X\x01\0\0\x007X\x03", b"X\x01\0\0\x008X\x03"),
        ("a side that is enormous", b"(J\x02\0\0\0J\x03\0\0\0t", b"(J\x02\0\0\0J\xff\xff\xff\x7ft"),
        ("no state", b"model_state", b"other_state"),
        ("another version", b"M\xe9\x03", b"M\xe8\x03"),
    ],
)
def test_what_is_not_as_pytorch_writes_it_is_damaged(what: str, replaced: bytes, by: bytes) -> None:
    whole = saved({"a": (2, 3), "b": (4,)}, range(10))
    assert replaced in whole, what
    with pytest.raises(Damaged):
        TOOL.read_weights(whole.replace(replaced, by))


def test_a_cut_or_lengthened_file_and_floats_that_are_none_are_damaged() -> None:
    whole = saved({"a": (2,)}, [1, 2])
    for given in (*(whole[:end] for end in range(len(whole))), whole + b"\0", saved({"a": (2,)}, [1, float("nan")])):
        with pytest.raises(Damaged):
            TOOL.read_weights(given)


def test_what_goes_on_and_on_is_damaged() -> None:
    with pytest.raises(Damaged, match="far more"):
        TOOL.read_weights(b"\x80\x02" + b"N" * 1_000_000 + b".")


def test_another_network_is_named(published: bytes) -> None:
    with pytest.raises(Damaged, match=r"another network.*lstm\.weight_ih_l0"):
        TOOL.graph_of(TOOL.read_weights(saved({"a": (2,)}, [1, 2])))
    weights = TOOL.read_weights(published)
    with pytest.raises(Damaged, match=r"linear\.bias"):
        TOOL.graph_of({name: tensor for name, tensor in weights.items() if name != "linear.bias"})


def test_the_set_up_put_in_place_what_the_tool_makes(published: bytes) -> None:
    made = subprocess.run(
        [sys.executable, ROOT / "tools" / "speaker_weights.py"], input=published, stdout=subprocess.PIPE, check=True
    ).stdout
    assert made == Models(ROOT / ".cache" / "models").find("speakers").read("d-vectors.onnx")


def test_the_graph_says_what_the_equations_say(published: bytes) -> None:
    """LSTM as PyTorch documents it (torch.nn.LSTM), written out again here in 64 bits."""
    weights = {name: tensor.astype(np.float64) for name, tensor in TOOL.read_weights(published).items()}
    mels = np.random.default_rng(1).random((2, 30, 40), np.float32)
    x = mels.transpose(1, 0, 2).astype(np.float64)
    for layer in range(3):
        x = _lstm(x, *(weights[f"lstm.{part}_l{layer}"] for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")))
    wanted = np.maximum(x[-1] @ weights["linear.weight"].T + weights["linear.bias"], 0)
    session = load(TOOL.graph_of(TOOL.read_weights(published)), threads=1)
    (found,) = session.run(None, {"mels": mels})
    assert wanted.max() > 0.5
    assert np.abs(found - wanted).max() < 1e-5


def _lstm(x: npt.NDArray[np.float64], *weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    of_input, of_output, *biases = weights
    hidden = cell = np.zeros((x.shape[1], of_output.shape[1]))
    said = []
    for step in x:
        gates = step @ of_input.T + hidden @ of_output.T + sum(biases)
        let_in, kept, new, out = np.split(gates, 4, axis=1)
        cell = _sigmoid(kept) * cell + _sigmoid(let_in) * np.tanh(new)
        hidden = _sigmoid(out) * np.tanh(cell)
        said.append(hidden)
    return np.array(said)


def _sigmoid(x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return 1 / (1 + np.exp(-x))
