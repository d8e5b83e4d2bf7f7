from fractions import Fraction
from xml.etree import ElementTree as ET

import opentimelineio
import pytest

from jebi.release.cutting_lists import edl, fcpxml
from jebi.release.programme import MOST_PARTS, Part, Programme, Stem
from jebi.release.timecode import RATES, Rate
from programmes import NTSC, programme

# Of FCPXML's document type 1.9: what may be in what, and with which attributes; as much as is used here.
CLIP = {"ref", "lane", "offset", "name", "start", "duration", "enabled", "tcFormat", "audioRole"}
ALLOWED = {
    "fcpxml": ({"version"}, ["resources", "library"]),
    "library": (set(), ["event"]),
    "resources": (set(), ["format", "asset"]),
    "format": ({"id", "frameDuration", "width", "height", "colorSpace"}, []),
    "asset": (
        {"id", "name", "start", "duration", "hasVideo", "format", "videoSources", "hasAudio", "audioSources"}
        | {"audioChannels", "audioRate"},
        ["media-rep"],
    ),
    "media-rep": ({"kind", "src"}, []),
    "event": ({"name"}, ["project"]),
    "project": ({"name"}, ["sequence"]),
    "sequence": ({"format", "duration", "tcStart", "tcFormat", "audioLayout", "audioRate"}, ["spine"]),
    "spine": (set(), ["asset-clip"]),
    "asset-clip": (CLIP, ["asset-clip"]),
}


def seconds(text: str) -> Fraction:
    assert text.endswith("s")
    return Fraction(text[:-1])


def clips_of(written: bytes) -> list[ET.Element]:
    return ET.fromstring(written).findall(".//spine/asset-clip")


@pytest.mark.parametrize("rate", sorted(RATES))
def test_a_list_reads_back_as_the_parts_it_was_made_of_at_every_rate(rate: Fraction) -> None:
    made = programme(rate=Rate(rate), subtitles={})
    read = opentimelineio.adapters.read_from_string(edl(made).decode("ascii"), "cmx_3600", rate=float(rate))
    assert [track.name for track in read.tracks] == ["V", "A1"]
    for track in read.tracks:
        ranges = [(clip.source_range.start_time.value, clip.source_range.duration.value) for clip in track]
        assert ranges == [(first, end - first) for first, end, _ in made.spans]


def test_a_list_of_cuts_is_what_machines_have_read_since_tapes() -> None:
    lines = edl(programme()).decode("ascii").split("\r\n")
    assert lines[:6] == [
        "TITLE: RIMJIN-0017",
        "FCM: NON-DROP FRAME",
        "",
        "001  RIMJIN00 B     C        00:00:00:00 00:00:04:00 01:00:00:00 01:00:04:00",
        "* FROM CLIP NAME: rimjin-0017_film.mp4",
        "* COMMENT: PART 001",
    ]
    assert edl(programme(rate=NTSC)).startswith(b"TITLE: RIMJIN-0017\r\nFCM: DROP FRAME\r\n")


@pytest.mark.parametrize(("channels", "track"), [(0, "V    "), (1, "B    "), (2, "AA/V ")])
def test_an_event_takes_the_picture_and_every_channel(channels: int, track: str) -> None:
    stems = (Stem.SPEECH,) if channels else ()
    assert f" {track} C  " in edl(programme(channels=channels, stems=stems)).decode("ascii")


def test_the_longest_list_has_events_of_three_digits() -> None:
    long = programme(parts=(Part(frames=1),) * MOST_PARTS, subtitles={})
    read = opentimelineio.adapters.read_from_string(edl(long).decode("ascii"), "cmx_3600", rate=25)
    assert len(read.tracks[0]) == MOST_PARTS


def test_fcpxml_holds_nothing_that_its_document_type_does_not_allow() -> None:
    for element in ET.fromstring(fcpxml(programme())).iter():
        attributes, inside = ALLOWED[element.tag]
        assert set(element.attrib) <= attributes, element.tag
        assert all(child.tag in inside for child in element), element.tag
        assert not (element.text or "").strip()


@pytest.mark.parametrize("made", [programme(), programme(rate=NTSC), programme(channels=0, stems=())])
def test_in_fcpxml_the_parts_follow_each_other_and_every_time_is_that_of_a_frame(made: Programme) -> None:
    clips = clips_of(fcpxml(made))
    offset = seconds(made.rate.seconds(made.rate.hour(1)))
    start = Fraction(0)
    for clip in clips:
        assert (seconds(clip.attrib["offset"]), seconds(clip.attrib["start"])) == (offset, start)
        length = seconds(clip.attrib["duration"])
        assert (length * made.rate.frames).denominator == 1
        offset, start = offset + length, start + length
    sequence = ET.fromstring(fcpxml(made)).find(".//sequence")
    assert sequence is not None
    assert start == seconds(sequence.attrib["duration"]) == Fraction(made.frames) / made.rate.frames


def test_the_sounds_lie_beneath_the_film_as_long_as_it_is_and_switched_off() -> None:
    sounds = clips_of(fcpxml(programme()))[0].findall("asset-clip")
    assert [sound.attrib["lane"] for sound in sounds] == ["-1", "-2"]
    assert [sound.attrib["audioRole"] for sound in sounds] == ["effects.surroundings", "dialogue.speech"]
    assert {(sound.attrib["enabled"], sound.attrib["duration"]) for sound in sounds} == {("0", "411/25s")}


def test_opentimelineio_reads_the_fcpxml() -> None:
    read = opentimelineio.adapters.read_from_string(fcpxml(programme(stems=())).decode(), "fcpx_xml")
    clips = list(read.find_clips())
    assert [clip.name for clip in clips] == ["Part 001", "Stalls", "역 앞"]
    assert [clip.source_range.duration.value for clip in clips] == [100, 137, 174]


def test_what_a_title_says_stays_a_title() -> None:
    project = ET.fromstring(fcpxml(programme())).find(".//project")
    assert project is not None
    assert project.attrib["name"] == 'At <the> "market" & 시장'


def test_no_list_refers_to_a_place_on_a_disk() -> None:
    for written in (edl(programme()), fcpxml(programme())):
        assert b"file:" not in written
    sources = [element.attrib["src"] for element in ET.fromstring(fcpxml(programme())).iter("media-rep")]
    assert sources == [programme().film, *map(programme().stem, programme().stems)]
