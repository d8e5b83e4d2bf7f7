"""Who has not seen all of it and answered everything is given nothing to sign."""

import pytest

from jebi.errors import Refused
from jebi.release.checklist import Answer, Question, Seen, check

STRIP = {1: "a" * 64, 2: "b" * 64}
ANSWERS = dict.fromkeys(Question, Answer.NO)


def test_who_saw_every_page_and_answered_everything_passes() -> None:
    check(Seen(pages=STRIP, answers=ANSWERS | {Question.PLACE: Answer.HARMLESS}), STRIP)


def test_who_watched_the_whole_film_need_not_sign_off_pages() -> None:
    check(Seen(has_watched=True, answers=ANSWERS), {})
    check(Seen(has_watched=True, answers=ANSWERS), STRIP)


@pytest.mark.parametrize(
    ("seen", "strip", "said"),
    [
        (Seen(answers=ANSWERS), {}, "not made yet"),
        (Seen(answers=ANSWERS), STRIP, "2 of 2 pages"),
        (Seen(pages={1: "a" * 64}, answers=ANSWERS), STRIP, "1 of 2 pages"),
        (Seen(pages={1: "a" * 64, 2: "c" * 64}, answers=ANSWERS), STRIP, "1 of 2 pages"),
        (Seen(pages=STRIP), STRIP, "10 of 10 questions are not answered, the first of them: gait"),
        (Seen(has_watched=True), STRIP, "10 of 10 questions"),
        (
            Seen(pages=STRIP, answers={one: said for one, said in ANSWERS.items() if one != "filmer"}),
            STRIP,
            "1 of 10 questions are not answered, the first of them: filmer",
        ),
        (Seen(pages=STRIP, answers=ANSWERS | {Question.VOICE: Answer.UNSURE}), STRIP, "not sure about: voice"),
    ],
    ids=[
        "no pictures yet",
        "no page seen",
        "one page seen",
        "a page that was made anew",
        "no answers",
        "watched, and no answers",
        "one question left",
        "one doubt left",
    ],
)
def test_who_lacks_something_is_refused(seen: Seen, strip: dict[int, str], said: str) -> None:
    with pytest.raises(Refused, match=said):
        check(seen, strip)


def test_answers_are_written_in_the_order_of_the_questions() -> None:
    answers = {Question.CONSENT: Answer.HARMLESS, Question.GAIT: Answer.NO}
    assert Seen(answers=answers).written == "gait no, consent harmless"
