"""Voices: how often a machine still knows who speaks, by what was done to the voice and by what the attacker knows; and what is left to hear.

The attacker compares an utterance with what each person said elsewhere, by Resemblyzer's vectors, and errs: the equal error rate is where
as many strangers are taken for the person as the other way round. 0 % is a voice that is known for certain, 50 % is chance.

    ignorant   has recordings of true voices, and takes the utterance for one
    informed   has recordings that were changed as the utterance was, under other seeds
    trained    is informed, and has fitted a projection to changed voices of other people (within-class covariance, and Fisher's)

Re-voiced lines are made-up sentences: the same voice for everybody. `hurried` gives each person a speed of their own, as if every line of a
fast talker had to be squeezed: what an attacker may learn from timing alone.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from pathlib import Path
from statistics import mean

import numpy as np
import numpy.typing as npt
import voices
from rows import ROOT, Row
from voices import PEOPLE, RATE, Samples

from jebi.media.hearing import Hearing
from jebi.media.jail import Jail
from jebi.media.models import Models
from jebi.media.resampling import resampled
from jebi.media.revoicing import Revoicer
from jebi.media.speakers import Speakers
from jebi.media.speech import Recogniser
from jebi.release.plan import How, Sound
from jebi.release.sounding import PER_MS, Speech, sounding, surveyed

MODELS = Models(ROOT / ".cache" / "models")
MASKS = 3  # times that each utterance is disguised, each time under another seed
SPLITS = 20  # of the people, half to train with and half to try
CHANCE = 50.0
ATTACKERS = ("ignorant", "informed", "trained")
ENGLISH = ("book-en", "prompts-en_us_f_allison")
WORDS = (
    "rice price market station soldier border river train winter school doctor letter paper money village mountain road bridge "
    "morning evening summer people children mother father brother teacher farmer trader driver door window table bread water fire "
    "take bring carry leave find hear see know tell wait work open close begin stop pay sell buy walk run speak write read sleep "
    "old new small large cold warm dark early late near far quiet loud empty full every many few some before after under over"
)

SENTENCES = (
    "The price of rice at the market has doubled since the spring.",
    "Soldiers came to the station in the morning and took the traders away.",
    "Nobody knows why the bridge over the river is closed.",
    "My brother carried the bags over the mountain at night.",
    "They pay us in coupons now, and the shops are empty.",
    "The teacher told the children to bring firewood to school.",
    "We listen to the radio under a blanket when the windows are dark.",
    "If the train is late, the people wait on the platform until dawn.",
)

Vectors = npt.NDArray[np.float32]
Said = dict[str, list[Vectors]]  # of a person and a way of changing, the vectors of each utterance under each seed
Project = Callable[[Vectors], Vectors]


def measure(_: Path) -> Iterator[Row]:
    """All rows of the area."""
    began = time.perf_counter()
    with ProcessPoolExecutor(2) as pool:
        everybody = dict(zip(PEOPLE, pool.map(_said, PEOPLE), strict=True))
    yield _row("voice.people", len(everybody), "people")
    yield _row("voice.utterances", sum(len(said["original"]) for said in everybody.values()), "")
    for way in ("original", "disguised", "revoiced", "hurried"):
        for attacker in ATTACKERS[: 1 if way == "original" else 3]:
            rate = _error_rate(everybody, way, attacker)
            yield _row(f"voice.eer.{way}.{attacker}", rate, "%", goal=">= 40" if way == "revoiced" else "")
    yield _row("voice.eer.took", time.perf_counter() - began, "s")
    yield from _words()
    yield from _surroundings()
    yield from _gate()


def _said(person: str) -> Said:
    """The vectors of what somebody said, as it was and changed in each way."""
    speakers, revoicer = Speakers(MODELS.find("speakers")), Revoicer(Jail.find())
    dice = random.Random(person)
    pace = dice.uniform(
        1.0, 1.4
    )  # how much faster than it is natural this person's lines are spoken, when they are hurried
    said: Said = {"original": [], "disguised": [], "revoiced": [], "hurried": []}
    for number, sound in enumerate(voices.utterances(person)):
        said["original"].append(_vectors(speakers, [sound]))
        masks = [_disguised(sound, f"{person} {number} {mask}".encode()) for mask in range(MASKS)]
        said["disguised"].append(_vectors(speakers, masks))
        text = " ".join(dice.choices(WORDS.split(), k=22))
        plain = revoicer.speak(text, "en").samples
        said["revoiced"].append(_vectors(speakers, [plain]))
        hurried = revoicer.speak(text, "en", fit_ms=round(len(plain) / PER_MS / pace)).samples
        said["hurried"].append(_vectors(speakers, [hurried]))
    return said


def _disguised(sound: Samples, seed: bytes) -> Samples:
    whole = [Sound(start_ms=0, end_ms=len(sound) // PER_MS + 1, how="disguised")]
    return np.concatenate(list(sounding([sound], sounds=whole, speech=[], rooms=[], seed=seed)))


def _vectors(speakers: Speakers, sounds: Sequence[Samples]) -> Vectors:
    heard = [speakers.voice([_at_16_khz(sound)]) for sound in sounds]
    return np.array([voice.vector for voice in heard if voice is not None])


def _at_16_khz(sound: Samples) -> Samples:
    return resampled(sound, RATE, 16_000)


def _error_rate(everybody: dict[str, Said], way: str, attacker: str) -> float:
    """The equal error rate in percent."""
    known = "original" if attacker == "ignorant" else way
    if attacker != "trained":
        return _eer(*_trials(everybody, list(everybody), known, way, _as_it_is))
    dice = random.Random(way)
    rates: list[list[float]] = []
    for _ in range(SPLITS):
        people = dice.sample(sorted(everybody), len(everybody))
        half = len(people) // 2
        fitted = _fitted([np.concatenate(everybody[person][way]) for person in people[:half]])
        rates.append([_eer(*_trials(everybody, people[half:], known, way, project)) for project in fitted])
    return min(float(mean(of_one)) for of_one in zip(*rates, strict=True))  # the attacker takes the better projection


def _trials(
    everybody: dict[str, Said], people: list[str], known: str, way: str, project: Project
) -> tuple[list[float], list[float]]:
    """How alike test utterances are to what is known of their own speakers, and of others: the first half is known."""
    own: list[float] = []
    others: list[float] = []
    models = {}
    for person in people:
        half = len(everybody[person][known]) // 2
        models[person] = project(np.concatenate(everybody[person][known][:half])).mean(axis=0)
    for person in people:
        half = len(everybody[person][way]) // 2
        tests = project(np.concatenate(everybody[person][way][half:]))
        for other, model in models.items():
            scores = tests @ model / np.linalg.norm(tests, axis=1) / np.linalg.norm(model)
            (own if person == other else others).extend(scores.tolist())
    return own, others


def _eer(own: Sequence[float], others: Sequence[float]) -> float:
    """Where both kinds of errors are as frequent, in percent; chance is 50, and who errs more often turns the answer round."""
    limits = np.unique(np.concatenate([own, others]))
    missed = np.searchsorted(np.sort(own), limits) / len(own)
    taken = 1 - np.searchsorted(np.sort(others), limits) / len(others)
    best = int(np.abs(missed - taken).argmin())
    return float(100 * (missed[best] + taken[best]) / 2)


def _as_it_is(vectors: Vectors) -> Vectors:
    return vectors


def _fitted(people: Sequence[Vectors]) -> list[Project]:
    """Projections in which what differs within people counts little: whitened by it, and the best directions of that alone."""
    middle = np.mean([person.mean(axis=0) for person in people], axis=0)
    within = np.mean([np.cov(person.T, bias=True) for person in people], axis=0)
    values, directions = np.linalg.eigh(within + 0.05 * np.trace(within) / len(within) * np.eye(len(within)))
    whitened = directions / np.sqrt(values) @ directions.T
    between = np.array([(person.mean(axis=0) - middle) @ whitened for person in people])
    _, _, best = np.linalg.svd(between, full_matrices=False)
    projections: list[Project] = [
        _as_it_is,
        lambda vectors: (vectors - middle) @ whitened,
        lambda vectors: (vectors - middle) @ whitened @ best[: len(people) - 1].T,
    ]
    return projections


def _words() -> Iterator[Row]:
    """What an English machine still understands: beside what it understood before, and beside what was written."""
    spoken, masked, before = [], [], []
    revoicer = Revoicer(Jail.find())
    with Recogniser(MODELS.find("speech-english"), language="en") as recogniser:
        for person in ENGLISH:
            for number, sound in enumerate(voices.utterances(person)):
                before.append(_heard(recogniser, sound))
                masked.append(_heard(recogniser, _disguised(sound, f"words {person} {number}".encode())))
        for text in SENTENCES:
            spoken.append(_heard(recogniser, revoicer.speak(text, "en").samples))
    yield _row("voice.words.disguised", _word_errors(before, masked), "% otherwise heard")
    yield _row("voice.words.revoiced", _word_errors([_plain(text) for text in SENTENCES], spoken), "% wrongly heard")


def _heard(recogniser: Recogniser, sound: Samples) -> list[str]:
    return _plain(" ".join(segment.text for segment in recogniser.recognise(np.pad(_at_16_khz(sound), 8000))))


def _plain(text: str) -> list[str]:
    return "".join(letter if letter.isalnum() else " " for letter in text.lower()).split()


def _word_errors(wanted: Sequence[list[str]], found: Sequence[list[str]]) -> float:
    errors = sum(_distance(one, other) for one, other in zip(wanted, found, strict=True))
    return 100 * errors / sum(map(len, wanted))


def _distance(wanted: list[str], found: list[str]) -> int:
    """Words put in, left out or changed (Levenshtein)."""
    row = list(range(len(found) + 1))
    for number, word in enumerate(wanted, 1):
        row, above = [number], row
        for place, other in enumerate(found):
            row.append(min(row[-1] + 1, above[place + 1] + 1, above[place] + (word != other)))
    return row[-1]


def _surroundings() -> Iterator[Row]:
    """Everybody in one street: how much speech is left where it was found, and what rendering takes."""
    noise = np.random.default_rng(1)
    parts: list[Samples] = []
    for person in PEOPLE:
        sound = voices.utterances(person)[0]
        parts += [
            np.zeros(4 * RATE, np.int16),
            (sound * (6000 / np.abs(sound.astype(np.float64)).max())).astype(np.int16),
        ]
    street = np.concatenate(parts)
    street = (street + noise.normal(0, 60, len(street))).clip(-32768, 32767).astype(np.int16)
    hearing = Hearing(MODELS.find("speech-heard"))
    found = [Speech(start_ms=one.start_ms, end_ms=one.end_ms) for one in hearing.listen([_at_16_khz(street)])]
    hows: tuple[How, ...] = ("surroundings", "disguised")
    for how in hows:
        sounds = [Sound(start_ms=0, end_ms=len(street) // PER_MS, how=how)]
        pieces = [street[a:b] for a, b in pairwise([*range(0, len(street), RATE), len(street)])]
        began = time.perf_counter()
        rooms = surveyed(pieces, sounds=sounds, speech=found)
        rendered = np.concatenate(list(sounding(pieces, sounds=sounds, speech=found, rooms=rooms, seed=b"street")))
        yield _row(f"voice.{how}.speed", len(street) / RATE / (time.perf_counter() - began), "x real time", goal=">= 5")
        if how == "surroundings":
            left = sum(one.end_ms - one.start_ms for one in hearing.listen([_at_16_khz(rendered)]))
            spoken = sum(one.end_ms - one.start_ms for one in found)
            yield _row("voice.surroundings.speech-left", 100 * left / spoken, "% of its time", goal="<= 0")


def _gate() -> Iterator[Row]:
    """How far breath and a knock stand out of the room, in decibels: as they were, and when they were pressed down."""
    dice = np.random.default_rng(2)
    room = dice.normal(0, 100, 12 * RATE)
    air = np.convolve(np.diff(dice.normal(0, 7000, RATE * 3 // 4 + 1)), np.hanning(16) / 8, "same")
    breath = air * np.hanning(len(air))
    knock = np.convolve(dice.normal(0, 3000, RATE // 3), np.hanning(400) / 10, "same") * np.exp(
        -np.arange(RATE // 3) / 2500
    )
    for name, noise in (("breath", breath), ("knock", knock)):
        there = slice(6 * RATE, 6 * RATE + len(noise))
        sound = room.copy()
        sound[there] += noise
        samples = np.rint(sound).clip(-32768, 32767).astype(np.int16)
        whole = [Sound(start_ms=0, end_ms=12_000, how="surroundings")]
        rooms = surveyed([samples], sounds=whole, speech=[])
        rendered = np.concatenate(list(sounding([samples], sounds=whole, speech=[], rooms=rooms, seed=b"gate")))
        before, after = (20 * np.log10(np.std(each[there]) / np.std(room)) for each in (sound, rendered))
        yield _row(f"voice.gate.{name}.as-it-was", float(before), "dB")
        yield _row(f"voice.gate.{name}", float(after), "dB", goal="<= 3")


def _row(name: str, value: float, unit: str, goal: str = "") -> Row:
    return Row(name=name, value=value, unit=unit, goal=goal)
