"""Reports: what they say, in which bytes, and who signed them."""

import json
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged
from jebi.parcel.note import Ed25519Signer
from jebi.release.leaks import (
    CHECKS,
    LARGEST_NUMBER,
    MOST_FINDINGS,
    Check,
    Finding,
    Reason,
    Report,
    most,
    not_run,
    open_report,
    parse_report,
    reported,
    sign_report,
)

OUTPUT, PLAN = bytes(range(32)), bytes(range(32, 64))
SIGNER = Ed25519Signer(name="desk/report", secret=b"\7" * 32)
CLEAN = tuple(Check(name=name, tools={"ffmpeg": "5.1"}, measured={"frames": 25}) for name in CHECKS)
FACE = Finding(reason=Reason.FACE_SEEN, what="얼굴 하나가 보인다", at_ms=1240)
WORDS = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=9)
FINDINGS = st.builds(
    Finding, reason=st.sampled_from(list(Reason)), what=WORDS, at_ms=st.none() | st.integers(0, LARGEST_NUMBER)
)
MEASURED = st.dictionaries(WORDS, st.integers(-LARGEST_NUMBER, LARGEST_NUMBER) | WORDS, max_size=3)


def clean(*others: Check) -> Report:
    replaced = {check.name for check in others}
    return reported(output=OUTPUT, plan=PLAN, checks=[*(c for c in CLEAN if c.name not in replaced), *others])


def test_a_report_passes_when_every_check_ran_and_none_found_anything() -> None:
    assert clean().passed
    assert "\npassed\n" in clean().text()


def test_one_finding_of_one_check_refuses_it() -> None:
    report = clean(Check(name="faces", findings=(FACE,)))
    assert (report.passed, report.findings) == (False, (FACE,))
    assert "\nrefused\n" in report.text()


@pytest.mark.parametrize("missing", CHECKS)
def test_a_check_that_was_not_run_refuses_it(missing: str) -> None:
    report = reported(output=OUTPUT, plan=PLAN, checks=[check for check in CLEAN if check.name != missing])
    assert [finding.reason for finding in report.findings] == [Reason.NOT_CHECKED]
    assert not report.passed


def test_a_check_that_could_not_be_run_says_why() -> None:
    assert not_run("camera", "no fingerprint of this camera").findings[0].what == "no fingerprint of this camera"


def test_no_report_leaves_a_check_out_or_runs_it_twice() -> None:
    with pytest.raises(ValueError, match="every check"):
        Report(output=OUTPUT, plan=PLAN, checks=CLEAN[1:])
    with pytest.raises(ValueError, match="once"):
        reported(output=OUTPUT, plan=PLAN, checks=[CLEAN[0], CLEAN[0]])
    with pytest.raises(ValueError, match="one of the list"):
        Check(name="horoscope")


@pytest.mark.parametrize("words", ["", "two\nlines", "turned \u202e round", "x" * 401, "\ud800"])
def test_words_of_a_report_are_short_and_show_as_themselves(words: str) -> None:
    with pytest.raises(ValueError, match="show as themselves"):
        Finding(reason=Reason.SEI, what=words)


def test_the_text_is_the_specified_one() -> None:
    lines = clean(Check(name="faces", findings=(FACE,))).text().split("\n")
    assert lines[:4] == ["jebi leak report", f"output {OUTPUT.hex()}", f"plan {PLAN.hex()}", "refused"]
    assert json.loads(lines[4])["checks"][CHECKS.index("faces")] == {
        "findings": [{"reason": "face-seen", "what": "얼굴 하나가 보인다", "at": 1240}],
        "measured": {},
        "name": "faces",
        "tools": {},
    }
    assert "얼굴" in lines[4]
    assert ", " not in lines[4]
    assert lines[5:] == [""]


def test_a_signed_report_is_read_back() -> None:
    report = clean(Check(name="faces", findings=(FACE,)))
    note = str(sign_report(report, SIGNER)).encode()
    assert open_report(note, SIGNER.verifier()) == report


def test_a_report_by_another_key_or_altered_is_none() -> None:
    note = str(sign_report(clean(), SIGNER)).encode()
    stranger = Ed25519Signer(name="desk/report", secret=b"\1" * 32)
    for bad, verifier in (
        (note, stranger.verifier()),
        (note.replace(b"output 00", b"output 01"), SIGNER.verifier()),
        (str(sign_report(clean(not_run("faces")), SIGNER)).encode().replace(b"refused", b"passed"), SIGNER.verifier()),
    ):
        with pytest.raises(Damaged):
            open_report(bad, verifier)


def test_bytes_that_we_would_not_write_are_no_report_even_signed() -> None:
    text = clean(Check(name="faces", findings=(FACE,))).text()
    assert parse_report(text).text() == text
    first, last = CHECKS[0], CHECKS[-1]
    for bad in (
        text.replace("refused", "passed"),
        text.replace('"at":1240', '"at":1240.0'),
        text.replace('"at":1240', '"at": 1240'),
        text.replace('"at":1240', '"at":true'),
        text.replace("얼굴", "\\uc5bc\\uad74"),
        text.replace('"reason":"face-seen"', '"reason":"horoscope"'),
        text.replace(first, last),
        text.replace(OUTPUT.hex(), OUTPUT.hex().upper()),
        text.replace('{"checks":[', '{"checks":[],"checks":['),
        text.replace('"frames":25', '"frames":NaN'),
        text.replace('"frames":25', '"frames":[25]'),
        text + "\n",
        "[" * 100_000,
        "",
    ):
        with pytest.raises(Damaged):
            parse_report(bad)


@given(st.lists(FINDINGS, max_size=4), MEASURED, st.dictionaries(WORDS, WORDS, max_size=3))
def test_every_report_is_read_back_as_it_was(
    findings: list[Finding], measured: dict[str, int | str], tools: dict[str, str]
) -> None:
    check = Check(name="camera", tools=tools, measured=measured, findings=tuple(findings))
    assert parse_report(clean(check).text()) == clean(check)


@given(st.text())
def test_of_any_text_comes_damage(text: str) -> None:
    with pytest.raises(Damaged):
        parse_report(f"jebi leak report\n{text}\n")


def test_more_findings_than_anybody_reads_are_cut_and_that_is_one_too() -> None:
    drawn: list[int] = []

    def endless() -> Iterator[Finding]:
        for number in range(10 * MOST_FINDINGS):
            drawn.append(number)
            yield FACE

    kept = most(endless())
    assert (len(kept), kept[-1].reason, len(drawn)) == (MOST_FINDINGS, Reason.NOT_CHECKED, MOST_FINDINGS)
    assert most([FACE]) == (FACE,)


def test_reasons_are_words_joined_by_hyphens() -> None:
    assert all(reason.replace("-", "").isalpha() and reason.islower() for reason in Reason)
    assert len({str(reason) for reason in Reason}) == len(list(pairwise(Reason))) + 1
