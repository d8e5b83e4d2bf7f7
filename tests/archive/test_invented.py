"""The guard against invented words: nothing stands without speech under it, and what may be real is doubted, not dropped."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.archive.invented import Judged, Segment, Verdict, fastest_ms, judge

SURE = -0.3


def said(
    text: str, start: int = 0, end: int = 4000, *, log: float = SURE, silent: float = 0.05, compression: float = 1.2
) -> Segment:
    return Segment(
        start_ms=start, end_ms=end, text=text, log_probability=log, no_speech=silent, compression=compression
    )


def judged(segment: Segment, heard: int = 4000) -> Judged:
    """Judge one segment under which speech was heard for so many milliseconds from its beginning."""
    (one,) = judge([segment], [(segment.start_ms, segment.start_ms + heard)] if heard else [])
    return one


INVENTIONS = [
    "시청해주셔서 감사합니다!",
    "지금까지 시청해 주셔서 감사합니다.",
    "영상을 시청해주셔서 대단히 고맙습니다",
    "구독과 좋아요 부탁드립니다.",
    "다음 영상에서 만나요!",
    "MBC 뉴스 이덕영입니다.",
    "한글자막 by 한효정",
    "ご視聴ありがとうございました",
    "最後までご視聴いただきありがとうございます。",
    "チャンネル登録をお願いいたします",
    "それではまた次の動画でお会いしましょう。",
    "Thanks for watching!",
    "Thank you so much for watching.",
    "Please like and subscribe.",
    "Subtitles by the Amara.org community",
    "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目",
    "ＭＢＣ 뉴스 김성현입니다",
]


@pytest.mark.parametrize("text", INVENTIONS)
@pytest.mark.parametrize("heard", [0, 300])
def test_a_known_invention_is_dropped_where_little_or_nothing_was_heard(text: str, heard: int) -> None:
    assert judged(said(text), heard).verdict is Verdict.DROP


@pytest.mark.parametrize("text", INVENTIONS)
def test_a_known_invention_is_doubted_where_somebody_did_speak(text: str) -> None:
    one = judged(said(text, end=8000), 8000)

    assert (one.verdict, one.why) == (Verdict.DOUBT, "recognisers are known to invent this phrase")


@pytest.mark.parametrize(
    "text",
    [
        "쌀값이 또 올랐습니다",
        "자막이 없어서 못 봤어요",
        "구독은 하지 않았습니다",
        "다음에 또 오겠습니다",
        "시청 앞에서 만났습니다",
        "뉴스를 몰래 들었습니다",
        "市場で米の値段が上がりました",
        "字幕がなくて分かりませんでした",
        "We were watching the river all night",
        "만세! 만세! 만세!",
    ],
)
def test_what_people_say_is_kept(text: str) -> None:
    assert judged(said(text)).verdict is Verdict.KEEP


WHY = {
    "no speech was heard under it": (said("쌀값이 또 올랐습니다"), 0, Verdict.DROP, "no speech was heard"),
    "speech was heard for an instant": (said("쌀값이 또 올랐습니다"), 150, Verdict.DROP, "no speech was heard"),
    "a few words are stretched over a pause": (
        said("쌀값이 또 올랐습니다", end=30_000),
        2000,
        Verdict.DROP,
        "no speech was heard",
    ),
    "speech was heard in a third of it": (said("쌀값이 올랐습니다"), 1300, Verdict.DOUBT, "less than half"),
    "it has signs only": (said("♪ ... ♪"), 4000, Verdict.DROP, "no words"),
    "it is empty": (said(""), 4000, Verdict.DROP, "no words"),
    "nobody talks so fast": (said("가나다라마바사" * 20), 4000, Verdict.DROP, "nobody can say"),
    "hardly anybody talks so fast": (said("가나다라마바사" * 7 + "아"), 4000, Verdict.DOUBT, "faster than"),
    "it has no time at all": (said("네", end=0), 0, Verdict.DROP, "no speech was heard"),
    "a loop that is hardly spoken": (
        said("그래서 " * 15, log=-0.9, compression=5, end=9000),
        9000,
        Verdict.DROP,
        "over and over",
    ),
    "a chant": (said("조국통일 " * 5, compression=3, end=9000), 9000, Verdict.DOUBT, "repeats itself"),
    "the recogniser heard nothing": (said("여기 있습니다", log=-1.2, silent=0.8), 4000, Verdict.DROP, "silence"),
    "the recogniser was not sure": (said("여기 있습니다", log=-1.2), 4000, Verdict.DOUBT, "not sure"),
    "thanks, hardly spoken": (said("감사합니다", log=-0.9), 4000, Verdict.DOUBT, "every day"),
    "thanks, well spoken": (said("감사합니다"), 4000, Verdict.KEEP, ""),
}


@pytest.mark.parametrize("case", WHY)
def test_a_segment_is_judged_with_its_reason(case: str) -> None:
    segment, heard, verdict, why = WHY[case]

    one = judged(segment, heard)

    assert one.verdict is verdict
    assert why in one.why
    assert bool(one.why) == (verdict is not Verdict.KEEP)


def test_the_same_words_three_times_in_a_row_are_doubted_each_time() -> None:
    texts = ["가자", "이제 집에 간다", "이제 집에, 간다.", "이제 집에 간다", "그래"]
    segments = [said(text, 5000 * at, 5000 * at + 4000) for at, text in enumerate(texts)]

    verdicts = [one.verdict for one in judge(segments, [(0, 30_000)])]

    assert verdicts == [Verdict.KEEP, Verdict.DOUBT, Verdict.DOUBT, Verdict.DOUBT, Verdict.KEEP]


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("가나다라마바사아자차카타", 1000),
        ("ひらがなとカタカナなのです。。。", 867),
        ("市場", 267),
        ("thirty letters", 433),
        ("12", 250),
        ("!?", 0),
    ],
)
def test_the_fastest_talker_needs_a_time_for_every_script(text: str, milliseconds: int) -> None:
    assert round(fastest_ms(text)) == milliseconds


def test_speech_is_counted_over_all_stretches_that_reach_into_a_segment() -> None:
    segment = said("쌀값이 올랐습니다", 10_000, 14_000)

    kept = judge([segment], [(0, 2000), (9000, 11_000), (11_500, 12_000), (12_500, 20_000), (30_000, 31_000)])
    dropped = judge([segment], [(0, 10_000), (10_000, 10_100), (14_000, 20_000)])

    assert (kept[0].verdict, dropped[0].verdict) == (Verdict.KEEP, Verdict.DROP)


@given(
    st.lists(
        st.builds(
            said,
            st.text(max_size=80) | st.sampled_from(INVENTIONS) | st.just("가" * 4000),
            st.integers(0, 10**6),
            st.integers(10**6, 2 * 10**6),
            log=st.floats(-20, 0),
            silent=st.floats(0, 1),
            compression=st.floats(0, 100),
        ),
        max_size=20,
    )
)
def test_nothing_is_kept_where_nothing_was_heard_and_nothing_is_lost(segments: list[Segment]) -> None:
    result = judge(segments, [])

    assert [one.segment for one in result] == segments
    assert {one.verdict for one in result} <= {Verdict.DROP}


@pytest.mark.parametrize(
    "figures",
    [{"log": math.nan}, {"silent": 1.5}, {"compression": math.inf}, {"start": 5, "end": 4}, {"text": "a" * 4001}],
    ids=str,
)
def test_figures_that_are_none_cannot_be(figures: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="segment"):
        said(**{"text": "말", **figures})  # type: ignore[arg-type]
