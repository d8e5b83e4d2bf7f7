"""Where in a frame there may be lettering: rows of marks of about one height that stand out from what is around them.

Tesseract was made for scanned pages; in a street it takes the edge of a sign for a letter, and finds nothing on a grey wall. So lines are
looked for here, at several sizes and as dark marks on light and light on dark; each is cut out, cleaned of all that does not belong to its
marks, and brought to one height: black on white, as on a page. Finding a line is no claim that it is text: reading decides.

Connected components are found on runs of pixels: a row's runs are joined to those of the next that touch them, also by a corner.

Invariants: pure arithmetic on one frame; lines lie in the frame, strongest first, and never more than asked for.
Peak: 60 bytes a pixel of the frame.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

LOWEST, HIGHEST = 11, 30  # pixels of a line at the size at which it is looked for; the next size goes on from there
LARGEST_MARK = 96  # pixels of width: joined letters; wider is an edge or a wire
SMALLEST_MARK = 5  # pixels of ink
AROUND = 16  # pixels to each side with which a pixel is compared: more than a stroke, less than a sign
CONTRAST = 14.0  # grey levels that ink differs from around it at least, and …
DEVIATIONS = 0.8  # … standard deviations of what is around it; below 1, for there may be as much ink as paper
# pixels by which marks are grown sideways, so that those of a line touch; the second try parts a sign from leaves beside it
APART = 7, 3
ABOVE = 2  # pixels by which they are grown up- and downwards: a syllable is in one piece then, and two lines in two
FAINT = 0.6  # of the line's mean contrast
FEWEST_MARKS = 2
MOST_MARKS = 20_000  # in one look: more are noise, leaves or gravel
INK = 0.06, 0.75  # of a line's box: less is scattered specks, more is a bar
CLEAR = 1.5  # see `_clearness`; of what may be lines in films of leaves and gravel, nine of ten are below, and hardly a sign
SPREAD = 4.0  # grey levels; on a drawn sign, ink and paper have no spread at all
SHORTEST = 0.8  # of its height: a single syllable
# the edge of a sign is no letter: filled by this share, narrower than this share of its height, and this share of the line's height apart
POST_FILLED, POST_SLIM, POST_APART = 0.5, 0.35, 0.25
HEIGHT = 36  # pixels of a line when it is cut out: what the networks of Tesseract look at
MARGIN = 8  # pixels of paper around it
WIDEST = 1600  # pixels of a line when it is cut out; a longer one is a kerb or a roof

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lettering:
    """What may be a line of text.

    Attributes:
        x, y, width, height: its box in the frame that was given, in pixels.
        picture: the line cut out, black on white, `HEIGHT` pixels high with `MARGIN` around.
        strength: how clearly ink and paper differ, times the root of the number of marks.
    """

    x: int
    y: int
    width: int
    height: int
    picture: Grey
    strength: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Components:
    """Components of a mask: runs by row, each with its component's number; boxes and areas by component."""

    row: Numbers
    start: Numbers
    end: Numbers
    number: Numbers
    boxes: Numbers  # left, top, right, bottom; the latter two exclusive
    areas: Numbers


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Candidate:
    """A line before it is cut out: its box at the size at which it was found, and which pixels in it are ink."""

    box: tuple[int, int, int, int]
    ink: Mask
    scale: int
    sign: int  # −1 for dark on light, 1 for light on dark
    strength: float


def find_lettering(grey: Grey, *, most: int) -> list[Lettering]:
    """What may be lines of text in a frame of height × width grey levels; at most so many, the strongest first."""
    found: list[_Candidate] = []
    scale, small = 1, grey
    while min(small.shape) >= LOWEST:
        found += _candidates(small, scale)
        scale *= 2
        small = np.asarray(Image.fromarray(grey).reduce(scale))
    return [_cut_out(grey, line) for line in sorted(found, key=lambda line: -line.strength)[:most]]


def _candidates(small: Grey, scale: int) -> Iterator[_Candidate]:
    """Lines in the frame at one size, dark and light ones."""
    pixels = small.astype(np.float32)
    mean, deviation = _surroundings(small)
    contrast = np.abs(pixels - mean)
    for sign in (-1, 1):
        marks = _components((pixels - mean) * sign > np.maximum(CONTRAST, DEVIATIONS * deviation))
        seen = set()
        for letters in _lines(marks, contrast):
            left, top = marks.boxes[letters, :2].min(axis=0).tolist()
            right, bottom = marks.boxes[letters, 2:].max(axis=0).tolist()
            box = left, top, right, bottom
            if box in seen or not _is_line(right - left, bottom - top, int(marks.areas[letters].sum())):
                continue
            seen.add(box)
            ink = _drawn(marks, letters, box)
            clearness = _clearness(pixels[top:bottom, left:right], ink)
            if clearness >= CLEAR:
                strength = clearness * len(letters) ** 0.5
                yield _Candidate(box=box, ink=ink, scale=scale, sign=sign, strength=strength)


def _surroundings(grey: Grey) -> tuple[Floats, Floats]:
    """Mean and standard deviation around each pixel."""
    blur = ImageFilter.BoxBlur(AROUND)
    pixels = Image.fromarray(grey)
    mean = np.asarray(pixels.filter(blur), np.float32)
    # squares fit a picture of bytes only in part: a 256th of them is exact enough for a threshold
    squares = Image.fromarray((grey.astype(np.float32) ** 2 / 256).astype(np.uint8))
    variance = np.asarray(squares.filter(blur), np.float32) * 256 - mean**2
    return mean, np.sqrt(variance.clip(min=0))


def _lines(marks: _Components, contrast: Floats) -> Iterator[Numbers]:
    """Which marks are lines together."""
    width, height = marks.boxes[:, 2] - marks.boxes[:, 0], marks.boxes[:, 3] - marks.boxes[:, 1]
    is_mark = (height <= HIGHEST) & (width <= LARGEST_MARK) & (marks.areas >= SMALLEST_MARK)
    is_mark &= ~_touches_edge(marks.boxes, contrast.shape)
    if not FEWEST_MARKS <= is_mark.sum() <= MOST_MARKS:
        return
    shades = _shades(marks, contrast)
    for apart in APART:
        for members in _grouped(marks, np.flatnonzero(is_mark), contrast.shape, apart):
            letters = _without_posts(marks, _without_faint(marks, members, shades))
            if len(letters) >= FEWEST_MARKS:
                yield letters


def _shades(marks: _Components, contrast: Floats) -> Floats:
    """The mean contrast of each mark."""
    sums = np.pad(contrast.cumsum(axis=1, dtype=np.float64), ((0, 0), (1, 0)))
    run = sums[marks.row, marks.end] - sums[marks.row, marks.start]
    total = np.bincount(marks.number, weights=run, minlength=len(marks.areas))
    return np.asarray(total / marks.areas, np.float32)


def _grouped(marks: _Components, chosen: Numbers, shape: tuple[int, ...], apart: int) -> Iterator[Numbers]:
    """Marks that touch when all are grown by so much; without groups of too few, and of too low ones."""
    line = _at(_components(_grown(marks.boxes[chosen], shape, apart)), marks.boxes[chosen], shape[1])
    order = np.argsort(line, kind="stable")
    chosen, line = chosen[order], line[order]
    starts = np.flatnonzero(np.diff(line, prepend=-1))
    ends = np.append(starts[1:], len(line))
    top = np.minimum.reduceat(marks.boxes[chosen, 1], starts)
    bottom = np.maximum.reduceat(marks.boxes[chosen, 3], starts)
    for number in np.flatnonzero((ends - starts >= FEWEST_MARKS) & (bottom - top >= LOWEST)):
        yield chosen[starts[number] : ends[number]]


def _without_faint(marks: _Components, members: Numbers, shades: Floats) -> Numbers:
    """A line's marks without what is much fainter than the others: noise, and the shadow of the sign."""
    usual = np.average(shades[members], weights=marks.areas[members])
    return members[shades[members] >= FAINT * usual]


def _clearness(pixels: Floats, ink: Mask) -> float:
    """How far ink and paper lie apart, in their spreads; leaves and gravel are of all shades."""
    near = np.asarray(Image.fromarray(ink).convert("L").filter(ImageFilter.MaxFilter(3))) > 0
    paper = pixels[~near]
    if not paper.size:
        return 0.0
    inked = pixels[ink]
    return float(abs(inked.mean() - paper.mean()) / (inked.std() + paper.std() + SPREAD))


def _without_posts(marks: _Components, members: Numbers) -> Numbers:
    """A line's marks from left to right, without solid bars that stand apart at its ends: the edges of the sign."""
    boxes = marks.boxes[members]
    order = members[np.argsort(boxes[:, 0], kind="stable")]
    height = boxes[:, 3].max() - boxes[:, 1].min() if len(members) else 0
    while len(order) >= FEWEST_MARKS and _is_post(marks, order[0], int(marks.boxes[order[1:], 0].min()), height):
        order = order[1:]
    order = order[np.argsort(marks.boxes[order, 2], kind="stable")]
    while len(order) >= FEWEST_MARKS and _is_post(marks, order[-1], int(marks.boxes[order[:-1], 2].max()), height):
        order = order[:-1]
    return order


def _is_post(marks: _Components, mark: np.int64, neighbour: int, line_height: int) -> bool:
    left, top, right, bottom = marks.boxes[mark].tolist()
    width, height = right - left, bottom - top
    gap = neighbour - right if neighbour >= right else left - neighbour
    return bool(
        marks.areas[mark] > POST_FILLED * width * height
        and width < POST_SLIM * height
        and gap > POST_APART * line_height
    )


def _is_line(width: int, height: int, ink: int) -> bool:
    is_in_size = LOWEST <= height <= HIGHEST and SHORTEST * height <= width <= WIDEST / HEIGHT * height
    return is_in_size and INK[0] <= ink / (width * height) <= INK[1]


def _touches_edge(boxes: Numbers, shape: tuple[int, ...]) -> Mask:
    """A mark that leaves the frame is cut: half a letter reads as another."""
    height, width = shape
    touches: Mask = (boxes[:, :2] == 0).any(axis=1) | (boxes[:, 2:] == [width, height]).any(axis=1)
    return touches


def _grown(boxes: Numbers, shape: tuple[int, ...], apart: int) -> Mask:
    """All boxes, grown until those of one line touch: counted at their corners, and summed up."""
    height, width = shape
    left, top = (boxes[:, :2] - [apart, ABOVE]).clip(min=0).T
    right, bottom = np.minimum(boxes[:, 2:] + [apart, ABOVE], [width, height]).T
    count = np.zeros((height + 1, width + 1), np.int16)  # there are fewer marks than this counts
    for y, x, step in ((top, left, 1), (top, right, -1), (bottom, left, -1), (bottom, right, 1)):
        np.add.at(count, (y, x), step)
    return count.cumsum(axis=0, dtype=np.int16).cumsum(axis=1, dtype=np.int16)[:-1, :-1] > 0


def _drawn(marks: _Components, letters: Numbers, box: tuple[int, int, int, int]) -> Mask:
    """A mask of these components only, within their box."""
    left, top, right, bottom = box
    first, behind = np.searchsorted(marks.row, [top, bottom])
    runs = first + np.flatnonzero(np.isin(marks.number[first:behind], letters))
    steps = np.zeros((bottom - top, right - left + 1), np.int8)
    np.add.at(steps, (marks.row[runs] - top, marks.start[runs] - left), 1)
    np.add.at(steps, (marks.row[runs] - top, marks.end[runs] - left), -1)
    return steps.cumsum(axis=1, dtype=np.int8)[:, :-1] > 0


def _at(lines: _Components, boxes: Numbers, width: int) -> Numbers:
    """Which component holds each box's upper left corner."""
    places = boxes[:, 1] * (width + 1) + boxes[:, 0]
    return lines.number[np.searchsorted(lines.row * (width + 1) + lines.start, places, side="right") - 1]


def _components(mask: Mask) -> _Components:
    """Components of eight-connected pixels."""
    height, width = mask.shape
    framed = np.zeros((height, width + 2), np.int8)
    framed[:, 1:-1] = mask
    steps = np.diff(framed, axis=1)
    row, start = np.nonzero(steps == 1)
    _, end = np.nonzero(steps == -1)
    upper, lower = _touching(row, start, end, width + 2)
    number = _joined(len(row), upper, lower)
    count = int(number.max()) + 1 if len(number) else 0
    boxes = np.empty((count, 4), np.int64)
    boxes[:, :2], boxes[:, 2:] = max(height, width), 0
    np.minimum.at(boxes[:, 0], number, start)
    np.minimum.at(boxes[:, 1], number, row)
    np.maximum.at(boxes[:, 2], number, end)
    np.maximum.at(boxes[:, 3], number, row + 1)
    areas = np.bincount(number, weights=end - start, minlength=count).astype(np.int64)
    return _Components(row=row, start=start, end=end, number=number, boxes=boxes, areas=areas)


def _touching(row: Numbers, start: Numbers, end: Numbers, stride: int) -> tuple[Numbers, Numbers]:
    """Pairs of runs in neighbouring rows that touch: those below a run are neighbours in the list."""
    first = np.searchsorted(row * stride + end, (row + 1) * stride + start, side="left")
    behind = np.searchsorted(row * stride + start, (row + 1) * stride + end, side="right")
    count = (behind - first).clip(min=0)
    upper = np.repeat(np.arange(len(row)), count)
    within = np.arange(len(upper)) - np.repeat(count.cumsum() - count, count)
    return upper, np.repeat(first, count) + within


def _joined(count: int, upper: Numbers, lower: Numbers) -> Numbers:
    """The components' numbers, by union-find in rounds: roots are hung below the smallest that they touch, then paths are halved."""
    parent = np.arange(count)
    while True:
        one, other = parent[upper], parent[lower]
        if np.array_equal(one, other):
            break
        np.minimum.at(parent, np.maximum(one, other), np.minimum(one, other))
        while not np.array_equal(parent, above := parent[parent]):
            parent = above
    return np.unique(parent, return_inverse=True)[1]


def _cut_out(grey: Grey, line: _Candidate) -> Lettering:
    """A line at one height, black on white: its marks with a little around them from the frame itself, and nothing else."""
    left, top, right, bottom = (side * line.scale for side in line.box)
    piece = grey[top:bottom, left:right].astype(np.float32) * -line.sign
    height, width = piece.shape
    around = Image.fromarray(line.ink).convert("L").filter(ImageFilter.MaxFilter(3))
    near = np.asarray(around.resize((width, height), Image.Resampling.NEAREST)) > 0
    dark, light = np.percentile(piece[near], [5, 90])
    paper = ((piece - dark) / max(light - dark, 1.0) * 255).clip(0, 255)
    paper[~near] = 255
    size = max(1, round(width * HEIGHT / height)), HEIGHT
    even = Image.fromarray(paper.astype(np.uint8)).resize(size, Image.Resampling.LANCZOS)
    picture = np.pad(np.asarray(even), MARGIN, constant_values=255)
    return Lettering(x=left, y=top, width=width, height=height, picture=picture, strength=line.strength)
