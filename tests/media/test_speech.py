"""English speech is recognised offline in a process of its own; whatever happens to that, the desk goes on."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged, Refused, Unable
from jebi.media.hearing import Hearing
from jebi.media.models import LIST, Maker, Model, Models
from jebi.media.speech import LONGEST, RATE, Recogniser, Samples, _parts, parse_answer

MODELS = Path(__file__).resolve().parents[2] / ".cache" / "models"
SENTENCE = "The market price of rice has doubled."
MAKER = Maker(name="speech-english", digest="0" * 64)


@pytest.fixture(scope="module")
def model() -> Model:
    return Models(MODELS).find("speech-english")


@pytest.fixture(scope="module")
def spoken() -> Samples:
    """An English sentence with three seconds of silence before and after it."""
    say = subprocess.run(["espeak-ng", "-v", "en", "-s", "140", "--stdout", SENTENCE], check=True, capture_output=True)
    convert = ["ffmpeg", "-v", "error", "-i", "-", "-f", "s16le", "-ac", "1", "-ar", str(RATE), "-"]
    raw = subprocess.run(convert, check=True, capture_output=True, input=say.stdout).stdout
    return np.pad(np.frombuffer(raw, np.int16), 3 * RATE)


def test_what_was_heard_is_recognised_with_its_time_its_words_and_its_maker(model: Model, spoken: Samples) -> None:
    (stretch,) = Hearing(Models(MODELS).find("speech-heard")).listen([spoken])
    part = spoken[stretch.start_ms * 16 : stretch.end_ms * 16]
    with Recogniser(model) as recogniser:
        segments = list(recogniser.recognise(part, start_ms=stretch.start_ms, words=True))
        again = list(recogniser.recognise(part, start_ms=stretch.start_ms, words=True))
    text = " ".join(segment.text for segment in segments).lower()
    assert all(word in text for word in ("market", "price", "rice", "doubled"))
    assert segments == again
    words = [word for segment in segments for word in segment.words]
    assert " ".join(word.text for word in words).lower() == text
    assert stretch.start_ms <= words[0].start_ms <= words[-1].end_ms <= stretch.end_ms
    assert {segment.language for segment in segments} == {"en"}
    assert {segment.maker for segment in segments} == {Maker(name="speech-english", digest=model.digest)}
    assert all(segment.no_speech_probability < 0.5 and segment.average_log_probability > -1 for segment in segments)


def test_silence_gives_nothing_since_nothing_of_it_is_heard(model: Model) -> None:
    silence = np.zeros(20 * RATE, np.int16)
    assert list(Hearing(Models(MODELS).find("speech-heard")).listen([silence])) == []
    with Recogniser(model) as recogniser:
        assert list(recogniser.recognise(silence[:0])) == []


def test_long_speech_is_cut_where_it_is_quietest_and_nothing_of_it_is_lost() -> None:
    sound = np.random.default_rng(0).integers(-9000, 9000, 2 * LONGEST + 5 * RATE, np.int16)
    quiet = LONGEST - 4 * RATE
    sound[quiet : quiet + RATE // 2] = 3
    parts = list(_parts(sound))
    assert np.array_equal(np.concatenate([part for _, part in parts]), sound)
    assert [start for start, _ in parts] == [0, *np.cumsum([len(part) for _, part in parts])[:-1]]
    assert all(0 < len(part) <= LONGEST for _, part in parts)
    assert quiet < parts[1][0] < quiet + RATE // 2


def test_it_works_in_a_machine_without_any_network(model: Model, spoken: Samples, tmp_path: Path) -> None:
    np.save(tmp_path / "spoken.npy", spoken[3 * RATE : -3 * RATE])
    program = f"""
import numpy as np, pathlib
from jebi.media.models import Models
from jebi.media.speech import Recogniser
with Recogniser(Models(pathlib.Path({str(MODELS)!r})).find("speech-english")) as recogniser:
    print(*(segment.text for segment in recogniser.recognise(np.load({str(tmp_path / "spoken.npy")!r}))))
"""
    alone = ["unshare", "--map-root-user", "--net", sys.executable, "-I", "-c", program]
    said = subprocess.run(alone, check=True, capture_output=True, text=True).stdout.lower()
    assert "rice" in said


def test_a_killed_process_is_reported_and_leaves_nothing_behind(model: Model, spoken: Samples) -> None:
    with Recogniser(model) as recogniser:
        process = recogniser._process.pid
        os.kill(process, signal.SIGKILL)
        with pytest.raises(Unable, match="broke off"):
            list(recogniser.recognise(spoken))
        with pytest.raises(Unable, match="broke off"):
            list(recogniser.recognise(spoken))
    assert not Path(f"/proc/{process}").exists()


def test_a_process_whose_desk_died_ends_at_once_even_amid_its_work(model: Model) -> None:
    program = f"""
import numpy as np, os, pathlib, signal, threading
from jebi.media.models import Models
from jebi.media.speech import Recogniser
recogniser = Recogniser(Models(pathlib.Path({str(MODELS)!r})).find("speech-english"))
print(recogniser._process.pid, flush=True)
threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGKILL)).start()
list(recogniser.recognise(np.random.default_rng(0).normal(0, 3000, 16000 * 280).astype(np.int16)))
"""
    desk = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=False)
    process = int(desk.stdout)
    assert desk.returncode == -signal.SIGKILL
    for _ in range(200):
        if not Path(f"/proc/{process}/exe").exists():
            return
        time.sleep(0.1)
    pytest.fail("the process outlived its desk")


def test_without_faster_whisper_it_says_how_to_install_it(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    with pytest.raises(Unable, match="not installed") as caught:
        Recogniser(model)
    assert "jebi[speech]" in caught.value.hint


def test_a_model_of_another_kind_is_named_before_anything_is_started() -> None:
    with pytest.raises(Unable, match="of another kind"):
        Recogniser(Models(MODELS).find("faces"))


def test_a_model_that_is_whole_but_none_is_damaged(tmp_path: Path) -> None:
    folder = tmp_path / "speech-korean"
    shutil.copytree(MODELS / "speech-english", folder)
    (folder / "model.bin").write_bytes(b"\x06\x00\x00\x00" + bytes(1000))
    names = sorted(path.name for path in folder.iterdir() if path.name != LIST)
    (folder / LIST).write_bytes(
        subprocess.run(["sha256sum", *names], cwd=folder, check=True, capture_output=True).stdout
    )
    with pytest.raises(Damaged, match="cannot be loaded"):
        Recogniser(Models(tmp_path).find("speech-korean"))


def test_a_language_that_is_not_offered_is_refused(model: Model) -> None:
    with pytest.raises(Refused):
        Recogniser(model, language="xx")


def _answer(**changed: object) -> bytes:
    segment = {
        "start": 0.0, "end": 1.0, "text": " a ", "log": -0.2, "no_speech": 0.1, "ratio": 1.1, "words": [[0.0, 1.0, " a", 0.9]]
    } | changed  # fmt: skip
    return json.dumps({"language": "en", "segments": [list(segment.values())]}).encode()


def test_an_answer_is_read_with_its_times_in_the_clip() -> None:
    (segment,) = parse_answer(_answer(end=99.0), maker=MAKER, start_ms=7000, length_ms=2000)
    assert (segment.start_ms, segment.end_ms, segment.text) == (7000, 9000, "a")
    assert (segment.words[0].start_ms, segment.words[0].end_ms) == (7000, 8000)


@pytest.mark.parametrize(
    "changed",
    [
        {"text": 7},
        {"text": "a" * 2001},
        {"start": "0"},
        {"end": None},
        {"log": True},
        {"no_speech": 1.5},
        {"ratio": -1.0},
        {"words": [[0.0, 1.0, "a"]]},
        {"words": [[0.0, 1.0, "a", 2.0]]},
        {"words": 3},
        {"start": float("nan")},
        {"end": float("inf")},
        {"more": 1},
    ],
    ids=str,
)
def test_an_answer_out_of_range_is_damaged(changed: dict[str, object]) -> None:
    with pytest.raises(Damaged):
        parse_answer(_answer(**changed), maker=MAKER, start_ms=0, length_ms=2000)


def test_text_cannot_move_a_cursor_or_turn_the_direction_of_writing() -> None:
    hostile = _answer(text="rice\x1b[2J \u202egpj.exe\u0000\n쌀")
    (segment,) = parse_answer(hostile, maker=MAKER, start_ms=0, length_ms=2000)
    assert segment.text == r"rice\x1b[2J \u202egpj.exe\x00 쌀"


@given(
    st.binary(max_size=200)
    | st.recursive(st.none() | st.integers() | st.floats() | st.text(), st.lists).map(
        lambda value: json.dumps({"language": "en", "segments": value}).encode()
    )
)
def test_garbage_is_an_answer_or_damaged(garbage: bytes) -> None:
    try:
        parse_answer(garbage, maker=MAKER, start_ms=0, length_ms=1000)
    except Damaged:
        return
