"""Jobs that failed are seen with their reason, and done again or skipped by who may."""

from jebi.office.kinds import JobState, Role
from web.served import Served


def test_a_failed_job_is_done_again_and_a_running_one_skipped(served: Served) -> None:
    intake = served.signed_in(Role.INTAKE)
    assert intake.post("/jobs/j3/again").status_code == 303
    assert intake.post("/jobs/j0/skip").status_code == 303
    assert served.archive.jobs_by_id["j3"].state is JobState.WAITING
    assert served.archive.jobs_by_id["j0"].state is JobState.SKIPPED


def test_what_a_rule_forbids_is_said(served: Served) -> None:
    intake = served.signed_in(Role.INTAKE)
    answer = intake.post("/jobs/j9/skip")
    assert answer.status_code == 403
    assert "the job is done" in answer.text


def test_jobs_are_shown_by_state_with_why_they_failed(served: Served) -> None:
    intake = served.signed_in(Role.INTAKE)
    text = intake.client.get("/jobs?state=failed").text
    assert "moov atom not found" in text
    assert "It is broken, or was made to look like footage." in text
    assert "running" not in text.partition('<ul class="jobs">')[2]


def test_who_does_not_watch_is_given_no_way_to_a_clip(served: Served) -> None:
    for path in ("/jobs", "/parcels/9a41c07be2d15f36"):
        assert 'href="/clips/' not in served.signed_in(Role.INTAKE).client.get(path).text
