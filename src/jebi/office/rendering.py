"""A plan becomes a film: frames out of the jail, covered, at a steady rate, encoded; nothing of the original's container enters.

Sources are unsealed one at a time, each for the parts that show it, and decoded in the jail; everything after that sees only numbers.

Invariants: a frame is covered before anything else is done to it; what no entry of the plan names is not heard; under its name there
is a whole film or none. Peak: three frames, and the encoder.
"""

from collections.abc import Generator, Iterable, Iterator

import numpy as np
from PIL import Image

from jebi.device import blocks
from jebi.errors import Refused, failures_named
from jebi.media.encoding import encoded
from jebi.media.frames import Frame, frames
from jebi.media.jail import Jail
from jebi.media.models import Models
from jebi.office.labour import Report
from jebi.office.opened import Opened
from jebi.office.rendering_sound import is_silent, render_sound
from jebi.release.covering import Covering
from jebi.release.neutral import PROGRESSIVE, neutralised
from jebi.release.plan import Plan
from jebi.release.sounding import RATE
from jebi.release.timeline import Showing, picture_ms, showings

BLACK = (16, 128, 128)  # luma, blue, red: beside a picture of another shape
OPTIONS = (
    *("-map", "0", "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-bf", "0", "-color_range", "tv"),
    *("-force_key_frames", "expr:gte(t,n_forced*2)", "-c:a", "aac", "-b:a", "96k"),
)


def render(jail: Jail, models: Models, plan: Plan, opened: Opened, target: str, report: Report) -> int:
    """Render a plan to a file that does not exist; returns how many pictures it has.

    Raises:
        Damaged, TooCostly: a source cannot be decoded.
        Refused: a source has no picture, the plan shows none, or a line cannot be spoken.
        NotHere: a model is not in place.
        Unable, Stopped: as `Jail.start` and `encoded`.
    """
    rate, count = plan.picture.rate, 0
    total = plan.length_ms * rate // 1000
    options = (*OPTIONS, "-fps_mode", "cfr", "-r", str(rate), *PROGRESSIVE)
    silent = is_silent(plan)
    sound = () if silent else render_sound(jail, models, plan, opened, report)
    pictures = _pictures(jail, plan, opened, report)
    for _ in encoded(pictures, target, options, sound=sound, rate=None if silent else RATE):
        count += 1
        report.say(count, total, "pictures")
    _neutralise(target)
    return count


def _neutralise(target: str) -> None:
    """Overwrite what the encoder says of itself all the same."""
    with blocks.open_for_reading(target) as film:
        patches = neutralised(film)
    with failures_named("the film", "written"), open(target, "r+b") as file:
        for patch in patches:
            file.seek(patch.offset)
            file.write(patch.content)


def bare_pictures(
    jail: Jail, plan: Plan, opened: Opened, report: Report
) -> Generator[tuple[Showing, int, Frame], None, None]:
    """What the cut would show if nothing were covered: for each picture its part, its number, and the frame of the source at its time.

    Not for anybody's eyes: what is rendered, and what looks for leaks, begins with it.
    """
    for showing in showings(plan):
        if showing.first >= showing.end:
            continue
        with opened(showing.part.source) as (path, seen):
            if not seen.videos:
                raise Refused("a part of the cut is of a clip without a picture")
            taken = frames(jail, path, seen, height=plan.picture.lines, can_stop=report.can_stop)
            try:
                for number, frame in _at_times(taken, showing, plan.picture.rate):
                    yield showing, number, frame
            finally:
                taken.close()


def _pictures(jail: Jail, plan: Plan, opened: Opened, report: Report) -> Iterator[Frame]:
    """All pictures of the cut, covered, in the size of the first."""
    size: tuple[int, int] | None = None
    last: Showing | None = None
    for showing, number, frame in bare_pictures(jail, plan, opened, report):
        if showing is not last:
            source = plan.sources[showing.part.source]
            covering, last = Covering(source.covers, frame.width, frame.height, plan.picture.seed), showing
        pixels = bytearray(frame.pixels)
        covering.paint(frame.time_ms, pixels)
        covered = _frame(frame, picture_ms(number, plan.picture.rate), pixels)
        size = size or (frame.width, frame.height)
        yield covered if (frame.width, frame.height) == size else placed(covered, size)
    if size is None:
        raise Refused("the cut is shorter than one picture")


def _at_times(taken: Iterable[Frame], showing: Showing, rate: int) -> Iterator[tuple[int, Frame]]:
    """Each picture's number with its frame. A source that ends early shows its last frame to the end of the part."""
    number, last = showing.first, None
    for frame in taken:
        while last and number < showing.end and showing.source_ms(number, rate) < frame.time_ms:
            yield number, last
            number += 1
        if number >= showing.end:
            return
        last = frame
    for rest in range(number, showing.end if last else number):
        assert last
        yield rest, last


def _frame(like: Frame, time_ms: int, pixels: bytes | bytearray) -> Frame:
    return Frame(time_ms=time_ms, width=like.width, height=like.height, pixels=bytes(pixels), matrix=like.matrix)


def placed(frame: Frame, size: tuple[int, int]) -> Frame:
    """A frame of another shape, as large as it fits, in the middle of black."""
    scale = min(size[0] / frame.width, size[1] / frame.height)
    width, height = (max(2, round(side * scale) // 2 * 2) for side in (frame.width, frame.height))
    left, top = (size[0] - width) // 4 * 2, (size[1] - height) // 4 * 2
    content = bytearray()
    for plane, level, half in zip((frame.luma, *frame.chroma), BLACK, (1, 2, 2), strict=True):
        whole = np.full((size[1] // half, size[0] // half), level, np.uint8)
        small = Image.fromarray(plane).resize((width // half, height // half), Image.Resampling.BILINEAR)
        whole[top // half : (top + height) // half, left // half : (left + width) // half] = np.asarray(small)
        content += whole.tobytes()
    return Frame(time_ms=frame.time_ms, width=size[0], height=size[1], pixels=bytes(content), matrix=frame.matrix)
