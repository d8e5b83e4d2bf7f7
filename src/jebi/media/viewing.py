"""The copy that is watched: H.264 and AAC in MP4, made of nothing but the frames and samples that came out of the jail.

Every browser plays it and finds any second in it. Frames keep their presentation times to the millisecond. The copy is
encoded beside everything else that looks at the frames: they are handed on.

Invariants: as `encoding`; the copy says nothing of its source and holds no metadata. Peak: the encoder's 100 MiB.
"""

from collections.abc import Generator, Iterable
from typing import Final

from jebi.media.encoding import Samples, encoded
from jebi.media.frames import Frame

# x264's `veryfast` costs a little less processor time than decoding 1080p does; without B-frames a film needs no edit list,
# which browsers read differently; two seconds between key frames make every jump quick.
ENCODER: Final = (
    *("-map", "0", "-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-flags", "+bitexact"),
    *("-fps_mode", "passthrough", "-enc_time_base:v", "1:1000", "-video_track_timescale", "1000"),
    *("-c:v", "libx264", "-preset", "veryfast", "-crf", "26", "-bf", "0", "-level", "4.1"),
    *("-force_key_frames", "expr:gte(t,n_forced*2)", "-color_range", "tv"),
    *("-c:a", "aac", "-b:a", "64k", "-movflags", "+faststart", "-f", "mp4"),
)


def viewed(
    frames: Iterable[Frame], target: str, *, sound: Iterable[Samples] = (), rate: int | None = None
) -> Generator[Frame, None, None]:
    """Encode a viewing copy while its frames pass by; as `encoding.encoded`."""
    return encoded(frames, target, ENCODER, sound=sound, rate=rate)
