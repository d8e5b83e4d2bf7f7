"""A plan becomes a film: frames out of the jail, treated, at a steady rate, encoded; nothing of the original's container enters.

Sources are unsealed one at a time, each for the parts that show it, and decoded in the jail; everything after that sees only numbers.

Invariants: no frame gets to the encoder but through `rendering_camera.Treatment`, which covers it; what no entry of the plan names is not heard; under its name there
is a whole film or none. Peak: that of `rendering_camera`, and the encoder.
"""

from collections.abc import Generator, Iterator
from contextlib import closing

import numpy as np
from PIL import Image

from jebi.device import blocks
from jebi.errors import Refused, failures_named
from jebi.media.decoding import ahead
from jebi.media.encoding import encoded
from jebi.media.frames import Frame, frames
from jebi.media.jail import Jail
from jebi.media.models import Models
from jebi.office.labour import Report
from jebi.office.opened import Opened
from jebi.office.rendering_camera import WITHOUT, Sensors, Treatment, shown_at
from jebi.office.rendering_sound import is_silent, render_sound
from jebi.release import windows
from jebi.release.neutral import PROGRESSIVE, neutralised
from jebi.release.plan import Plan
from jebi.release.sounding import RATE
from jebi.release.timeline import Showing, showings

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
    neutralise(target)
    return count


def neutralise(target: str) -> None:
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
    """What the cut would show if nothing were covered, nor laid anew: for each picture its part, its number, and the frame of the source at its time.

    Not for anybody's eyes: what is rendered, and what looks for leaks, begins with it.
    """
    for showing in showings(plan):
        with closing(_of_part(jail, plan, showing, opened, report)) as pictures:
            for number, frame in pictures:
                yield showing, number, frame


def _of_part(
    jail: Jail, plan: Plan, showing: Showing, opened: Opened, report: Report
) -> Generator[tuple[int, Frame], None, None]:
    """The pictures of a part, by their numbers: frames of its source, a little larger than they are shown."""
    if showing.first >= showing.end:
        return
    rate, numbers = plan.picture.rate, range(showing.first, showing.end)
    with opened(showing.part.source) as (path, seen):
        if not seen.videos:
            raise Refused(WITHOUT)
        height = windows.incoming(plan.picture.lines)
        taken = frames(jail, path, seen, height=height, can_stop=report.can_stop)
        with closing(taken), closing(ahead(taken)) as coming:
            times = (showing.source_ms(number, rate) for number in numbers)
            yield from zip(numbers, shown_at(coming, times), strict=False)


def _pictures(jail: Jail, plan: Plan, opened: Opened, report: Report) -> Iterator[Frame]:
    """All pictures of the cut, treated, in the size of the first."""
    size: tuple[int, int] | None = None
    sensors = Sensors(jail, plan, opened, report)
    for showing in showings(plan):
        if showing.first >= showing.end:
            continue
        treatment = Treatment(plan, showing, sensors.shares(showing.part.source))
        with closing(_of_part(jail, plan, showing, opened, report)) as pictures:
            for number, frame in pictures:
                treated = treatment.treated(number, frame)
                size = size or (treated.width, treated.height)
                yield treated if (treated.width, treated.height) == size else placed(treated, size)
    if size is None:
        raise Refused("the cut is shorter than one picture")


def placed(frame: Frame, size: tuple[int, int]) -> Frame:
    """A frame of another shape, as large as it fits, in the middle of black."""
    left, top, width, height = windows.within((frame.width, frame.height), size)
    content = bytearray()
    for plane, level, half in zip((frame.luma, *frame.chroma), BLACK, (1, 2, 2), strict=True):
        whole = np.full((size[1] // half, size[0] // half), level, np.uint8)
        small = Image.fromarray(plane).resize((width // half, height // half), Image.Resampling.BILINEAR)
        whole[top // half : (top + height) // half, left // half : (left + width) // half] = np.asarray(small)
        content += whole.tobytes()
    return Frame(time_ms=frame.time_ms, width=size[0], height=size[1], pixels=bytes(content), matrix=frame.matrix)
