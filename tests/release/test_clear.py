"""Only two people clear a cut, and only exactly those bytes."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from jebi.errors import Damaged, Refused
from jebi.parcel import note
from jebi.parcel.note import Ed25519Signer, Ed25519Verifier
from jebi.release.clear import Clearance, ClearedCut, Cut
from jebi.release.leaks import CHECKS, Check, Finding, Reason, reported, sign_report

DESK = Ed25519Signer(name="example.org/desk", secret=b"d" * 32)
CRANE = Ed25519Signer(name="example.org/desk/crane", secret=b"c" * 32)
HERON = Ed25519Signer(name="example.org/desk/heron", secret=b"h" * 32)
OUTPUT, PLAN = "aa" * 32, "bb" * 32
CHALLENGES = {"crane": "0" * 32, "heron": "1" * 32}


def report(*, finding: bool = False, output: str = OUTPUT, signer: Ed25519Signer = DESK) -> bytes:
    found = (Finding(reason=Reason.FACE_SEEN, what="a face", at_ms=5),) if finding else ()
    checks = [Check(name=name, findings=found) for name in CHECKS]
    whole = reported(output=bytes.fromhex(output), plan=bytes.fromhex(PLAN), checks=checks)
    return str(sign_report(whole, signer)).encode()


def cut_of(untrusted_report: bytes, *, output: str = OUTPUT) -> Cut:
    return Cut(number=1, output=output, plan=PLAN, report=hashlib.sha256(untrusted_report).hexdigest())


def said(cut: Cut, member: str, signer: Ed25519Signer, challenge: str = "") -> Clearance:
    drawn = challenge or CHALLENGES[member]
    return Clearance(member=member, challenge=drawn, note=str(note.sign(cut.statement(drawn), signer)).encode())


@dataclass
class Case:
    """All that a clearing stands on; each test spoils one thing."""

    report: bytes = field(default_factory=report)
    cut: Cut = field(default_factory=lambda: cut_of(report()))
    keys: dict[str, list[Ed25519Verifier]] = field(
        default_factory=lambda: {"crane": [CRANE.verifier()], "heron": [HERON.verifier()]}
    )
    clearances: tuple[Clearance, ...] = ()
    authors: tuple[str, ...] = ("wren",)
    refusals: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.clearances = said(self.cut, "crane", CRANE), said(self.cut, "heron", HERON)

    def clear(self) -> ClearedCut:
        return ClearedCut(
            cut=self.cut,
            report=self.report,
            reporter=DESK.verifier(),
            clearances=self.clearances,
            keys=self.keys,
            authors=self.authors,
            refusals=self.refusals,
        )


def test_two_people_clear_a_cut() -> None:
    assert Case().clear().cut.output == OUTPUT


def _other_output(case: Case) -> None:
    case.cut = replace(case.cut, output="ac" * 32)


def _other_plan(case: Case) -> None:
    case.cut = replace(case.cut, plan="ac" * 32)


def _another_cut(case: Case) -> None:
    case.cut = replace(case.cut, number=2)


def _later_report(case: Case) -> None:
    case.report = report(finding=True)


def _leaking(case: Case) -> None:
    case.report = report(finding=True)
    case.cut = cut_of(case.report)
    case.__post_init__()


def _report_of_another(case: Case) -> None:
    case.report = report(output="ac" * 32)
    case.cut = cut_of(case.report)
    case.__post_init__()


def _report_by_another(case: Case) -> None:
    case.report = report(signer=CRANE)
    case.cut = cut_of(case.report)
    case.__post_init__()


def _one_person(case: Case) -> None:
    case.clearances = case.clearances[:1]


def _the_same_twice(case: Case) -> None:
    case.clearances = case.clearances[:1] * 2


def _the_same_with_two_keys(case: Case) -> None:
    case.keys["crane"].append(HERON.verifier())
    case.clearances = said(case.cut, "crane", CRANE), said(case.cut, "crane", HERON, CHALLENGES["heron"])


def _two_with_one_key(case: Case) -> None:
    case.keys["heron"] = [CRANE.verifier()]
    case.clearances = said(case.cut, "crane", CRANE), said(case.cut, "heron", CRANE)


def _one_who_signs_for_another(case: Case) -> None:
    case.clearances = said(case.cut, "crane", CRANE), said(case.cut, "heron", CRANE)


def _a_revoked_key(case: Case) -> None:
    case.keys["heron"] = []


def _nobody_of_the_desk(case: Case) -> None:
    del case.keys["heron"]


def _three_people(case: Case) -> None:
    case.clearances = (*case.clearances, case.clearances[0])


def _who_planned_it(case: Case) -> None:
    case.authors = ("wren", "heron")


def _a_plan_that_nobody_made(case: Case) -> None:
    case.authors = ()


def _a_refusal(case: Case) -> None:
    case.refusals = ("owl",)


def _another_challenge(case: Case) -> None:
    crane, heron = case.clearances
    case.clearances = crane, replace(heron, challenge="2" * 32)


def _a_signature_that_was_altered(case: Case) -> None:
    crane, heron = case.clearances
    altered = heron.note.replace(b"\xe2\x80\x94 ", b"\xe2\x80\x94 ", 1)[:-8] + b"AAAAAA=\n"
    case.clearances = crane, replace(heron, note=altered)


ATTACKS: list[Callable[[Case], None]] = [
    _other_output,
    _other_plan,
    _another_cut,
    _later_report,
    _leaking,
    _report_of_another,
    _report_by_another,
    _one_person,
    _the_same_twice,
    _the_same_with_two_keys,
    _two_with_one_key,
    _one_who_signs_for_another,
    _a_revoked_key,
    _nobody_of_the_desk,
    _three_people,
    _a_plan_that_nobody_made,
    _who_planned_it,
    _a_refusal,
    _another_challenge,
    _a_signature_that_was_altered,
]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__.strip("_"))
def test_nothing_is_cleared_with(attack: Callable[[Case], None]) -> None:
    case = Case()
    attack(case)
    with pytest.raises((Refused, Damaged)):
        case.clear()


def test_any_changed_bit_of_a_clearance_or_the_report_voids_it() -> None:
    case = Case()
    whole = case.clear()
    for i in range(0, len(case.report), 37):
        with pytest.raises((Refused, Damaged)):
            replace(whole, report=case.report[:i] + bytes([case.report[i] ^ 1]) + case.report[i + 1 :])
    crane, heron = case.clearances
    for i in range(len(heron.note)):
        altered = heron.note[:i] + bytes([heron.note[i] ^ 1]) + heron.note[i + 1 :]
        try:
            replace(whole, clearances=(crane, replace(heron, note=altered)))
        except (Refused, Damaged):
            continue
        assert note.parse(altered).signatures == note.parse(heron.note).signatures, "base64 has idle bits at its end"
