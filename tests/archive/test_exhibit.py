"""What a package shows of a clip: what may be in it, and how facts become text."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.archive.exhibit import Content, Derived, Json, Words, as_json, content_of
from jebi.archive.transcript import Cue
from jebi.errors import Damaged

FACTS: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8).map("x".__add__), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(FACTS)
def test_facts_read_back_as_they_were(facts: Json) -> None:
    assert json.loads(as_json(facts)) == facts


@given(st.text(st.characters(categories=["Cc", "Cf", "Zl", "Zp", "Cs"])))
def test_nothing_in_the_text_of_facts_hides_or_turns_it(text: str) -> None:
    written = as_json({"x": text}).decode()

    assert all(letter.isprintable() for letter in written if letter != "\n")
    assert _joined(json.loads(written)["x"]) == _joined(text)


def _joined(text: str) -> bytes:
    """Two halves of a surrogate pair are one letter once they stand together."""
    return text.encode("utf-16", "surrogatepass")


def test_korean_japanese_and_chinese_are_written_as_they_are() -> None:
    text = "쌀값　市場 カメラ「x」é🐦"
    assert text in as_json({"x": text}).decode()


def test_the_same_facts_in_another_order_are_the_same_text() -> None:
    assert as_json({"b": 1, "a": {"d": 2, "c": 3}}) == as_json({"a": {"c": 3, "d": 2}, "b": 1})


@pytest.mark.parametrize(
    "tag",
    [
        "SourceFile",
        "Directory",
        "File:Directory",
        "System:FileName",
        "File:System:FileModifyDate",
        "File:FileAccessDate",
        "FileInodeChangeDate",
        "System:FilePermissions",
        "FileUserID",
        "FileGroupID",
        "FileHardLinks",
        "filename",
        "MacOS:MDItemUserTags",
    ],
)
def test_what_tools_say_of_this_machine_s_files_is_left_out_wherever_it_stands(tag: str) -> None:
    written = as_json({tag: "canary", "format": [{tag: {"x": "canary"}, "EXIF:Make": "Canon"}]})

    assert b"canary" not in written
    assert json.loads(written) == {"format": [{"EXIF:Make": "Canon"}]}


@pytest.mark.parametrize("tag", ["XMP:Directory", "EXIF:ModifyDate", "FileSize", "File:FileType", "MyFileName"])
def test_what_the_file_says_of_itself_stays(tag: str) -> None:
    assert json.loads(as_json({tag: "Canon"})) == {tag: "Canon"}


def test_facts_that_no_reader_takes_are_damaged() -> None:
    deep: Json = []
    for _ in range(100_000):
        deep = [deep]
    for facts in (float("nan"), {"x": [float("inf")]}, deep):
        with pytest.raises(Damaged, match="a number or a depth"):
            as_json(facts)


@pytest.mark.parametrize("role", ["", "Viewing", "a/b", "..", "a--b", "-a", "a.b", "a\n", "x" * 33, "영상"])
def test_a_role_or_a_language_that_would_make_an_unsafe_name_is_the_caller_s_mistake(role: str) -> None:
    with pytest.raises(ValueError, match="small letters"):
        Derived(role=role, suffix="mp4", content=content_of(b""))
    with pytest.raises(ValueError, match="small letters"):
        Words(kind="notes", language=role, cues=())


@pytest.mark.parametrize("suffix", ["", "exe", "MP4", "html", "mp4/", "svg"])
def test_what_is_derived_has_a_harmless_suffix(suffix: str) -> None:
    with pytest.raises(ValueError, match="known suffix"):
        Derived(role="viewing", suffix=suffix, content=content_of(b""))


def test_words_of_which_a_machine_wrote_any_are_called_so() -> None:
    own, machine = (Cue(start_ms=0, end_ms=1, text="x", is_machine=one) for one in (False, True))

    assert Words(kind="translation", language="ko", cues=(own,)).name == "translation-ko"
    assert Words(kind="transcript", language="ja", cues=(own, machine)).name == "transcript-ja-machine"


def test_content_has_a_digest_and_a_size_and_is_read_from_the_start_each_time() -> None:
    content = content_of(b"film")
    assert [b"".join(content.read()) for _ in range(2)] == [b"film", b"film"]
    with pytest.raises(ValueError, match="SHA-256"):
        Content(digest=b"", size=1, read=list)
    with pytest.raises(ValueError, match="size"):
        Content(digest=bytes(32), size=-1, read=list)
