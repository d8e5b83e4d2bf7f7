"""Films in which faces are hard to find, made so that it is known to the pixel where they are: 28 films of 24 frames, in nine cases.

Real faces (cutouts.py) move over real footage: turned, small, in the dark, behind a bar or a hand, smeared by their movement, and more by a camera in a bag, partly out
of the picture, on posters, and across each other. A face is true in a frame if at least a quarter of it can be seen there. Its box
is then that around what can be seen of it. The same films come out each time.
"""

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from media.cutouts import OPAQUE, SAMPLES, Cutout, Matrix, Pixels, cutouts, paste, projection, seen_through

WIDTH, HEIGHT, FRAMES = 1280, 720, 24
SEEN = 0.25  # of a face: with less of it in sight nobody could tell that it is there
SHUTTER = 9  # moments in which a smeared face is shown
BACKGROUNDS = {  # film, first frame, and what is cut out of it; nobody's face is in these frames
    "street": ("bikes.mp4", 142, "crop=484:272:100:0"),
    "wall": ("bikes.mp4", 206, "crop=484:272:60:0"),
    "meadow": ("bigbuckbunny.mp4", 60, "crop=880:496:400:112"),
}
SKIN, IRON, PAPER = (196, 142, 112), (38, 44, 40), (214, 208, 190)

Planes = tuple[Pixels, Pixels, Pixels]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """A face that is in a frame: which of the film's, its box in pixels, and how much of it is in sight."""

    face: int
    x: int
    y: int
    width: int
    height: int
    seen: float


@dataclass(frozen=True, slots=True)
class Head:
    """Which face of the film, and where it was while the shutter was open; the middle moment counts."""

    face: int
    cutout: Cutout
    moments: tuple[Matrix, ...]

    def draw(self, frame: Pixels) -> None:
        paste(frame, self.cutout, self.moments)

    def mask(self, reach: float = 1.0) -> Mask:
        points = self.cutout.outline(self.moments[len(self.moments) // 2], reach)
        return _filled([tuple(points.ravel())])


@dataclass(frozen=True, slots=True)
class Thing:
    """What is before or behind a face: polygons of one colour."""

    polygons: tuple[tuple[float, ...], ...]
    colour: tuple[int, int, int]

    def draw(self, frame: Pixels) -> None:
        frame[self.mask()] = self.colour

    def mask(self, reach: float = 1.0) -> Mask:
        return _filled(self.polygons)


Layer = Head | Thing


@dataclass(frozen=True, slots=True)
class Scene:
    """One frame's layers, the lowest first, then how much light there is, and how grainy the picture."""

    layers: tuple[Layer, ...]
    light: float = 1.0
    grain: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """A film of 24 frames at 25 a second. Frames are made when asked for; all of one film are 66 MB."""

    case: str
    name: str
    background: str
    scene: Callable[[int], Scene]

    def frames(self) -> Iterator[Pixels]:
        """Height × width × 3 bytes, red first."""
        dice = np.random.default_rng(sum(map(ord, self.name)))
        for number, behind in enumerate(footage(self.background)):
            scene, frame = self.scene(number), behind.copy()
            for layer in scene.layers:
                layer.draw(frame)
            if scene.light < 1 or scene.grain:
                dark = frame * np.float32(scene.light) + dice.normal(0, scene.grain, frame.shape).astype(np.float32)
                frame = dark.round().clip(0, 255).astype(np.uint8)
            yield frame

    def planes(self) -> Iterator[Planes]:
        """The same as YUV 4:2:0 (ITU-R BT.601, limited range)."""
        return map(planes, self.frames())

    def truth(self) -> list[list[Truth]]:
        """The faces of each frame."""
        return [list(faces) for faces in _truth(self.scene)]


def sequences() -> Iterator[Sequence]:
    """All films."""
    for case, films in _CASES.items():
        for number, (name, scene) in enumerate(films):
            yield Sequence(case=case, name=name, background=list(BACKGROUNDS)[number % len(BACKGROUNDS)], scene=scene)


def planes(frame: Pixels) -> Planes:
    """A frame of even sides as luma and two chromas of half its sides (ITU-R BT.601, limited range)."""
    red, green, blue = (frame[..., channel].astype(np.float32) for channel in range(3))
    luma = 16 + (65.481 * red + 128.553 * green + 24.966 * blue) / 255
    halved = [channel.reshape(len(channel) // 2, 2, -1, 2).mean(axis=(1, 3)) for channel in (red, green, blue)]
    first = 128 + (-37.797 * halved[0] - 74.203 * halved[1] + 112 * halved[2]) / 255
    second = 128 + (112 * halved[0] - 93.786 * halved[1] - 18.214 * halved[2]) / 255
    whole = [plane.round().clip(0, 255).astype(np.uint8) for plane in (luma, first, second)]
    return whole[0], whole[1], whole[2]


@cache
def footage(name: str, width: int = WIDTH, height: int = HEIGHT) -> tuple[Pixels, ...]:
    """What faces are put before: 24 frames of a real film, in this size."""
    film, first, shape = BACKGROUNDS[name]
    command = ["ffmpeg", "-v", "error", "-i", str(SAMPLES / film), "-vf", f"trim=start_frame={first}:end_frame={first + FRAMES},{shape},scale={width}:{height}",
               "-vsync", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]  # fmt: skip
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    return tuple(np.frombuffer(raw, np.uint8).reshape(FRAMES, height, width, 3))


def _filled(polygons: tuple[tuple[float, ...], ...] | list[tuple[float, ...]]) -> Mask:
    picture = Image.new("1", (WIDTH, HEIGHT))
    for polygon in polygons:
        ImageDraw.Draw(picture).polygon(polygon, fill=1)
    return np.asarray(picture)


@cache
def _truth(scene: Callable[[int], Scene]) -> tuple[tuple[Truth, ...], ...]:
    return tuple(tuple(sorted(_true(scene(number)), key=lambda truth: truth.face)) for number in range(FRAMES))


def _true(scene: Scene) -> Iterator[Truth]:
    hidden = np.zeros((HEIGHT, WIDTH), bool)
    for layer in reversed(scene.layers):
        if isinstance(layer, Head):
            shown = layer.mask() & ~hidden
            seen = float(shown.sum() / _area(layer.cutout.outline(layer.moments[len(layer.moments) // 2])))
            if seen >= SEEN:
                yield Truth(face=layer.face, **_around(shown), seen=min(1.0, seen))
        hidden |= layer.mask(OPAQUE)


def _around(mask: Mask) -> dict[str, int]:
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    x, y = int(columns[0]), int(rows[0])
    return {"x": x, "y": y, "width": int(columns[-1]) + 1 - x, "height": int(rows[-1]) + 1 - y}


def _area(outline: Matrix) -> float:
    x, y = outline.T
    return float(abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2)


def _head(face: int, which: int, x: float, y: float, height: float, turn: float = 0.0, narrow: float = 1.0) -> Head:
    """A face at rest."""
    cutout = cutouts()[which]
    return Head(face, cutout, (cutout.posed(x, y, height, turn, narrow),))


def _smeared(
    face: int, which: int, place: Callable[[float], tuple[float, float, float, float]], at: float, shutter: float
) -> Head:
    """A face that moves while the shutter is open; `place` says x, y, height and turn at a time in frames."""
    cutout = cutouts()[which]
    times = at + np.linspace(-0.5, 0.5, SHUTTER) * shutter
    return Head(face, cutout, tuple(cutout.posed(*place(float(time))) for time in times))


def _turned(number: int, *, degrees: float, each: float = 0.0) -> Scene:
    """Three faces of three sizes, lying as the camera lay; `each` turns them on from frame to frame."""
    turn = degrees + each * number
    return Scene((
        _head(0, 7, 250 + 4 * number, 330, 230, turn),
        _head(1, 13, 640 - 3 * number, 420 - 2 * number, 130, turn + 8),
        _head(2, 3, 980, 240 + 6 * number, 70, turn - 6),
    ))  # fmt: skip


def _small(number: int, *, highest: float, lowest: float) -> Scene:
    """Six faces of a crowd that walks away."""
    height = highest + (lowest - highest) * number / (FRAMES - 1)
    places = ((0, 160, 300), (2, 370, 420), (9, 560, 250), (11, 750, 390), (14, 940, 310), (21, 1120, 450))
    return Scene(
        tuple(_head(face, which, x + 2 * number, y + number, height) for face, (which, x, y) in enumerate(places))
    )


def _dark(number: int, *, light: Callable[[int], float], grain: float) -> Scene:
    heads = (
        _head(0, 8, 300 + 5 * number, 330, 200),
        _head(1, 16, 700, 300 + 4 * number, 120),
        _head(2, 5, 1050, 420, 80, 5),
    )
    return Scene(heads, light(number), grain)


def _behind_a_bar(number: int) -> Scene:
    """A post passes before two faces."""
    left = 100 + 38 * number
    heads = (_head(0, 10, 420, 340, 220), _head(1, 17, 800, 330, 150))
    return Scene((*heads, Thing(((left, 0, left + 110, 0, left + 110, HEIGHT, left, HEIGHT),), IRON)))


def _behind_a_hand(number: int) -> Scene:
    """A hand comes up before a face, stays, and goes."""
    rise = 260 * min(1.0, number / 7, (FRAMES - 1 - number) / 7)
    x, y = 520.0, 760 - rise * 1.35
    fingers = [(x + 30 * finger - 6, y - 150 + 18 * abs(finger - 1.4), x + 30 * finger + 18, y - 150 + 18 * abs(finger - 1.4),
                x + 30 * finger + 20, y + 20, x + 30 * finger - 8, y + 20) for finger in range(4)]  # fmt: skip
    palm = (x - 14, y, x + 122, y, x + 128, y + 110, x + 96, y + 420, x + 14, y + 420, x - 22, y + 110)
    thumb = (x - 14, y + 30, x - 62, y - 30, x - 44, y - 44, x + 10, y + 10)
    return Scene((_head(0, 19, 570, 330, 240), _head(1, 2, 980, 300, 110), Thing((*fingers, palm, thumb), SKIN)))


def _behind_a_wall(number: int) -> Scene:
    """Only eyes and forehead are seen over a wall, and half a face beside a door."""
    wall = (0, 400, 760, 400, 760, HEIGHT, 0, HEIGHT)
    door = (960, 0, WIDTH, 0, WIDTH, HEIGHT, 960, HEIGHT)
    heads = (_head(0, 20, 350 + 6 * number, 395, 200), _head(1, 8, 955 - number, 330, 190))
    return Scene((*heads, Thing((wall,), PAPER), Thing((door,), IRON)))


def _passing(number: int, *, speed: float, which: tuple[int, int] = (9, 18)) -> Scene:
    """Faces that rush by, one each way; the shutter is open for the whole frame."""

    def right(time: float) -> tuple[float, float, float, float]:
        return (80 + speed * time) % 1120 + 60, 250, 180, 0

    def left(time: float) -> tuple[float, float, float, float]:
        return 1220 - (speed * time) % 1120, 500, 120, 4

    wraps = min((80 + speed * number) % 1120, (speed * number) % 1120) < speed
    return Scene(
        (
            _smeared(0, which[0], right, number, 0 if wraps else 1),
            _smeared(1, which[1], left, number, 0 if wraps else 1),
        )
    )


def _shaken(number: int) -> Scene:
    """A camera that is run with."""

    def place(time: float, x: float, y: float, height: float) -> tuple[float, float, float, float]:
        return x + 30 * np.sin(time * 2.1), y + 50 * np.sin(time * 1.3), height, 9 * np.sin(time * 1.7)

    heads = [_smeared(face, which, partial(place, x=x, y=y, height=height), number, 0.8)
             for face, (which, x, y, height) in enumerate(((12, 320, 330, 210), (1, 720, 380, 120), (15, 1060, 300, 160)))]  # fmt: skip
    return Scene(tuple(heads))


def _carried(number: int, *, turn: float) -> Scene:
    """A camera in a bag that is carried at a run."""

    def place(time: float, x: float, y: float, height: float) -> tuple[float, float, float, float]:
        sway, bounce = 45 * np.sin(time * 1.1), 38 * np.sin(time * 2.7) + 14 * np.sin(time * 0.9)
        return x + sway, y + bounce, height, turn + 7 * np.sin(time * 2.3)

    heads = [_smeared(face, which, partial(place, x=x, y=y, height=height), number, 0.9)
             for face, (which, x, y, height) in enumerate(((1, 260, 330, 180), (6, 660, 400, 130), (21, 1040, 300, 220)))]  # fmt: skip
    return Scene(tuple(heads))


def _leaving(number: int, *, way: tuple[float, float], turn: float) -> Scene:
    """A large face slides out of the picture until a third is left, and comes back; a smaller one follows it."""
    out = 1 - abs(number - 11.5) / 11.5
    edge = (WIDTH * max(way[0], 0.0), HEIGHT * max(way[1], 0.0))
    heads = []
    for face, (which, height) in enumerate(((10, 300.0), (4, 130.0))):
        cutout = cutouts()[which]
        half = height / 2 * (cutout.half[0] / cutout.half[1] if way[0] else 1)
        inside = (1.3 - 1.6 * out) * half  # from the edge to the middle of the face
        along = 270.0 + 380 * face if way[0] else 420.0 + 400 * face
        x = edge[0] - np.sign(way[0]) * inside if way[0] else along
        y = edge[1] - np.sign(way[1]) * inside if way[1] else along
        heads.append(_head(face, which, x, y, height, turn))
    return Scene(tuple(heads))


def _poster(number: int, *, slant: float, grey: bool) -> Scene:
    """Two sheets of paper on a wall, seen from the side and in passing."""
    layers: list[Layer] = []
    for face, (which, left, size) in enumerate(((8, 180.0, 300.0), (16, 720.0, 190.0))):
        far = size * (1 - slant)
        x, y, middle = left + 9 * number, 330 + 3 * number, size * 0.65
        wide = 0.8 * size * (1 - 0.75 * slant)
        corners = [
            (x, y - middle),
            (x + wide, y - middle * far / size),
            (x + wide, y + middle * far / size),
            (x, y + middle),
        ]
        matrix = projection([(0, 0), (160, 0), (160, 260), (0, 260)], corners)
        printed = cutouts()[which].printed(0.75, grey=grey)
        paper = seen_through(matrix, np.array([(0.0, 0.0), (160.0, 0.0), (160.0, 260.0), (0.0, 260.0)]))
        layers.append(Thing((tuple(paper.ravel()),), PAPER))
        layers.append(Head(face, printed, (matrix @ printed.posed(80, 120, 130),)))
    return Scene(tuple(layers))


def _crossing(number: int, *, apart: float) -> Scene:
    """Four faces cross each other in two heights, each pair at its own pace."""
    way = (number - 11.5) / 11.5
    return Scene((
        _head(0, 7, 400 + 300 * way, 300, 190),
        _head(1, 11, 400 - 300 * way, 300 + apart, 180, -4),
        _head(2, 20, 950 + 220 * way, 430 - apart, 120, 5),
        _head(3, 6, 950 - 220 * way, 430, 130),
    ))  # fmt: skip


_CASES: dict[str, tuple[tuple[str, Callable[[int], Scene]], ...]] = {
    "turned": (
        ("lying on its left", partial(_turned, degrees=-90)),
        ("upside down", partial(_turned, degrees=180)),
        ("lying on its right", partial(_turned, degrees=90)),
        ("turning round", partial(_turned, degrees=0, each=15)),
    ),
    "small": (
        ("from 64 to 30 pixels", partial(_small, highest=64, lowest=30)),
        ("from 30 to 16 pixels", partial(_small, highest=30, lowest=16)),
    ),
    "dark": (
        ("dusk", partial(_dark, light=lambda _: 0.22, grain=2)),
        ("night", partial(_dark, light=lambda _: 0.08, grain=3)),
        ("a light that flickers", partial(_dark, light=lambda number: 0.9 if number % 6 < 2 else 0.07, grain=2)),
    ),
    "hidden": (
        ("a post passes", _behind_a_bar),
        ("a hand before it", _behind_a_hand),
        ("over a wall, beside a door", _behind_a_wall),
    ),
    "smeared": (
        ("24 pixels a frame", partial(_passing, speed=24)),
        ("60 pixels a frame", partial(_passing, speed=60)),
        ("a shaken camera", _shaken),
    ),
    "rushed": (
        ("36 pixels a frame", partial(_passing, speed=36, which=(4, 15))),
        ("90 pixels a frame", partial(_passing, speed=90, which=(14, 0))),
        ("a camera in a bag", partial(_carried, turn=0)),
        ("a camera that lies in a bag", partial(_carried, turn=90)),
    ),
    "leaving": (
        ("to the left", partial(_leaving, way=(-1, 0), turn=0)),
        ("to the right, lying", partial(_leaving, way=(1, 0), turn=90)),
        ("over the top", partial(_leaving, way=(0, -1), turn=0)),
        ("under the bottom", partial(_leaving, way=(0, 1), turn=8)),
    ),
    "printed": (
        ("a poster from the side", partial(_poster, slant=0.35, grey=False)),
        ("grey, from far to the side", partial(_poster, slant=0.6, grey=True)),
        ("grey, from the front", partial(_poster, slant=0.05, grey=True)),
    ),
    "crossing": (
        ("one behind the other", partial(_crossing, apart=10)),
        ("close by", partial(_crossing, apart=60)),
    ),
}  # fmt: skip
