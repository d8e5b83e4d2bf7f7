"""A second, independent reader of what goes out: what exiftool finds in a file that no neutral file says of itself.

The list says which tags may be there, each with the values it may have. Whatever else exiftool finds is handed back, be it harmless: fail closed.
What a file is (its size, its codec, how many frames) is neutral; who, what, where and when made it is not.

Invariants: the file is opened in the jail only; the answer is claims as `metadata` makes them, bounded and plain.
It decides nothing: what is handed back is a leak for whoever asked. Peak: that of `metadata`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from jebi.media.jail import Jail
from jebi.media.metadata import Claim, Metadata, metadata

BINARY: Final = r"\(Binary data \d+ bytes, use -b option to extract\)"
NUMBER: Final = r"-?\d+(?:\.\d+)?"
LENGTH: Final = r"(?:\d+\.\d\d s|\d+:\d\d:\d\d|0 s)"
RATE: Final = rf"{NUMBER}(?: [kMG]?bps)?"
NO_TIME: Final = "0000:00:00 00:00:00"
IDENTITY: Final = "1 0 0 0 1 0 0 0 1"


def _tags(values: str, *names: str) -> dict[str, str]:
    return dict.fromkeys(names, values)


FILE: Final = {
    **_tags("MP4|JPEG|PNG|WEBP|Extended WEBP", "FileType"),
    **_tags("(?:video/mp4|image/(?:jpeg|png|webp))", "MIMEType"),
    **_tags("(?:mp4|jpg|png|webp)", "FileTypeExtension"),
    **_tags(NUMBER, "ImageWidth", "ImageHeight", "BitsPerSample", "ColorComponents"),
    **_tags(r"(?:Baseline|Progressive) DCT, Huffman coding", "EncodingProcess"),
    **_tags(r"YCbCr4:[24]:[024] \([12] [12]\)", "YCbCrSubSampling"),
}
FILM: Final = {
    **_tags("MP4 .*|MP4 Base .*|MP4 v[12] .*", "MajorBrand"),
    **_tags(r"0\.[02]\.0", "MinorVersion"),
    **_tags("(?:(?:isom|iso2|iso5|iso6|avc1|mp41|mp42|cmfc)(?:, )?)+", "CompatibleBrands"),
    **_tags("0", "MovieHeaderVersion", "TrackHeaderVersion", "MediaHeaderVersion", "TrackLayer", "Balance"),
    **_tags(NO_TIME, "CreateDate", "ModifyDate", "TrackCreateDate", "TrackModifyDate", "MediaCreateDate", "MediaModifyDate"),
    **_tags(LENGTH, "Duration", "TrackDuration", "MediaDuration"),
    **_tags("0 s", "PreviewTime", "PreviewDuration", "PosterTime", "SelectionTime", "SelectionDuration", "CurrentTime"),
    **_tags(NUMBER, "TimeScale", "MediaTimeScale", "NextTrackID", "TrackID", "ImageWidth", "ImageHeight", "SourceImageWidth"),
    **_tags(NUMBER, "SourceImageHeight", "AudioChannels", "AudioBitsPerSample", "AudioSampleRate", "VideoFrameRate"),
    **_tags(NUMBER, "MediaDataSize", "MediaDataOffset", "BufferSize", "MovieFragmentSequence"),
    **_tags(RATE, "MaxBitrate", "AverageBitrate"),
    **_tags("1", "PreferredRate"),
    **_tags(r"\d+\.00%", "PreferredVolume", "TrackVolume"),
    **_tags(IDENTITY, "MatrixStructure"),
    **_tags("und", "MediaLanguageCode"),
    **_tags("Video Track|Audio Track", "HandlerType"),
    **_tags("(?:\\\\x00)*", "HandlerDescription", "CompressorName"),
    **_tags("srcCopy", "GraphicsMode"),
    **_tags("0 0 0", "OpColor"),
    **_tags("avc1", "CompressorID"),
    **_tags("mp4a", "AudioFormat"),
    **_tags("72", "XResolution", "YResolution"),
    **_tags("24", "BitDepth"),
    **_tags("1:1", "PixelAspectRatio"),
    **_tags("nclx", "ColorProfiles"),
    **_tags("BT.709|BT.601|Unspecified|BT.470.*|IEC 61966-2-1.*|SMPTE 170M.*", "ColorPrimaries", "TransferCharacteristics"),
    **_tags("BT.709|BT.601|Unspecified|BT.470.*|SMPTE 170M.*", "MatrixCoefficients"),
    **_tags("Limited|Full|0|1", "VideoFullRangeFlag"),
    **_tags(BINARY, "AVCConfiguration", "SyncSampleTable", "TimeToSampleTable", "SampleToChunk", "SampleSizes", "ChunkOffset"),
    **_tags(BINARY, "ChunkOffset64", "CompositionTimeToSample", "SampleGroupDescription", "SampleToGroup", "MediaData"),
    **_tags(rf"|{BINARY}", "Unknown_free"),
    **_tags(BINARY, "Free", "Unknown_edts", "Unknown_esds", "Unknown_btrt", "Unknown_sgpd", "Unknown_sbgp", "Unknown_colr"),
    **_tags(BINARY, "IndependentAndDisposableSamples", "Unknown_mvex", "Unknown_tfhd", "Unknown_tfdt", "Unknown_trun"),
}  # fmt: skip
STILL: Final = {
    **_tags(r"1\.0[0-2]", "JFIFVersion"),
    **_tags("None|inches|cm", "ResolutionUnit"),
    **_tags("1|72|96", "XResolution", "YResolution"),
    **_tags(NUMBER, "ImageWidth", "ImageHeight", "BitDepth", "Gamma"),
    **_tags("RGB|RGB with Alpha|Grayscale|Grayscale with Alpha|Palette", "ColorType"),
    **_tags("Deflate/Inflate", "Compression"),
    **_tags("Adaptive", "Filter"),
    **_tags("Noninterlaced", "Interlace"),
    **_tags("Perceptual", "SRGBRendering"),
    **_tags(BINARY, "Palette", "Transparency"),
    **_tags(r"\d \(.*\)", "VP8Version"),
    **_tags("0|1", "HorizontalScale", "VerticalScale", "AlphaIsUsed"),
}
COMPOSITE: Final = {
    **_tags(r"\d+x\d+", "ImageSize"),
    **_tags(NUMBER, "Megapixels", "Rotation"),
    **_tags(RATE, "AvgBitrate"),
}
GROUPS: Final = (
    (re.compile("File"), FILE),
    (re.compile(r"(?:QuickTime|Track\d+)"), FILM),
    (re.compile("JFIF|PNG|RIFF"), STILL),
    (re.compile("Composite"), COMPOSITE),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Readback:
    """Who read the file, how many things it says of itself, and which of them no neutral file says."""

    tool: str
    read: int
    foreign: tuple[Claim, ...]
    is_cut: bool

    @property
    def is_neutral(self) -> bool:
        """Whether everything was read, and all of it is on the list."""
        return not self.foreign and not self.is_cut and self.read > 0


def readback(jail: Jail, path: str, *, can_stop: Callable[[], bool] | None = None) -> Readback:
    """Read a film or a picture that is to go out. Raises as `metadata` does."""
    return compared(metadata(jail, path, can_stop=can_stop))


def compared(read: Metadata) -> Readback:
    """What of a record is not on the list."""
    foreign = tuple(claim for claim in read.claims if not _is_neutral(claim))
    return Readback(tool=read.tool, read=len(read.claims), foreign=foreign, is_cut=read.is_cut)


def _is_neutral(claim: Claim) -> bool:
    for group, tags in GROUPS:
        if group.fullmatch(claim.group) and claim.name in tags:
            return re.fullmatch(tags[claim.name], claim.text) is not None
    return False
