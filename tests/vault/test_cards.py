"""What stands beside a clip is asked for a page at once: each clip has its own, and the questions are as many for one as for fifty."""

import pytest
from sqlalchemy import event

from jebi.vault import clips, segments, sorting
from jebi.vault.cards import Beside, beside
from jebi.vault.catalogue import Catalogue, Change
from jebi.vault.clips import Derived, Fact
from jebi.vault.segments import Segment
from jebi.vault.sorting import Place, Said, Time

from .rows import DIGEST, EVENT, NOW, add, clip, heard

FIRST, SECOND = clip(1).id, clip(2).id


@pytest.fixture
def filled(catalogue: Catalogue) -> Catalogue:
    """Two clips, with all that can stand beside the first."""
    add(catalogue, clip(1), clip(2))
    with catalogue.writing(NOW) as change:
        for name in ("시장", "쌀값"):
            sorting.put_tag(change, FIRST, name, EVENT)
        for name in ("혜산", "the bridge"):
            number = sorting.add_place(change, Place(name=name), EVENT)
            sorting.put_place(change, FIRST, number, Said(certainty="possible", author="editor/1"), EVENT)
        time = Time(from_ms=-5, to_ms=7, certainty="doubtful", author="editor/1")
        sorting.put_time(change, FIRST, time, EVENT)
        segments.put_machine(change, FIRST, "shot", [shot(0), shot(1000), shot(2000)], EVENT)
        segments.put_machine(change, FIRST, "screen_text", [heard(kind="screen_text")], EVENT)
        clips.put_faces(change, FIRST, {0: 1, 1000: 4, 2000: 2}, EVENT)
        put_made(change, "poster")
        put_made(change, "view")
    return catalogue


def shot(start_ms: int) -> Segment:
    return heard("", start_ms, kind="shot", model="jebi-shots", model_sha256="")


def put_made(change: Change, kind: str) -> None:
    made = Derived(kind=kind, blob="b" * 64, size=1, sha256=DIGEST, tools="a tool", number=0)
    clips.put_derived(change, FIRST, made, EVENT)


def put_facts(catalogue: Catalogue, *facts: tuple[str, str, str]) -> None:
    """Facts of the first clip, each with its source."""
    made = [Fact(name=name, source=source, value=value, tool="a tool") for name, source, value in facts]  # type: ignore[arg-type]
    with catalogue.writing(NOW) as change:
        clips.put_facts(change, FIRST, made, EVENT)


def test_every_clip_has_its_own_beside_it_and_a_new_one_nothing(filled: Catalogue) -> None:
    with filled.reading() as connection:
        found = beside(connection, [SECOND, FIRST], ["name"], ["poster"])

    assert found[FIRST] == Beside(
        tags=["시장", "쌀값"],
        places=["혜산", "the bridge"],
        filmed_ms=(-5, 7),
        shots=3,
        most_faces=4,
        has_text=True,
        made={"poster"},
    )
    assert found[SECOND] == Beside()


@pytest.mark.parametrize(
    ("facts", "shown"),
    [
        ([("sound-ms", "claimed", "1")], {"sound-ms": "1"}),
        ([("sound-ms", "measured", "2"), ("sound-ms", "claimed", "1")], {"sound-ms": "2"}),
        ([("sound-ms", "claimed", "1"), ("sound-ms", "measured", "2")], {"sound-ms": "2"}),
        ([("artist", "claimed", "somebody")], {}),
        (
            [("name", "claimed", "<b>\u202e.mp4"), ("sound-ms", "measured", "2")],
            {"name": "<b>\u202e.mp4", "sound-ms": "2"},
        ),
    ],
    ids=[
        "what is claimed is shown where nothing was measured",
        "what was measured goes before what is claimed",
        "whichever came first",
        "what nobody asked for is not shown",
        "each under its name, as it came",
    ],
)
def test_a_fact_is_shown_as_it_was_measured(
    filled: Catalogue, facts: list[tuple[str, str, str]], shown: dict[str, str]
) -> None:
    put_facts(filled, *facts)

    with filled.reading() as connection:
        found = beside(connection, [FIRST], ["name", "sound-ms"], [])[FIRST]

    assert (found.facts, found.made) == (shown, set())


def test_a_page_of_many_takes_as_many_questions_as_one_of_one(filled: Catalogue) -> None:
    add(filled, *(clip(number) for number in range(3, 50)))
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    counts = []
    for page in ([FIRST], [clip(number).id for number in range(1, 50)]):
        with filled.reading() as connection:
            event.listen(filled.engine, "before_cursor_execute", note)
            found = beside(connection, page, ["name"], ["poster"])
            event.remove(filled.engine, "before_cursor_execute", note)
        assert list(found) == page
        counts.append(len(asked))
        asked.clear()

    assert counts[0] == counts[1] <= 7


def test_of_no_clips_nothing_stands_beside(filled: Catalogue) -> None:
    with filled.reading() as connection:
        assert beside(connection, [], ["name"], ["poster"]) == {}


def test_what_a_person_speaks_of_is_heard(filled: Catalogue) -> None:
    with filled.writing(NOW) as change:
        segments.put_machine(change, SECOND, "speech", [heard("", kind="speech", clip=SECOND)], EVENT)

    with filled.reading() as connection:
        found = beside(connection, [FIRST, SECOND], [], [])

    assert (found[FIRST].has_speech, found[SECOND].has_speech) == (False, True)
