"""Pictures of a clip at a glance: stills of key frames, thumbnails, and the contact sheet with the time under each.

Made of frames that came out of the jail, by Pillow's encoders alone; none of its decoders is ever given anything.

Invariants: no picture is larger than its frame or than what was asked; the sheet's size does not grow with the film, nor
does what is kept for it. Files carry no metadata.
Peak: one picture in RGB; for a sheet, twice its cells as thumbnails: 10 MiB.
"""

import io
from collections.abc import Sequence
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from jebi.media.frames import Frame
from jebi.media.probe import Matrix

THUMBNAIL: Final = 320  # pixels of the longer side
STILL: Final = 1280  # pixels of the longer side; signs stay readable
COLUMNS: Final = 5
ROWS: Final = 4
CELL: Final = (256, 144)  # pixels; a sheet is 1280 wide, as a still
CAPTION: Final = 18  # pixels under each picture
GAP: Final = 4
PAPER: Final = (24, 24, 24)
INK: Final = (235, 235, 235)
QUALITY: Final = 80

# R, G, B from luma, blue and red difference in studio range (ITU-R BT.601 and BT.709: 219 steps of luma, 224 of chroma),
# as rows of four: three factors and what is added.
_RED = {Matrix.BT601: 1.402, Matrix.BT709: 1.5748}
_BLUE = {Matrix.BT601: 1.772, Matrix.BT709: 1.8556}
_LUMA = {Matrix.BT601: (0.299, 0.587, 0.114), Matrix.BT709: (0.2126, 0.7152, 0.0722)}


def picture(frame: Frame, *, longest: int = STILL) -> Image.Image:
    """A frame as RGB, in its own proportions, its longer side at most `longest` pixels."""
    scale = min(1.0, longest / max(frame.width, frame.height))
    size = max(1, round(frame.width * scale)), max(1, round(frame.height * scale))
    planes = [
        Image.fromarray(plane).resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
        for plane in (frame.luma, *frame.chroma)
    ]
    return Image.merge("RGB", planes).convert("RGB", _matrix(frame.matrix))


def still(frame: Frame, *, longest: int = STILL) -> bytes:
    """A frame as a JPEG file, its longer side at most `longest` pixels."""
    return _jpeg(picture(frame, longest=longest))


def thumbnail(frame: Frame) -> bytes:
    """A frame as a small JPEG file."""
    return still(frame, longest=THUMBNAIL)


class ContactSheet:
    """Looks at every frame of a pass and keeps a few, evenly spread over the film, however long that turns out to be.

    It takes one frame every so often; whenever it has twice what it can show, it drops every other one and takes half as
    many from then on. So a film that lies about its length gets a good sheet, too.
    """

    def __init__(self, *, duration_ms: int | None = None) -> None:
        self._spacing = max(1, (duration_ms or 0) // (2 * COLUMNS * ROWS))  # ms; only where to begin
        self._next = 0
        self._kept: list[tuple[int, Image.Image]] = []

    def see(self, frame: Frame) -> None:
        """Look at the next frame."""
        if frame.time_ms < self._next:
            return
        small = picture(frame, longest=max(CELL))
        small.thumbnail(CELL)
        self._kept.append((frame.time_ms, small))
        if len(self._kept) == 2 * COLUMNS * ROWS:
            self._kept = self._kept[::2]
            mean = (self._kept[-1][0] - self._kept[0][0]) // (len(self._kept) - 1)
            self._spacing = max(2 * self._spacing, mean)  # a film has fewer frames than there are milliseconds
        self._next = self._kept[-1][0] + self._spacing

    def chosen(self) -> list[tuple[int, Image.Image]]:
        """What the sheet shows: times in ms, and small pictures."""
        count = min(len(self._kept), COLUMNS * ROWS)
        return [self._kept[place * len(self._kept) // count] for place in range(count)]

    def drawn(self) -> bytes:
        """The sheet as a JPEG file; empty if there was no frame."""
        return drawn(self.chosen())


def drawn(chosen: Sequence[tuple[int, Image.Image]], *, columns: int = COLUMNS, cell: tuple[int, int] = CELL) -> bytes:
    """Small pictures in rows, the time in ms of each written under it, as a JPEG file; empty for none."""
    if not chosen:
        return b""
    columns, rows = min(len(chosen), columns), -(-len(chosen) // columns)
    width, height = cell[0] + GAP, cell[1] + CAPTION + GAP
    sheet = Image.new("RGB", (columns * width - GAP, rows * height - GAP), PAPER)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(CAPTION - 5)
    for place, (time_ms, small) in enumerate(chosen):
        left, top = place % columns * width, place // columns * height
        sheet.paste(small, (left + (cell[0] - small.width) // 2, top + (cell[1] - small.height) // 2))
        middle = left + cell[0] // 2, top + cell[1] + CAPTION // 2
        pen.text(middle, clock(time_ms), fill=INK, font=font, anchor="mm")
    return _jpeg(sheet)


def clock(time_ms: int) -> str:
    """A time as it stands under a picture: hours, minutes, seconds, and tenths."""
    seconds, rest = divmod(time_ms, 1000)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest // 100}"


def _matrix(matrix: Matrix) -> tuple[float, ...]:
    """The twelve numbers by which Pillow makes RGB of studio-range YCbCr."""
    scale, chroma = 255 / 219, 255 / 224
    red, blue = _RED[matrix] * chroma, _BLUE[matrix] * chroma
    of_red, of_green, of_blue = _LUMA[matrix]
    rows = (
        (scale, 0.0, red),
        (scale, -blue * of_blue / of_green, -red * of_red / of_green),
        (scale, blue, 0.0),
    )
    return tuple(
        number
        for luma, blue_part, red_part in rows
        for number in (luma, blue_part, red_part, -16 * luma - 128 * (blue_part + red_part))
    )


def _jpeg(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=QUALITY)
    return file.getvalue()
