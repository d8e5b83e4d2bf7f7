"""The plan of a package: a bag that RFC 8493 and coreutils accept, of nothing but what was to go out, and that holds."""

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.append(str(Path(__file__).resolve().parent.parent))  # for what tests share by name

from exhibits import (
    CANARY,
    CLAIMED,
    DAY,
    DENIABLE,
    DOCS,
    FILMS,
    MACED,
    NOW,
    SCRIPTS,
    SIGNED,
    TRIP,
    Case,
    lay_in,
    manifest_of,
    open_case,
    pieces,
)
from jebi.archive.evidence import EXPORTED, Plan, ShownParcel, plan
from jebi.archive.exhibit import SUFFIXES, Content, Derived, Exhibit, content_of
from jebi.archive.record import Event
from jebi.errors import Damaged, Refused
from jebi.parcel.note import Ed25519Signer, sign
from jebi.parcel.safename import SafeName


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    with open_case(tmp_path_factory.mktemp("case") / "desk") as case:
        yield case


@pytest.fixture(scope="module")
def planned(case: Case) -> Plan:
    return case.plan()


@pytest.fixture(scope="module")
def bag(case: Case, planned: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_in(tmp_path_factory.mktemp("laid") / "bag", planned, case.log_export(planned))


def assert_valid_bag(bag: Path) -> None:
    """RFC 8493, checked without a line of jebi: declaration (2.1.1), manifests (2.1.3, 2.2.1), bag-info (2.2.2)."""
    assert (bag / "bagit.txt").read_bytes() == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    files = {str(path.relative_to(bag)) for path in bag.rglob("*") if path.is_file()}
    payload = {path for path in files if path.startswith("data/")}
    tag_manifests = {path for path in files if re.fullmatch(r"tagmanifest-\w+\.txt", path)}
    assert tag_manifests == {"tagmanifest-sha256.txt", "tagmanifest-sha512.txt"}
    for name, listed in {"manifest": payload, "tagmanifest": files - payload - tag_manifests}.items():
        for algorithm in ("sha256", "sha512"):
            lines = (bag / f"{name}-{algorithm}.txt").read_text().splitlines()
            pairs = [re.fullmatch(r"([0-9a-f]+)[ \t]+\*?(\S.*)", line) for line in lines]
            sums = {pair[2]: pair[1] for pair in pairs if pair}
            assert len(sums) == len(lines)
            assert sums == {path: hashlib.new(algorithm, (bag / path).read_bytes()).hexdigest() for path in listed}
    labels = dict(line.split(": ", 1) for line in (bag / "bag-info.txt").read_text().splitlines())
    assert labels["Payload-Oxum"] == f"{sum((bag / path).stat().st_size for path in payload)}.{len(payload)}"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", labels["Bagging-Date"])


def test_it_is_a_bag_as_rfc_8493_has_it(bag: Path) -> None:
    assert_valid_bag(bag)


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_coreutils_check_every_file(bag: Path, algorithm: str) -> None:
    for name in ("manifest", "tagmanifest"):
        done = subprocess.run(
            [f"{algorithm}sum", "--strict", "-c", f"{name}-{algorithm}.txt"],
            cwd=bag,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.count(": OK\n") == len((bag / f"{name}-{algorithm}.txt").read_text().splitlines())


def test_names_are_safe_on_every_system_and_say_nothing(bag: Path) -> None:
    for path in bag.rglob("*"):
        name = str(path.relative_to(bag))
        assert SafeName(name).text == name
        assert re.fullmatch(r"[A-Za-z0-9./_-]+", name)
        assert not any(word in name for word in ("DCIM", "notes", "kept", "clip-77"))


def test_the_originals_are_there_byte_for_byte_and_under_harmless_endings(bag: Path) -> None:
    for name, content in (("clip-0001.mp4", FILMS["mp4"]), ("clip-0002.bin", FILMS["exe"])):
        assert (bag / "data" / "originals" / name).read_bytes() == b"".join(content.read())
    assert "exe" not in SUFFIXES


def test_what_was_measured_claimed_and_said_is_kept_apart_and_the_claimed_name_is_a_claim(bag: Path) -> None:
    facts = json.loads((bag / "data/metadata/clip-0001.json").read_text())

    assert facts["measured"] == {"seconds": 12.5, "pictures": 375}
    assert facts["said"] == {"claims": [{"by": "editor-1", "text": "a market"}]}
    assert facts["claimed"]["by_file"] == {"make": "Canon", "when": "2029-01-01"}
    assert facts["claimed"]["by_manifest"][0] == {"name": CLAIMED, "modified": 1_893_456_000}
    assert [parcel["parcel"] for parcel in facts["parcels"]] == [SIGNED, MACED]
    assert facts["sha256"] == FILMS["mp4"].digest.hex()
    for one in (*facts["derived"], *facts["transcripts"], facts):
        assert (bag / one["file"]).is_file()


def test_machine_text_is_marked_in_name_facts_and_words_and_human_text_is_not(bag: Path) -> None:
    facts = json.loads((bag / "data/metadata/clip-0001.json").read_text())
    machine, human = facts["transcripts"]

    assert machine == {
        "file": "data/metadata/clip-0001-transcript-ko-machine.vtt",
        "kind": "transcript",
        "language": "ko",
        "machine": True,
    }
    assert (bag / machine["file"]).read_text().startswith("WEBVTT\n\nNOTE\nWords after [machine]")
    assert "[machine] 쌀값이 올랐다" in (bag / machine["file"]).read_text()
    assert human["machine"] is False
    assert "machine" not in human["file"]
    assert "machine" not in (bag / human["file"]).read_text()


def test_the_verifiers_are_those_of_the_documentation_verbatim(bag: Path) -> None:
    assert (bag / "verify.py").read_bytes() == (DOCS / "verify_evidence.py").read_bytes()
    assert (bag / "verify_proof.py").read_bytes() == (DOCS / "verify_proof.py").read_bytes()


def test_the_key_of_a_mac_stays_at_the_desk(bag: Path) -> None:
    assert sorted(path.name for path in (bag / "data/custody").glob("*trip-key*")) == ["parcel-0001.trip-key.txt"]
    for path in bag.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert DENIABLE.secret not in content
            assert DENIABLE.secret.hex().encode() not in content


def test_keys_come_with_a_warning(bag: Path) -> None:
    for name in ("log-key.txt", "witness-keys.txt", "parcel-0001.trip-key.txt"):
        text = (bag / "data" / "custody" / name).read_text()
        assert text.startswith("# A public key that came with the package proves nothing by itself")
        assert len([line for line in text.splitlines() if not line.startswith("#")]) == 1


def test_the_same_input_gives_the_same_bytes(case: Case, planned: Plan, bag: Path, tmp_path: Path) -> None:
    twice = plan(case.exhibits, case.parcels, planned.custody, SCRIPTS, day=DAY)
    again = lay_in(tmp_path / "bag", twice, (bag / "package.tlog-proof").read_bytes())

    for path in bag.rglob("*"):
        if path.is_file():
            assert (again / path.relative_to(bag)).read_bytes() == path.read_bytes()
    assert twice.name == planned.name


def test_its_event_names_the_list_of_all_files_in_data(planned: Plan, bag: Path) -> None:
    event = planned.event(actor="editor-1", time=NOW)

    digest = hashlib.sha256((bag / "manifest-sha256.txt").read_bytes()).hexdigest()
    assert event == Event(
        kind=EXPORTED, subject=f"evidence-{digest[:16]}", detail=f"payload sha256 {digest}", actor="editor-1", time=NOW
    )


def test_a_bag_is_not_closed_with_the_proof_of_something_else(case: Case, planned: Plan) -> None:
    sums = {file.path: bytes(64) for file in planned.payload}
    other = case.append(Event(kind=EXPORTED, subject="x", detail="payload sha256 " + "0" * 64, actor="x", time=1))
    for proof in (case.proof_of(1), case.proof_of(other)):
        with pytest.raises(Damaged, match="of another package"):
            planned.tags(sums, proof)
    with pytest.raises(Damaged):
        planned.tags(sums, b"garbage")


def test_it_prints_what_would_leave_the_desk_and_no_claimed_name(planned: Plan) -> None:
    text = str(planned)

    assert all(file.path in text for file in planned.payload)
    assert f"event  1 parcel-received {SIGNED}" in text
    assert "쌀값" not in text + repr(planned)


def exhibit_with(case: Case, **changes: object) -> list[Exhibit]:
    return [replace(case.exhibits[0], **changes)]  # type: ignore[arg-type]


def planned_with(case: Case, exhibits: list[Exhibit], *sought: str) -> Plan:
    return plan(exhibits, case.parcels, case.custody, SCRIPTS, day=DAY, sought=sought)


@pytest.mark.parametrize(
    "changes",
    [
        {"measured": {"x": ["see " + CANARY + "/x"]}},
        {"claimed": {"x": CANARY}},
        {"claimed": {CANARY: 1}},
        {"said": {"x": CANARY}},
        {"tools": {"ExifTool:Warning": f"cannot read {CANARY}/a.mp4"}},
        {"segments": [{"text": CANARY}]},
    ],
    ids=["measured", "claimed", "a name", "said", "tools", "segments"],
)
def test_a_fact_that_names_a_folder_of_this_machine_is_refused(case: Case, changes: dict[str, object]) -> None:
    exhibits = exhibit_with(case, **changes)

    planned_with(case, exhibits, "/home/other")
    with pytest.raises(Refused, match=r"metadata/clip-0001.*names a folder of this machine") as refused:
        planned_with(case, exhibits, CANARY)
    assert CANARY not in str(refused.value)


def test_an_event_that_names_a_folder_of_this_machine_is_refused(tmp_path: Path) -> None:
    with open_case(tmp_path / "desk") as case:
        case.append(Event(kind="x", subject="clip-77", detail=f"at {CANARY}/x", actor="desk", time=NOW))
        case.plan()
        with pytest.raises(Refused, match=r"custody/event-5-of-6-\w+\.tlog-proof names a folder"):
            case.plan(sought=[CANARY])


@given(place=st.integers(0, 400), cut=st.integers(1, 60))
def test_what_is_derived_is_searched_while_it_is_read_wherever_the_pieces_are_cut(
    case: Case, place: int, cut: int
) -> None:
    film = bytes(place) + CANARY.encode() + bytes(400 - place)
    content = Content(
        digest=hashlib.sha256(film).digest(),
        size=len(film),
        read=lambda: [film[start : start + cut] for start in range(0, len(film), cut)],
    )
    exhibits = exhibit_with(case, derived=(Derived(role="viewing", suffix="mp4", content=content),))

    for sought, is_there in (((CANARY, "/x"), True), (("/home/other",), False), ((), False)):
        (file,) = [file for file in planned_with(case, exhibits, *sought).payload if "viewing" in file.path]
        if is_there:
            with pytest.raises(Refused, match=r"derived/clip-0001-viewing\.mp4 names a folder"):
                list(file.content.read())
        else:
            assert b"".join(file.content.read()) == film


def test_an_original_is_never_searched_for_it_is_not_ours_to_change(case: Case) -> None:
    (file,) = [file for file in case.plan(sought=[CANARY]).payload if file.path.endswith("clip-0002.bin")]

    assert b"".join(file.content.read()).startswith(CANARY.encode())


def test_a_clip_that_is_in_none_of_the_manifests_is_refused(case: Case) -> None:
    for stranger in (pieces(9, 10), replace(FILMS["mp4"], size=FILMS["mp4"].size + 1)):
        with pytest.raises(Refused, match="clip-0001 is in no manifest"):
            planned_with(case, exhibit_with(case, original=stranger))


def with_parcel(case: Case, **changes: object) -> Plan:
    parcel: ShownParcel = replace(case.parcels[0], **changes)  # type: ignore[arg-type]
    return plan(case.exhibits, [parcel, case.parcels[1]], case.custody, SCRIPTS, day=DAY)


STRANGER = Ed25519Signer(name=TRIP.name, secret=bytes(32))


def test_a_manifest_that_no_event_names_is_refused(case: Case) -> None:
    other = manifest_of(4, **{"a.mp4": FILMS["mp4"]})
    for changes in ({"manifest": str(sign(other.text(), TRIP)).encode()}, {"manifest": case.parcels[1].manifest}):
        with pytest.raises(Refused, match="no event of the log that would go out names the manifest"):
            with_parcel(case, **changes)


def test_a_manifest_that_another_signed_is_damaged(case: Case) -> None:
    text = case.parcels[0].manifest.decode().split("\n\n")[0] + "\n"
    elsewhere = Ed25519Signer(name="jebi/trip/ffff0000", secret=TRIP.secret)

    with pytest.raises(Damaged, match="not signed by the key of its trip"):
        with_parcel(case, manifest=str(sign(text, STRANGER)).encode())
    with pytest.raises(Damaged, match="not signed by the key of its trip"):
        with_parcel(case, trip_key=STRANGER.verifier())
    with pytest.raises(Damaged, match="signed by another trip than the log says"):
        with_parcel(case, manifest=str(sign(text, elsewhere)).encode(), trip_key=None)
    with pytest.raises(Damaged):
        with_parcel(case, manifest=b"garbage")


def test_a_sealed_parcel_that_is_not_the_one_of_the_log_is_damaged(case: Case) -> None:
    with pytest.raises(Damaged, match="not the one that the log names"):
        with_parcel(case, sealed=pieces(9, 10))


def test_a_timestamp_of_another_checkpoint_is_damaged(case: Case) -> None:
    custody = case.custody
    swapped = replace(custody, stamps=(replace(custody.stamps[0], note=custody.checkpoint),))
    with pytest.raises(Damaged, match="timestamp is of another checkpoint"):
        plan(case.exhibits, case.parcels, swapped, SCRIPTS, day=DAY)


def test_events_about_others_are_the_caller_s_mistake(case: Case) -> None:
    with pytest.raises(ValueError, match="its own clips and parcels only"):
        planned_with(case, [case.exhibits[1]])


def test_so_are_no_clips_the_same_clip_twice_two_of_one_name_and_a_day_that_is_none(case: Case) -> None:
    viewing = Derived(role="viewing", suffix="mp4", content=content_of(b"x"))
    for exhibits in ([], [case.exhibits[0], case.exhibits[0]], exhibit_with(case, derived=(viewing, viewing))):
        with pytest.raises(ValueError, match=r"each once|same name"):
            planned_with(case, exhibits)
    for day in ("", "2030-3-1", "2030-03-18\n"):
        with pytest.raises(ValueError, match="day"):
            plan(case.exhibits, case.parcels, case.custody, SCRIPTS, day=day)
    with pytest.raises(ValueError, match="parcels"):
        plan(case.exhibits, [], case.custody, SCRIPTS, day=DAY)


def test_what_the_clip_claims_and_shows_may_name_a_temporary_folder_and_what_the_desk_says_may_not(case: Case) -> None:
    for changes in ({"claimed": {"x": "/tmp/x"}}, {"tools": {"x": "/tmp/x"}}, {"segments": [{"text": "/tmp/x"}]}):
        planned_with(case, exhibit_with(case, **changes), "/tmp/")
    for changes in ({"measured": {"x": "/tmp/x"}}, {"said": {"x": "/tmp/x"}}):
        with pytest.raises(Refused, match=r"metadata/clip-0001\.json names a folder"):
            planned_with(case, exhibit_with(case, **changes), "/tmp/")
