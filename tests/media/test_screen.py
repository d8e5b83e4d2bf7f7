"""Signs are read in the jail, in three languages; what is no text is not read."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from jebi.errors import Damaged, Unable
from jebi.media.jail import Jail
from jebi.media.lettering import HEIGHT, MARGIN, Lettering
from jebi.media.screen import Frame, Reader, parse_table

NANUM = "/usr/share/fonts/truetype/nanum/NanumGothic.ttf"
NOTO = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
SIGNS = {"쌀값": "ko", "시장": "ko", "종합시장": "ko", "市場": "ja", "薬局": "ja", "MARKET": "en"}
DARK_ON_LIGHT = ((245, 245, 240), (20, 20, 20))
YELLOW_ON_BLUE = ((30, 60, 120), (250, 240, 60))


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(Jail.find())


def _sign(text: str, *, size: int, tilt: float = 0, colours: tuple[tuple[int, int, int], tuple[int, int, int]] = DARK_ON_LIGHT,
          scene: Frame | None = None) -> Image.Image:  # fmt: skip
    """A sign in the middle of a wall or a scene."""
    frame = Image.new("RGB", (1280, 720), (120, 125, 120)) if scene is None else Image.fromarray(scene)
    font = ImageFont.truetype(NANUM if SIGNS.get(text, "ko") == "ko" else NOTO, size)
    left, top, right, bottom = font.getbbox(text)
    paper, ink = colours
    sign = Image.new("RGBA", (int(right - left) + size, int(bottom - top) + size), (*paper, 255))
    ImageDraw.Draw(sign).text((size // 2 - left, size // 2 - top), text, font=font, fill=ink)
    sign = sign.rotate(tilt, expand=True, resample=Image.Resampling.BICUBIC)
    frame.paste(sign, ((frame.width - sign.width) // 2, (frame.height - sign.height) // 2), sign)
    return frame


def _noisy(frame: Image.Image, deviation: float) -> Frame:
    noise = np.random.default_rng(0).normal(0, deviation, (frame.height, frame.width, 3))
    return (np.asarray(frame) + noise).clip(0, 255).astype(np.uint8)


def _frames(samples: Path, name: str, size: tuple[int, int], rate: str) -> list[Frame]:
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-i",
        str(samples / name),
        "-vf",
        f"fps={rate}",
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
    ]
    raw = subprocess.run([*command, "-"], check=True, capture_output=True).stdout
    return list(np.frombuffer(raw, np.uint8).reshape(-1, size[1], size[0], 3))


def _read_right(reader: Reader, frames: list[Frame]) -> list[str]:
    """Which signs were read to the letter, in their language and with nothing else."""
    return [
        text
        for (text, language), lines in zip(SIGNS.items(), reader.read(frames), strict=True)
        if [(line.text, line.language) for line in lines] == [(text, language)]
    ]


@pytest.mark.parametrize("size", [20, 40, 120])
def test_clean_signs_are_read_to_the_letter(reader: Reader, size: int) -> None:
    assert _read_right(reader, [np.asarray(_sign(text, size=size)) for text in SIGNS]) == list(SIGNS)


def test_most_small_tilted_and_blurred_signs_are_read(reader: Reader) -> None:
    frames = {
        "small": [_sign(text, size=16) for text in SIGNS],
        "tilted": [_sign(text, size=48, tilt=3) for text in SIGNS],
        "blurred": [_sign(text, size=48).filter(ImageFilter.GaussianBlur(1.5)) for text in SIGNS],
    }
    for kind, pictures in frames.items():
        right = _read_right(reader, [np.asarray(picture) for picture in pictures])
        assert len(right) >= 5, f"{kind}: only {right}"


def test_signs_are_read_through_the_noise_of_the_night(reader: Reader) -> None:
    assert len(_read_right(reader, [_noisy(_sign(text, size=48), 25) for text in SIGNS])) >= 5


def test_signs_are_read_amid_leaves(reader: Reader, samples: Path) -> None:
    scene = _frames(samples, "bigbuckbunny.mp4", (1280, 720), "1")[2]
    frames = [np.asarray(_sign(text, size=48, scene=scene, colours=YELLOW_ON_BLUE)) for text in SIGNS]
    assert len(_read_right(reader, frames)) >= 5


def test_nothing_is_read_where_nothing_is_written(reader: Reader, samples: Path) -> None:
    frames = _frames(samples, "carphone_pristine.mp4", (176, 144), "2")
    frames += _frames(samples, "bikes.mp4", (640, 272), "1") + _frames(samples, "bigbuckbunny.mp4", (1280, 720), "1")
    frames += [
        np.full((720, 1280, 3), 90, np.uint8),
        np.random.default_rng(0).integers(0, 256, (360, 640, 3), np.uint8),
    ]
    assert [line.text for lines in reader.read(frames) for line in lines] == []


def test_a_line_has_its_place_in_a_frame_that_was_shrunk_and_its_maker(reader: Reader) -> None:
    large = _sign("종합시장", size=48).resize((2560, 1440))
    (((line,),), ((grey,),)) = reader.read([np.asarray(large)]), reader.read([np.asarray(large.convert("L"))])
    assert line == grey
    assert 1280 - 230 < line.x < 1280 < line.x + line.width < 1280 + 230
    assert 720 - 70 < line.y < 720 < line.y + line.height < 720 + 70
    assert all(line.x <= word.x and word.x + word.width <= line.x + line.width + 1 for word in line.words)
    assert "".join(word.text for word in line.words) == "종합시장"
    assert line.maker == reader.maker
    assert line.maker.name == "tesseract-kor-jpn-eng"


def test_words_are_parted_where_the_ink_is(reader: Reader) -> None:
    ((line,),) = reader.read([np.asarray(_sign("오늘 쌀값 시장", size=48))])
    assert line.text == "오늘 쌀값 시장"


def test_no_frame_is_no_text_and_a_speck_is_none(reader: Reader) -> None:
    assert reader.read([]) == []
    assert reader.read([np.zeros((1, 1, 3), np.uint8)]) == [[]]


def test_what_is_no_frame_is_the_callers_mistake(reader: Reader) -> None:
    for shape in [(10,), (10, 10, 4), (0, 10, 3), (10, 9000, 3)]:
        with pytest.raises(ValueError, match="a frame is"):
            reader.read([np.zeros(shape, np.uint8)])


def test_a_language_that_is_not_installed_is_named(tmp_path: Path) -> None:
    (tmp_path / "5" / "tessdata").mkdir(parents=True)
    for language in ("eng", "jpn"):
        (tmp_path / "5" / "tessdata" / f"{language}.traineddata").write_bytes(b"")
    with pytest.raises(Unable, match="kor is not installed") as caught:
        Reader(Jail.find(), tessdata=str(tmp_path))
    assert "tesseract-ocr-kor" in caught.value.hint


LINE = Lettering(
    x=100,
    y=50,
    width=200,
    height=72,
    picture=np.full((HEIGHT + 2 * MARGIN, 100 + 2 * MARGIN), 255, np.uint8),
    strength=1.0,
)
HEAD = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"


def _row(**changed: object) -> bytes:
    row = {"level": 5, "page": 1, "block": 1, "par": 1, "line": 1, "word": 1, "left": 8, "top": 8, "width": 50, "height": 36,
           "conf": "91.5", "text": "시장"} | changed  # fmt: skip
    return (HEAD + "\t".join(str(cell) for cell in row.values()) + "\n").encode()


def test_a_word_is_placed_in_the_frame_of_its_line() -> None:
    ((word,),) = parse_table(_row(), [LINE])
    assert (word.text, word.x, word.y, word.width, word.height, word.confidence) == ("시장", 100, 50, 100, 72, 0.915)


def test_a_word_can_reach_beyond_its_picture_but_not_beyond_its_line() -> None:
    ((word,),) = parse_table(_row(left=0, top=0, width=10**9, height=10**9), [LINE])
    assert (word.x, word.y, word.width, word.height) == (100, 50, 200, 72)


@pytest.mark.parametrize(
    "changed",
    [
        {"page": 0},
        {"page": 2},
        {"left": -1},
        {"width": -1},
        {"height": "x"},
        {"conf": 101},
        {"conf": -1},
        {"conf": "nan"},
        {"text": "a\tb"},
        {"level": ""},
    ],
    ids=str,
)
def test_a_table_out_of_range_is_damaged(changed: dict[str, object]) -> None:
    with pytest.raises(Damaged):
        parse_table(_row(**changed), [LINE])


def test_what_is_no_word_is_left_out_and_the_others_stay() -> None:
    rest = _row().removeprefix(HEAD.encode())
    for changed in ({"text": "|" * 201}, {"text": "  "}, {"width": 0}, {"height": 0}):
        ((word,),) = parse_table(_row(**changed) + rest, [LINE])
        assert word.text == "시장"


def test_text_cannot_move_a_cursor_or_turn_the_direction_of_writing() -> None:
    ((word,),) = parse_table(_row(text="쌀\x1b[2J\u202e값\u0000"), [LINE])
    assert word.text == r"쌀\x1b[2J\u202e값\x00"


@given(
    st.binary(max_size=300)
    | st.lists(st.text(alphabet="0159-.\t\n가a", max_size=40)).map(lambda rows: "\n".join(rows).encode())
)
def test_garbage_is_a_table_or_damaged(garbage: bytes) -> None:
    try:
        parse_table(garbage, [LINE])
    except Damaged:
        return
