"""What somebody watched and answered, as a text of their own: for a terminal, and for whoever clears without one (docs/formats/cuts.md, "Answers in a file").

A sheet is of one output: answers about one film never pass for another's. What is not answered is a question mark, so that a sheet that was only made answers nothing.

Invariants: what was read answers every question once, of the output that was asked for. Peak: the sheet, which has a limit.
"""

from collections.abc import Iterator
from typing import Final

from jebi.errors import Damaged, Refused
from jebi.release.checklist import Answer, Question, Seen

LONGEST: Final = 1 << 14  # bytes; one has 1,200
OPEN: Final = "?"
WATCHED: Final = "watched"
WHOLE: Final = "whole"  # the film, to its end
QUESTIONS: Final = {  # could somebody in the film, or who filmed it, be recognised, and by whom?
    Question.GAIT: "Could somebody be recognised by how they walk, stand or move?",
    Question.CLOTHES: "Could somebody be recognised by clothes, hair, a bag, a bicycle?",
    Question.VOICE: "Could somebody be recognised by a voice, or by how something is said?",
    Question.PLACE: "Could somebody be recognised by the place: a house, a stall, a view from a window?",
    Question.REFLECTIONS: "Is somebody seen in glass, in water, in a mirror, or as a shadow?",
    Question.WRITING: "Is something to be read that leads to somebody: a sign, a plate, a paper, a screen?",
    Question.TIME: "Could the time of day, the weather or an event tell who was there?",
    Question.PRESENT: "Could somebody work out who was there, because only few were?",
    Question.FILMER: "Could somebody work out who filmed it: from where, at what height, who was let in?",
    Question.CONSENT: "Is somebody shown who did not agree to it, or does not agree any more?",
}
_HINT = "have one made anew: jebi desk clear CUT --questions FILE"


def sheet(output: str) -> str:
    """An empty sheet about an output, by its hash in hex."""
    return "\n".join(_lines(output)) + "\n"


def parse(untrusted_sheet: bytes, output: str) -> Seen:
    """What a sheet answers about an output.

    Raises:
        Damaged: it is no sheet, or lacks a line.
        Refused: it is about another output.
    """
    if len(untrusted_sheet) > LONGEST:
        raise Damaged("the answers are longer than a sheet can be", hint=_HINT)
    try:
        text = untrusted_sheet.decode()
    except UnicodeDecodeError:
        raise Damaged("the answers are not plain text", hint=_HINT) from None
    found: dict[str, str] = {}
    for line in text.splitlines():
        word, _, value = line.partition("#")[0].strip().partition(" ")
        if word in found:
            raise Damaged("a line of the answers stands there twice", hint=_HINT)
        if word:
            found[word] = value.strip()
    if found.keys() - {"output", WATCHED, *Question}:
        raise Damaged("the answers have a line that is none of theirs", hint=_HINT)
    if found.get("output") != output:
        raise Refused("the answers are about another film", hint=_HINT)
    return Seen(answers=dict(_answers(found)), has_watched=found.get(WATCHED) == WHOLE)


def _answers(found: dict[str, str]) -> Iterator[tuple[Question, Answer]]:
    for question in Question:
        said = found.get(question, OPEN)
        if said in set(Answer):
            yield question, Answer(said)
        elif said != OPEN:
            raise Damaged(f"an answer is one of {', '.join(Answer)}", hint=_HINT)


def _lines(output: str) -> Iterator[str]:
    yield f"output {output}"
    yield f"{WATCHED} {OPEN}  # {WHOLE}: I watched the whole film, to its end"
    yield f"# {Answer.NO}: nobody could. {Answer.HARMLESS}: somebody could, and nobody comes to harm by it. {Answer.UNSURE}: then it is not cleared"
    for question, asked in QUESTIONS.items():
        yield f"{question} {OPEN}  # {asked}"
