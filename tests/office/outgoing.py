"""A film with sound and all that goes out with it, made once: what tests of outputs share."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from jebi.media.jail import Jail
from jebi.office.labour import Report
from jebi.office.outputs import make_output
from jebi.release.boxes import Bytes
from jebi.release.neutral import PROGRESSIVE, neutralised
from jebi.release.plan import About, Part, Picture, Plan, Sound, Source
from signing import issuer

ISSUER = issuer()
SECONDS, RATE = 5, 10
PLAN = Plan(
    about=About(title=(("en", "Rice at the market"),)),
    picture=Picture(lines=480, rate=RATE, seed=bytes(16)),
    sources=(Source(clip="0" * 16, sha256="0" * 64, sounds=(Sound(start_ms=0, end_ms=SECONDS * 1000, how="plain"),)),),
    parts=(Part(source=0, start_ms=0, end_ms=SECONDS * 1000),),
)
PICTURES = ("-f", "lavfi", "-i", f"testsrc2=size=854x480:rate={RATE}")
NOTES = ("-f", "lavfi", "-i", "aevalsrc=0.3*sin(2*PI*(200+60*t)*t)*(0.6+0.4*sin(9*t)):s=48000")
OTHER_NOTES = ("-f", "lavfi", "-i", "aevalsrc=0.3*sin(2*PI*(900-40*t)*t)*(0.6+0.4*sin(7*t)):s=48000")


def film(target: Path, *more: str, notes: Sequence[str] = NOTES) -> None:
    """A film as rendering leaves it."""
    encoder = ("-t", str(SECONDS), "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-bf", "0")
    colours = ("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv")
    options = (*encoder, "-pix_fmt", "yuv420p", *colours, "-c:a", "aac", "-b:a", "96k", *PROGRESSIVE, *more)
    command = ["ffmpeg", "-v", "error", "-y", *PICTURES, *notes, *options, str(target)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    content = bytearray(target.read_bytes())
    for patch in neutralised(Bytes(bytes(content))):
        content[patch.offset : patch.offset + len(patch.content)] = patch.content
    target.write_bytes(content)


def output(folder: Path, *, more: Sequence[str] = (), notes: Sequence[str] = NOTES) -> Path:
    """The film and everything beside it, in a new folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    film(folder / "film.mp4", *more, notes=notes)
    make_output(Jail.find(), PLAN, str(folder), SECONDS * RATE, ISSUER, Report())
    return folder
