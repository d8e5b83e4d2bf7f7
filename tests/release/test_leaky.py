"""Leaky exports, each made by what really leaks: encoders, tag editors, a hand with a hex editor. Each is refused for its own reasons.

Faces, voices and the camera's noise are looked for by others; what stands here can be read from the bytes.
"""

import base64
import io
import struct
import subprocess
import zlib
from collections.abc import Callable, Mapping, Sequence

import pytest
from PIL import Image, PngImagePlugin

from jebi.media.jail import Jail
from jebi.media.readback import readback
from jebi.release.beside import beside
from jebi.release.boxes import Bytes
from jebi.release.container import examine, examine_stream
from jebi.release.leaks import Finding, Reason
from jebi.release.names_out import names
from jebi.release.neutral import ARGUMENTS, PROGRESSIVE
from jebi.release.pages import page
from jebi.release.pictures_out import picture
from jebi.release.playlists import playlist
from jebi.release.renditions import differing, digest
from jebi.release.secret_words import Secrets
from jebi.release.subtitles_out import subtitles
from release.made import (
    COPY,
    ENCODER,
    NAMES,
    PICTURES,
    SOUND,
    Exports,
    added,
    appended,
    box,
    full,
    inserted,
    looked_at,
    made,
    neutral,
    nth,
    patched,
    pieces,
    prepended,
    reasons,
    stream_looked_at,
    unit,
)

SECRETS = Secrets(words=NAMES)
Leak = Callable[[Exports], Sequence[Finding]]
R = Reason
SECOND = ("-map", "0:v", "-map", "0:a")
WORDS = b"filmed by Robert Quill at the dam"


def film(make: Callable[[Exports], bytes]) -> Leak:
    return lambda exports: looked_at(make(exports))


def stream(make: Callable[[Exports], tuple[bytes, Sequence[bytes]]]) -> Leak:
    return lambda exports: stream_looked_at(*make(exports))


def encoded(*arguments: str, without: str = "") -> Callable[[Exports], bytes]:
    """A film encoded by somebody who added arguments, or left some out."""
    kept = [argument for argument in PROGRESSIVE if argument != without]

    def make(exports: Exports) -> bytes:
        return neutral(exports.encoded(*PICTURES, *SOUND, *ENCODER, *kept, *arguments))

    return make


def filtered(bits: str) -> Callable[[Exports], bytes]:
    """The clean film after a bitstream filter."""
    return lambda exports: exports.copied(*COPY, *PROGRESSIVE, "-bsf:v", bits)


def with_file(name: str, content: str, *arguments: str) -> Callable[[Exports], bytes]:
    """The clean film, joined with what stands in another file."""

    def make(exports: Exports) -> bytes:
        (exports.folder / name).write_text(content, encoding="utf-8")
        kept = ("-fflags", "+bitexact", "-movflags", "+faststart", "-empty_hdlr_name", "1")
        return exports.copied("-i", str(exports.folder / name), *COPY, *kept, *arguments)

    return make


def with_cover(*arguments: str) -> Callable[[Exports], bytes]:
    def make(exports: Exports) -> bytes:
        Image.new("RGB", (32, 32), (200, 10, 10)).save(exports.folder / "cover.jpg")
        cover = ("-i", str(exports.folder / "cover.jpg"), "-map", "0", "-map", "1", *COPY)
        return exports.copied(*cover, "-fflags", "+bitexact", *arguments)

    return make


def with_gap(exports: Exports) -> bytes:
    """Bytes at the end of the media, which no sample refers to."""
    media = nth(exports.film, b"mdat")
    return inserted(exports.film, media.stop, WORDS, last=media)


def with_two_pictures_in_one(exports: Exports) -> bytes:
    whole, piece = exports.silent, pieces(exports.silent)[0].samples
    second = whole[int(piece.offsets[2]) : int(piece.offsets[2] + piece.sizes[2])]
    return appended(whole, second)


def with_start_code(exports: Exports) -> bytes:
    """A slice that goes on after a start code, with words in a unit that players never see."""
    whole, piece = exports.silent, pieces(exports.silent)[0].samples
    extra = b"\0\0\1\x06" + WORDS
    (length,) = struct.unpack_from(">I", whole, int(piece.offsets[1]))
    longer = patched(
        whole, b"mdat", int(piece.offsets[1]) - nth(whole, b"mdat").payload, struct.pack(">I", length + len(extra))
    )
    return appended(longer, extra)


def with_overlap(exports: Exports) -> bytes:
    first = int(pieces(exports.silent)[0].samples.sizes[0])
    return patched(exports.silent, b"stsz", 12, struct.pack(">I", first + 4))


def disguised(exports: Exports) -> bytes:
    """Other pictures where the sound should be, as no player and no reviewer shows them."""
    two = exports.copied("-map", "0:v", "-map", "0:v", *COPY, *PROGRESSIVE)
    return patched(two, b"hdlr", 8, b"soun", place=1)


def with_data_track(exports: Exports) -> bytes:
    """The sound's track relabelled as what cameras write positions to."""
    return patched(exports.film, b"hdlr", 8, b"meta", place=1)


def with_longer_set(exports: Exports) -> bytes:
    """A sequence parameter set with words behind its end."""
    avc = nth(exports.silent, b"stsd").payload + 8 + 86
    at = avc + 8 + 8
    (length,) = struct.unpack_from(">H", exports.silent, at - 2)
    longer = exports.silent[: at - 2] + struct.pack(">H", length + 8) + exports.silent[at:]
    for start in (avc, avc - 86):
        (size,) = struct.unpack_from(">I", longer, start)
        longer = longer[:start] + struct.pack(">I", size + 8) + longer[start + 4 :]
    return inserted(longer, at + length, b"whisper!")


def late(exports: Exports) -> bytes:
    """Cut by an edit list: the seconds before are in the file, and not shown."""
    edit = nth(exports.silent, b"elst").payload
    (start,) = struct.unpack_from(">i", exports.silent, edit + 12)
    return patched(exports.silent, b"elst", 12, struct.pack(">i", start + 6400))


def early(exports: Exports) -> bytes:
    """The same at the end; every header agrees."""
    whole = patched(exports.silent, b"elst", 8, struct.pack(">I", 500))
    whole = patched(whole, b"tkhd", 20, struct.pack(">I", 500))
    return patched(whole, b"mvhd", 16, struct.pack(">I", 500))


def data_element(words: bytes) -> bytes:
    """An AAC data stream element that ends at a byte: id 4, tag 0, aligned, a count."""
    return bytes((0b10000001, len(words))) + words


def fill_element(words: bytes) -> bytes:
    """Fourteen bytes or fewer of fill, which do not begin at a byte."""
    value = (6 << 4 | len(words)) << 8 * len(words) | int.from_bytes(words, "big")
    return (value << 1).to_bytes(1 + len(words), "big")


def other_rendition(exports: Exports) -> Sequence[Finding]:
    """The same scene in another encoding, in the place of one that was checked."""
    shown = made(exports.folder / "other.mp4", *PICTURES, *ENCODER, "-crf", "40", *PROGRESSIVE)
    sources = [Bytes(neutral(shown))]
    checked = [Bytes(exports.silent)]
    known = [digest(checked, examine(checked[0]))]
    return list(differing([digest(sources, examine(sources[0])), *known], known))


def jpeg(**options: object) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (48, 32), (20, 120, 60)).save(stream, "JPEG", **options)
    return stream.getvalue()


def png(**options: object) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (48, 32), (20, 120, 60)).save(stream, "PNG", **options)
    return stream.getvalue()


def webp(**options: object) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (48, 32), (20, 120, 60)).save(stream, "WEBP", **options)
    return stream.getvalue()


def tagged_jpeg(*arguments: str) -> Leak:
    def find(exports: Exports) -> Sequence[Finding]:
        path = exports.folder / "poster.jpg"
        path.write_bytes(jpeg())
        subprocess.run(["exiftool", "-q", "-overwrite_original", *arguments, str(path)], check=True)
        return list(picture(path.read_bytes()))

    return find


def with_thumbnail(exports: Exports) -> Sequence[Finding]:
    (exports.folder / "small.jpg").write_bytes(jpeg())
    return tagged_jpeg(f"-ThumbnailImage<={exports.folder / 'small.jpg'}", "-EXIF:Orientation=1", "-n")(exports)


def text_chunk() -> bytes:
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", "by the dam")
    return png(pnginfo=words)


def with_hidden_rows() -> bytes:
    """A PNG whose pixels unpack to more rows than it shows."""
    clean = png()
    at = clean.index(b"IDAT")
    (length,) = struct.unpack_from(">I", clean, at - 4)
    packed = zlib.compress(zlib.decompress(clean[at + 4 : at + 4 + length]) + WORDS)
    chunk = b"IDAT" + packed
    return (
        clean[: at - 4]
        + struct.pack(">I", len(packed))
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + clean[at + 8 + length :]
    )


def still(content: bytes) -> Leak:
    return lambda exports: list(picture(content))


def text(content: str) -> Leak:
    return lambda exports: list(
        page(f"<!DOCTYPE html>\n<html lang=ko><title>강</title>{content}</html>\n".encode(), SECRETS)
    )


def words(content: str) -> Leak:
    return lambda exports: list(subtitles(content.encode(), SECRETS))


def listed(line: str) -> Leak:
    return lambda exports: list(playlist(exports.playlist.replace(b"#EXTINF", line.encode() + b"\n#EXTINF", 1)))


def named(path: str) -> Leak:
    return lambda exports: list(names([path], SECRETS))


def among(name: str, contents: Mapping[str, bytes] | None = None) -> Leak:
    """A file more among those of an output, or others in the place of its own."""
    main = b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n240.m3u8\n"
    files = {"stream.m3u8": main, "240.m3u8": b"#EXTM3U\n240.mp4\n", "poster.jpg": jpeg(), "card.jpg": jpeg()}
    files.update(contents or {})
    paths = [*files, "film.mp4", "240.mp4", *([name] if name else [])]
    return lambda exports: beside(paths, files, SECRETS, version="0.1").findings


def leading(name: str) -> Leak:
    return among("", {"240.m3u8": f"#EXTM3U\n{name}\n".encode()})


CUE = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n강이 보인다\n"
CHAPTERS = ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=900\ntitle=the dam\n"
SUBTITLE = "1\n00:00:00,100 --> 00:00:00,900\nby the dam\n"
PLACE = ("-GPSLatitude=39.04", "-GPSLatitudeRef=N", "-GPSLongitude=125.76", "-GPSLongitudeRef=E")

FILMS: dict[str, tuple[Leak, set[Reason]]] = {
    "the encoder's settings in an SEI": (film(encoded("-bsf:v", "null")), {R.SEI, R.ENCODER_STRING}),
    "the encoder's name among the tags": (
        lambda exports: looked_at(exports.encoded(*PICTURES, *ENCODER, "-bsf:v", "filter_units=pass_types=1|5|7|8")),
        {R.ENCODER_STRING, R.TRACK_NAME},
    ),
    "the encoder's name within the sound": (
        film(encoded("-flags:a", "-bitexact")),
        {R.SOUND_ELEMENT, R.ENCODER_STRING},
    ),
    "a place by a recorder, in its list of tags": (
        film(lambda e: e.copied(*COPY, *PROGRESSIVE, "-metadata", "location=+39.0392+125.7625/")),
        {R.LOCATION},
    ),
    "a place as a telephone writes it": (
        film(lambda e: added(e.film, b"moov", box(b"udta", box(b"\xa9xyz", b"\0\x12\x15\xc7+39.0392+125.7625/")))),
        {R.LOCATION},
    ),
    "a place as 3GPP writes it": (
        film(lambda e: added(e.film, b"moov", box(b"udta", full(b"loci", b"\x55\xc4dam\0\0" + bytes(12))))),
        {R.LOCATION},
    ),
    "a place that exiftool wrote": (film(lambda e: e.tagged("-QuickTime:GPSCoordinates=39.04,125.76")), {R.LOCATION}),
    "a title among the tags": (film(lambda e: e.copied(*COPY, *PROGRESSIVE, "-metadata", "title=dam")), {R.TAGS}),
    "a comment among a track's tags": (
        film(lambda e: added(e.film, b"trak", box(b"udta", box(b"name", b"second card")))),
        {R.TAGS},
    ),
    "tags of the file itself": (
        film(lambda e: e.film + full(b"meta", full(b"hdlr", b"\0\0\0\0mdta" + bytes(13)))),
        {R.TAGS},
    ),
    "XMP in a box of its own": (film(lambda e: e.tagged("-XMP-dc:Title=dam")), {R.UNKNOWN_BOX}),
    "a box that nobody knows": (
        film(lambda e: added(e.film, b"moov", box(b"note", WORDS))),
        {R.UNKNOWN_BOX, R.TEXT_SECRET},
    ),
    "a time of making in the film's header": (
        film(lambda e: patched(e.film, b"mvhd", 4, b"\xe3\0\0\1")),
        {R.TIME_STAMP},
    ),
    "a time of change in the track's header": (
        film(lambda e: patched(e.film, b"tkhd", 8, b"\xe3\0\0\1")),
        {R.TIME_STAMP},
    ),
    "a time of making in the media's header": (
        film(lambda e: patched(e.film, b"mdhd", 4, b"\xe3\0\0\1")),
        {R.TIME_STAMP},
    ),
    "times by an encoder that was told the day": (
        film(lambda e: e.copied(*COPY, *PROGRESSIVE, "-metadata", "creation_time=2026-10-03T01:02:03Z")),
        {R.TIME_STAMP},
    ),
    "a language": (film(lambda e: patched(e.film, b"mdhd", 20, b"\x2e\x0f")), {R.BOX_FIELD}),
    "a name of a track": (film(lambda e: patched(e.film, b"hdlr", 24, b"K")), {R.TRACK_NAME}),
    "a name of what compressed it": (film(lambda e: patched(e.film, b"stsd", 58, b"\5Nokia")), {R.ENCODER_STRING}),
    "a matrix that turns the picture": (film(lambda e: patched(e.film, b"tkhd", 40, b"\0\0\1\0")), {R.BOX_FIELD}),
    "an odd number of the next track": (film(lambda e: patched(e.film, b"mvhd", 96, b"\0\1\2\3")), {R.BOX_FIELD}),
    "words in a free box": (film(lambda e: e.film + box(b"free", WORDS)), {R.HIDDEN_BYTES, R.TEXT_SECRET}),
    "words behind the end": (film(lambda e: e.film + b"PK\3\4" + WORDS), {R.HIDDEN_BYTES, R.TEXT_SECRET}),
    "words in the media that no sample refers to": (film(with_gap), {R.HIDDEN_BYTES, R.TEXT_SECRET}),
    "two samples over each other": (film(with_overlap), {R.SAMPLE_TABLE}),
    "a second track of sound": (
        film(lambda e: e.copied("-map", "0:v", "-map", "0:a", "-map", "0:a", *COPY, *PROGRESSIVE)),
        {R.SECOND_SOUND},
    ),
    "a second track of pictures": (
        film(lambda e: e.copied("-map", "0:v", "-map", "0:v", *COPY, *PROGRESSIVE)),
        {R.SECOND_PICTURE},
    ),
    "a track of subtitles": (
        film(with_file("side.srt", SUBTITLE, "-map", "0", "-map", "1", "-c:s", "mov_text")),
        {R.SIDE_TRACK},
    ),
    "a track of time codes": (
        film(lambda e: e.copied(*COPY, "-timecode", "01:02:03:04", "-write_tmcd", "1", "-fflags", "+bitexact")),
        {R.SIDE_TRACK},
    ),
    "a track of positions": (film(with_data_track), {R.SIDE_TRACK}),
    "a track of chapters": (
        film(with_file("chapters.txt", CHAPTERS, "-map_metadata", "1", "-map", "0", "-map_metadata:g", "-1")),
        {R.SIDE_TRACK, R.TAGS},
    ),
    "a cover picture": (film(with_cover("-disposition:v:1", "attached_pic")), {R.PICTURE_IN_FILE}),
    "a thumbnail as a track": (film(with_cover("-disposition:v:1", "default")), {R.PICTURE_IN_FILE}),
    "frames before the beginning": (film(late), {R.HIDDEN_FRAMES}),
    "frames behind the end": (film(early), {R.HIDDEN_FRAMES}),
    "a film cut by copying, with what was cut": (
        film(
            lambda e: neutral(
                made(e.folder / "cut.mp4", "-ss", "0.3", "-i", str(e.folder / "checked.mp4"), *COPY, *PROGRESSIVE)
            )
        ),
        {R.HIDDEN_FRAMES},
    ),
    "another codec": (film(encoded("-c:v", "mpeg4", "-bsf:v", "null")), {R.UNREADABLE}),
    "sound of another codec": (film(encoded("-c:a", "mp3")), {R.UNREADABLE, R.BOX_FIELD}),
    "a picture that reaches beyond what is shown": (
        film(filtered("h264_metadata=crop_left=32:crop_right=32")),
        {R.PARAMETER_SET},
    ),
    "words behind a parameter set": (film(with_longer_set), {R.PARAMETER_SET}),
    "words in an SEI, by an editing program": (
        film(filtered("h264_metadata=sei_user_data=086f3693b7b34f2c965321492feee5b8+Robert Quill")),
        {R.SEI, R.TEXT_SECRET},
    ),
    "filler with words": (film(lambda e: appended(e.silent, unit(12, WORDS))), {R.FILLER, R.TEXT_SECRET}),
    "a time code in an SEI": (film(lambda e: appended(e.silent, unit(6, b"\1\4\x12\x34\x56\x78\x80"))), {R.SEI}),
    "a unit that no standard knows": (film(lambda e: appended(e.silent, unit(30, b"by the dam"))), {R.UNKNOWN_UNIT}),
    "an end of the stream in its middle": (film(lambda e: appended(e.silent, unit(11, b""))), {R.UNKNOWN_UNIT}),
    "a second track of pictures that says it is sound": (film(disguised), {R.UNREADABLE}),
    "a second parameter set": (film(lambda e: prepended(e.silent, unit(0x67, b"\x42\0\x0a\xf8"))), {R.PARAMETER_SET}),
    "two pictures in one sample": (film(with_two_pictures_in_one), {R.PICTURE_UNIT}),
    "words behind a start code": (film(with_start_code), {R.HIDDEN_BYTES, R.TEXT_SECRET}),
    "words in a data element of the sound": (
        film(lambda e: prepended(e.film, data_element(WORDS), track=1)),
        {R.SOUND_ELEMENT, R.TEXT_SECRET},
    ),
    "words in a fill element, at no byte": (
        film(lambda e: prepended(e.film, fill_element(b"Robert Quill"), track=1)),
        {R.SOUND_ELEMENT, R.TEXT_SECRET},
    ),
    "words behind a frame of sound": (
        film(lambda e: appended(e.film, WORDS, track=1)),
        {R.SOUND_ELEMENT, R.TEXT_SECRET},
    ),
}
BESIDE: dict[str, tuple[Leak, set[Reason]]] = {
    "an encoder's name in the head of a stream": (
        stream(lambda e: ((e.folder / "init.mp4").read_bytes(), e.segments)),
        {R.ENCODER_STRING, R.TRACK_NAME},
    ),
    "a message in a segment": (
        stream(lambda e: (e.head, [e.segments[0] + full(b"emsg", WORDS), *e.segments[1:]])),
        {R.UNKNOWN_BOX, R.TEXT_SECRET},
    ),
    "words behind a segment's media": (
        stream(lambda e: (e.head, [e.segments[0] + WORDS, *e.segments[1:]])),
        {R.HIDDEN_BYTES, R.TEXT_SECRET},
    ),
    "a clock in a segment": (
        stream(lambda e: (e.head, [e.segments[0][:24] + box(b"prft", bytes(24)) + e.segments[0][24:], *e.segments[1:]])),
        {R.UNKNOWN_BOX},
    ),
    "a rendition that nobody checked": (other_rendition, {R.RENDITION_DIFFERS}),
    "a playlist that leads elsewhere": (listed("https://cdn.example/s.m4s"), {R.PLAYLIST}),
    "a playlist that climbs": (listed("../../original/clip.m4s"), {R.PLAYLIST}),
    "a comment in a playlist": (listed("# cut from DSC_0042"), {R.PLAYLIST}),
    "a date in a playlist": (listed("#EXT-X-PROGRAM-DATE-TIME:2026-10-03T01:02:03Z"), {R.PLAYLIST}),
    "a title in a playlist": (listed("#EXTINF:4.0,by the dam"), {R.PLAYLIST}),
    "a rendition's name that is not of the list": (
        listed('#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="original",URI="a.m3u8"'),
        {R.PLAYLIST},
    ),
    "a note in subtitles": (words("WEBVTT\n\nNOTE\nheard by Kim\n\n" + CUE[8:]), {R.SUBTITLE_NOTE}),
    "a style in subtitles": (words("WEBVTT\n\nSTYLE\n::cue{}\n\n" + CUE[8:]), {R.SUBTITLE_NOTE}),
    "a name of a cue": (words(CUE.replace("00:00:01", "reel-7\n00:00:01")), {R.SUBTITLE_NOTE}),
    "a speaker in subtitles": (words(CUE.replace("강이", "<v Robert>강이")), {R.SUBTITLE_NOTE}),
    "a name in subtitles": (words(CUE.replace("강이", "박은하가")), {R.SUBTITLE_NAME}),
    "a name in subtitles, apart": (words(CUE.replace("강이", "박 은-하가")), {R.SUBTITLE_NAME}),
    "a place in a poster": (tagged_jpeg(*PLACE), {R.LOCATION, R.PICTURE_NOTE}),
    "a picture in a poster": (with_thumbnail, {R.PICTURE_IN_FILE, R.PICTURE_NOTE}),
    "a comment in a poster": (still(jpeg(comment=b"by the dam")), {R.PICTURE_NOTE}),
    "a camera in a poster": (tagged_jpeg("-Make=Nokia"), {R.PICTURE_NOTE}),
    "a colour profile in a poster": (still(jpeg(icc_profile=b"profile of one screen")), {R.PICTURE_NOTE}),
    "an archive behind a poster": (still(jpeg() + b"PK\3\4" + WORDS), {R.HIDDEN_BYTES}),
    "another poster behind a poster": (still(jpeg() + jpeg()), {R.HIDDEN_BYTES}),
    "words in a PNG": (still(text_chunk()), {R.PICTURE_NOTE}),
    "EXIF in a PNG": (still(png(exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0")), {R.PICTURE_NOTE}),
    "rows of a PNG that are not shown": (still(with_hidden_rows()), {R.HIDDEN_BYTES}),
    "XMP in a WebP": (still(webp(xmp=b"<x:xmpmeta/>")), {R.PICTURE_NOTE}),
    "words behind a WebP": (still(webp() + WORDS), {R.HIDDEN_BYTES}),
    "a comment with a name in a page": (text("<!-- Robert Quill -->"), {R.PAGE_COMMENT, R.PAGE_SECRET}),
    "a name in an attribute": (text("<img alt='Robert  QUILL'>"), {R.PAGE_SECRET}),
    "a name cut by markup": (text("<p>박<b>은</b>하"), {R.PAGE_SECRET}),
    "a name in an address": (text("<a href='/q?%EB%B0%95%EC%9D%80%ED%95%98'>"), {R.PAGE_SECRET}),
    "a name in entities": (text("&#48149;&#xc740;&#54616;"), {R.PAGE_SECRET}),
    "a name in entities of entities": (text("&amp;#48149;&amp;#xc740;&amp;#54616;"), {R.PAGE_SECRET}),
    "a name in letters one by one": (text("ㅂㅏㄱㅇㅡㄴㅎㅏ"), {R.PAGE_SECRET}),
    "a name in decomposed letters": (text("\u1107\u1161\u11a8\u110b\u1173\u11ab\u1112\u1161"), {R.PAGE_SECRET}),
    "a name in wide letters": (text("Ｒｏｂｅｒｔ・Ｑｕｉｌｌ"), {R.PAGE_SECRET}),
    "a name in a script": (text('<script>x="\\ubc15\\uc740\\ud558"</script>'), {R.PAGE_SECRET}),
    "a name in base64": (text(f"<i data-x='{base64.b64encode('박은하를 보라'.encode()).decode()}'>"), {R.PAGE_SECRET}),
    "a maker of a page": (text("<meta name='generator' content='Desk 1'>"), {R.PAGE_FORM}),
    "a folder of a machine in a page": (text("<a href='file:///srv/desk'>"), {R.PAGE_FORM}),
    "a picture within a page": (text("<img src='data:image/jpeg;base64,AAAA'>"), {R.PAGE_FORM}),
    "letters that are not seen in a page": (text("강\u200b이"), {R.PAGE_FORM}),
    "a name that a camera gave": (named("films/12/dsc-0042.mp4"), {R.FILE_NAME}),
    "a name with capitals and spaces": (named("films/12/River final (2).mp4"), {R.FILE_NAME}),
    "a secret in a name": (named("films/robert-quill.mp4"), {R.FILE_NAME}),
    "a hidden file": (named("films/.git/config"), {R.FILE_NAME}),
    "a second poster": (among("poster-2.jpg"), {R.EXTRA_FILE}),
    "the film as it was before it was signed": (among("unsigned.mp4"), {R.EXTRA_FILE}),
    "a size that no playlist names": (among("1080.mp4"), {R.EXTRA_FILE}),
    "a playlist that leads to the film of another size": (leading("480.mp4"), {R.PLAYLIST}),
    "a playlist that leads to a film that is not there": (leading("original.mp4"), {R.PLAYLIST}),
}  # fmt: skip
LEAKS = {**FILMS, **BESIDE}


@pytest.mark.parametrize("name", LEAKS)
def test_a_leaky_export_is_refused_for_its_own_reasons(exports: Exports, name: str) -> None:
    leak, wanted = LEAKS[name]
    assert reasons(leak(exports)) == wanted


def test_clean_exports_pass(exports: Exports) -> None:
    assert looked_at(exports.film) == []
    assert looked_at(exports.silent) == []
    assert stream_looked_at(exports.head, exports.segments) == []
    assert list(playlist(exports.playlist)) == []
    assert list(subtitles(CUE.encode(), SECRETS)) == []
    for content in (jpeg(), jpeg(progressive=True), png(), webp(), webp(lossless=True)):
        assert list(picture(content)) == []
    assert not among("")(exports)
    assert text("<p>강이 보인다. Robert went; Quilling is a craft.")(exports) == []
    assert list(names(["index.html", "films/12/play.m3u8", "films/12/poster.jpg"], SECRETS)) == []


def test_a_stream_cut_from_a_checked_film_is_that_film(exports: Exports) -> None:
    film_sources, parts = [Bytes(exports.film)], list(map(Bytes, exports.segments))
    whole = digest(film_sources, examine(film_sources[0]))
    assert digest(parts, examine_stream(Bytes(exports.head), parts)) == whole
    assert digest([Bytes(exports.silent)], examine(Bytes(exports.silent))) != whole


@pytest.mark.parametrize("arguments", [("-XMP-dc:Title=dam",), ("-QuickTime:GPSCoordinates=39.04,125.76",)])
def test_another_reader_finds_it_too(exports: Exports, jail: Jail, arguments: tuple[str, ...]) -> None:
    (exports.folder / "again.mp4").write_bytes(exports.tagged(*arguments))
    assert not readback(jail, str(exports.folder / "again.mp4")).is_neutral


def test_the_arguments_alone_leave_no_picture_unit_behind(exports: Exports) -> None:
    assert "filter_units=pass_types=1|5|7|8" in ARGUMENTS
    raw = exports.encoded(*PICTURES, *SOUND, *ENCODER, *PROGRESSIVE)
    assert reasons(looked_at(raw)) == {R.TAGS, R.ENCODER_STRING}
