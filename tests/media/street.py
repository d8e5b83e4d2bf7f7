"""A street in which there is writing, filmed by somebody who walks: what is written, and where it stands in every frame."""

import math
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont

NANUM = "/usr/share/fonts/truetype/nanum/NanumGothic.ttf"
NOTO = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
WIDTH, HEIGHT, RATE = 1280, 720, 25

Box = tuple[int, int, int, int]  # left, top, right, bottom


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A text, where it stands at first, how many pixels a frame it moves, and in which frames it is there."""

    text: str
    x: int
    y: int
    size: int = 36
    dx: float = 0.0
    dy: float = 0.0
    first: int = 0
    last: int = 10_000
    paper: str = "#f0f0ea"
    ink: str = "#181818"
    shake: float = 6.0  # pixels that the camera sways

    def font(self) -> ImageFont.FreeTypeFont:
        return ImageFont.truetype(NOTO if any("ぁ" <= letter <= "鿿" for letter in self.text) else NANUM, self.size)

    def at(self, frame: int) -> Box | None:
        """Where its letters are, or none where it is not there."""
        if not self.first <= frame <= self.last:
            return None
        sway = self.shake * math.sin(2 * math.pi * frame / 17), self.shake * math.sin(2 * math.pi * frame / 11)
        left, top = round(self.x + self.dx * frame + sway[0]), round(self.y + self.dy * frame + sway[1])
        box = self.font().getbbox(self.text)
        return left, top, left + int(box[2] - box[0]), top + int(box[3] - box[1])


def film(path: Path, signs: Sequence[Sign], *, frames: int) -> None:
    """Film the signs on a wall."""
    size = f"{WIDTH}x{HEIGHT}"
    command = ["ffmpeg", "-v", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-r", str(RATE), "-i", "-"]
    with subprocess.Popen([*command, "-c:v", "libx264", "-crf", "24", str(path)], stdin=subprocess.PIPE) as run:
        assert run.stdin
        for picture in _pictures(signs, frames):
            run.stdin.write(picture.tobytes())
    assert run.returncode == 0


def _pictures(signs: Sequence[Sign], frames: int) -> Iterator[Image.Image]:
    for number in range(frames):
        picture = Image.new("RGB", (WIDTH, HEIGHT), "#78807a")
        draw = ImageDraw.Draw(picture)
        for sign in signs:
            if (box := sign.at(number)) is None:
                continue
            edge, letters = sign.size // 3, sign.font().getbbox(sign.text)
            draw.rectangle((box[0] - edge, box[1] - edge, box[2] + edge, box[3] + edge), fill=sign.paper)
            draw.text((box[0] - letters[0], box[1] - letters[1]), sign.text, font=sign.font(), fill=sign.ink)
        yield picture.filter(ImageFilter.GaussianBlur(0.7))
