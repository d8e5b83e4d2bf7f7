"""The log as pages show it, page by page; verdicts are of what was read just now; a package proves itself elsewhere."""

import io
import subprocess
import tarfile
from pathlib import Path

import pytest
from sqlalchemy import update

from jebi.archive.record import DICE, Event
from jebi.archive.witness import Cosigner, add_cosignatures
from jebi.errors import NothingFound
from jebi.office.custody_room import ENTRIES, SHOWN
from jebi.vault import schema
from looked_at import FILM
from office.rooms import NOW_MS, Shown

NOW = NOW_MS // 1000
WITNESS = Cosigner(name="witness.example/w1", secret=bytes([1]) * 32)


def log(shown: Shown, count: int) -> None:
    tried = [
        Event(kind="tried", subject="something", detail=str(number), actor="desk", time=NOW) for number in range(count)
    ]
    shown.office.desk.log.append_all([(event, bytes(DICE)) for event in tried])


def test_the_log_is_read_newest_first_page_by_page(empty: Shown) -> None:
    log(empty, 2 * ENTRIES + 20)
    count = empty.office.desk.ledger.count
    page, seen = empty.house.entries(), []

    while True:
        seen += [one.index for one in page.items]
        if not page.older:
            break
        page = empty.house.entries(key=page.older)

    assert seen == list(range(count - 1, -1, -1))
    (newest,) = empty.house.checkpoints()
    assert newest.size == count


def test_a_clip_and_its_records_are_verified(shown: Shown) -> None:
    verdict = shown.house.verify_clip(shown.film)
    assert verdict.is_true
    assert verdict.bytes_read == shown.card(FILM).size
    assert verdict.records == shown.office.desk.ledger.count


def test_an_original_that_was_altered_fails_at_its_arrival(shown: Shown) -> None:
    parcel = shown.house.clip(shown.film).parcel
    path = Path(shown.office.desk.path("parcels", f"{parcel}.age"))
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    path.write_bytes(content)

    verdict = shown.house.verify_clip(shown.film)

    assert not verdict.is_true
    assert verdict.failed is not None
    assert shown.house.entries().total > verdict.failed


def test_evidence_is_a_package_that_its_own_verifier_accepts(shown: Shown, tmp_path: Path) -> None:
    package = shown.house.evidence(shown.film, by="maria")
    content = b"".join(package.read(0, package.size))

    assert len(content) == package.size
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        tar.extractall(tmp_path / "bag", filter="data")
    (verifier,) = (tmp_path / "bag").rglob("verify.py")
    key = str(shown.office.desk.signer.verifier())
    command = ["python3", "-I", "verify.py", ".", key]
    done = subprocess.run(command, cwd=verifier.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "evidence" in shown.kinds()[0]


@pytest.mark.parametrize("key", ["rubbish", "o", "o-1", "o1_2", "n999999999999999", "o999999999999999", "o\u0661"])
def test_a_key_that_cannot_be_shows_the_newest(empty: Shown, key: str) -> None:
    log(empty, ENTRIES + 5)

    assert empty.house.entries(key=key) == empty.house.entries()


@pytest.mark.parametrize("key", ["o0", "n0", "o1", f"n{ENTRIES}"])
def test_pages_from_the_beginning_lead_on_to_the_newest(empty: Shown, key: str) -> None:
    log(empty, ENTRIES + 5)

    page = empty.house.entries(key=key)
    for _ in range(3):
        page = empty.house.entries(key=page.newer) if page.newer else page

    assert page.items == empty.house.entries().items


def test_a_checkpoint_names_who_cosigned_it_and_whether_it_was_stamped(empty: Shown) -> None:
    desk = empty.office.desk
    cosigned = desk.log.checkpoint()
    line = str(WITNESS.sign(cosigned.note.text.encode(), NOW)).encode()
    desk.log.keep(add_cosignatures(cosigned, line, [WITNESS.verifier()]).written())
    log(empty, 1)
    desk.log.keep(desk.log.checkpoint().written(), stamp=b"a stamp")
    log(empty, 1)

    told = [(one.size, one.cosigned, one.stamped) for one in empty.house.checkpoints()]

    size = desk.ledger.count
    assert told == [(size, (), ()), (size - 1, (), ("RFC 3161",)), (size - 2, (WITNESS.name,), ())]


def test_of_many_checkpoints_the_newest_are_shown_each_with_the_time_of_its_last_record(empty: Shown) -> None:
    for _ in range(SHOWN + 3):
        log(empty, 1)
        empty.office.desk.log.keep(empty.office.desk.log.checkpoint().written(), stamp=b"a stamp")

    sizes = [one.size for one in empty.house.checkpoints()]

    assert sizes == list(range(empty.office.desk.ledger.count, empty.office.desk.ledger.count - SHOWN, -1))
    assert {one.time for one in empty.house.checkpoints()} == {NOW}


def test_a_record_that_was_altered_fails_and_is_named_and_a_verdict_remembers_nothing(empty: Shown) -> None:
    log(empty, 3)
    records = Path(empty.office.desk.path("log", "records.jsonl"))
    whole = records.read_bytes()
    altered = empty.office.desk.ledger.count - 2

    assert empty.house.verify_log().is_true
    records.write_bytes(whole.replace(b'"detail":"1"', b'"detail":"7"'))
    verdict = empty.house.verify_log()
    records.write_bytes(whole)

    assert (verdict.is_true, verdict.failed, verdict.when) == (False, altered, NOW)
    assert empty.house.verify_log().is_true


@pytest.mark.parametrize(
    "changed",
    [{"detail": "what never was"}, {"actor": "member/nobody"}, {"leaf_index": 0}, {"leaf_index": 1 << 40}],
    ids=str,
)
def test_a_catalogue_that_tells_another_story_than_the_log_fails(shown: Shown, changed: dict[str, str | int]) -> None:
    shown.house.add_tag(shown.film, "시장", by="maria")
    assert shown.house.verify_clip(shown.film).is_true
    with shown.house.catalogue.claiming() as connection:
        connection.execute(update(schema.outbox).where(schema.outbox.c.kind == "tag-added").values(**changed))

    verdict = shown.house.verify_clip(shown.film)

    assert not verdict.is_true
    assert verdict.failed == changed.get("leaf_index", shown.office.desk.ledger.count - 1)


@pytest.mark.parametrize("name", ["", "0123456789abcdef", "../../keys", "x" * 10_000, "\0"])
def test_of_a_clip_that_is_not_there_nothing_is_proven(empty: Shown, name: str) -> None:
    with pytest.raises(NothingFound):
        empty.house.verify_clip(name)
    with pytest.raises(NothingFound):
        empty.house.evidence(name, by="maria")
