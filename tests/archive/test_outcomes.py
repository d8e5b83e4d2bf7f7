"""Outcomes: every file has one, a refusal has its reason, and what is left to do is what the plan still holds."""

import pytest

from jebi.archive.outcomes import (
    MOST_CLAIMS,
    Claimed,
    Kind,
    Measured,
    Outcome,
    Refusal,
    State,
    Step,
    needs,
    plan,
    still_to_do,
)

NO_SOUND = Refusal(step=Step.LANDMARKS, why="the file has no sound")


@pytest.mark.parametrize("kind", Kind)
def test_in_a_plan_every_step_comes_once_and_after_the_one_that_it_needs(kind: Kind) -> None:
    steps = plan(kind)

    assert len(set(steps)) == len(steps)
    for at, step in enumerate(steps):
        needed = needs(step, kind)
        assert needed is None or needed in steps[:at]


def test_a_video_needs_every_step_and_another_file_only_its_metadata() -> None:
    assert set(plan(Kind.VIDEO)) == set(Step)
    assert plan(Kind.OTHER) == (Step.METADATA,)


def test_what_is_left_to_do_is_the_plan_without_what_ended() -> None:
    assert still_to_do(Kind.IMAGE, [Step.METADATA, Step.DECODE, Step.FACES]) == (
        Step.SHEET,
        Step.COPY,
        Step.PICTURES,
        Step.TEXT,
    )


def done_but(kind: Kind, *missing: Step) -> frozenset[Step]:
    return frozenset(plan(kind)) - set(missing)


@pytest.mark.parametrize(
    ("outcome", "state", "sentence"),
    [
        (
            Outcome(kind=Kind.VIDEO, done=done_but(Kind.VIDEO)),
            State.OPENED,
            "this video was opened, and every step was done",
        ),
        (
            Outcome(kind=Kind.VIDEO, done=done_but(Kind.VIDEO, Step.LANDMARKS), refused=(NO_SOUND,)),
            State.PARTLY,
            "this video was opened in part, and 1 step not done: the file has no sound",
        ),
        (
            Outcome(kind=Kind.AUDIO, done=frozenset({Step.METADATA, Step.DECODE})),
            State.PARTLY,
            "this audio was opened in part, and 5 steps not done: its accession has not ended",
        ),
        (
            Outcome(
                kind=Kind.IMAGE,
                done=frozenset({Step.METADATA}),
                refused=(Refusal(step=Step.DECODE, why="it claims more pixels than any camera has"),),
            ),
            State.REFUSED,
            "this file was kept and not opened: it claims more pixels than any camera has",
        ),
        (
            Outcome(kind=Kind.OTHER, done=frozenset({Step.METADATA})),
            State.REFUSED,
            "this file was kept and not opened: nothing in it can be shown or heard",
        ),
    ],
    ids=["all", "all but one", "not at its end", "refused at once", "no footage"],
)
def test_an_outcome_has_one_state_and_one_sentence(outcome: Outcome, state: State, sentence: str) -> None:
    assert (outcome.state, outcome.sentence) == (state, sentence)


@pytest.mark.parametrize(
    ("done", "refused"),
    [
        (frozenset(), ()),
        (frozenset({Step.LANDMARKS}), (NO_SOUND,)),
        (frozenset(), (NO_SOUND, NO_SOUND)),
        (frozenset({Step.SHOTS}), ()),
    ],
    ids=["nothing ended", "done and refused", "refused twice", "not in the plan"],
)
def test_an_outcome_that_contradicts_itself_cannot_be(done: frozenset[Step], refused: tuple[Refusal, ...]) -> None:
    with pytest.raises(ValueError, match="step"):
        Outcome(kind=Kind.AUDIO, done=done, refused=refused)


@pytest.mark.parametrize(
    "why", ["", "a" * 301, "two\nlines", "turned \u202e round"], ids=["none", "long", "lines", "bidi"]
)
def test_a_reason_is_one_sentence_that_shows_as_it_is(why: str) -> None:
    with pytest.raises(ValueError, match="sentence"):
        Refusal(step=Step.DECODE, why=why)


def test_counts_below_zero_and_leaning_pictures_cannot_be() -> None:
    with pytest.raises(ValueError, match="below zero"):
        Measured(frames=-1)
    with pytest.raises(ValueError, match="four ways"):
        Measured(rotation=45)


def test_claims_are_bounded_and_not_in_a_repr() -> None:
    assert "Kim" not in repr(
        Outcome(kind=Kind.OTHER, done=frozenset({Step.METADATA}), claimed=Claimed(tags={"Artist": "Kim"}))
    )
    for tags in ({str(number): "" for number in range(MOST_CLAIMS + 1)}, {"": "x"}, {"x": "y" * 4001}):
        with pytest.raises(ValueError, match="claim"):
            Claimed(tags=tags)
