"""What is given to the reader of a sensor's pattern, which the desk keeps of every clip."""

from random import Random

import numpy as np

from garbage.campaign import Parser
from garbage.mutation import mutate, pick, tweak
from jebi.archive.sensor import Sensor, parse_sensor, quantised

HEAD = 24  # bytes, where all its numbers are
STRANGE = (b"", b"\n", bytes(600), b"no such thing\n", b"\xff" * 600)


def sensor() -> Parser:
    """`parse_sensor`: what it accepts is written alike."""
    seeds = [_packed(rows, columns) for rows, columns in ((16, 16), (17, 24), (32, 20))]

    def draw(dice: Random) -> bytes:
        seed = pick(seeds, dice)
        if dice.random() < 0.4:
            return tweak(seed, dice, hot=((0, HEAD),))
        return mutate(seed, dice, others=seeds, hot=((0, HEAD), (len(seed) - 4, len(seed))))

    def parse(given: bytes) -> object:
        read = parse_sensor(given)
        assert read.packed() == given
        return read.frames, read.weight, read.pattern.shape

    return Parser(draw=draw, parse=parse, strange=STRANGE)


def _packed(rows: int, columns: int) -> bytes:
    found = np.random.default_rng(rows).normal(size=(rows, columns))
    return Sensor(pattern=quantised(np.asarray(found, np.float32)), frames=rows, weight=columns << 20).packed()


PARSERS = {"sensor": sensor}
