"""Jobs and health as pages show them: what waits, what went wrong, how the desk is; and a pulse by which pages hear of changes."""

import hashlib
from pathlib import Path

import pytest

from jebi.errors import NothingFound, Refused
from jebi.office.engine_room import JOBS, Machine
from jebi.office.kinds import JobState, Level, Reason, Topic
from jebi.vault import jobs
from jebi.vault.schema import VERSION
from looked_at import FILM
from office.rooms import NOW_MS, Shown
from vault.rows import clip

LEASE_MS = 60_000


def put_model(folder: Path, name: str, file: str, content: bytes, *, listed: bytes | None = None) -> None:
    """A model of one file, and the list that says what it is."""
    (folder / name).mkdir(parents=True)
    (folder / name / file).write_bytes(content)
    digest = hashlib.sha256(content if listed is None else listed).hexdigest()
    (folder / name / "SHA256SUMS").write_text(f"{digest}  {file}\n")


def test_jobs_are_listed_counted_left_and_done_again(shown: Shown) -> None:
    page = shown.house.jobs()
    counts = shown.house.job_counts()

    assert page.total == len(page.items) == sum(counts.values())
    assert counts[JobState.DONE] > 5
    done = next(one for one in page.items if one.state is JobState.DONE)
    with pytest.raises(Refused):
        shown.house.again(done.id, by="maria")
    with pytest.raises(Refused):
        shown.house.skip(done.id, by="maria")
    with pytest.raises(NothingFound):
        shown.house.again("nonsense", by="maria")


def test_a_job_that_somebody_leaves_waits_until_somebody_wants_it(shown: Shown) -> None:
    with shown.house.catalogue.writing(NOW_MS) as change:
        jobs.want(change, "speech", [shown.film])
    waiting = next(one for one in shown.house.jobs(JobState.WAITING).items if one.clip == shown.film)
    shown.house.skip(waiting.id, by="maria")
    (left,) = (one for one in shown.house.jobs(JobState.SKIPPED).items if one.id == waiting.id)
    assert (left.reason, left.clip_name) == (Reason.BY_HAND, FILM)
    shown.house.again(waiting.id, by="maria")
    assert shown.house.jobs(JobState.WAITING).items[0].id == waiting.id
    assert shown.kinds()[:2] == ["job-wanted-again", "job-skipped"]


LOOKED_FOR = ("faces", "faces-again", "faces-alike", "speakers", "speech-heard")


def test_health_says_how_the_desk_is(shown: Shown) -> None:
    health = shown.house.health()

    assert health.jail is Level.GOOD
    assert {one.name for one in health.models} == {*LOOKED_FOR, "speech-english"}
    assert all(one.level is Level.GOOD and one.size for one in health.models)
    assert health.database.startswith("SQLite 3.")
    assert (health.fixity_total > 5, health.fixity_bad, health.schema) == (True, 0, VERSION)


def test_whatever_changes_makes_the_pulse_differ(shown: Shown) -> None:
    before = {topic: shown.house.pulse(topic) for topic in Topic}
    assert before == {topic: shown.house.pulse(topic) for topic in Topic}
    shown.house.add_tag(shown.film, "x", by="maria")
    assert all(shown.house.pulse(topic) != before[topic] for topic in Topic)


def test_pages_hold_every_job_once_the_newest_first(empty: Shown) -> None:
    with empty.house.catalogue.writing(NOW_MS) as change:
        jobs.want(change, "sound", [f"{number:016x}" for number in range(JOBS + 5)])

    newest = empty.house.jobs(JobState.WAITING)
    rest = empty.house.jobs(JobState.WAITING, key=newest.older)

    assert [int(one.id) for one in (*newest.items, *rest.items)] == list(range(JOBS + 5, 0, -1))
    assert (newest.total, rest.total, rest.older) == (JOBS + 5, JOBS + 5, "")
    assert empty.house.jobs(JobState.FAILED).items == ()
    for made_up in ("rubbish", "o", "o-1", "o1_2", "o999999999999999", "o\u0661"):
        assert empty.house.jobs(key=made_up) == empty.house.jobs()


@pytest.mark.parametrize(
    "number", ["", "0", "-1", "1.0", " 1", "0x1", "\u0661", "9" * 15, "9" * 4000, "1; DROP TABLE job"]
)
def test_a_job_that_somebody_made_up_is_not_there(empty: Shown, number: str) -> None:
    with empty.house.catalogue.writing(NOW_MS) as change:
        jobs.want(change, "sound", [clip().id])

    with pytest.raises(NothingFound):
        empty.house.skip(number, by="maria")
    with pytest.raises(NothingFound):
        empty.house.again(number, by="maria")


@pytest.mark.parametrize(
    ("done", "total", "progress"),
    [(0, 0, None), (1, 4, 0.25), (9, 4, 1.0)],
    ids=["nothing is known yet", "a quarter is done", "more is done than there seemed to be"],
)
def test_a_running_job_says_who_does_it_and_how_far_it_is(
    empty: Shown, done: int, total: int, progress: float | None
) -> None:
    with empty.house.catalogue.writing(NOW_MS) as change:
        jobs.want(change, "viewing", [clip().id])
    taken = jobs.take(empty.house.catalogue, "worker-1", ["viewing"], NOW_MS + 5000, LEASE_MS)
    assert taken
    jobs.renew(empty.house.catalogue, taken, NOW_MS + 6000, LEASE_MS, done=done, total=total, unit="ms")

    (job,) = empty.house.jobs(JobState.RUNNING).items

    assert (job.progress, job.worker, job.tries, job.clip) == (progress, "worker-1", 1, clip().id)
    assert job.since == NOW_MS // 1000 + 5


def test_a_job_of_the_whole_archive_leads_to_no_clip(empty: Shown) -> None:
    with empty.house.catalogue.writing(NOW_MS) as change:
        jobs.want(change, "fixity", ["archive"])

    (job,) = empty.house.jobs().items

    assert (job.clip, job.clip_name) == ("", "")


def test_what_went_wrong_is_said_in_a_word_and_in_the_tool_s_own(empty: Shown) -> None:
    with empty.house.catalogue.writing(NOW_MS) as change:
        jobs.want(change, "viewing", [clip().id])
    taken = jobs.take(empty.house.catalogue, "worker-1", ["viewing"], NOW_MS, LEASE_MS)
    assert taken
    with empty.house.catalogue.claiming() as connection:
        why = "moov atom not found <b>"
        jobs.fail(connection, taken, NOW_MS, why, reason=Reason.MALFORMED, is_final=True)

    (job,) = empty.house.jobs(JobState.FAILED).items

    assert (job.reason, job.detail, job.progress) == (Reason.MALFORMED, why, None)
    empty.house.again(job.id, by="maria")
    (waiting,) = empty.house.jobs(JobState.WAITING).items
    assert (waiting.id, waiting.reason, waiting.detail) == (job.id, Reason.NONE, "")


def test_a_job_that_ends_or_comes_further_is_heard_of_by_who_watches_jobs_alone(empty: Shown) -> None:
    with empty.house.catalogue.writing(NOW_MS) as change:
        jobs.want(change, "sound", [clip().id])
    before = {topic: empty.house.pulse(topic) for topic in Topic}

    jobs.take(empty.house.catalogue, "worker-1", ["sound"], NOW_MS, LEASE_MS)

    assert {topic for topic in Topic if empty.house.pulse(topic) != before[topic]} == {Topic.JOBS}


def test_what_the_log_alone_knows_is_heard_of_by_who_watches_parcels_and_releases(empty: Shown) -> None:
    before = {topic: empty.house.pulse(topic) for topic in Topic}

    empty.office.issue()

    assert {topic for topic in Topic if empty.house.pulse(topic) != before[topic]} == {Topic.PARCELS, Topic.RELEASES}


def test_every_model_is_shown_with_how_well_it_is(empty: Shown, tmp_path: Path) -> None:
    folder = tmp_path / "models"
    put_model(folder, "whole", "words.txt", b"market")
    put_model(folder, "altered", "words.txt", b"market!", listed=b"market")
    put_model(folder, "program", "weights.bin", b"\x80\x04 a pickle")
    (folder / "no-list").mkdir()
    empty.house.machine = Machine(models=folder)

    told = {one.name: (one.level, one.size) for one in empty.house.health().models}

    assert told == {
        "whole": (Level.GOOD, 6),
        "altered": (Level.BAD, 0),
        "program": (Level.BAD, 0),
        "no-list": (Level.BAD, 0),
        **dict.fromkeys((*LOOKED_FOR, "speech-…"), (Level.WARNING, 0)),
    }


def test_without_a_jail_or_models_the_desk_says_what_it_lacks(empty: Shown, tmp_path: Path) -> None:
    lacking = ("footage cannot be opened here: bwrap missing; apt-get install bubblewrap",)
    empty.house.machine = Machine(models=tmp_path / "nowhere", lacking=lacking)

    health = empty.house.health()

    assert (health.jail, health.lacking) == (Level.BAD, lacking)
    assert 0 < health.disk_free <= health.disk_total


def test_a_machine_with_a_jail_lacks_nothing(tmp_path: Path) -> None:
    assert Machine.look(tmp_path) == Machine(models=tmp_path, lacking=())


def test_health_names_the_models_that_jobs_look_for_in_vain(shown: Shown, tmp_path: Path) -> None:
    shown.house.machine = Machine(models=tmp_path / "models")
    missing = {one.name: one.level for one in shown.house.health().models}
    assert missing == dict.fromkeys((*LOOKED_FOR, "speech-…"), Level.WARNING)
    (tmp_path / "models" / "speech-korean").mkdir(parents=True)
    found = {one.name: one.level for one in shown.house.health().models}
    assert found == {**dict.fromkeys(LOOKED_FOR, Level.WARNING), "speech-korean": Level.BAD}
