"""Real films and pictures out of them, for the archive in memory: what a browser must really play."""

import subprocess
from pathlib import Path

FILMS = ("bigbuckbunny.mp4", "bikes.mp4", "carphone_pristine.mp4")


def films_and_pictures(samples: Path) -> tuple[list[bytes], list[bytes]]:
    """The sample films as viewing copies, and twenty pictures of them."""
    films = [_viewing(samples / name) for name in FILMS]
    return films, [_picture(samples / FILMS[number % 2], number * 0.25) for number in range(20)]


def _viewing(film: Path) -> bytes:
    """The first seconds, small, as a browser takes them: H.264 with its index in front."""
    wanted = ["-t", "10", "-vf", "scale=640:360", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
    sound = ["-c:a", "aac", "-shortest", "-movflags", "frag_keyframe+empty_moov", "-f", "mp4", "-"]
    return _ffmpeg("-i", str(film), *wanted, *sound)


def _picture(film: Path, at: float) -> bytes:
    return _ffmpeg("-ss", str(at), "-i", str(film), "-frames:v", "1", "-vf", "scale=480:270", "-f", "mjpeg", "-")


def _ffmpeg(*arguments: str) -> bytes:
    return subprocess.run(["ffmpeg", "-v", "error", *arguments], capture_output=True, check=True).stdout
