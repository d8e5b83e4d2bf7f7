import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jebi.errors import Refused
from jebi.media import credentials as edge
from jebi.release.chain import issue
from jebi.release.credential_box import Part, cbor, opened, without
from jebi.release.credentials import Edit, Speech, Statement, definition, differences, objections
from signing import EDITS, FIRST, LAST, Film, authority, cbor_of, credential, statement

OUTPUT = hashlib.sha256(b"a film").digest()


@pytest.fixture(scope="module")
def film(samples: Path) -> bytes:
    return (samples / "carphone_pristine.mp4").read_bytes()


@pytest.fixture(scope="module")
def said(film: bytes) -> Statement:
    return statement(hashlib.sha256(film).digest())


@pytest.fixture(scope="module")
def signed(samples: Path, said: Statement, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    target, mine = tmp_path_factory.mktemp("signed") / "film.mp4", credential()
    edge.sign(
        str(samples / "carphone_pristine.mp4"),
        str(target),
        definition=definition(said),
        chain=mine.chain,
        algorithm=mine.algorithm,
        signature=mine.sign,
    )
    return target.read_bytes()


def parts(signed: bytes) -> Part:
    found = opened(Film(signed))
    assert found
    return found


def changed(part: Part, path: list[int], **what: Any) -> Part:
    """The credentials with one part deep in them altered."""
    if not path:
        return replace(part, **what)
    others = list(part.parts)
    others[path[0]] = changed(others[path[0]], path[1:], **what)
    return replace(part, parts=tuple(others))


def test_what_was_signed_is_what_was_to_be_signed_and_nothing_else(signed: bytes, said: Statement) -> None:
    assert differences(parts(signed), statement=said, credential=credential()) == ()


def test_the_signed_film_without_its_credentials_is_the_film_that_was_cleared(signed: bytes, said: Statement) -> None:
    assert hashlib.sha256(b"".join(without(Film(signed)))).digest() == said.output


def test_credentials_say_nothing_of_source_place_device_person_or_moment() -> None:
    words = definition(statement(OUTPUT)).lower()
    for word in (
        "ingredient",
        "opened",
        "placed",
        "exif",
        "gps",
        "author",
        "when",
        "changed",
        "thumbnail",
        "softwareagent",
    ):
        assert f'"{word}' not in words, word
    assert json.loads(words)["claim_generator_info"] == [{"name": "jebi"}]


def test_every_edit_that_was_done_is_named_and_no_other() -> None:
    actions = json.loads(definition(statement(OUTPUT)))["assertions"][0]["data"]["actions"]
    assert actions[0]["action"] == "c2pa.created"
    assert {action["description"] for action in actions[1:]} == {edit.sentence for edit in EDITS}


def test_the_order_of_edits_does_not_hang_on_the_order_of_a_set() -> None:
    turned = replace(statement(OUTPUT), edits=frozenset(sorted(EDITS, key=lambda edit: edit.sentence)))
    assert definition(turned) == definition(statement(OUTPUT))


@pytest.mark.parametrize(
    ("speech", "source"),
    [
        (Speech.RECORDED, "humanEdits"),
        (Speech.SYNTHETIC, "composite"),
        (Speech.TRAINED, "compositeWithTrainedAlgorithmicMedia"),
    ],
)
def test_a_film_in_which_a_machine_speaks_says_so(speech: Speech, source: str) -> None:
    edits = EDITS - {Edit.VOICES_REPLACED} if speech is Speech.RECORDED else EDITS
    said = Statement(title="A film", output=OUTPUT, edits=edits, speech=speech)
    assert definition(said).count(f'/digitalsourcetype/{source}"') == 1


@pytest.mark.parametrize(("edits", "speech"), [(EDITS, Speech.RECORDED), (frozenset[Edit](), Speech.SYNTHETIC)])
def test_nobody_can_hide_that_a_machine_speaks(edits: frozenset[Edit], speech: Speech) -> None:
    with pytest.raises(ValueError, match="if and only if"):
        Statement(title="A film", output=OUTPUT, edits=edits, speech=speech)


@pytest.mark.parametrize("title", ["", "x" * 201, "two\nlines", "turned \N{RIGHT-TO-LEFT OVERRIDE}round"])
def test_a_title_is_one_line_that_turns_nothing_round(title: str) -> None:
    with pytest.raises(Refused):
        statement(OUTPUT, title=title)


ACTIONS, HASH, CLAIM, SIGNATURE = [0, 0, 0], [0, 0, 1], [0, 1], [0, 2]
EXTRA = Part(kind="cbor", label="stds.exif", parts=(), value={"GPSLatitude": "39,2.1N"})


def with_claim(film: Part, **what: Any) -> Part:
    claim = film.parts[0].parts[1].value
    assert isinstance(claim, dict)
    return changed(film, CLAIM, value={**claim, **what})


def with_signature(film: Part, place: int, what: Any) -> Part:
    signature = film.parts[0].parts[2].value
    assert isinstance(signature, tuple)
    assert isinstance(signature[1], list)
    entries = [*signature[1]]
    entries[place] = what
    return changed(film, SIGNATURE, value=(18, entries))


def protected(film: Part) -> dict[Any, Any]:
    signature: Any = film.parts[0].parts[2].value
    inner: Any = cbor(signature[1][0])
    return dict(inner)


LEAKS = {
    "a place": lambda film: changed(film, [0, 0], parts=(*film.parts[0].parts[0].parts, EXTRA)),
    "an assertion instead of another": lambda film: changed(film, ACTIONS, label="c2pa.ingredient.v3"),
    "another manifest": lambda film: replace(film, parts=(*film.parts, film.parts[0])),
    "an action more": lambda film: changed(film, ACTIONS, value={"actions": [], "allActionsIncluded": False}),
    "an author": lambda film: with_claim(film, author="somebody"),
    "another title": lambda film: with_claim(film, **{"dc:title": "clip 17"}),
    "a tool's whole name": lambda film: with_claim(
        film, claim_generator_info={"name": "jebi", "org.contentauth.c2pa_rs": "0.91.3 on host desk-7"}
    ),
    "an operating system": lambda film: with_claim(
        film, claim_generator_info={"name": "jebi", "org.contentauth.c2pa_rs": "0.91.3", "operating_system": "Linux"}
    ),
    "a digest of another length": lambda film: changed(film, HASH, value={**film.parts[0].parts[0].parts[1].value, "hash": b"x"}),
    "a part of the film that is not covered": lambda film: changed(
        film,
        HASH,
        value={
            **film.parts[0].parts[0].parts[1].value,
            "exclusions": [*film.parts[0].parts[0].parts[1].value["exclusions"], {"xpath": "/free"}],
        },
    ),
    "words in the padding": lambda film: with_signature(film, 1, {"pad": bytes(100) + b"somebody"}),
    "a time stamp": lambda film: with_signature(film, 1, {"pad": bytes(100), "sigTst2": {"tstTokens": []}}),
    "a payload": lambda film: with_signature(film, 2, b"somebody"),
    "a longer signature": lambda film: with_signature(film, 3, bytes(70)),
    "a moment in the signature": lambda film: with_signature(film, 0, cbor_of({**protected(film), "iat": 1_790_000_000})),
    "no COSE": lambda film: changed(film, SIGNATURE, value=b"x"),
    "true for one": lambda film: changed(film, ACTIONS, value={**film.parts[0].parts[0].parts[0].value, "allActionsIncluded": 0}),
}  # fmt: skip


@pytest.mark.parametrize("leak", LEAKS.values(), ids=LEAKS)
def test_whatever_else_lies_in_the_film_is_a_difference(leak: Any, signed: bytes, said: Statement) -> None:
    assert differences(leak(parts(signed)), statement=said, credential=credential())


def test_a_certificate_of_somebody_else_is_a_difference(signed: bytes, said: Statement) -> None:
    other = issue(authority(), first=FIRST, last=LAST, randomness=bytes)
    assert differences(parts(signed), statement=said, credential=other)


def test_credentials_of_another_film_are_a_difference(signed: bytes) -> None:
    assert differences(parts(signed), statement=statement(OUTPUT), credential=credential())


def test_a_film_without_credentials_is_not_taken_for_one_with_good_ones() -> None:
    assert differences(None, statement=statement(OUTPUT), credential=credential()) == ("the film has no credentials",)
    assert objections(None)


def answer(**verdicts: Any) -> dict[str, Any]:
    passed = [
        *("signingCredential.trusted", "claimSignature.insideValidity", "claimSignature.validated"),
        *("assertion.hashedURI.match", "assertion.bmffHash.match"),
    ]
    results = {"success": [{"code": code} for code in passed], "informational": [], "failure": [], **verdicts}
    return {"manifests": [{"validationResults": results}]}


def test_a_reader_that_verified_everything_objects_to_nothing() -> None:
    assert objections(answer()) == ()
    assert objections(answer(informational=[{"code": "signingCredential.ocsp.skipped"}])) == ()


@pytest.mark.parametrize(
    "untrusted",
    [
        {}, [], "x", 7, {"manifests": []}, {"manifests": {}}, {"manifests": [7]}, {"manifests": [{}]}, {"manifests": [{}, {}]},
        {"manifests": [{"validationResults": 7}]}, answer(failure=[{"code": "assertion.bmffHash.mismatch"}]),
        answer(failure=None), answer(failure="none"), answer(failure=[7]), answer(success=[]), answer(success=7),
        answer(success=[{"code": "claimSignature.validated"}]), answer(informational=[{"code": "algorithm.deprecated"}]),
        answer(success=[7, {"code": []}]),
    ],
)  # fmt: skip
def test_every_other_answer_of_a_reader_is_an_objection(untrusted: object) -> None:
    assert objections(untrusted)
